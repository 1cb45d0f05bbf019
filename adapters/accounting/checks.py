"""What no books take, as pure checks before anything is sent: amounts that don't add up, texts that can't be kept.

Each raises `NeedsAttention` for the first thing that is wrong.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from domain.invoices import Invoice, InvoiceLine, VatTotal
from domain.money import HUNDRED, LARGEST, ZERO, ore, vat_of
from domain.outcomes import NeedsAttention

LARGEST_NUMBER = 999_999_999
RATE_STEP = Decimal("0.0001")


def check_amounts(invoice: Invoice) -> None:
    """Compute the document anew from quantities, prices and rates, and refuse it where it claims something else."""
    if not invoice.lines:
        raise NeedsAttention("no_lines", "lines")
    for index, line in enumerate(invoice.lines):
        _check_line(f"lines[{index}]", line)
    vat_totals = vat_by_rate((line.vat_rate, line.net) for line in invoice.lines)
    claimed = {total.rate: total for total in invoice.vat_totals}
    if len(claimed) != len(invoice.vat_totals) or claimed != {total.rate: total for total in vat_totals}:
        raise NeedsAttention("totals_disagree", "vat_totals", _shown(invoice.vat_totals), _shown(vat_totals))
    net = sum((total.net for total in vat_totals), ZERO)
    vat = sum((total.vat for total in vat_totals), ZERO)
    for field, found, expected in (
        ("net", invoice.net, net),
        ("vat", invoice.vat, vat),
        ("total", invoice.total, net + vat),
    ):
        _check_number(field, found)
        if found != expected:
            raise NeedsAttention("totals_disagree", field, found, expected)
    if invoice.total < 0:
        raise NeedsAttention("negative_total", "total", invoice.total)


def vat_by_rate(lines: Iterable[tuple[Decimal, Decimal]]) -> list[VatTotal]:
    """The VAT of `(rate, net)` lines: computed once per rate on the sum, highest rate first."""
    sums: dict[Decimal, Decimal] = {}
    for rate, net in lines:
        sums[rate] = sums.get(rate, ZERO) + net
    return [VatTotal(rate=rate, net=sums[rate], vat=vat_of(sums[rate], rate)) for rate in sorted(sums, reverse=True)]


def check_text(field: str, text: str, longest: int | None) -> None:
    """A text must be one that can be stored, and short enough."""
    if not storable(text):
        raise NeedsAttention("text_unreadable", field)
    if longest is not None and len(text) > longest:
        raise NeedsAttention("value_too_long", field, len(text), longest)


def check_texts(invoice: Invoice, lengths: Mapping[str, int]) -> None:
    """Every text of a document must be one that can be stored, within `lengths` (as in `DOCUMENT_LENGTHS`).

    `recipient` and `delivery` are lengths of all their parts, but for those that are named (`recipient.zip`).
    """
    if not invoice.reference:
        raise NeedsAttention("reference_missing", "reference")
    for field in ("reference", "requisition", "reference_person", "kontostreng", "layout", "payment_account", "note"):
        check_text(field, getattr(invoice, field), lengths[field])
    for party in ("recipient", "delivery"):
        for part, text in getattr(invoice, party) or ():
            check_text(f"{party}.{part}", text, lengths.get(f"{party}.{part}", lengths[party]))
    for index, line in enumerate(invoice.lines):
        if not line.product:
            raise NeedsAttention("product_missing", f"lines[{index}].product")
        check_text(f"lines[{index}].product", line.product, lengths["product"])
        check_text(f"lines[{index}].text", line.text, lengths["text"])


def wanted_number(text: str) -> int:
    """A customer number that somebody wants: 1 to 999999999, without leading zeros."""
    if not (text.isascii() and text.isdigit()) or text.startswith("0") or len(text) > len(str(LARGEST_NUMBER)):
        raise NeedsAttention("customer_number_impossible", "customer_number", text, f"1–{LARGEST_NUMBER}")
    return int(text)


def _check_line(place: str, line: InvoiceLine) -> None:
    _check_number(f"{place}.quantity", line.quantity)
    _check_number(f"{place}.unit_net", line.unit_net)
    _check_number(f"{place}.net", line.net)
    if line.quantity == 0:
        raise NeedsAttention("quantity_zero", f"{place}.quantity")
    rate = line.vat_rate
    if not rate.is_finite() or not 0 <= rate <= HUNDRED or rate != rate.quantize(RATE_STEP):
        raise NeedsAttention("vat_rate_impossible", f"{place}.vat_rate", rate)
    net = ore(line.quantity * line.unit_net)
    if line.net != net:
        raise NeedsAttention("totals_disagree", f"{place}.net", line.net, net)


def _check_number(place: str, value: Decimal) -> None:
    if not value.is_finite() or abs(value) >= LARGEST or value != ore(value):
        raise NeedsAttention("amount_impossible", place, value)


def _shown(totals: Iterable[VatTotal]) -> str:
    return ", ".join(f"{total.rate} %: {total.net} + {total.vat}" for total in totals)


def storable(text: str) -> bool:
    """Whether a text can be written as UTF-8: half a surrogate pair, which JSON lets through, can't."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)
