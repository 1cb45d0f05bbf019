"""What Tryton's own users leave there is read without a fault."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.accounting.tryton_documents import document

DRAFT: dict[str, Any] = {
    "id": 7,
    "number": None,
    "state": "draft",
    "reference": "PO-4711",
    "party.": {"code": "12"},
    "currency.": {"code": "DKK"},
    "untaxed_amount": Decimal("100.00"),
    "tax_amount": Decimal("25.00"),
    "total_amount": Decimal("125.00"),
    "invoice_date": None,
    "write_date": None,
    "create_date": datetime(2026, 11, 3, 9, tzinfo=UTC),
    "_timestamp": "1",
}


def test_a_draft_that_a_person_made_has_no_date_yet_and_is_read_by_the_day_it_was_made() -> None:
    found = document(DRAFT)
    assert (found.state, found.number, found.date) == ("draft", "7", date(2026, 11, 3))


@pytest.mark.parametrize("sign", [1, -1])
def test_amounts_are_positive_whatever_the_kind(sign: int) -> None:
    amounts = {name: sign * DRAFT[name] for name in ("untaxed_amount", "tax_amount", "total_amount")}
    found = document(DRAFT | amounts)
    assert (found.kind, found.total) == ("invoice" if sign > 0 else "credit_note", Decimal("125.00"))
