"""Where a shop keeps CVR, EAN and the others: keys in order, the first filled one wins."""

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.webshops.fields import find_fields
from adapters.webshops.settings import WebshopFields
from domain.orders import Found


def found(body: dict[str, Any], **keys: Any) -> dict[str, Found]:
    return find_fields(body, WebshopFields(**({"customer_number": ()} | keys)).by_field)


def meta(*entries: tuple[str, Any]) -> dict[str, Any]:
    return {"meta_data": [{"id": n, "key": key, "value": value} for n, (key, value) in enumerate(entries)]}


def test_the_first_filled_key_wins_and_says_its_name() -> None:
    body = meta(("_billing_vat", "12345674"), ("_billing_cvr", "")) | {"billing": {"cvr": "13585628"}}

    assert found(body, cvr=["meta:_billing_cvr", "billing.cvr", "meta:_billing_vat"]) == {
        "cvr": Found(key="billing.cvr", value="13585628")
    }


def test_a_single_key_needs_no_list() -> None:
    assert found(meta(("_ean", "5790000435975")), ean="meta:_ean")["ean"].value == "5790000435975"


@pytest.mark.parametrize(
    "value", [None, "", "  ", 0, "0", " 0 ", False, [], {}, {"a": "13585628"}, ["13585628"], "\u200b"]
)
def test_what_holds_nothing_is_empty(value: Any) -> None:
    body = meta(("_cvr", value), ("_spare", "13585628"))

    assert found(body, cvr=["meta:_cvr", "meta:_spare"])["cvr"].key == "meta:_spare"


def test_a_guest_has_no_customer_number() -> None:
    keys = WebshopFields().by_field

    assert find_fields({"customer_id": 0}, keys) == {}
    assert find_fields({"customer_id": 17}, keys)["customer_number"] == Found(key="customer_id", value="17")


def test_a_key_written_twice_counts_where_it_is_filled() -> None:
    assert found(meta(("_cvr", ""), ("_cvr", "13585628"), ("_cvr", "1")), cvr="meta:_cvr")["cvr"].value == "13585628"


def test_a_block_checkout_field_is_named_with_its_slashes() -> None:
    assert found(meta(("_wc_billing/demo/cvr", "13585628")), cvr="meta:_wc_billing/demo/cvr")["cvr"].value == "13585628"


def test_a_path_may_go_into_a_list() -> None:
    body = {"coupon_lines": [{"code": "a"}, {"code": "EAN 5790000435975"}]}

    assert found(body, requisition="coupon_lines.1.code")["requisition"].value == "EAN 5790000435975"
    assert found(body, requisition=["coupon_lines.7.code", "coupon_lines.x", "coupon_lines.1.code.more"]) == {}


def test_the_value_stands_as_it_was_typed_but_for_what_nobody_sees() -> None:
    assert found(meta(("_cvr", "\t DK 13 58\x00 56 28\u202e ")), cvr="meta:_cvr")["cvr"].value == "DK 13 58  56 28"


@pytest.mark.parametrize(
    "meta_data", [None, "x", 7, [None, 3, "x", {"key": 4, "value": "x"}, {"value": "x"}, {"key": "_cvr"}]]
)
def test_meta_of_any_other_shape_is_no_meta(meta_data: Any) -> None:
    assert found({"meta_data": meta_data}, cvr="meta:_cvr") == {}


def test_meta_that_php_wrote_as_an_object_is_read() -> None:
    assert found({"meta_data": {"0": {"key": "_cvr", "value": 13585628}}}, cvr="meta:_cvr")["cvr"].value == "13585628"


@pytest.mark.parametrize(
    "key", ["", "meta:", "meta: ", "billing..cvr", ".cvr", "billing.", "billing cvr", "x:y", 7, None]
)
def test_a_key_that_can_not_be_one_is_refused_by_the_settings(key: Any) -> None:
    with pytest.raises(ValidationError):
        WebshopFields(cvr=[key])


def test_only_the_fields_where_numbers_are_typed_may_hold_a_cpr() -> None:
    fields = WebshopFields(cvr=["meta:a", "meta:b"], ean="meta:b", vat_number="meta:c", requisition="meta:d")

    assert fields.number_keys == ("meta:a", "meta:b", "meta:c")
