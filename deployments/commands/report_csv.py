"""The proof order by order, as a table for a spreadsheet.

In Danish as Danish spreadsheets read it: semicolons between cells, decimal commas. What comes from a shop or from
the books is never a formula there.
"""

import csv
from collections.abc import Callable
from decimal import Decimal
from typing import TextIO

from deployments.commands.telling import shown
from domain.proof import Accounted, Discrepancy, Standing
from domain.sentences import fix, what
from domain.words import Words

COLUMNS = (
    *("order", "date", "type", "currency", "total", "counts_as", "refunded", "invoices", "credit_notes", "difference"),
    *("zone", "net_in_books", "vat_in_books", "numbers", "references", "why", "fix"),
)
RUN_AS_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""Also in their full width, which some spreadsheets take for the same."""
BYTE_ORDER_MARK = "\ufeff"
"""By it, spreadsheets know that a file is UTF-8."""


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(RUN_AS_FORMULA) or text.startswith(RUN_AS_FORMULA) else text


class OrderByOrder:
    """Writes one row for each eligible order as the proof tells of it, and then each surplus document."""

    def __init__(self, out: TextIO, words: Words) -> None:
        self._words = words
        self._rows = csv.writer(out, delimiter=";" if words.language == "da" else ",", lineterminator="\r\n")
        self._rows.writerow([words(column) for column in COLUMNS])

    def order(self, one: Accounted) -> None:
        """One order: what became of it, and both sides' sums where it was invoiced."""
        order, words = one.order, self._words
        standing = [document for document in order.documents if not document.gone]
        invoiced = one.group == "invoiced"
        sums = (one.refunded, one.invoiced, one.credited, one.difference) if invoiced else (None,) * 4
        finding = order.finding
        counts_as = words("settled_short") if order.settled else words.of("group", one.group)
        self._write(
            [
                *(order.number, order.day or "", words.of("type", order.type), order.currency),
                *(order.total if order.currency else None, counts_as),
                *sums,
                ", ".join(dict.fromkeys(words.of("zone", _zone(document)) for document in standing)),
                *(_signed(standing, lambda document: document.net), _signed(standing, lambda document: document.vat)),
                ", ".join(document.number for document in standing),
                ", ".join(document.reference for document in standing),
                what(finding, words.language) if finding else "",
                fix(finding, words.language) if finding else "",
            ]
        )

    def surplus(self, one: Discrepancy) -> None:
        """A document of the books that no order accounts for."""
        surplus = self._words.of("difference", "surplus")
        row: list[object] = [one.order, "", "", one.currency, None, surplus, None, one.found, None]
        self._write([*row, one.expected - one.found, "", None, None, "", one.reference, "", ""])

    def _write(self, row: list[object]) -> None:
        self._rows.writerow([self._cell(value) for value in row])

    def _cell(self, value: object) -> str:
        """Our own figures may begin with a minus; texts are made safe."""
        if value is None:
            return ""
        if isinstance(value, Decimal):
            return f"{value:.2f}".replace(".", "," if self._words.language == "da" else ".")
        return defused(shown(value))


def _zone(document: Standing) -> str:
    return document.written.zone if document.written else "unknown"


def _signed(documents: list[Standing], amount: Callable[[Standing], Decimal]) -> Decimal | None:
    """The sum, credit notes against it; nothing where there is no document."""
    if not documents:
        return None
    return sum((amount(one) * (1 if one.kind == "invoice" else -1) for one in documents), Decimal(0))
