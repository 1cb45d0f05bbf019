"""Whatever a shop sells, at whatever price, rate, discount or quantity: the sums of the documents are exact."""

from datetime import UTC
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from domain.credit_notes import build_credit_notes
from domain.differences import difference
from domain.invoice_rules import InvoiceRules
from domain.invoices import Built, Invoice
from domain.invoicing import build_invoice
from domain.money import HUNDRED, ORE, ZERO, apportion, ore, vat_of
from domain.orders import Address, Buyer, CustomerType, Found, LineKind, Order, OrderLine, Refund
from domain.outcomes import NeedsAttention, Skip
from domain.vat import VatRules
from tests.unit.orders_by_hand import ORDERED, order

RATES = tuple(Decimal(rate) for rate in ("25", "0", "25.5", "19", "7", "5.5", "12"))
WIDE = InvoiceRules(rounding_per_order=Decimal("10.00")).once_invoiced()
AS_LINE = WIDE.model_copy(update={"discounts": "as_line"})

prices = st.decimals("0.00", "9999.99", places=2)
discounts = st.sampled_from([Decimal(share) for share in ("0", "0", "0.1", "0.125", "0.333", "1")])


@st.composite
def sold_lines(draw: DrawFn, line_id: str = "1") -> OrderLine:
    """A line as shops reckon it: a price with or without VAT, a discount, then rounded, each shop in its own way."""
    kind: LineKind = draw(st.sampled_from(["product", "product", "product", "freight", "fee"]))
    rate = draw(st.sampled_from(RATES))
    quantity = draw(
        st.sampled_from([Decimal(number) for number in ("1", "1", "2", "3", "7", "100", "0.5", "2.75", "0.333")])
    )
    price, off = draw(prices), draw(discounts)
    including = draw(st.booleans())
    before = price * quantity / (1 + rate / HUNDRED) if including else price * quantity
    exact = before * (1 - off)
    places = draw(st.sampled_from([ORE, ORE, Decimal("0.0001")]))
    sign = draw(st.sampled_from([1, 1, 1, 1, -1])) if kind == "fee" else 1
    return OrderLine(
        id=line_id,
        kind=kind,
        text=draw(st.text(max_size=12)),
        quantity=quantity if kind == "product" else Decimal(1),
        net=sign * exact.quantize(places),
        list_net=sign * before.quantize(places),
        vat=sign * (exact * rate / HUNDRED).quantize(places),
        vat_rate=rate,
    )


@st.composite
def orders(draw: DrawFn) -> Order:
    """An order whose total is its lines', rounded once, or its lines' rounded one by one, as shops differ in that."""
    count = draw(st.integers(1, 8))
    lines = [draw(sold_lines(str(place))) for place in range(count)]
    if draw(st.booleans()):
        total = ore(sum((one.net + one.vat for one in lines), ZERO))
    else:
        total = sum((ore(one.net + one.vat) for one in lines), ZERO)
    assume(total >= 0)
    return order(sold=lines, total=total)


def build(sold: Order, rules: InvoiceRules = WIDE) -> Invoice:
    return build_invoice(sold, "b2c", "17", "shop-1", rules, VatRules()).invoice


def assert_sums_agree(document: Invoice) -> None:
    for one in document.lines:
        assert one.quantity * one.unit_net == one.net
        assert one.quantity > 0
        assert all(number == ore(number) for number in (one.quantity, one.unit_net, one.net))
    for total in document.vat_totals:
        assert total.net == sum((one.net for one in document.lines if one.vat_rate == total.rate), ZERO)
        assert total.vat == vat_of(total.net, total.rate)
    assert document.net == sum((one.net for one in document.lines), ZERO)
    assert document.vat == sum((one.vat for one in document.vat_totals), ZERO)
    assert document.total == document.net + document.vat


@given(orders(), st.sampled_from([WIDE, AS_LINE]))
@settings(max_examples=100, deadline=None)
def test_the_invoices_total_is_the_orders_to_the_ore(sold: Order, rules: InvoiceRules) -> None:
    invoice = build(sold, rules)
    assert invoice.total == sold.total
    assert_sums_agree(invoice)
    assert sum(one.kind == "correction" for one in invoice.lines) <= 1


@given(orders())
@settings(max_examples=100, deadline=None)
def test_the_vat_of_each_rate_is_the_shops_within_an_ore_a_line(sold: Order) -> None:
    for total in build(sold).vat_totals:
        lines = [one for one in sold.lines if one.vat_rate == total.rate]
        shops = sum((one.vat for one in lines), ZERO)
        assert abs(total.vat - shops) <= ORE * max(len(lines), 1)


@given(orders())
@settings(max_examples=100, deadline=None)
def test_the_correction_stays_within_the_usual_limit(sold: Order) -> None:
    corrections = [one.net for one in build(sold).lines if one.kind == "correction"]
    assert all(abs(one) <= Decimal("0.05") * len(sold.lines) for one in corrections)


@given(orders(), st.sampled_from([Decimal("1.01"), Decimal("-1.01"), Decimal(250)]))
@settings(max_examples=100, deadline=None)
def test_a_total_that_is_not_the_lines_is_held_and_never_made_to_fit(sold: Order, wrong: Decimal) -> None:
    assume(sold.total + wrong >= 0)
    odd = sold.model_copy(update={"total": sold.total + wrong})
    with pytest.raises(NeedsAttention) as held:
        build(odd, InvoiceRules())
    assert held.value.finding.code in {"lines_do_not_add_up", "no_lines"}


@given(orders())
@settings(max_examples=100, deadline=None)
def test_building_twice_gives_the_same_invoice(sold: Order) -> None:
    first, second = build(sold), build(Order.model_validate_json(sold.model_dump_json()))
    assert difference(first, second) == ()
    assert first.fingerprint == second.fingerprint


@st.composite
def refunded_orders(draw: DrawFn) -> Order:
    """An order with refunds of lines, of amounts and of both, some of them too large, some told twice."""
    sold = draw(orders())
    assume(sold.total > 0)
    refunds: list[Refund] = []
    for number in range(draw(st.integers(1, 5))):
        taken = draw(st.lists(st.sampled_from(sold.lines), max_size=2, unique_by=lambda one: one.id))
        lines = tuple(one.model_copy(update={"net": ore(one.net), "vat": ore(one.vat)}) for one in taken)
        more = draw(st.sampled_from([ZERO, ZERO, Decimal("10.00"), ore(sold.total / 3), sold.total]))
        total = sum((one.net + one.vat for one in lines), ZERO) + more
        refunds.append(Refund(id=str(number), created_at=ORDERED, total=total, lines=lines))
    return sold.model_copy(update={"refunds": (*refunds, *draw(st.sampled_from([(), tuple(refunds[:1])])))})


@given(refunded_orders())
@settings(max_examples=100, deadline=None)
def test_credit_notes_are_exact_and_never_more_than_the_invoice(sold: Order) -> None:
    invoice = build(sold)
    outcomes = build_credit_notes(sold, invoice, [], WIDE)
    notes = [one.invoice for one in outcomes if isinstance(one, Built)]
    by_reference = {f"shop-1-R{one.id}": one for one in sold.refunds}
    assert len(outcomes) == sum(one.total != 0 for one in by_reference.values())
    assert len({note.reference for note in notes}) == len(notes)
    for note in notes:
        assert note.total == by_reference[note.reference].total
        assert_sums_agree(note)
    assert sum((note.total for note in notes), ZERO) <= invoice.total
    for rate in {total.rate for note in notes for total in note.vat_totals if total.rate}:
        sold_at = sum((one.net for one in invoice.lines if one.vat_rate == rate), ZERO)
        credited = sum((one.net for note in notes for one in note.lines if one.vat_rate == rate), ZERO)
        assert credited <= max(sold_at, ZERO) or sold_at < 0


@given(refunded_orders())
@settings(max_examples=100, deadline=None)
def test_each_refund_is_credited_once_however_often_one_looks(sold: Order) -> None:
    invoice = build(sold)
    notes: list[Invoice] = []
    for _ in range(3):
        notes += [one.invoice for one in build_credit_notes(sold, invoice, notes, WIDE) if isinstance(one, Built)]
    assert len({note.reference for note in notes}) == len(notes)
    assert sum((note.total for note in notes), ZERO) <= invoice.total


@given(orders(), st.lists(st.decimals("0.01", 1, places=4), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_amounts_that_add_up_to_the_whole_undo_the_invoice(sold: Order, weights: list[Decimal]) -> None:
    assume(sold.total > 0 and all(one.net >= 0 for one in sold.lines))
    shares = apportion(sold.total, weights)
    refunds = tuple(Refund(id=str(number), created_at=ORDERED, total=one) for number, one in enumerate(shares))
    refunded = sold.model_copy(update={"refunds": refunds})
    invoice = build(refunded)
    outcomes = build_credit_notes(refunded, invoice, [], WIDE)
    notes = [one.invoice for one in outcomes if isinstance(one, Built)]
    assert len(notes) == len(outcomes) == sum(one > 0 for one in shares)
    for rate in {total.rate for total in invoice.vat_totals if total.rate}:
        left = [one.net for one in invoice.lines if one.vat_rate == rate]
        taken = [one.net for note in notes for one in note.lines if one.vat_rate == rate]
        assert sum(taken, ZERO) == sum(left, ZERO)


anything = st.decimals(Decimal("-1e11"), Decimal("1e11"), places=8) | st.sampled_from(
    [ZERO, ORE, Decimal("1E-8"), Decimal(1)]
)
words = st.text(st.characters(exclude_categories=[]), max_size=40) | st.sampled_from(
    ["", "&amp;#0;", "{0}", "x" * 10_000]
)


@st.composite
def broken_orders(draw: DrawFn) -> Order:
    """What no adapter should let through, but might: any amount, any text, any day."""

    def broken_line(number: int) -> OrderLine:
        return OrderLine.model_construct(
            id=str(number),
            kind=draw(st.sampled_from(["product", "freight", "fee", "gift_card"])),
            text=draw(words),
            sku=draw(words),
            quantity=draw(anything),
            net=draw(anything),
            list_net=draw(anything),
            vat=draw(anything),
            vat_rate=draw(anything),
            notes=(),
        )

    lines = tuple(broken_line(number) for number in range(draw(st.integers(0, 3))))
    fits = draw(st.booleans())
    fitting = [one.model_copy(update={"vat_rate": Decimal(25), "vat": one.net / 4}) for one in lines] if fits else lines
    vat = sum((one.vat for one in fitting), ZERO)
    day = draw(st.datetimes(timezones=st.just(UTC)))
    return order(currency=draw(st.sampled_from(["DKK", "KWD", ""])), country=draw(words)).model_copy(
        update={
            "lines": tuple(fitting),
            "total": ore(sum((one.net for one in fitting), vat)) if fits else draw(anything),
            "total_vat": vat,
            "created_at": day,
            "buyer": Buyer.model_validate(
                dict.fromkeys(Buyer.model_fields, draw(words).encode(errors="replace").decode())
            ),
            "delivery": draw(
                st.none() | st.builds(lambda text: Address.model_construct(country=text, zip=text), words)
            ),
            "fields": {
                name: Found.model_construct(key="k", value=draw(words)) for name in ("cvr", "ean", "vat_number")
            },
            "refunds": (Refund(id="1", created_at=day, total=draw(anything), lines=()),),
        }
    )


@given(broken_orders(), st.sampled_from(["b2c", "b2b", "ean"]), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_broken_order_is_held_or_invoiced_exactly_but_never_crashes(
    sold: Order, customer_type: CustomerType, oss: bool
) -> None:
    try:
        invoice = build_invoice(sold, customer_type, "17", "shop-1", InvoiceRules(), VatRules(oss=oss)).invoice
    except (NeedsAttention, Skip):
        return
    assert invoice.total == sold.total
    assert_sums_agree(invoice)
    assert invoice.fingerprint
    for outcome in build_credit_notes(sold, invoice, [], InvoiceRules()):
        assert isinstance(outcome, NeedsAttention) or outcome.invoice.total <= invoice.total
