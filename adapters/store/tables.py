"""The tables of the store. Money is text with two decimals, times are aware UTC, ids are the systems' own.

Only this room knows them; `migrations/` holds their history.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import configure_mappers
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Index, SQLModel

from domain.outcomes import Finding


class Utc(TypeDecorator[datetime]):
    """An aware time, kept as UTC: SQLite drops the zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: nobody could say which hour it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time has no place in the store")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        moment: datetime | None = value
        if moment is None:
            return None
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


SETTLED = "settled_by_hand"


class OrderRow(SQLModel):
    """One order of one integration: as the shop sent it, as we read it, and how far it has come."""

    integration: str = Field(primary_key=True)
    order_id: str = Field(primary_key=True)
    number: str
    status: str
    currency: str
    total: str
    ordered_at: datetime = Field(sa_type=Utc)
    content_hash: str
    raw: str = Field(sa_type=Text)
    normalised: str = Field(sa_type=Text)
    """The order in our words as JSON; empty while the shop's body can't be believed."""
    read_with: str
    """The settings under which it was normalised, hashed: others mean reading it again."""
    eligible: bool
    """Whether its status counts, or did when it was read, and it is not before the start."""
    stage: str
    code: str = ""
    field: str = ""
    found: str = Field(default="", sa_type=Text)
    expected: str = Field(default="", sa_type=Text)
    run: str = ""
    """The run in which the present hold or failure was first met."""
    batch: str = ""
    """The batch that works on it now; empty while nobody does."""
    customer_type: str = ""
    classification: str = Field(default="", sa_type=Text)
    customer: str = ""
    decision: str = Field(default="", sa_type=Text)
    warnings: str = Field(default="", sa_type=Text)
    reference: str = ""
    refusals: int = 0
    """How often in a row the books have refused it, with nothing changed in between."""
    refused_under: str = ""
    """All that their last answer rested on, hashed: anything else means asking them again."""
    again_at: datetime | None = Field(default=None, sa_type=Utc)
    """Until then a refused order rests, unless something changes or a person asks."""
    fetched_at: datetime = Field(sa_type=Utc)
    changed_at: datetime = Field(sa_type=Utc)
    forgotten_at: datetime | None = Field(default=None, sa_type=Utc)
    """When its buyer was taken out of it; an order that the shop changed after that has one again."""

    @property
    def is_forgotten(self) -> bool:
        """Whether it stands here without its buyer."""
        return self.forgotten_at is not None and self.changed_at <= self.forgotten_at

    @property
    def settled(self) -> bool:
        """Whether a person has said that it is done, by other means than ours."""
        return self.stage == "skipped" and self.code == SETTLED

    @property
    def finding(self) -> Finding:
        """Why it is held, skipped or failed; without a code where it is none of these."""
        return Finding(code=self.code, field=self.field, found=self.found, expected=self.expected)


class OrdersTable(OrderRow, table=True):
    """Where they are kept. Rows are plain objects apart from it: thousands are read, and tracking them is slow."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("orders_unfinished", "integration", "eligible", "stage", "ordered_at", "order_id", "read_with"),
        Index("orders_claimed", "batch"),
        Index("orders_numbers", "integration", "number"),
    )


class BatchRow(SQLModel, table=True):
    """Orders that are worked on together; `orders` is a JSON list of ids. `owner` is the process that has it."""

    __tablename__ = "batches"
    id: str = Field(primary_key=True)
    integration: str = Field(index=True)
    run: str
    owner: str
    orders: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=Utc)


class OwnerRow(SQLModel, table=True):
    """A process that holds claims; it is taken for dead when it is gone from its host or silent too long."""

    __tablename__ = "owners"
    id: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=Utc)


class LeaseRow(SQLModel, table=True):
    """The right to create or change one customer, held by a batch while it does."""

    __tablename__ = "leases"
    key: str = Field(primary_key=True)
    batch: str = Field(index=True)
    owner: str


class DirectoryRow(SQLModel, table=True):
    """A customer of the books, mirrored; `customer` is the whole of it as JSON."""

    __tablename__ = "directory"
    books: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    customer: str = Field(sa_type=Text)
    seen: int = 0
    """How many sweeps of all customers had begun when it was last saved: what a sweep doesn't see is gone."""


class DirectoryKeyRow(SQLModel, table=True):
    """One normalised value by which a customer of the books can be found."""

    __tablename__ = "directory_keys"
    __table_args__ = (Index("directory_by_number", "books", "number"),)
    books: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    number: str = Field(primary_key=True)


class LinkRow(SQLModel, table=True):
    """Which customer an identity was found to be; `chosen` when a person decided it."""

    __tablename__ = "customer_links"
    books: str = Field(primary_key=True)
    identity: str = Field(primary_key=True)
    customer: str
    fingerprint: str
    chosen: bool
    made_at: datetime = Field(sa_type=Utc)


class OperationRow(SQLModel, table=True):
    """A write to the outside: the intent is committed before the call, the outcome after it."""

    __tablename__ = "operations"
    __table_args__ = (
        Index("operations_of", "books", "kind", "subject"),
        Index("operations_of_batch", "batch"),
    )
    key: str = Field(primary_key=True)
    books: str
    kind: str
    subject: str
    state: str
    batch: str
    outcome: str = ""
    intended_at: datetime = Field(sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)


class DocumentRow(SQLModel, table=True):
    """An invoice or credit note that stands in the books; `wanted` is the Invoice that we asked for, as JSON."""

    __tablename__ = "documents"
    __table_args__ = (Index("documents_of_order", "integration", "order_id"),)
    books: str = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    integration: str = ""
    order_id: str = ""
    kind: str
    state: str
    number: str
    customer: str
    currency: str
    net: str
    vat: str
    total: str
    date: str
    fingerprint: str
    written_as: str = ""
    """The books' fingerprint right after we wrote it: another one now means that a person changed it."""
    wanted: str = Field(default="", sa_type=Text)
    content: str = ""
    """The fingerprint of `wanted`: an order that leads to the same one needs no write."""
    sold: str = Field(default="", sa_type=Text)
    """The order as it was when this was written: what an edit is compared with, under today's settings."""
    gone: bool = False


class DispatchRow(SQLModel):
    """The e-invoice that a document is owed: what was sent, on which way, and what became of it.

    `document` is the XML as it was handed over, `sha256` its hash; `rules` and `rules_sha256` are the version and the
    file that it was held against, empty where our own checks stood alone. `code` and `told` are the receiver's words.
    """

    integration: str = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    order_id: str
    kind: str
    number: str = ""
    channel: str = ""
    """The way that it went, or shall go; empty while that is what the settings say."""
    state: str
    attempt: int = 1
    """How often a person had it sent, the first time included: each is another operation."""
    key: str = ""
    document: str = Field(default="", sa_type=Text)
    sha256: str = ""
    rules: str = ""
    rules_sha256: str = ""
    code: str = ""
    told: str = Field(default="", sa_type=Text)
    place: str = ""
    due_at: datetime = Field(sa_type=Utc)
    handed_at: datetime | None = Field(default=None, sa_type=Utc)
    asked_at: datetime | None = Field(default=None, sa_type=Utc)
    changed_at: datetime = Field(sa_type=Utc)
    history: str = Field(default="[]", sa_type=Text)
    """A JSON list of what became of it, each with its time."""


class DispatchesTable(DispatchRow, table=True):
    """Where they are kept, by the document's reference."""

    __tablename__ = "dispatches"
    __table_args__ = (
        Index("dispatches_of_order", "integration", "order_id"),
        Index("dispatches_by_state", "integration", "state"),
    )


class ChangeRow(SQLModel, table=True):
    """One field of one customer that was written: by which order and run, and what stood there before."""

    __tablename__ = "changes"
    __table_args__ = (Index("changes_of_order", "integration", "order_id"),)
    id: int | None = Field(default=None, primary_key=True)
    books: str
    integration: str
    order_id: str
    run: str = Field(index=True)
    customer: str
    field: str
    before: str = Field(sa_type=Text)
    after: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=Utc)


class VatAnswerRow(SQLModel, table=True):
    """The last time that the EU's register said this of a VAT number; `consultation` is its number of the look-up."""

    __tablename__ = "vat_answers"
    number: str = Field(primary_key=True)
    valid: bool = Field(primary_key=True)
    checked_at: datetime = Field(sa_type=Utc)
    name: str
    consultation: str


class HintRow(SQLModel, table=True):
    """An order of which its shop said that something happened to it."""

    __tablename__ = "hints"
    integration: str = Field(primary_key=True)
    order_id: str = Field(primary_key=True)
    received_at: datetime = Field(sa_type=Utc)


class ForgottenRow(SQLModel, table=True):
    """A keyed hash of one value by which a forgotten `customer`, itself a hash, could be found."""

    __tablename__ = "forgotten"
    books: str = Field(primary_key=True)
    mark: str = Field(primary_key=True)
    customer: str


class KeyRow(SQLModel, table=True):
    """A key that the store has made for itself."""

    __tablename__ = "keys"
    name: str = Field(primary_key=True)
    value: str


class CursorRow(SQLModel, table=True):
    """How far something was read: a shop's orders, the books' customers, the books' documents."""

    __tablename__ = "cursors"
    name: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)


def table_of(model: type[SQLModel]) -> Table:
    """The table of a model, for statements over many rows at once."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


configure_mappers()  # rows are made without the constructor at whose first call this would happen
