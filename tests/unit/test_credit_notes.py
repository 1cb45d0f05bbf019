from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.credit_notes import build_credit_notes, fully_refunded
from domain.invoice_rules import InvoiceRules
from domain.invoices import Built, Invoice
from domain.invoicing import build_invoice
from domain.money import ZERO
from domain.orders import Order, Refund
from domain.outcomes import NeedsAttention
from domain.vat import VatRules
from tests.unit.orders_by_hand import line, order, refund

CUP = "1 × Kaffekop = 80.00 + 20.00 (25 %)"
PAPER = "1 × Avis = 60.00 + 0.00 (0 %)"
RULES = InvoiceRules()


def invoice_of(sold: Order, rules: InvoiceRules = RULES) -> Invoice:
    return build_invoice(sold, "b2b", "17", "shop-1042", rules.once_invoiced(), VatRules()).invoice


def credit(sold: Order, earlier: list[Invoice] | None = None, rules: InvoiceRules = RULES) -> list[Invoice]:
    outcomes = build_credit_notes(sold, invoice_of(sold, rules), earlier or [], rules)
    assert all(isinstance(one, Built) for one in outcomes), [str(one) for one in outcomes]
    return [one.invoice for one in outcomes if isinstance(one, Built)]


def hold(sold: Order, rules: InvoiceRules = RULES) -> NeedsAttention:
    (outcome,) = build_credit_notes(sold, invoice_of(sold, rules), [], rules)
    assert isinstance(outcome, NeedsAttention)
    return outcome


def test_a_credit_note_refers_to_its_invoice_and_has_its_buyer_customer_and_zone() -> None:
    sold = order(CUP, refunds=[refund("7", "25.00").model_copy(update={"reason": "Fortrudt\nkøb"})])
    invoice, (note,) = invoice_of(sold), credit(sold)
    assert (note.kind, note.reference, note.credits) == ("credit_note", "shop-1042-R7", "shop-1042")
    assert note.note == "Fortrudt køb"
    kept = ("customer", "currency", "vat_zone", "recipient", "requisition", "payment_terms")
    assert all(getattr(note, name) == getattr(invoice, name) for name in kept)


def test_a_refund_that_has_its_credit_note_gets_no_other() -> None:
    sold = order(CUP, refunds=[refund("1", "25.00"), refund("2", "30.00")])
    first, second = credit(sold)
    assert [one.reference for one in credit(sold, [first])] == [second.reference]
    assert credit(sold, [first, second]) == []


def test_what_was_credited_earlier_counts_against_what_is_left() -> None:
    before = order(CUP, refunds=[refund("1", "60.00")])
    later = order(CUP, refunds=[refund("1", "60.00"), refund("2", "50.00")])
    (outcome,) = build_credit_notes(later, invoice_of(later), credit(before), RULES)
    assert isinstance(outcome, NeedsAttention)
    assert (outcome.finding.code, outcome.finding.expected) == ("refund_exceeds_invoice", "40.00")


def test_the_credit_note_of_another_invoice_does_not_count() -> None:
    sold = order(CUP, refunds=[refund("1", "100.00")])
    other = credit(sold)[0].model_copy(update={"reference": "shop-99-R1", "credits": "shop-99"})
    assert [one.total for one in credit(sold, [other])] == [Decimal("100.00")]


def test_goods_put_back_on_the_shelf_without_money_need_no_credit_note() -> None:
    assert credit(order(CUP, refunds=[refund("1", "0.00")])) == []


@pytest.mark.parametrize("total", ["-10.00", "10.005"])
def test_what_is_no_amount_in_kroner_is_held(total: str) -> None:
    assert hold(order(CUP, refunds=[refund("1", total)])).finding.code == "refund_not_an_amount"


def test_lines_of_more_than_the_refunded_amount_are_held() -> None:
    assert hold(order(CUP, refunds=[refund("1", "50.00", CUP)])).finding.code == "refund_lines_do_not_add_up"


def test_a_rate_that_the_invoice_does_not_have_is_held() -> None:
    held = hold(order(CUP, refunds=[refund("1", "56.00", "1 × Kaffekop = 50.00 + 6.00 (12 %)")]))
    assert (held.finding.code, held.finding.found) == ("refund_exceeds_invoice", "50.00 (12 %)")


def test_more_of_one_rate_than_was_sold_is_held_though_the_invoice_has_the_amount() -> None:
    held = hold(order(CUP, PAPER, refunds=[refund("1", "70.00", "1 × Avis = 70.00 + 0.00 (0 %)")]))
    assert held.finding.model_dump() == {
        "code": "refund_exceeds_invoice",
        "field": "refund 1",
        "found": "70.00 (0 %)",
        "expected": "60.00 (0 %)",
    }


def test_an_amount_after_a_line_was_taken_back_goes_to_the_rates_that_remain() -> None:
    sold = order(CUP, PAPER, refunds=[refund("1", "100.00", CUP), refund("2", "30.00")])
    _, second = credit(sold)
    assert [(one.rate, one.net) for one in second.vat_totals] == [(Decimal(0), Decimal("30.00"))]


def test_a_full_refund_without_lines_takes_every_rate_back_to_zero() -> None:
    sold = order(CUP, PAPER, "fee Rabat = -8.00 + -2.00 (25 %)", refunds=[refund("1", "150.00")])
    invoice, (note,) = invoice_of(sold), credit(sold)
    assert note.vat_totals == invoice.vat_totals


def test_a_full_refund_gives_the_gift_card_back_and_takes_back_all_vat() -> None:
    sold = order(
        "1 × Vase = 200.00 + 50.00 (25 %)", "gift_card …7 = -200.00 + 0.00 (0 %)", refunds=[refund("1", "50.00")]
    )
    invoice, (note,) = invoice_of(sold), credit(sold)
    assert note.vat_totals == invoice.vat_totals


def test_a_full_refund_takes_back_the_correction_too_however_large() -> None:
    sold = order(*["1 × A = 8.02 + 2.00 (25 %)"] * 20, refunds=[refund("1", "200.40")])
    invoice, (note,) = invoice_of(sold), credit(sold)
    assert invoice.lines[-1].kind == "correction"
    assert (note.total, note.vat) == (invoice.total, invoice.vat)


def test_many_small_refunds_end_exactly_at_zero() -> None:
    sold = order(
        "1 × Vase = 16.00 + 4.00 (25 %)",
        refunds=[refund(f"{n:02}", "0.33") for n in range(60)] + [refund("60", "0.20")],
    )
    notes = credit(sold)
    assert len(notes) == 61
    assert sum((note.total for note in notes), ZERO) == Decimal("20.00")


def test_a_credit_note_is_dated_by_the_refund_but_never_before_its_invoice() -> None:
    late = Refund(id="1", created_at=datetime(2026, 4, 30, 22, 30, tzinfo=UTC), total=Decimal("25.00"))
    early = late.model_copy(update={"id": "2", "created_at": datetime(2026, 1, 1, tzinfo=UTC)})
    assert [one.date for one in credit(order(CUP, refunds=[late, early]))] == [date(2026, 3, 2), date(2026, 5, 1)]


def test_a_credit_note_respects_a_closed_period() -> None:
    sold = order(CUP, refunds=[refund("1", "25.00")])
    invoice = invoice_of(sold)
    (outcome,) = build_credit_notes(sold, invoice, [], InvoiceRules(closed_until=date(2026, 3, 31)))
    assert isinstance(outcome, NeedsAttention)
    moved = InvoiceRules(closed_until=date(2026, 3, 31), closed_period="first_open_day")
    (outcome,) = build_credit_notes(sold, invoice, [], moved)
    assert isinstance(outcome, Built)
    assert (outcome.invoice.date, [one.code for one in outcome.warnings]) == (date(2026, 4, 1), ["date_moved"])


def test_an_order_is_fully_refunded_when_everything_paid_was_given_back() -> None:
    assert fully_refunded(order(CUP, refunds=[refund("1", "40.00"), refund("2", "60.00")]))
    assert not fully_refunded(order(CUP, refunds=[refund("1", "99.99")]))
    assert not fully_refunded(order(CUP, refunds=[refund("1", "50.00"), refund("1", "50.00")]))
    assert not fully_refunded(order("1 × Gratis = 0.00 + 0.00 (25 %)"))


def test_part_of_a_line_is_taken_back_by_its_amount() -> None:
    part = line("1 × Kaffekop = 16.00 + 4.00 (25 %)")
    (note,) = credit(order(CUP, refunds=[refund("1", "20.00", taken_back=[part])]))
    assert (note.net, note.vat, note.total) == (Decimal("16.00"), Decimal("4.00"), Decimal("20.00"))
