"""Writing documents to the books exactly once: intent, call, outcome; what stands there already is looked at first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.integration import Integration
from adapters.store import Batch, DocumentRow, OrderRow
from domain.invoices import Document, Invoice
from domain.invoicing import difference
from domain.orders import Order
from domain.outcomes import AfstemError, Finding, NeedsAttention, Transient
from tasks.verdicts import Verdicts

OF_NO_MATTER_ONCE_BOOKED = frozenset(
    {"recipient.email", "recipient.phone", "note", "payment_terms", "layout", "payment_account"}
)
"""An edit of these alone changes nothing that a bookkeeper would credit a booked invoice for."""


@dataclass(frozen=True)
class Wanted:
    """A document that an order leads to. `rebuild` makes it again from the order as it was at another time."""

    row: OrderRow
    order: Order
    document: Invoice
    warnings: tuple[Finding, ...]
    rebuild: Callable[[Order], Invoice]

    @property
    def key(self) -> str:
        """The operation's key: the same at each try of the same content, and no other's."""
        return "|".join((self.document.kind, self.document.reference, self.order.id, self.document.fingerprint))


class Writer:
    """Brings documents into the books for one batch; an order whose document can't be written gets its verdict."""

    def __init__(self, integration: Integration, batch: Batch, verdicts: Verdicts) -> None:
        self._integration = integration
        self._batch = batch
        self._verdicts = verdicts
        self._book = integration.settings.accounting.book

    def write(self, wanted: Sequence[Wanted]) -> list[tuple[Wanted, str]]:
        """Make each document stand in the books; gives those that do, with their state (`draft` or `booked`)."""
        standing = self._standing(wanted)
        new = [one for one in wanted if one.document.reference not in standing]
        there = [one for one in wanted if one.document.reference in standing]
        return self._create(new) + [
            (one, state) for one in there if (state := self._settle(one, standing[one.document.reference]))
        ]

    def _standing(self, wanted: Sequence[Wanted]) -> dict[str, DocumentRow]:
        """What stands under the wanted references: from the mirror, or asked for where a try's answer was lost."""
        documents = self._integration.documents
        references = [one.document.reference for one in wanted]
        standing = documents.by_reference(references)
        new = [one for one in wanted if one.document.reference not in standing]
        tried = self._integration.operations.intend(
            "document", [(one.key, one.document.reference) for one in new], self._batch.id
        )
        doubtful = [one.document.reference for one in new if one.key in tried]
        if doubtful:
            documents.mirror(self._integration.books.find_documents(doubtful))
            standing |= documents.by_reference(doubtful)
        return standing

    def _create(self, wanted: Sequence[Wanted]) -> list[tuple[Wanted, str]]:
        pairs = [(one.key, one.document) for one in wanted]
        outcomes = self._integration.books.create_documents(pairs, book=self._book) if pairs else []
        return self._keep(list(zip(wanted, outcomes, strict=True)))

    def _settle(self, wanted: Wanted, standing: DocumentRow) -> str:
        """See to a document that stands there already; gives its state, or nothing where a person must look."""
        try:
            verdict = judge(wanted, standing)
        except NeedsAttention as error:
            self._verdicts.held(wanted.row, error.finding)
            return ""
        if verdict == "adopt":
            return self._adopt(wanted)
        number, key = standing.number, wanted.key
        if verdict == "rewrite":
            outcome = self._integration.books.update_drafts([(key, number, wanted.document)])
            if not self._keep([(wanted, outcome[0])]):
                return ""
        if standing.state == "draft" and self._book:
            booked = self._integration.books.book([(key, number)])
            return "booked" if self._keep([(wanted, booked[0])]) else ""
        return standing.state

    def _adopt(self, wanted: Wanted) -> str:
        """Take a document of ours over that the store had lost: it is what this order leads to."""
        found = self._integration.books.find_documents([wanted.document.reference])
        kept = self._keep([(wanted, one) for one in found])
        return kept[0][1] if kept else ""

    def _keep(
        self, outcomes: Sequence[tuple[Wanted, Document | NeedsAttention | Transient]]
    ) -> list[tuple[Wanted, str]]:
        """Commit what came of each call before anything else is done."""
        written = [(one, outcome) for one, outcome in outcomes if isinstance(outcome, Document)]
        refused = [(one, outcome) for one, outcome in outcomes if isinstance(outcome, AfstemError)]
        documents, operations = self._integration.documents, self._integration.operations
        with self._integration.store.together() as connection:
            documents.wrote(
                connection, self._integration.name, [(one.order, one.document, found) for one, found in written]
            )
            operations.done(connection, [(one.key, "done", found.number) for one, found in written])
            operations.done(
                connection,
                [(one.key, "refused", e.finding.code) for one, e in refused if isinstance(e, NeedsAttention)],
            )
            for one, error in refused:
                self._verdicts.refused(one.row, self._understood(one, error))
        return [(one, found.state) for one, found in written]

    def _understood(self, wanted: Wanted, error: AfstemError) -> AfstemError:
        """A customer that is gone from the books is no hold: the order is matched afresh at the next try."""
        if isinstance(error, NeedsAttention) and error.finding.code == "customer_gone":
            self._integration.directory.forget(wanted.document.customer)
            wanted.row.customer = ""
            return Transient("the customer was deleted from the books: it is matched afresh")
        return error


def judge(wanted: Wanted, standing: DocumentRow) -> str:
    """What to do about a document that stands under our reference: leave it, `adopt` it or `rewrite` it.

    Raises `NeedsAttention` where it is somebody else's, was booked before the order was edited,
    or is a draft that a person has changed.
    """
    if standing.order_id and standing.order_id != wanted.order.id:
        raise NeedsAttention("reference_taken", "number", wanted.order.number, standing.number)
    if not standing.content:
        return _judge_stranger(wanted.document, standing)
    before = wanted.rebuild(Order.model_validate_json(standing.sold))
    changes = difference(before, wanted.document)
    if not changes:
        return "leave"
    if standing.state == "draft" and standing.fingerprint == standing.written_as:
        return "rewrite"
    if standing.state == "booked":
        changes = tuple(one for one in changes if one.field not in OF_NO_MATTER_ONCE_BOOKED)
        if not changes:
            return "leave"
    code = "changed_after_booking" if standing.state == "booked" else "draft_changed"
    found = "; ".join(f"{one.field}: {one.before} → {one.after}" for one in changes)
    raise NeedsAttention(code, changes[0].field, found, standing.number)


def _judge_stranger(wanted: Invoice, standing: DocumentRow) -> str:
    ours = (wanted.kind, wanted.currency, str(wanted.total), wanted.customer)
    theirs = (standing.kind, standing.currency, standing.total, standing.customer)
    if ours == theirs:
        return "adopt"
    raise NeedsAttention("reference_taken", "number", " ".join(theirs), " ".join(ours))
