"""How Afstem speaks: phrases, the names of values, amounts and numbers, in Danish or English.

What is stored, logged and handed on is codes and plain numbers; they get their words here, when somebody is told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from domain.money import ore, plain
from domain.phrases import NAMES, PHRASES

Language = Literal["da", "en"]

MOST_NAMED = 20
"""So many numbers of orders or customers stand in one line."""

_DECIMAL = re.compile(r"(?<![\w.,])-?[0-9]+\.[0-9]+(?![\w.,])")
_LINE = re.compile(r"lines\[(?P<place>[0-9]+)\](?:\.[a-z_]+)?")
_DANISH = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class Words:
    """The words of one language: `words("orders")`, with places to fill in as `words("period", first=…, last=…)`."""

    language: Language

    def __call__(self, key: str, **places: object) -> str:
        """The phrase of this key."""
        return self._spoken(PHRASES[key]).format(**places)

    def of(self, kind: str, value: str, **places: object) -> str:
        """The word for a value: `words.of("stage", "held")`."""
        return self._spoken(NAMES[kind][value]).format(**places)

    def counted(self, key: str, count: int, **places: object) -> str:
        """A phrase about so many; for one it has words of its own (`…_one`), else it is `…_many`."""
        return self(f"{key}_one" if count == 1 else f"{key}_many", count=count, **places)

    def field(self, name: str) -> str:
        """What a field of ours is called, `refund 7`, `customer 12` and `lines[0].text` too; a shop's keeps its name.

        That of a part names the whole: `by (modtager)`.
        """
        if place := _LINE.fullmatch(name):
            return f"{self.of('field', 'line')} {int(place['place']) + 1}"
        kind, _, which = name.partition(" ")
        if which and kind in {"line", "refund", "customer"}:
            return f"{self.of('field', kind)} {which}"
        if name in NAMES["field"]:
            return self.of("field", name)
        whole, _, part = name.partition(".")
        if whole in NAMES["field"] and part in NAMES["field"]:
            return f"{self.of('field', part)} ({self.of('field', whole)})"
        return name

    def value(self, field: str, value: str) -> str:
        """The value of a field of ours: a VAT zone has its word, all else is as it is."""
        return self.of("zone", value) if field == "vat_zone" and value in NAMES["zone"] else value

    def fields(self, names: str) -> str:
        """The same for several, with commas between them."""
        return ", ".join(map(self.field, names.split(", ")))

    def document(self, told: str) -> str:
        """A document as we tell it, `invoice DKK 125.00 7`: its kind in words, its amount as the language writes it."""
        kind, _, rest = told.partition(" ")
        return f"{self.of('document', kind)} {self.amounts_in(rest)}" if kind in NAMES["document"] else told

    def first_of(self, names: Sequence[str]) -> str:
        """The first of many numbers, and how many more there are."""
        rest = len(names) - MOST_NAMED
        told = ", ".join(names[:MOST_NAMED])
        return f"{told} {self('and_more', count=rest)}" if rest > 0 else told

    def amount(self, amount: Decimal) -> str:
        """An amount to the øre: 1.234,50 or 1,234.50."""
        return self._figures(f"{ore(amount):,.2f}")

    def number(self, number: Decimal) -> str:
        """A number with the decimals that it has: 2, 0,5."""
        return self._figures(f"{plain(number):,f}")

    def rate(self, rate: Decimal) -> str:
        """A rate in percent: 25,5 %."""
        return f"{self.number(rate)} %"

    def amounts_in(self, text: str) -> str:
        """A text of ours with its amounts as this language writes them; all else in it stays."""
        if re.fullmatch(r"-?[0-9]+", text):
            return self.amount(Decimal(text))
        return _DECIMAL.sub(lambda found: self._figures(f"{Decimal(found.group()):,f}"), text)

    def _figures(self, text: str) -> str:
        return text.translate(_DANISH) if self.language == "da" else text

    def _spoken(self, both: tuple[str, str]) -> str:
        return both[0] if self.language == "da" else both[1]
