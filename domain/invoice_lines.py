"""From what was sold to the lines of a document: products, texts, exact prices and the rate really charged.

Accounting systems compute from quantities and net prices of two decimals, and VAT once per rate on the sum.
So each line keeps the shop's own net amount, and a price that doesn't come out is split an øre apart.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from domain.identity import visible
from domain.invoice_rules import InvoiceRules, ProductRules
from domain.invoices import InvoiceLine, InvoiceLineKind
from domain.money import HUNDRED, NO_VAT, ORE, ZERO, ore, plain, round_together, split_price
from domain.orders import OrderLine
from domain.outcomes import Finding, NeedsAttention
from domain.texts import cut

ONE = Decimal(1)


class Rated(NamedTuple):
    """An order line with the rate that was really charged; amounts in whole øre."""

    line: OrderLine
    kind: InvoiceLineKind
    rate: Decimal
    net: Decimal
    list_net: Decimal


def charged_rate(line: OrderLine, tolerance: Decimal) -> Decimal:
    """The rate in percent that the line's amounts show: its stated one, or 0 where no VAT was taken at all.

    Raises `NeedsAttention` (`vat_not_rate`) where the VAT is more than `tolerance` from what the rate gives.
    """
    exact = line.net * line.vat_rate / HUNDRED
    if line.vat == 0 and abs(exact) >= ORE:
        return NO_VAT
    if not 0 <= line.vat_rate <= HUNDRED or abs(exact - line.vat) > tolerance:
        expected = f"{ore(exact)} ({plain(line.vat_rate):f} %)"
        raise NeedsAttention("vat_not_rate", f"line {line.id}", f"{plain(line.vat):f}", expected)
    return plain(line.vat_rate)


def rate_lines(lines: Sequence[OrderLine], rules: InvoiceRules) -> list[Rated]:
    """Each line with its charged rate, and amounts of more than two decimals rounded together per rate."""
    rates = [charged_rate(line, rules.rounding_per_line) for line in lines]
    nets = _rounded_by_rate([line.net for line in lines], rates)
    list_nets = _rounded_by_rate([line.list_net for line in lines], rates)
    kinds = [_kind(line, rules) for line in lines]
    return [Rated(*row) for row in zip(lines, kinds, rates, nets, list_nets, strict=True)]


def invoice_lines(rated: Sequence[Rated], rules: InvoiceRules) -> tuple[list[InvoiceLine], list[Finding]]:
    """The lines of a document. Nothing of quantity zero and no amount is sent."""
    written: list[InvoiceLine] = []
    findings: list[Finding] = []
    discounts: dict[Decimal, Decimal] = {}
    for one in rated:
        net = one.net
        if rules.discounts == "as_line" and one.list_net > net >= 0:
            discounts[one.rate] = discounts.get(one.rate, ZERO) + one.list_net - net
            net = one.list_net
        if net == 0 and one.line.quantity == 0:
            continue
        text = _text(one.line, rules)
        if len(text) > rules.lengths.text:
            limit = str(rules.lengths.text)
            findings.append(Finding(code="text_cut", field=f"line {one.line.id}", found=text[:80], expected=limit))
        product = _product(one, net, text, rules.products, findings)
        written += _priced(one, product, text, net, rules)
    for rate, amount in discounts.items():
        product = by_rate(rules.products.discount, rate, rules.products)
        written.append(single("discount", product, rules.texts.discount, -amount, rate))
    return written, findings


def single(kind: InvoiceLineKind, product: str, text: str, net: Decimal, rate: Decimal) -> InvoiceLine:
    """A line of quantity one."""
    return InvoiceLine(kind=kind, product=product, text=text, quantity=ONE, unit_net=net, net=net, vat_rate=rate)


def by_rate(product: str, rate: Decimal, products: ProductRules) -> str:
    """The product that stands in for this one at a VAT rate, or the product itself."""
    return products.by_rate.get(rate, product)


def _rounded_by_rate(amounts: Sequence[Decimal], rates: Sequence[Decimal]) -> list[Decimal]:
    rounded = [ore(amount) for amount in amounts]
    if rounded == list(amounts):
        return rounded
    for rate in set(rates):
        places = [place for place, its in enumerate(rates) if its == rate]
        for place, amount in zip(places, round_together([amounts[place] for place in places]), strict=True):
            rounded[place] = amount
    return rounded


def _kind(line: OrderLine, rules: InvoiceRules) -> InvoiceLineKind:
    return "gift_card" if line.kind == "product" and line.sku in rules.gift_card_skus else line.kind


def _text(line: OrderLine, rules: InvoiceRules) -> str:
    text = visible(line.text) or visible(line.sku) or str(getattr(rules.texts, line.kind))
    if line.kind == "gift_card" and line.net < 0:
        text = f"{rules.texts.gift_card} {text}"
    if rules.line_notes == "none":
        return text
    chosen = [note for note in line.notes if rules.line_notes == "all" or note.key in rules.line_notes]
    return ", ".join([text, *(f"{visible(note.key)}: {visible(note.value)}" for note in chosen)])


def _product(one: Rated, net: Decimal, text: str, products: ProductRules, findings: list[Finding]) -> str:
    if one.kind == "gift_card":
        return products.gift_card if net >= 0 else products.gift_card_payment
    if one.kind == "freight":
        return by_rate(products.freight, one.rate, products)
    if one.kind == "fee":
        return products.fees.get(text) or by_rate(products.fee, one.rate, products)
    return _product_of_sku(visible(one.line.sku), one, products, findings)


def _product_of_sku(sku: str, one: Rated, products: ProductRules, findings: list[Finding]) -> str:
    if sku in products.sku:
        return products.sku[sku]
    if products.unmapped_sku == "hold":
        raise NeedsAttention("sku_unmapped", f"line {one.line.id}", sku, "invoices.products.sku")
    if not sku or products.unmapped_sku == "default":
        return by_rate(products.default, one.rate, products)
    if len(sku) > products.length:
        findings.append(Finding(code="sku_cut", field=f"line {one.line.id}", found=sku, expected=str(products.length)))
    return sku[: products.length]


def _priced(one: Rated, product: str, text: str, net: Decimal, rules: InvoiceRules) -> list[InvoiceLine]:
    """One line; two an øre apart where the price doesn't come out; quantity one where neither is possible."""
    quantity = one.line.quantity
    pairs = split_price(net, abs(quantity)) if quantity else []
    if not pairs:
        counted = f"{plain(quantity):f}".replace(".", ",")
        return [single(one.kind, product, cut(f"{counted} × {text}", rules.lengths.text), net, one.rate)]
    shown = cut(text, rules.lengths.text)
    return [
        InvoiceLine(
            kind=one.kind,
            product=product,
            text=shown,
            quantity=count,
            unit_net=unit,
            net=ore(count * unit),
            vat_rate=one.rate,
        )
        for count, unit in pairs
    ]
