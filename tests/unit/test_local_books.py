"""The embedded books believe no amount that they can't compute themselves."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.accounting.checks import check_amounts
from domain.invoices import Invoice, InvoiceLine, Recipient
from domain.money import ORE, ZERO, ore
from domain.outcomes import NeedsAttention
from domain.settlement import vat_totals

AMOUNTS = ("net", "vat", "total")
rates = st.sampled_from([Decimal(rate) for rate in ("25", "25.00", "12", "25.5", "5.5", "0", "100")])


def hundredths(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda value: Decimal(value).scaleb(-2))


@st.composite
def lines(draw: st.DrawFn) -> InvoiceLine:
    quantity, unit_net = draw(hundredths(1, 10**6)), draw(hundredths(-(10**7), 10**9))
    return InvoiceLine(
        kind="product",
        product="KOP-1",
        text="Kop",
        quantity=quantity,
        unit_net=unit_net,
        net=ore(quantity * unit_net),
        vat_rate=draw(rates),
    )


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    sold = draw(st.lists(lines(), min_size=1, max_size=6))
    totals = vat_totals(sold)
    net, vat = sum((one.net for one in totals), ZERO), sum((one.vat for one in totals), ZERO)
    assume(net + vat >= 0)
    return Invoice(
        kind="invoice",
        reference="shop-dk-1",
        customer="1",
        date=date(2025, 3, 14),
        currency="DKK",
        vat_zone="domestic",
        recipient=Recipient(name="Åse"),
        lines=tuple(sold),
        vat_totals=totals,
        net=net,
        vat=vat,
        total=net + vat,
    )


@given(invoices())
def test_what_the_rules_compute_the_books_compute_too(invoice: Invoice) -> None:
    check_amounts(invoice)


@given(invoices(), st.sampled_from(AMOUNTS), st.sampled_from([ORE, -ORE]))
def test_an_ore_too_much_or_too_little_is_refused(invoice: Invoice, field: str, by: Decimal) -> None:
    off = invoice.model_copy(update={field: getattr(invoice, field) + by})
    with pytest.raises(NeedsAttention) as refusal:
        check_amounts(off)
    finding = refusal.value.finding
    assert (finding.code, finding.field) == ("totals_disagree", field)
    assert Decimal(finding.expected) == getattr(invoice, field)


@given(invoices(), st.data())
def test_a_line_that_is_an_ore_off_is_refused_by_its_place(invoice: Invoice, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(invoice.lines) - 1))
    sold = list(invoice.lines)
    sold[place] = sold[place].model_copy(update={"net": sold[place].net + ORE})
    with pytest.raises(NeedsAttention) as refusal:
        check_amounts(invoice.model_copy(update={"lines": tuple(sold)}))
    assert refusal.value.finding.field == f"lines[{place}].net"


@given(invoices(), st.sampled_from(["NaN", "Infinity", "-Infinity", "sNaN", "1e12", "0.001", "1e99999"]))
def test_a_number_that_is_no_amount_is_refused(invoice: Invoice, number: str) -> None:
    for field in ("quantity", "unit_net", "net"):
        sold = (invoice.lines[0].model_copy(update={field: Decimal(number)}), *invoice.lines[1:])
        with pytest.raises(NeedsAttention) as refusal:
            check_amounts(invoice.model_copy(update={"lines": sold}))
        assert refusal.value.finding.code == "amount_impossible"
    with pytest.raises(NeedsAttention):
        check_amounts(invoice.model_copy(update={"total": Decimal(number)}))
