"""Money is a `Decimal`, always; this is the only place that reads, rounds and splits it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

ZERO = Decimal("0.00")
ORE = Decimal("0.01")
HUNDRED = Decimal(100)
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
    if not value.is_finite() or abs(value) >= LARGEST:
        raise ValueError("not an amount")
    return value


def ore(value: Decimal) -> Decimal:
    """Round to the øre, halves away from zero, as Danish invoices do."""
    return value.quantize(ORE, rounding=ROUND_HALF_UP)


def vat_of(net: Decimal, rate: Decimal) -> Decimal:
    """The VAT on `net` at `rate` percent, rounded to the øre."""
    return ore(net * rate / HUNDRED)


def apportion(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `total` by `weights` into amounts of whole øre that add up to it exactly.

    Largest remainder first; with no weight at all everything goes to the first share.
    """
    whole = sum(weights, ZERO)
    if not weights:
        return []
    if whole == 0:
        return [ore(total)] + [ZERO] * (len(weights) - 1)
    exact = [total * weight / whole for weight in weights]
    shares = [ore(value) for value in exact]
    missing = int((ore(total) - sum(shares, ZERO)) / ORE)
    step = ORE if missing > 0 else -ORE
    by_remainder = sorted(
        range(len(shares)), key=lambda i: (exact[i] - shares[i]) * (1 if missing > 0 else -1), reverse=True
    )
    for index in by_remainder[: abs(missing)]:
        shares[index] += step
    return shares
