"""Which VAT rate a line was sold at, in percent, as the shop says it or as its amounts betray it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from adapters.webshops.values import mapping, rows, text_of
from domain.money import HUNDRED, ZERO, amount, apportion, ore
from domain.outcomes import NeedsAttention

_STANDARD = "25 24 25.5 19 20 21 22 23 27 17 18 16 15"
_REDUCED = "12 6 10 5 7 9 8 13 14 13.5 5.5 9.5 4.8 4 3 2.1 8.1 2.6 3.8"
USUAL_RATES = tuple(Decimal(rate) for rate in f"{_STANDARD} {_REDUCED}".split())
"""Only to snap a rate that is worked out from rounded amounts; a rate that the shop states is taken as it is."""

HALF_ORE = Decimal("0.005")
NONE = Decimal(0)


@dataclass(frozen=True)
class Tax:
    """One VAT of the order: `compound` is reckoned on top of the others."""

    percent: Decimal
    compound: bool = False


class Share(NamedTuple):
    """What part of a line was sold at one rate in percent."""

    rate: Decimal
    net: Decimal
    vat: Decimal


Taxes = Mapping[str, Tax]
"""The order's VATs by the shop's id of the rate."""


def taxes_of(body: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Taxes:
    """The VATs that an order states (`rate_percent`, since WooCommerce 3.7), the others worked out from its lines."""
    stated: dict[str, Tax] = {}
    for row in map(mapping, rows(body.get("tax_lines"))):
        percent = _percent(row.get("rate_percent"))
        if percent is not None:
            stated[text_of(row.get("rate_id"))] = Tax(percent, row.get("compound") is True)
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for line in lines:
        applied = _applied(line)
        if len(applied) == 1 and (tax := next(iter(applied))) not in stated:
            net, vat = _lenient(line.get("total")), _lenient(line.get("total_tax"))
            if vat:
                sums[tax] = [sums[tax][0] + net, sums[tax][1] + vat, sums[tax][2] + HALF_ORE]
    worked_out = {tax: worked_out_rate(*found) for tax, found in sums.items()}
    return stated | {tax: Tax(percent) for tax, percent in worked_out.items() if percent is not None}


def rate_of(line: Mapping[str, Any], net: Decimal, vat: Decimal, taxes: Taxes, place: str) -> Decimal:
    """The rate of one line; several VATs on it count together. Raises `NeedsAttention` where none fits."""
    percent = _stated_rate(_applied(line), net, taxes)
    if percent is None or (vat and not percent):
        percent = worked_out_rate(net, vat, HALF_ORE)
    if percent is None or percent > HUNDRED:
        raise NeedsAttention("vat_rate_unknown", f"{place}.total_tax", vat, net)
    return percent


def shares_of(line: Mapping[str, Any], net: Decimal, vat: Decimal, taxes: Taxes) -> list[Share]:
    """The shares of a line that were each sold at a rate of their own, highest rate first; none where it has one rate.

    Shops charge freight, and spread a deduction, over the rates of the goods; what no VAT was charged on is a share
    at 0 %, but for a charge with one VAT: that is a mistake. VATs that are each reckoned on all of it count together.
    """
    charged = {tax: _lenient(found) for tax, found in _applied(line).items() if _lenient(found)}
    if not charged or any(tax not in taxes or taxes[tax].compound or not taxes[tax].percent for tax in charged):
        return []
    vats = sorted(((taxes[tax].percent, found) for tax, found in charged.items()), reverse=True)
    if abs(sum((found for _, found in vats), ZERO) - vat) > HALF_ORE * (len(vats) + 1):
        return []
    nets = [found * HUNDRED / percent for percent, found in vats]
    rest, slack = net - sum(nets, ZERO), sum((HALF_ORE * HUNDRED / percent for percent, _ in vats), HALF_ORE)
    if any(part * net < 0 for part in (*nets, rest if abs(rest) > slack else ZERO)):
        return []
    if abs(rest) > slack:
        vats.append((NONE, ZERO))
        nets.append(rest)
    if len(charged) == 1 and (net > 0 or len(vats) == 1):
        return []
    shared_net, shared_vat = apportion(net, nets), apportion(vat, [found for _, found in vats])
    return [Share(rate, *amounts) for (rate, _), *amounts in zip(vats, shared_net, shared_vat, strict=True)]


def worked_out_rate(net: Decimal, vat: Decimal, slack: Decimal) -> Decimal | None:
    """The rate that amounts rounded by up to `slack` each betray: a usual one that fits, else the roundest."""
    if not vat:
        return NONE
    if net * vat <= 0:
        return None
    net, vat = abs(net), abs(vat)
    lowest = (vat - slack) / (net + slack) * HUNDRED
    highest = (vat + slack) / (net - slack) * HUNDRED if net > slack else HUNDRED
    for rate in USUAL_RATES:
        if lowest <= rate <= highest:
            return rate
    ratio = vat / net * HUNDRED
    roundest = (round(ratio, places) for places in range(5))
    found = next((rate for rate in roundest if lowest <= rate <= highest), round(ratio, 4))
    return found if found <= HUNDRED else None


def _applied(line: Mapping[str, Any]) -> dict[str, str]:
    """The ids of the VATs on a line with their amounts; one with an empty amount doesn't apply to it."""
    found = ((text_of(tax.get("id")), text_of(tax.get("total"))) for tax in map(mapping, rows(line.get("taxes"))))
    return {tax: total for tax, total in found if total}


def _is_charged(found: str, net: Decimal, tax: Tax) -> bool:
    """Whether a VAT was charged: a zero where it would have come to an øre says that it wasn't."""
    return bool(_lenient(found)) or not ore(net * tax.percent / HUNDRED)


def _stated_rate(applied: Mapping[str, str], net: Decimal, taxes: Taxes) -> Decimal | None:
    """What the VATs on a line come to, or None where the order doesn't say the rate of one of them."""
    if not all(tax in taxes for tax in applied):
        return None
    charged = [taxes[tax] for tax, found in applied.items() if _is_charged(found, net, taxes[tax])]
    percent = sum((tax.percent for tax in charged if not tax.compound), NONE)
    for tax in charged:
        if tax.compound:
            percent += tax.percent * (HUNDRED + percent) / HUNDRED
    return percent


def _percent(value: object) -> Decimal | None:
    try:
        found = amount(value)
    except ValueError:
        return None
    return found if 0 <= found <= HUNDRED else None


def _lenient(value: object) -> Decimal:
    """An amount that only weighs in a decision; one that can't be read weighs nothing."""
    try:
        return amount(value)
    except ValueError:
        return ZERO
