"""Which invoice of an order is the newest, and the credit note that undoes one."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chains import newest
from domain.credit_notes import build_credit_notes, build_undoing
from domain.invoice_rules import InvoiceRules
from domain.invoices import Built, Invoice
from domain.invoicing import build_invoice
from domain.money import ore
from domain.orders import Order, OrderLine, Refund
from domain.outcomes import NeedsAttention
from domain.settlement import vat_totals
from domain.vat import VatRules
from tests.unit.orders_by_hand import order as an_order

FIRST, SECOND = date(2026, 11, 2), date(2026, 11, 9)
RULES = InvoiceRules()


def test_the_first_invoice_bears_the_orders_number_and_the_next_ones_count() -> None:
    assert newest("shop-1", {}) == ("shop-1", "shop-1-2", None)
    assert newest("shop-1", {"shop-1-C": FIRST}) == ("shop-1-2", "shop-1-3", FIRST)
    assert newest("shop-1", {"shop-1-C": FIRST, "shop-1-2-C": SECOND}) == ("shop-1-3", "shop-1-4", SECOND)


def test_only_a_chain_without_a_gap_is_followed() -> None:
    assert newest("shop-1", {"shop-1-2-C": FIRST, "shop-11-C": FIRST}).reference == "shop-1"


def sold(*nets: Decimal) -> Order:
    """An order of so many things, each at 25 %."""
    return an_order(
        sold=[
            OrderLine(
                id=str(place),
                kind="product",
                text=f"Ting {place}",
                quantity=Decimal(1),
                net=net,
                list_net=net,
                vat=ore(net / 4),
                vat_rate=Decimal(25),
            )
            for place, net in enumerate(nets)
        ]
    )


def invoice_of(order: Order) -> Invoice:
    return build_invoice(order, "b2c", "7", "shop-1", RULES, VatRules()).invoice


def refunds_of(amounts: list[Decimal]) -> tuple[Refund, ...]:
    moment = datetime(2026, 11, 3, tzinfo=UTC)
    return tuple(Refund(id=str(place), created_at=moment, total=one) for place, one in enumerate(amounts))


@given(
    prices=st.lists(st.integers(1, 99_999), min_size=1, max_size=4),
    shares=st.lists(st.integers(1, 40), max_size=3),
)
def test_with_what_the_refunds_took_it_undoes_the_invoice_to_the_ore(prices: list[int], shares: list[int]) -> None:
    order = sold(*(Decimal(price).scaleb(-2) for price in prices))
    invoice = invoice_of(order)
    amounts = [amount for share in shares if (amount := ore(order.total * share / 100)) > 0]
    if sum(amounts) >= order.total:
        return
    refunded = order.model_copy(update={"refunds": refunds_of(amounts)})
    notes = [one.invoice for one in build_credit_notes(refunded, invoice, [], RULES) if isinstance(one, Built)]

    undoing = build_undoing(order, invoice, notes, RULES, "").invoice

    assert undoing.total + sum(note.total for note in notes) == invoice.total
    assert undoing.vat_totals == vat_totals(undoing.lines)
    left = vat_totals(one for one in invoice.lines if one.kind != "correction")
    taken = [one for note in (undoing, *notes) for one in note.lines if one.kind != "correction"]
    assert {one.rate: one.net for one in vat_totals(taken)} == {one.rate: one.net for one in left}


def test_nothing_is_undone_twice() -> None:
    order = sold(Decimal("100.00"))
    invoice = invoice_of(order)
    refunded = order.model_copy(update={"refunds": refunds_of([order.total])})
    notes = [one.invoice for one in build_credit_notes(refunded, invoice, [], RULES) if isinstance(one, Built)]

    with pytest.raises(NeedsAttention, match="nothing_left_to_credit"):
        build_undoing(order, invoice, notes, RULES, "")


def test_it_bears_the_day_of_the_change_and_never_one_before_its_invoice() -> None:
    order = sold(Decimal("100.00"))
    invoice = invoice_of(order)
    later = order.model_copy(update={"modified_at": datetime(2026, 12, 24, 23, 30, tzinfo=UTC)})
    earlier = order.model_copy(update={"modified_at": datetime(2020, 1, 1, tzinfo=UTC)})

    assert build_undoing(later, invoice, [], RULES, "").invoice.date == date(2026, 12, 25)
    assert build_undoing(earlier, invoice, [], RULES, "").invoice.date == invoice.date
