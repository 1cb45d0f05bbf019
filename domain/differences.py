"""What differs between a document as it was written and as its order asks for it now.

It is kept with a held order as codes and plain numbers, and gets its words when somebody is told.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from domain.invoices import Invoice, InvoiceLine, Recipient
from domain.orders import Address
from domain.texts import cut
from domain.words import Words

EMPTY: dict[str, Address] = {"recipient": Recipient(), "delivery": Address()}
AMOUNTS = frozenset({"net", "vat", "total"})
LINE = "line"
LONGEST_VALUE = 60
LONGEST_KEPT = 500
"""As much as an order keeps of what was found; what doesn't fit is counted."""


class Priced(NamedTuple):
    """What a line says beside its text; numbers as plain text, the rate in percent."""

    product: str
    quantity: str
    unit_net: str
    net: str
    vat_rate: str

    @classmethod
    def of(cls, line: InvoiceLine) -> "Priced":
        """Those of a line."""
        return cls(line.product, f"{line.quantity:f}", f"{line.unit_net}", f"{line.net}", f"{line.vat_rate:f}")


class Difference(NamedTuple):
    """One thing that differs: a field with its values, or, where `field` is `line`, the line of this `text`.

    A line that came has nothing `before`, one that went nothing `after`.
    """

    field: str
    before: str | Priced | None
    after: str | Priced | None
    text: str = ""


def difference(before: Invoice, now: Invoice) -> tuple[Difference, ...]:
    """What a person sees of an edited order: every field, line and sum that differs; empty when nothing does.

    The order of the lines doesn't matter. A line that was edited stands as one difference, by its text.
    """
    differences = [
        Difference(field, _shown(old), _shown(new))
        for (field, old), (_, new) in zip(_fields(before), _fields(now), strict=True)
        if old != new
    ]
    return (*differences, *_line_differences(before.lines, now.lines))


def _fields(invoice: Invoice) -> Iterator[tuple[str, object]]:
    for name, value in invoice:
        if name in EMPTY:
            address = value if isinstance(value, Address) else EMPTY[name]
            yield from ((f"{name}.{part}", text) for part, text in address)
        elif name not in {"lines", "vat_totals"}:
            yield name, value


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _line_differences(before: Sequence[InvoiceLine], now: Sequence[InvoiceLine]) -> Iterator[Difference]:
    gone, come = Counter(before), Counter(now)
    old, new = list((gone - come).elements()), list((come - gone).elements())
    for line in old:
        twin = next((one for one in new if (one.kind, one.text) == (line.kind, line.text)), None)
        if twin is not None:
            new.remove(twin)
        yield Difference(LINE, Priced.of(line), Priced.of(twin) if twin else None, line.text)
    yield from (Difference(LINE, None, Priced.of(line), line.text) for line in new)


def as_kept(differences: Sequence[Difference]) -> str:
    """The differences as a held order keeps them: JSON of at most `LONGEST_KEPT` characters, the rest as a number."""
    shortened = [
        Difference(one.field, _cut(one.before), _cut(one.after), cut(one.text, LONGEST_VALUE)) for one in differences
    ]
    for most in range(len(shortened), -1, -1):
        rest = [len(shortened) - most] if most < len(shortened) else []
        kept = json.dumps([*shortened[:most], *rest], ensure_ascii=False, separators=(",", ":"))
        if len(kept) <= LONGEST_KEPT:
            return kept
    return ""


def _cut(value: str | Priced | None) -> str | Priced | None:
    if isinstance(value, Priced):
        return value._replace(product=cut(value.product, LONGEST_VALUE))
    return value if value is None else cut(value, LONGEST_VALUE)


def told(kept: str, words: Words) -> str:
    """What `as_kept` gave, in words; what isn't of that form stays as it is."""
    try:
        known = [one if isinstance(one, int) else _understood(*one) for one in json.loads(kept)]
    except (ValueError, TypeError):
        return kept
    return "; ".join(words("changes_more", count=one) if isinstance(one, int) else _told(one, words) for one in known)


def _understood(field: str, before: Any, after: Any, text: str) -> Difference:
    before, after = (Priced(*value) if isinstance(value, list) else value for value in (before, after))
    return Difference(field, before, after, text)


def _told(one: Difference, words: Words) -> str:
    before, after = (_value(one.field, value, words) for value in (one.before, one.after))
    if one.field != LINE:
        return words("change", field=words.field(one.field), before=before, after=after)
    if one.before is None:
        return words("line_came", text=one.text, after=after)
    if one.after is None:
        return words("line_went", text=one.text, before=before)
    return words("change", field=words("line_named", text=one.text), before=before, after=after)


def _value(field: str, value: str | Priced | None, words: Words) -> str:
    if isinstance(value, Priced):
        numbers = {"quantity": words.number(Decimal(value.quantity)), "rate": words.rate(Decimal(value.vat_rate))}
        sums = {"price": words.amount(Decimal(value.unit_net)), "net": words.amount(Decimal(value.net))}
        return words("line_priced", product=value.product, **numbers, **sums)
    if not value:
        return words("nothing")
    return words.amount(Decimal(value)) if field in AMOUNTS else words.value(field, value)
