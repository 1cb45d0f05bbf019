"""What a credit note refers to in Tryton: a line of it has a line of the invoice as its origin.

Tryton credits an invoice any number of times; that no more is taken back than was invoiced is looked after here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from adapters.accounting.tryton_rpc import Row, TrytonServer
from domain.invoices import Invoice
from domain.money import ZERO
from domain.outcomes import NeedsAttention

FIELDS = ("reference", "state", "total_amount", "lines", "party.code", "currency.code")
BOOKED = frozenset({"posted", "paid"})


@dataclass
class Credits:
    """The invoices that some credit notes refer to, and what has been taken back of each."""

    invoices: dict[str, Row]
    taken: dict[str, Decimal]

    @classmethod
    def read(cls, server: TrytonServer, wanted: Iterable[Invoice]) -> "Credits":
        """What stands there of the invoices that these credit notes refer to."""
        references = sorted({invoice.credits for invoice in wanted if invoice.credits})
        if not references:
            return cls({}, {})
        ours = [["type", "=", "out"], ["state", "!=", "cancelled"]]
        rows = server.search_read("account.invoice", [*ours, ["reference", "in", references]], FIELDS)
        by_id = {row["id"]: row["reference"] for row in rows}
        of_these = [*ours, ["origin_invoices", "in", list(by_id)]]
        taken: dict[str, Decimal] = {}
        for note in server.search_read("account.invoice", of_these, ("total_amount", "origin_invoices")):
            for invoice in note["origin_invoices"]:
                taken[by_id.get(invoice, "")] = taken.get(by_id.get(invoice, ""), ZERO) - note["total_amount"]
        return cls({row["reference"]: row for row in rows}, taken)

    def take(self, note: Invoice, instead_of: Row | None = None) -> None:
        """Count a credit note in; `instead_of` is the draft that it replaces. Raises `NeedsAttention`."""
        if note.kind != "credit_note":
            return
        credited = self.invoices.get(note.credits)
        if credited is None or credited["total_amount"] < 0:
            raise NeedsAttention("credited_invoice_missing", "credits", note.credits)
        for field, found, expected in (
            ("customer", note.customer, credited["party."]["code"]),
            ("currency", note.currency, credited["currency."]["code"]),
        ):
            if found != expected:
                raise NeedsAttention("credit_differs_from_invoice", field, found, expected)
        before = -instead_of["total_amount"] if instead_of else ZERO
        left = credited["total_amount"] - self.taken.get(note.credits, ZERO) + before
        if note.total > left:
            raise NeedsAttention("credit_exceeds_invoice", "total", note.total, left)
        self.taken[note.credits] = self.taken.get(note.credits, ZERO) + note.total - before

    def line_of(self, note: Invoice) -> int | None:
        """A line of the invoice that a credit note refers to."""
        lines = self.invoices[note.credits]["lines"] if note.credits in self.invoices else []
        return int(lines[0]) if lines else None
