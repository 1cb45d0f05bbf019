"""The outside world as the rules see it. Adapters fulfil these; nothing outside is called another way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from domain.capabilities import Capabilities, MasterData
from domain.customers import Customer, CustomerChange, NewCustomer
from domain.dispatches import Progress
from domain.einvoicing_rules import Channel
from domain.invoices import Built, Document, DocumentKind, Invoice
from domain.orders import Order, RawOrder
from domain.outcomes import Finding, NeedsAttention, Transient
from domain.vat import VatNumberAnswer


@dataclass(frozen=True)
class Reading:
    """One reading of a shop: `pages` is consumed once and lazily, some hundred orders a page.

    `cursor` is where the next reading starts, fixed before the first page was asked for:
    store it only after every page is stored. It is the adapter's own text, opaque to others.
    `read_anew` are places without an order id (`file:NAME`): what was held under one of them, or under `file:NAME#3`
    within it, and isn't read again is there no longer.
    """

    pages: Iterator[Sequence[RawOrder]]
    cursor: str
    read_anew: tuple[str, ...] = ()


class Webshop(Protocol):
    """A shop that sells. Reading changes nothing there."""

    def read(self, cursor: str | None, since: datetime | None = None) -> Reading:
        """Everything changed since `cursor` (None: everything), in all statuses, with some overlap.

        `since` takes the cursor's place for one wider reading. Raises `Misconfigured` (credentials, address,
        folder) and `Transient` (the shop is down or throttles).
        """

    def sold(self, since: datetime, until: datetime) -> Iterator[Sequence[RawOrder]]:
        """Every order that was sold at or after `since` and before `until`, as it is now, in all statuses, by pages.

        An order is in one period for good, however it is edited meanwhile. Raises as `read` does.
        """

    def orders(self, ids: Sequence[str]) -> Iterator[RawOrder]:
        """The orders of these ids as they are now, cancelled and binned ones too; ids that aren't there are left out.

        The ids may come from a stranger. Raises as `read` does.
        """

    def normalise(self, raw: RawOrder) -> Order:
        """The order in our words. Raises `NeedsAttention` naming the first field that can't be believed."""

    def recent(self, count: int) -> Sequence[RawOrder]:
        """The last `count` orders, newest first, for `afstem check`."""

    def check(self) -> Sequence[Finding]:
        """What is wrong with the connection or the shop's settings; empty when all is well."""


class Booking(NamedTuple):
    """A draft to book, under the operation's key; with `send` the system sends it as an e-invoice in the same call."""

    key: str
    number: str
    send: bool = False


class Accounting(Protocol):
    """The books. Bulk-first: many items in, one outcome for each, in the same order.

    One bad item never spoils its neighbours: its outcome is the error that it would have raised alone.
    Each item carries a key, the same at each try; where the system has idempotency keys, it is derived from it.
    """

    capabilities: Capabilities

    @property
    def name(self) -> str:
        """Which books these are: integrations that share it share customers (`local:…`, `economic:<agreement>`)."""

    def check(self) -> Sequence[Finding]:
        """What is wrong with the connection or the rights; empty when all is well."""

    def master_data(self) -> MasterData:
        """Groups, terms, zones, products and currencies, to hold the settings against."""

    def customers(self, since: datetime | None) -> Iterator[Sequence[Customer]]:
        """Customers changed at or after `since` (None: all), by pages.

        Read on from the largest `updated_at` that was seen, never from a clock of one's own. Where a change may show
        late, those of a little before `since` come too.
        """

    def find_customers(self, numbers: Sequence[str]) -> Sequence[Customer]:
        """The customers of exactly these numbers, as the books hold them now, with all their contact persons.

        Those that are gone are left out.

        Raises `Transient` and `NeedsAttention` where they don't say.
        """

    def create_customers(self, wanted: Sequence[NewCustomer]) -> Sequence[Customer | NeedsAttention | Transient]:
        """Create each with its contact persons; the outcome is the customer as the books hold it."""

    def update_customers(self, changes: Sequence[CustomerChange]) -> Sequence[Customer | NeedsAttention | Transient]:
        """Write only the given fields of each; what isn't named stays. `customer_gone` when it was deleted."""

    def documents(self, since: datetime | None) -> Iterator[Sequence[Document]]:
        """Drafts and booked documents with a reference, changed at or after `since` (None: all), by pages.

        Where bookings aren't told, `since` brings all drafts and nothing that is booked.
        """

    def find_documents(self, references: Sequence[str]) -> Sequence[Document]:
        """The documents of exactly these references, as the books hold them now."""

    def fitted(self, built: Built, customer: Customer | None) -> Built:
        """The document as these books can hold it, what had to be cut for it among its warnings; nothing is asked.

        `customer` is the mirrored one whom it goes to.
        """

    def create_documents(
        self, wanted: Sequence[tuple[str, Invoice]], *, book: bool = False
    ) -> Sequence[Document | NeedsAttention | Transient]:
        """Write each `(key, invoice)` as a draft, or with `book` booked at once where the system can do both.

        An outcome that is still a draft is yet to be booked, and its totals are those that the books compute: compare
        them first. A reference that stands there already is `reference_taken`, where references are unique; a key
        that was answered before gets its document again. `customer_gone` and `customer_barred` are no more than what
        the books said of the customer; `find_customers` tells what stands there.
        """

    def update_drafts(
        self, wanted: Sequence[tuple[str, str, Invoice]]
    ) -> Sequence[Document | NeedsAttention | Transient]:
        """Replace the content of each draft `(key, number, invoice)`; `draft_gone` when it isn't one any more."""

    def book(self, drafts: Sequence[Booking]) -> Sequence[Document | NeedsAttention | Transient]:
        """Book each: irreversible, and the number becomes the booked one."""

    def sent(self, numbers: Sequence[str]) -> Sequence[bool]:
        """Whether the system counts each booked document among those that it has sent as e-invoices."""


class Letter(NamedTuple):
    """An e-invoice to hand over, or one that was: `key` is its operation's, the same at each try and no other's.

    `kind` and `number` are the document's own in the books, by which receivers answer, and `reference` is ours.
    `content` is the document as it was written; empty where only what became of it is asked for.
    """

    key: str
    kind: DocumentKind
    number: str
    reference: str
    content: bytes = b""


class EinvoiceChannel(Protocol):
    """A way on which e-invoices leave. Bulk-first: one outcome for each letter, in the same order.

    A key that the channel has already is never sent again: it gets its progress instead.
    """

    name: Channel

    def check(self) -> Sequence[Finding]:
        """What is wrong with the way there; empty when all is well. Nothing is sent."""

    def send(self, letters: Sequence[Letter]) -> Sequence[Progress | NeedsAttention | Transient]:
        """Hand over each: `NeedsAttention` where it is refused, `Transient` where nobody knows and a try may help."""

    def progress(self, letters: Sequence[Letter]) -> Sequence[Progress | Transient | None]:
        """What the channel knows of each; None where it was never handed over."""


class VatNumbers(Protocol):
    """The register of VAT numbers. Bulk-first: one outcome for each number, in the same order."""

    def check(self, numbers: Sequence[str]) -> Sequence[VatNumberAnswer | NeedsAttention | Transient]:
        """Ask for each number, with its country's prefix (`DE136695976`; Greece `EL`, Northern Ireland `XI`).

        `Transient` where the register or the country's part of it is down: that says nothing of the number.
        `NeedsAttention` where it won't answer before a setting is mended.
        """
