"""What values of the domain keep to themselves."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.orders import Buyer, Found


@pytest.mark.parametrize("told", [{"name": "Ulvhilde Rask", "nickname": "Ulle"}, {"name": ["Ulvhilde Rask"]}])
def test_a_value_that_does_not_fit_is_refused_without_being_repeated(told: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Buyer.model_validate(told)
    assert "Ulvhilde" not in str(refused.value)
    assert "Ulle" not in str(refused.value)


def test_a_stored_text_that_fits_no_more_is_refused_without_being_repeated() -> None:
    with pytest.raises(ValidationError) as refused:
        Found.model_validate_json('{"key": "meta:_billing_cvr", "value": {"typed": "Ulvhilde Rask"}}')
    assert "Ulvhilde" not in str(refused.value)
