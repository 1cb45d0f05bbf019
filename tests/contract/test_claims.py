"""What a batch has lost to others is written by nobody twice: no accounting system is written to for it any more."""

from collections.abc import Callable, Sequence

import pytest

from adapters.claims import ClaimLost, writing_while
from domain.customers import CustomerChange
from domain.invoices import Document
from domain.ports import Accounting, Booking
from tests.contract.bookkeeping import a_customer, an_invoice
from tests.contract.test_accounting import good
from tests.contract.test_accounting import standing as customers
from tests.contract.test_documents import standing as documents

Write = Callable[[Accounting, str, Document], Sequence[object]]
WRITES: dict[str, Write] = {
    "create_customers": lambda books, customer, draft: books.create_customers([a_customer("b"), a_customer("c")]),
    "update_customers": lambda books, customer, draft: books.update_customers(
        [CustomerChange(key="u", number=customer, values={"city": "Ribe"})]
    ),
    "create_documents": lambda books, customer, draft: books.create_documents([("l", an_invoice("late", customer))]),
    "update_drafts": lambda books, customer, draft: books.update_drafts(
        [("r", draft.number, an_invoice("early", customer, note="Rettet"))]
    ),
    "book": lambda books, customer, draft: books.book([Booking("b", draft.number)]),
}


def lost() -> None:
    raise ClaimLost("claim_lost")


@pytest.mark.parametrize("call", WRITES)
def test_nothing_is_written_for_what_others_may_have_taken_over(books: Accounting, customer: str, call: str) -> None:
    (draft,) = good(books.create_documents([("e", an_invoice("early", customer))]))
    before = customers(books), documents(books)

    with writing_while(lost), pytest.raises(ClaimLost):
        WRITES[call](books, customer, draft)

    assert (customers(books), documents(books)) == before
    assert good(WRITES[call](books, customer, draft))
    assert (customers(books), documents(books)) != before


def test_it_is_asked_before_each_item_and_not_once_a_call(books: Accounting, customer: str) -> None:
    """Of many items side by side, those that were sent before stand; a system of bulk calls is asked before each."""
    asked = iter([None] * 15)

    def lost_after_a_while() -> None:
        if next(asked, lost) is lost:
            lost()

    wanted = [(f"k{place}", an_invoice(f"a-{place}", customer)) for place in range(200)]

    def write_by_tens() -> None:
        for start in range(0, 200, 10):
            books.create_documents(wanted[start : start + 10])

    with writing_while(lost_after_a_while), pytest.raises(ClaimLost):
        write_by_tens()

    assert 0 < len(documents(books)) <= 150
