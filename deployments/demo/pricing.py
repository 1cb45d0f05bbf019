"""What a cart costs, computed as WooCommerce does it: line by line, whole øre, taxes rounded per line.

A shop that enters prices with VAT enters them with Danish VAT: a foreign buyer's price is stripped of it first.
Such a shop rounds the halves of VAT down, a shop with net prices rounds them up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

ZERO = Decimal("0.00")
ORE = Decimal("0.01")
HUNDRED = Decimal(100)
BASE_PERCENT = Decimal(25)


@dataclass(frozen=True)
class Tax:
    """A VAT rate as it stands in the shop's tax table; `percent` as text, such as `25.5`."""

    rate_id: int
    code: str
    label: str
    percent: str


@dataclass(frozen=True)
class Goods:
    """A cart line: `price` of one as the shop enters it, with VAT where its prices include VAT."""

    name: str
    price: str
    quantity: int = 1
    sku: str | None = ""
    product_id: int = 0
    variation_id: int = 0
    taxed: bool = True
    tax_class: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Coupon:
    """`amount` is in percent, or an amount off the cart or off each piece, as the shop enters prices."""

    code: str
    kind: Literal["percent", "fixed_cart", "fixed_product"]
    amount: str


@dataclass
class Priced:
    """A line with what it costs before (`subtotal`) and after discounts, all without VAT, and the VAT of each."""

    goods: Goods
    shown: Decimal
    subtotal: Decimal
    subtotal_tax: Decimal
    total: Decimal
    total_tax: Decimal
    rate: Decimal


def ore(value: Decimal) -> Decimal:
    """Whole øre, halves up."""
    return value.quantize(ORE, ROUND_HALF_UP)


@lru_cache(maxsize=256)
def decimal(text: str) -> Decimal:
    """The same few prices are read again and again."""
    return Decimal(text)


@dataclass(frozen=True)
class Cart:
    """How this shop prices for this buyer: no `tax` at all is an export."""

    tax: Tax | None
    inclusive: bool

    def price(self, lines: Sequence[Goods], coupons: Sequence[Coupon]) -> tuple[list[Priced], list[Decimal]]:
        """The priced lines, and what each coupon took off without VAT."""
        priced = [self._undiscounted(goods) for goods in lines]
        taken = []
        for coupon in coupons:
            before = sum((line.total for line in priced), ZERO)
            for line, discount in zip(priced, discounts(coupon, priced), strict=True):
                self._discount(line, discount)
            taken.append(before - sum((line.total for line in priced), ZERO))
        return priced, taken

    def vat(self, net: Decimal, rate: Decimal) -> Decimal:
        """The VAT of one line, rounded the shop's way."""
        return (net * rate / HUNDRED).quantize(ORE, ROUND_HALF_DOWN if self.inclusive else ROUND_HALF_UP)

    def rate_of(self, taxed: bool) -> Decimal:
        """The rate in percent that applies, zero where none does."""
        return decimal(self.tax.percent) if self.tax and taxed else Decimal(0)

    def _undiscounted(self, goods: Goods) -> Priced:
        taxed = goods.taxed and not goods.tax_class
        rate = self.rate_of(taxed)
        net = shown = decimal(goods.price) * goods.quantity
        if self.inclusive and taxed:
            net = net / (1 + BASE_PERCENT / HUNDRED)
            shown = ore(net * (1 + rate / HUNDRED))
        subtotal, vat = ore(net), self.vat(net, rate)
        return Priced(goods, shown, subtotal, vat, subtotal, vat, rate)

    def _discount(self, line: Priced, discount: Decimal) -> None:
        if not discount:
            return
        line.shown -= discount
        net = line.shown / (1 + line.rate / HUNDRED) if self.inclusive else line.shown
        line.total, line.total_tax = ore(net), self.vat(net, line.rate)


def discounts(coupon: Coupon, lines: Sequence[Priced]) -> list[Decimal]:
    """What one coupon takes off each line, as shown to the buyer: rounded down, the odd øre dearest line first."""
    amount = decimal(coupon.amount)
    shown = [max(line.shown, ZERO) for line in lines]
    pieces = [line.goods.quantity for line in lines]
    if coupon.kind == "percent":
        wanted = ore(sum(shown, ZERO) * amount / HUNDRED)
        shares = [value * amount / HUNDRED for value in shown]
    elif coupon.kind == "fixed_product":
        shares = [amount * count for count in pieces]
        wanted = sum(map(min, shares, shown), ZERO)
    else:
        wanted = min(amount, sum(shown, ZERO))
        each = (amount / sum(pieces)).quantize(ORE, ROUND_DOWN)
        shares = [each * count for count in pieces]
    taken = [min(share, value).quantize(ORE, ROUND_DOWN) for share, value in zip(shares, shown, strict=True)]
    left = wanted - sum(taken, ZERO)
    for index in sorted(range(len(lines)), key=lambda i: decimal(lines[i].goods.price), reverse=True):
        extra = min(left, shown[index] - taken[index])
        taken[index] += extra
        left -= extra
    return taken
