"""Every row of `cases/cases.toml` comes out as it was reckoned by hand."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from domain.credit_notes import build_credit_notes
from domain.differences import as_kept, difference, told
from domain.invoice_rules import InvoiceRules
from domain.invoices import Invoice
from domain.invoicing import Built, build_invoice
from domain.orders import Address, Order
from domain.outcomes import NeedsAttention, Skip
from domain.vat import VatRules
from domain.words import Words
from tests.unit.orders_by_hand import ORDERED, order, refund

CASES = tomllib.loads((Path(__file__).parent / "cases" / "cases.toml").read_text(encoding="utf-8"))["case"]
TRAPS_OF_THE_DOMAIN = {29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46}


def the_order(case: dict[str, Any]) -> Order:
    created = datetime.fromisoformat(case["created"]) if "created" in case else ORDERED
    delivery = Address(**case["delivery"]) if "delivery" in case else None
    made = order(
        *case["order"],
        total=case["total"],
        country=case.get("country", "DK"),
        fields=case.get("fields"),
        currency=case.get("currency", "DKK"),
        payment_method=case.get("payment", ""),
        created_at=created,
        delivery=delivery,
        refunds=[refund(one["id"], one["total"], *one.get("lines", ())) for one in case.get("refunds", ())],
    )
    return made.model_copy(update={"buyer": made.buyer.model_copy(update={"zip": case.get("zip", "8000")})})


def rules_of(case: dict[str, Any]) -> tuple[InvoiceRules, VatRules]:
    settings = case.get("settings", {})
    rules = InvoiceRules(**settings.get("invoices", {}))
    return rules.once_invoiced() if case.get("invoiced_before") else rules, VatRules(**settings.get("vat", {}))


def build(case: dict[str, Any]) -> Built:
    return build_invoice(the_order(case), case.get("type", "b2c"), "17", "shop-1042", *rules_of(case))


def written_lines(invoice: Invoice) -> list[str]:
    return [
        f"{one.quantity:f} × {one.text} [{one.product}] à {one.unit_net} = {one.net} ({one.vat_rate:f} %)"
        for one in invoice.lines
    ]


def written_vat(invoice: Invoice) -> list[str]:
    return [f"{one.rate:f} %: {one.net} → {one.vat}" for one in invoice.vat_totals]


def assert_held(hold: NeedsAttention, expected: dict[str, str]) -> None:
    assert hold.finding.model_dump() == expected


@pytest.mark.parametrize("case", CASES, ids=[f"{case['trap']}: {case['title']}" for case in CASES])
def test_an_invoice_comes_out_as_reckoned_by_hand(case: dict[str, Any]) -> None:
    if "held" in case:
        with pytest.raises(NeedsAttention) as held:
            build(case)
        assert_held(held.value, case["held"])
        return
    if "skipped" in case:
        with pytest.raises(Skip) as skipped:
            build(case)
        assert skipped.value.finding.code == case["skipped"]
        return
    built = build(case)
    assert str(built.invoice.total) == case["total"]
    assert [one.code for one in built.warnings] == case.get("warnings", [])
    seen = {
        "invoice": written_lines(built.invoice),
        "vat": written_vat(built.invoice),
        "zone": built.invoice.vat_zone,
        "date": built.invoice.date.isoformat(),
        "terms": built.invoice.payment_terms,
        "note": built.invoice.note,
        "products": sorted(set(rules_of(case)[0].products.named().values())),
    }
    expected = {"zone": "domestic"} | {name: value for name, value in case.items() if name in seen}
    assert {name: seen[name] for name in expected} == expected


@pytest.mark.parametrize("case", [one for one in CASES if "credit_notes" in one], ids=lambda case: case["title"])
def test_refunds_come_out_as_reckoned_by_hand(case: dict[str, Any]) -> None:
    invoice = build(case).invoice
    outcomes = build_credit_notes(the_order(case), invoice, [], rules_of(case)[0])
    assert len(outcomes) == len(case["credit_notes"])
    for outcome, expected in zip(outcomes, case["credit_notes"], strict=True):
        if isinstance(outcome, NeedsAttention):
            assert_held(outcome, expected["held"])
            continue
        note = outcome.invoice
        assert (note.kind, note.credits) == ("credit_note", "shop-1042")
        assert note.reference == expected["reference"]
        assert written_lines(note) == expected["lines"]
        assert written_vat(note) == expected["vat"]


@pytest.mark.parametrize("case", [one for one in CASES if "edited" in one], ids=lambda case: case["title"])
def test_an_edited_order_shows_what_differs(case: dict[str, Any]) -> None:
    found = difference(build(case).invoice, build(case | case["edited"]).invoice)
    assert told(as_kept(found), Words("en")) == "; ".join(case["differences"])


def test_there_is_a_case_for_every_trap_of_the_domain() -> None:
    assert {case["trap"] for case in CASES} == TRAPS_OF_THE_DOMAIN
