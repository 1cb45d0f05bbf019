"""Money is a `Decimal`, always; this is the only place that reads, rounds and splits it."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation

ZERO = Decimal("0.00")
ORE = Decimal("0.01")
HUNDRED = Decimal(100)
NO_VAT = Decimal(0)
"""The rate of what bears no VAT, in percent."""
LARGEST = Decimal("1e12")


def amount(text: object) -> Decimal:
    """Read one amount as shops write it: a string, an int or a `Decimal`; never a float.

    Raises `ValueError` for anything that is not a finite number below a million millions.
    """
    if isinstance(text, bool | float) or not isinstance(text, str | int | Decimal):
        raise ValueError(f"not an amount: {type(text).__name__}")
    try:
        value = Decimal(text.strip()) if isinstance(text, str) else Decimal(text)
    except InvalidOperation as error:
        raise ValueError("not an amount") from error
    if not value.is_finite() or value.copy_abs() >= LARGEST:  # abs() itself overflows on 1e999999999
        raise ValueError("not an amount")
    return value


def ore(value: Decimal) -> Decimal:
    """Round to the øre, halves away from zero, as Danish invoices do; never a negative zero."""
    return value.quantize(ORE, rounding=ROUND_HALF_UP) + ZERO


def vat_of(net: Decimal, rate: Decimal) -> Decimal:
    """The VAT on `net` at `rate` percent, rounded to the øre."""
    return ore(net * rate / HUNDRED)


def plain(value: Decimal) -> Decimal:
    """The same number without empty decimals or an exponent, so that equal amounts are also written the same."""
    shortest = value.normalize() + 0
    return shortest.quantize(Decimal(1)) if shortest == shortest.to_integral_value() else shortest


def apportion(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `total` by `weights` into amounts of whole øre that add up to it exactly.

    Largest remainder first; with no weight at all everything goes to the first share.
    """
    whole = sum(weights, ZERO)
    if not weights:
        return []
    if whole == 0:
        return [ore(total)] + [ZERO] * (len(weights) - 1)
    return _whole_ore([total * weight / whole for weight in weights], ore(total))


def round_together(values: Sequence[Decimal]) -> list[Decimal]:
    """Round each to the øre so that they still add up to their rounded sum; largest remainder first."""
    return _whole_ore(values, ore(sum(values, ZERO)))


def split_price(net: Decimal, quantity: Decimal) -> list[tuple[Decimal, Decimal]]:
    """`(quantity, unit price)` pairs of at most two decimals each whose products add up to `net` exactly.

    One pair where the price comes out; two, an øre apart, where a whole quantity must be split;
    none where it can't be done (a broken quantity). `net` is in whole øre, `quantity` above zero.
    """
    if quantity != quantity.quantize(ORE):
        return []
    unit = net / quantity
    if unit == ore(unit):
        return [(plain(quantity), ore(unit))]
    if quantity != quantity.to_integral_value():
        return []
    low = unit.quantize(ORE, rounding=ROUND_FLOOR)
    dearer = plain((net - quantity * low) / ORE)
    return [(plain(quantity - dearer), low), (dearer, low + ORE)]


def _whole_ore(exact: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    shares = [ore(value) for value in exact]
    missing = int((total - sum(shares, ZERO)) / ORE)
    step = ORE if missing > 0 else -ORE
    by_remainder = sorted(range(len(shares)), key=lambda index: (exact[index] - shares[index]) / step, reverse=True)
    for index in by_remainder[: abs(missing)]:
        shares[index] += step
    return shares
