"""The sums of a document: VAT per rate, and the correction line that closes the last øre to a given total."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from domain.invoice_lines import single
from domain.invoice_rules import InvoiceRules
from domain.invoices import InvoiceLine, VatTotal
from domain.money import NO_VAT, ZERO, vat_of
from domain.outcomes import NeedsAttention


class Settled(NamedTuple):
    """Lines and sums that agree: `net` + `vat` = `total`, exactly."""

    lines: tuple[InvoiceLine, ...]
    vat_totals: tuple[VatTotal, ...]
    net: Decimal
    vat: Decimal
    total: Decimal


def vat_totals(lines: Iterable[InvoiceLine]) -> tuple[VatTotal, ...]:
    """Net and VAT per rate, highest rate first: the VAT once on the sum, as accounting systems compute it."""
    nets: dict[Decimal, Decimal] = {}
    for line in lines:
        nets[line.vat_rate] = nets.get(line.vat_rate, ZERO) + line.net
    rates = sorted(nets, reverse=True)
    return tuple(VatTotal(rate=rate, net=nets[rate], vat=vat_of(nets[rate], rate)) for rate in rates)


def settle(lines: Sequence[InvoiceLine], total: Decimal, limit: Decimal, rules: InvoiceRules) -> Settled:
    """The lines with a correction line where they need one to come to `total`.

    Raises `NeedsAttention` (`total_differs`) where more than `limit` is missing or too much.
    """
    totals = vat_totals(lines)
    reached = sum((one.net + one.vat for one in totals), ZERO)
    missing = total - reached
    if abs(missing) > limit:
        raise NeedsAttention("total_differs", "total", reached, total)
    if missing:
        lines = (*lines, single("correction", rules.products.rounding, rules.texts.rounding, missing, NO_VAT))
        totals = vat_totals(lines)
    net, vat = sum((one.net for one in totals), ZERO), sum((one.vat for one in totals), ZERO)
    return Settled(tuple(lines), totals, net, vat, net + vat)
