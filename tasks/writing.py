"""Writing documents to the books exactly once: intent, call, outcome; what stands there already is looked at first."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from adapters.integration import Integration
from adapters.store import Batch, DocumentRow, OrderRow
from domain.differences import as_kept, difference
from domain.dispatches import State
from domain.invoices import Built, Document, DocumentKind, Invoice
from domain.orders import Order
from domain.outcomes import AfstemError, Finding, NeedsAttention, Transient, Unforeseen
from domain.ports import Booking
from domain.rules import BookWhich
from tasks.mirror import look_again, look_at_customer
from tasks.verdicts import Verdicts

OF_NO_MATTER_ONCE_BOOKED = frozenset(
    {"recipient.email", "recipient.phone", "note", "payment_terms", "layout", "payment_account"}
)
"""An edit of these alone changes nothing that a bookkeeper would credit a booked invoice for."""
DELETED = frozenset({"customer_deleted", "contact_deleted"})

Verdict = Literal["leave", "adopt", "rewrite"]
Sends = Callable[[Invoice], bool]


def sends_nothing(_: Invoice) -> bool:
    """The accounting system sends no document."""
    return False


def is_booked(document: Invoice, which: BookWhich) -> bool:
    """Whether the settings want this document booked."""
    return bool(document.recipient.ean) if which == "ean" else which


@dataclass(frozen=True)
class Wanted:
    """A document that an order leads to. `rebuild` makes it again from the order as it was at another time."""

    row: OrderRow
    order: Order
    document: Invoice
    warnings: tuple[Finding, ...]
    rebuild: Callable[[Order], Invoice]

    @classmethod
    def fixed(cls, row: OrderRow, order: Order, note: Built) -> "Wanted":
        """A credit note: it follows from its invoice, and stays what it is however the order is edited."""
        return cls(row, order, note.invoice, note.warnings, lambda _: note.invoice)


class Asked(NamedTuple):
    """A wanted document, and the key of the operation that writes it: the same at each try, and no other's."""

    key: str
    wanted: Wanted

    @property
    def reference(self) -> str:
        """Under which it stands in the books."""
        return self.wanted.document.reference


class Kept(NamedTuple):
    """A wanted document that stands in the books, as `draft` or `booked`, under a number, with their total."""

    wanted: Wanted
    state: str
    number: str
    total: Decimal


class Writer:
    """Brings documents into the books for one batch; an order whose document can't be written gets its verdict.

    `sends` says of a document whether the accounting system shall send it as an e-invoice when it books it.
    """

    def __init__(
        self, integration: Integration, batch: Batch, verdicts: Verdicts, sends: Sends = sends_nothing
    ) -> None:
        self._integration = integration
        self._batch = batch
        self._verdicts = verdicts
        self._sends = sends

    def write(self, wanted: Sequence[Wanted]) -> list[tuple[Wanted, str]]:
        """Make each document stand in the books; gives those that do, with their state (`draft` or `booked`)."""
        asked = self._asked(wanted)
        standing = self._standing(asked)
        kept = self._create([one for one in asked if one.reference not in standing])
        kept += self._settle([one for one in asked if one.reference in standing], standing)
        return [(one.wanted, one.state) for one in self._booked(self._right(kept))]

    def _asked(self, wanted: Sequence[Wanted]) -> list[Asked]:
        """Each under its key; an edit that is made, taken back and made again is written three times."""
        earlier = self._integration.operations.finished("document", [one.document.reference for one in wanted])
        asked = []
        for one in wanted:
            revision = (one.document.fingerprint, str(earlier[one.document.reference]))
            asked.append(Asked("|".join((one.document.kind, one.document.reference, one.order.id, *revision)), one))
        return asked

    def _standing(self, asked: Sequence[Asked]) -> dict[str, DocumentRow]:
        """What stands under the wanted references: from the mirror, or asked for where a try's answer was lost.

        The try may have wanted something else: the order or the settings have changed since, and the mirror doesn't
        see what a person has booked of it.
        """
        documents = self._integration.documents
        standing = documents.by_reference(one.reference for one in asked)
        new = [one for one in asked if one.reference not in standing]
        lost = self._integration.operations.in_doubt("document", [one.reference for one in new])
        tried = self._intend("document", [(one.key, one.reference) for one in new])
        doubtful = [one.reference for one in new if one.key in tried or one.reference in lost]
        if doubtful:
            documents.mirror(self._integration.books.find_documents(doubtful))
            standing |= documents.by_reference(doubtful)
        return standing

    def _create(self, asked: Sequence[Asked]) -> list[Kept]:
        """Write what isn't there; booked in the same call where it is to be booked and not sent."""
        kept: list[Kept] = []
        for book in (True, False):
            these = [one for one in asked if self._booked_at_once(one.wanted.document) is book]
            pairs = [(one.key, one.wanted.document) for one in these]
            kept += self._keep(these, self._integration.books.create_documents(pairs, book=book) if pairs else [])
        return kept

    def _booked_at_once(self, document: Invoice) -> bool:
        return self._is_booked(document) and not self._sends(document)

    def _is_booked(self, document: Invoice) -> bool:
        return is_booked(document, self._integration.settings.accounting.book)

    def _right(self, kept: Sequence[Kept]) -> list[Kept]:
        """Without the drafts whose total the books compute otherwise: their orders are held, they stay drafts."""
        right: list[Kept] = []
        for one in kept:
            wanted = one.wanted.document.total
            if one.state == "draft" and one.total != wanted:
                finding = Finding(
                    code="books_compute_otherwise", field="total", found=f"{one.total:f}", expected=f"{wanted:f}"
                )
                self._verdicts.held(one.wanted.row, finding)
            else:
                right.append(one)
        return right

    def _settle(self, asked: Sequence[Asked], standing: Mapping[str, DocumentRow]) -> list[Kept]:
        """See to documents that stand there already."""
        judged: dict[Verdict, list[Asked]] = {"leave": [], "adopt": [], "rewrite": []}
        for one in asked:
            try:
                judged[self._judge(one, standing[one.reference])].append(one)
            except NeedsAttention as error:
                self._verdicts.held(one.wanted.row, error.finding)
        left = [(one.wanted, standing[one.reference]) for one in judged["leave"]]
        kept = [Kept(wanted, row.state, row.number, Decimal(row.total)) for wanted, row in left]
        return kept + self._adopt(judged["adopt"], standing) + self._rewrite(judged["rewrite"], standing)

    def _judge(self, asked: Asked, standing: DocumentRow) -> Verdict:
        """The same as `judge`; but what looks like another's change may be our own, whose answer was lost."""
        try:
            return judge(asked.wanted, standing)
        except NeedsAttention as error:
            ours = error.finding.code == "draft_changed" and self._integration.operations.unanswered([asked.key])
            if ours and agrees(asked.wanted.document, standing):
                return "adopt"
            raise

    def _adopt(self, asked: Sequence[Asked], standing: Mapping[str, DocumentRow]) -> list[Kept]:
        """Take documents of ours over that the store had lost: they are what these orders lead to."""
        references = [one.reference for one in asked]
        found = {one.reference: one for one in self._integration.books.find_documents(references)} if asked else {}
        gone = {name: NeedsAttention("draft_gone", "number", standing[name].number) for name in references}
        ours = self._integration.operations.unanswered([one.key for one in asked])
        strangers = {one.reference for one in asked if one.key not in ours}
        return self._keep(asked, [found.get(name, gone[name]) for name in references], strangers)

    def _rewrite(self, asked: Sequence[Asked], standing: Mapping[str, DocumentRow]) -> list[Kept]:
        self._intend("document", [(one.key, one.reference) for one in asked])
        drafts = [(one.key, standing[one.reference].number, one.wanted.document) for one in asked]
        return self._keep(asked, self._integration.books.update_drafts(drafts) if drafts else [])

    def _booked(self, kept: list[Kept]) -> list[Kept]:
        """Book what is still a draft, where the settings say so; what an earlier try has booked is found so."""
        drafts = [one for one in kept if self._is_to_be_booked(one)]
        if not drafts:
            return kept
        asked = {f"booking|{one.wanted.document.reference}|{one.number}": one for one in drafts}
        tried = self._intend("booking", [(key, one.wanted.document.reference) for key, one in asked.items()])
        done = self._found_booked([one.wanted.document.reference for key, one in asked.items() if key in tried])
        earlier = [Asked(key, one.wanted) for key, one in asked.items() if one.wanted.document.reference in done]
        now = {key: one for key, one in asked.items() if one.wanted.document.reference not in done}
        numbers = [Booking(key, one.number, self._sends(one.wanted.document)) for key, one in now.items()]
        outcomes = self._integration.books.book(numbers) if numbers else []
        booked = self._keep(earlier, [done[one.reference] for one in earlier])
        booked += self._keep([Asked(key, one.wanted) for key, one in now.items()], outcomes)
        return [one for one in kept if not self._is_to_be_booked(one)] + booked

    def _is_to_be_booked(self, one: Kept) -> bool:
        return one.state == "draft" and self._is_booked(one.wanted.document)

    def _found_booked(self, references: Sequence[str]) -> dict[str, Document]:
        """Which of these are booked by now: asked for where a try's answer was lost."""
        found = self._integration.books.find_documents(references) if references else []
        return {one.reference: one for one in found if one.state == "booked"}

    def _intend(self, kind: str, wanted: Sequence[tuple[str, str]]) -> set[str]:
        return self._integration.operations.intend(kind, wanted, self._batch.id) if wanted else set()

    def _keep(
        self,
        asked: Sequence[Asked],
        outcomes: Sequence[Document | NeedsAttention | Transient],
        strangers: Collection[str] = (),
    ) -> list[Kept]:
        """Commit what came of each call before anything else is done, with the e-invoice that is owed from now on.

        `strangers` are references of documents that the store knew nothing of: nobody can say what was sent of them.
        """
        pairs = list(zip(asked, outcomes, strict=True))
        written = [(one, outcome) for one, outcome in pairs if isinstance(outcome, Document)]
        refused = [(one, outcome) for one, outcome in pairs if isinstance(outcome, AfstemError)]
        ended = [(one.key, "done", found.number) for one, found in written]
        answers = [(one, e) for one, e in refused if not isinstance(e, Transient | Unforeseen)]
        ended += [(one.key, "refused", e.finding.code) for one, e in answers]
        with self._integration.store.together() as connection:
            content = [(one.wanted.order, one.wanted.document, found) for one, found in written]
            self._integration.documents.wrote(connection, self._integration.name, content)
            owed = [one for one, _ in written if owes_einvoice(self._integration, one.wanted.document)]
            self._integration.dispatches.owe(connection, [_owed(one, strangers) for one in owed])
            self._integration.operations.done(connection, ended)
        for one, error in refused:
            self._verdicts.refused_by_books(one.wanted.row, self._understood(one.wanted, error))
        return [Kept(one.wanted, found.state, found.number, found.total) for one, found in written]

    def _understood(self, wanted: Wanted, error: AfstemError) -> AfstemError:
        """What a refusal says of our mirrors: a customer or contact that is gone is no hold, it is matched afresh.

        A credit note goes to its invoice's customer and no other, so there it is one.
        """
        if not isinstance(error, NeedsAttention):
            return error
        if error.finding.code == "draft_gone":
            look_again(self._integration, [wanted.document.reference])
        if error.finding.code in ("customer_gone", "customer_barred"):
            return self._unmatched(wanted, error, look_at_customer(self._integration, wanted.document.customer, error))
        if error.finding.code == "contact_gone":
            return self._unmatched(wanted, error, Transient("contact_deleted", "customer"))
        return error

    def _unmatched(self, wanted: Wanted, refused: NeedsAttention, meant: AfstemError) -> AfstemError:
        """What a refusal meant; where that is a deletion, the order has no customer until it is matched afresh."""
        if meant.finding.code not in DELETED:
            return meant
        if wanted.document.kind == "credit_note":
            return refused
        wanted.row.customer = ""
        return meant


def owes_einvoice(integration: Integration, document: Invoice) -> bool:
    """Whether a document goes out as an e-invoice."""
    return integration.settings.einvoicing.on and bool(document.recipient.ean)


def _owed(asked: Asked, strangers: Collection[str]) -> tuple[str, str, DocumentKind, State]:
    state: State = "unsure" if asked.reference in strangers else "due"
    return asked.reference, asked.wanted.order.id, asked.wanted.document.kind, state


def judge(wanted: Wanted, standing: DocumentRow) -> Verdict:
    """What to do about a document that stands under our reference: leave it, `adopt` it or `rewrite` it.

    An order that wasn't edited leaves its draft as it is, unless the books compute that wrongly and the settings
    have changed since.

    Raises `NeedsAttention` where it is somebody else's, was booked before the order was edited,
    or is a draft that a person has changed.
    """
    if standing.order_id and standing.order_id != wanted.order.id:
        raise NeedsAttention("reference_taken", "number", wanted.order.number, standing.number)
    if not standing.content:
        return _judge_stranger(wanted.document, standing)
    before = wanted.rebuild(Order.model_validate_json(standing.sold))
    changes = difference(before, wanted.document)
    untouched = standing.state == "draft" and standing.fingerprint == standing.written_as
    if not changes:
        wrong = Decimal(standing.total) != wanted.document.total and standing.content != wanted.document.fingerprint
        return "rewrite" if untouched and wrong else "leave"
    if untouched:
        return "rewrite"
    if standing.state == "booked":
        changes = tuple(one for one in changes if one.field not in OF_NO_MATTER_ONCE_BOOKED)
        if not changes:
            return "leave"
    code = "changed_after_booking" if standing.state == "booked" else "draft_changed"
    raise NeedsAttention(code, changes[0].field, as_kept(changes), standing.number)


def _judge_stranger(wanted: Invoice, standing: DocumentRow) -> Verdict:
    if agrees(wanted, standing):
        return "adopt"
    raise NeedsAttention("reference_taken", "number", " ".join(_essence(standing)), " ".join(_essence(wanted)))


def agrees(wanted: Invoice, standing: DocumentRow) -> bool:
    """Whether what stands there can be what was wanted: kind, currency, total and customer are the same."""
    return _essence(wanted) == _essence(standing)


def _essence(document: Invoice | DocumentRow) -> tuple[str, ...]:
    return document.kind, document.currency, str(document.total), document.customer
