"""The orders in the store: saved as they come, claimed by batches, moved from stage to stage."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, or_, select, true, update

from adapters.claims import StillOurs
from adapters.store.database import CHUNK, Database, chunks
from adapters.store.orders_in_books import OrdersInBooks
from adapters.store.presence import Presence
from adapters.store.tables import SETTLED, BatchRow, OrderRow, OrdersTable, table_of
from domain.dispatches import WAITING
from domain.outcomes import Misconfigured
from domain.stages import INVOICED, UNFINISHED, Stage, step

orders = table_of(OrdersTable)
batches = table_of(BatchRow)

THE_STEPS_OWN = frozenset(
    {"batch", "customer_type", "classification", "customer", "decision", "warnings", "reference"}
    | {"refusals", "refused_under", "again_at"}
)
"""Columns that reading the shop says nothing of; a batch may be writing them at the very moment."""


STOPPED: frozenset[Stage] = frozenset({"held", "failed"})


def unfinished() -> ColumnElement[bool]:
    """Orders that are on their way to an invoice; those that wait for an e-invoice alone have theirs."""
    return orders.c.stage.in_(UNFINISHED) & ~(orders.c.stage.in_(STOPPED) & orders.c.code.in_(WAITING))


def unfinished_or_skipped() -> ColumnElement[bool]:
    """Orders that have no invoice: the unfinished ones, and those that are to have none."""
    return unfinished() | (orders.c.stage == "skipped")


@dataclass(frozen=True)
class Batch:
    """Orders that are worked on together, and whose claim it is."""

    id: str
    integration: str
    run: str
    orders: tuple[str, ...]
    still_ours: StillOurs = field(default=lambda: None, repr=False, compare=False)
    """Raises `ClaimLost` once others may have taken it over."""


@dataclass(frozen=True)
class Among:
    """Which orders a run is about: those sold at or after `since` and before `until`, or those of these ids."""

    since: datetime | None = None
    until: datetime | None = None
    ids: tuple[str, ...] | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same, as the database is asked."""
        wanted: ColumnElement[bool] = true()
        if self.since:
            wanted &= orders.c.ordered_at >= self.since
        if self.until:
            wanted &= orders.c.ordered_at < self.until
        return wanted if self.ids is None else wanted & orders.c.order_id.in_(self.ids)


EVERYTHING = Among()


class Standing(NamedTuple):
    """Where an order stands, and, if it is held, skipped or failed, for what cause."""

    stage: str
    code: str


class Orders(OrdersInBooks):
    """Every order of every integration, with its stage."""

    def __init__(self, database: Database, presence: Presence) -> None:
        self._database = database
        self._presence = presence

    def known(self, integration: str, ids: Sequence[str]) -> dict[str, OrderRow]:
        """The stored rows of these ids; ids never seen are missing."""
        found: dict[str, OrderRow] = {}
        with self._database.reading() as connection:
            for piece in chunks(ids):
                query = select(orders).where(orders.c.integration == integration, orders.c.order_id.in_(piece))
                found.update({row.order_id: _row(row) for row in connection.execute(query)})
        return found

    def by_number(self, integration: str, number: str) -> OrderRow | None:
        """The order that the shop shows under this number, or has under this id."""
        query = select(orders).where(orders.c.integration == integration)
        with self._database.reading() as connection:
            for column in (orders.c.number, orders.c.order_id):
                row = connection.execute(query.where(column == number)).first()
                if row is not None:
                    return _row(row)
        return None

    def numbers_in_use(self, integration: str, numbers: Iterable[str]) -> dict[str, set[str]]:
        """Each shown number with the ids of the orders that carry it and are to be invoiced, or are."""
        use: dict[str, set[str]] = {}
        columns = select(orders.c.number, orders.c.order_id, orders.c.eligible, orders.c.stage)
        with self._database.reading() as connection:
            for piece in chunks(set(numbers)):
                query = columns.where(orders.c.integration == integration, orders.c.number.in_(piece))
                for row in connection.execute(query):
                    if row.eligible and row.stage != "skipped":
                        use.setdefault(row.number, set()).add(row.order_id)
        return use

    def save(self, rows: Sequence[OrderRow], known: Mapping[str, OrderRow] | None = None) -> set[str]:
        """Store orders as just read; a row replaces the one of the same id, but for what the steps write there.

        `known` is what they were made from: where another run has been at an order since, it is left alone.
        Gives the ids of these, to be made anew from what stands there now.
        """
        with self._database.writing() as connection:
            stale = set() if known is None else self._moved_on(connection, rows, known)
            fresh = [row.model_dump() for row in rows if row.order_id not in stale]
            self._database.upsert(connection, OrdersTable, fresh, keep=THE_STEPS_OWN)
        return stale

    def unfinished(self, integration: str, among: Among = EVERYTHING) -> Iterator[list[OrderRow]]:
        """Orders that a run should take up and that no living run works on, oldest first, by some hundred."""
        with self._database.reading() as connection:
            busy = self._busy_batches(connection)
        wanted = orders.c.eligible & unfinished() & among.condition
        for rows in self._in_pieces(integration, wanted, orders.c.ordered_at, orders.c.order_id):
            yield [row for row in rows if row.eligible and _is_unfinished(row) and row.batch not in busy]

    def withdraw(self, integration: str, places: Sequence[str], still_there: Collection[str]) -> None:
        """Skip what was held under these places (`file:NAME`, `file:NAME#3`) and isn't there any more."""
        for piece in chunks(places):
            here = or_(*(orders.c.order_id.startswith(f"{place}#", autoescape=True) for place in piece))
            query = select(orders.c.order_id).where(
                orders.c.integration == integration,
                orders.c.stage == "held",
                or_(orders.c.order_id.in_(piece), here),
            )
            with self._database.writing() as connection:
                gone = [order for order in connection.execute(query).scalars() if order not in still_there]
                for ids in chunks(gone):
                    withdrawn = update(orders).where(orders.c.integration == integration, orders.c.order_id.in_(ids))
                    connection.execute(withdrawn.values(stage="skipped", code="file_mended", found="", expected=""))

    def extent(self, integration: str) -> tuple[int, datetime | None]:
        """How many orders of this integration count, and when the first of them was sold."""
        query = select(func.count(), func.min(orders.c.ordered_at)).where(
            orders.c.integration == integration, orders.c.eligible
        )
        with self._database.reading() as connection:
            count, first = connection.execute(query).one()
        return count, first

    def every(self, integration: str) -> Iterator[OrderRow]:
        """All orders of an integration, in the order they were sold, without their raw bodies."""
        return self._as_sold(orders.c.integration == integration)

    def read_otherwise(self, integration: str, read_with: str) -> Iterator[list[OrderRow]]:
        """Orders not yet invoiced that were read under other settings than these, by some hundred."""
        otherwise = (orders.c.read_with != read_with) & unfinished_or_skipped()
        for rows in self._in_pieces(integration, otherwise):
            there = [row for row in rows if not row.is_forgotten and not _waits_for_its_einvoice(row)]
            yield [row for row in there if row.read_with != read_with and row.stage not in INVOICED]

    def _in_pieces(
        self, integration: str, wanted: ColumnElement[bool], *place: ColumnElement[Any]
    ) -> Iterator[list[OrderRow]]:
        """Wanted orders by some hundred; which they are is asked once, whether they still are is left to the caller.

        Asking for the next ones anew after each piece would go through all that are left each time, and so would
        looking for `wanted` along with their ids.
        """
        of_integration = orders.c.integration == integration
        with self._database.reading() as connection:
            ids = connection.execute(select(orders.c.order_id).where(of_integration, wanted).order_by(*place)).scalars()
            pieces = list(chunks(ids))
        for piece in pieces:
            with self._database.reading() as connection:
                query = select(orders).where(of_integration, orders.c.order_id.in_(piece)).order_by(*place)
                rows = [_row(row) for row in connection.execute(query)]
            yield rows

    def needing_attention(self, integration: str) -> Iterator[OrderRow]:
        """Every order that is held or failed, in the order they were sold; the raw bodies are left out."""
        held = orders.c.stage.in_(("held", "failed"))
        return self._as_sold(orders.c.integration == integration, orders.c.eligible, held)

    def _as_sold(self, *wanted: ColumnElement[bool]) -> Iterator[OrderRow]:
        columns = [column for column in orders.c if column.name not in {"raw", "classification"}]
        query = select(*columns).where(*wanted).order_by(orders.c.ordered_at, orders.c.order_id)
        with self._database.reading() as connection:
            for row in connection.execution_options(yield_per=CHUNK).execute(query):
                yield _row(row)

    def stages(self, integration: str) -> Counter[str]:
        """How many eligible orders of an integration stand at each stage now."""
        query = (
            select(orders.c.stage, func.count().label("count"))
            .where(orders.c.integration == integration, orders.c.eligible)
            .group_by(orders.c.stage)
        )
        with self._database.reading() as connection:
            return Counter({row.stage: row.count for row in connection.execute(query)})

    def standing_of(self, integration: str, run: str) -> Counter[Standing]:
        """How many of the orders that a run took up stand where now."""
        query = select(batches.c.orders).where(batches.c.integration == integration, batches.c.run == run)
        found: Counter[Standing] = Counter()
        with self._database.reading() as connection:
            ids = {order for text in connection.execute(query).scalars() for order in json.loads(text)}
            for piece in chunks(ids):
                count = (
                    select(orders.c.stage, orders.c.code, func.count().label("how_many"))
                    .where(orders.c.integration == integration, orders.c.order_id.in_(piece))
                    .group_by(orders.c.stage, orders.c.code)
                )
                for row in connection.execute(count):
                    found[Standing(row.stage, row.code)] += row.how_many
        return found

    def held_by(self, integration: str, run: str) -> list[tuple[str, str, str]]:
        """Number, code and field of every order that this run found to need a person, in the order they were sold."""
        query = (
            select(orders.c.number, orders.c.code, orders.c.field)
            .where(orders.c.integration == integration, orders.c.run == run, orders.c.stage == "held")
            .order_by(orders.c.ordered_at, orders.c.order_id)
        )
        with self._database.reading() as connection:
            return [(row.number, row.code, row.field) for row in connection.execute(query)]

    def make_batches(self, integration: str, run: str, groups: Sequence[Sequence[str]]) -> list[str]:
        """Claim each group of order ids for a new batch; gives the batches' ids."""
        owner = self._presence.announce()
        made: list[dict[str, Any]] = []
        for ids in groups:
            made.append(
                {
                    "id": f"{integration}-{uuid4().hex[:12]}",
                    "integration": integration,
                    "run": run,
                    "owner": owner,
                    "orders": json.dumps(list(ids)),
                    "made_at": datetime.now(UTC),
                }
            )
        with self._database.writing() as connection:
            self._database.upsert(connection, BatchRow, made)
        return [batch["id"] for batch in made]

    def in_batch(self, integration: str, batch_id: str) -> frozenset[str]:
        """The ids of the orders that were cut into this batch. Raises `Misconfigured` where there is none."""
        query = select(batches.c.orders).where(batches.c.integration == integration, batches.c.id == batch_id)
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        if found is None:
            raise Misconfigured("unknown_batch", "batch", batch_id)
        return frozenset(json.loads(found))

    def open(self, batch_id: str, stages: Collection[Stage] = UNFINISHED) -> Batch:
        """Claim what is still at one of these stages of a batch for this process, and give the batch.

        Orders that another living process works on are left to it.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(batches).where(batches.c.id == batch_id)).one()
        ids = json.loads(row.orders)
        owner, still_ours = self._presence.announce(), self._presence.pledge()
        with self._database.writing() as connection:
            connection.execute(update(batches).where(batches.c.id == batch_id).values(owner=owner))
            for piece in chunks(ids):
                wanted = (orders.c.integration == row.integration) & orders.c.order_id.in_(piece)
                busy = self._busy_batches(connection, wanted) | {batch_id}
                claim = update(orders).where(wanted, orders.c.stage.in_(stages), orders.c.batch.not_in(busy))
                connection.execute(claim.values(batch=batch_id))
        return Batch(batch_id, row.integration, row.run, tuple(ids), still_ours)

    def of_batch(self, batch: Batch, stages: frozenset[Stage]) -> list[OrderRow]:
        """The orders that a batch has claimed and that stand at one of these stages, oldest first."""
        query = (
            select(orders)
            .where(orders.c.batch == batch.id, orders.c.stage.in_(stages))
            .order_by(orders.c.ordered_at, orders.c.order_id)
        )
        with self._database.reading() as connection:
            return [_row(row) for row in connection.execute(query)]

    def move(self, connection: Connection, rows: Sequence[tuple[OrderRow, Stage, Mapping[str, Any]]]) -> None:
        """Bring orders to their next stage and set the other given columns, within a transaction.

        Only an order that nobody changed in between moves: a new body from the shop goes before our result.
        """
        by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row, stage, values in rows:
            new = {"stage": step(row.stage, stage), **values}  # type: ignore[arg-type]
            key = {"k_integration": row.integration, "k_order": row.order_id, "k_hash": row.content_hash}
            by_columns.setdefault(tuple(sorted(new)), []).append({**new, **key})
        for columns, parameters in by_columns.items():
            statement = (
                update(orders)
                .where(
                    orders.c.integration == bindparam("k_integration"),
                    orders.c.order_id == bindparam("k_order"),
                    orders.c.content_hash == bindparam("k_hash"),
                )
                .values({name: bindparam(name) for name in columns})
            )
            connection.execute(statement, parameters)

    def settle(self, row: OrderRow, why: str, by: str) -> bool:
        """A person has settled an order that is held or failed; False where it has moved on or a run is at it."""
        it = (orders.c.integration == row.integration) & (orders.c.order_id == row.order_id)
        waiting = (orders.c.content_hash == row.content_hash) & orders.c.stage.in_(("held", "failed"))
        with self._database.writing() as connection:
            free = orders.c.batch.not_in(self._busy_batches(connection, it))
            done = update(orders).where(it, waiting, free)
            told = {"code": SETTLED, "field": "", "found": why, "expected": by, "run": ""}
            return connection.execute(done.values(stage="skipped", **told)).rowcount == 1

    def take_up_settled(self, integration: str, numbers: Sequence[str]) -> None:
        """Orders that a person had settled are to be handled after all."""
        with self._database.writing() as connection:
            for piece in chunks(numbers):
                these = or_(orders.c.number.in_(piece), orders.c.order_id.in_(piece))
                settled = (orders.c.integration == integration) & (orders.c.stage == "skipped")
                settled &= orders.c.code == SETTLED
                connection.execute(update(orders).where(settled, these).values(stage="fetched"))

    def release(self, batch: Batch) -> None:
        """Let go of a batch's orders: whoever comes next may take up what is unfinished."""
        with self._database.writing() as connection:
            connection.execute(update(orders).where(orders.c.batch == batch.id).values(batch=""))

    def release_run(self, integration: str, run: str) -> None:
        """Let go of all that a run still holds."""
        mine = select(batches.c.id).where(batches.c.integration == integration, batches.c.run == run)
        with self._database.writing() as connection:
            connection.execute(update(orders).where(orders.c.batch.in_(mine)).values(batch=""))

    def drop_batches(self, before: datetime) -> int:
        """Forget batches that were made before then and hold no order any more; gives how many."""
        held = select(orders.c.batch).where(orders.c.batch != "")
        with self._database.writing() as connection:
            old = (batches.c.made_at < before) & batches.c.id.not_in(held)
            return connection.execute(delete(batches).where(old)).rowcount

    def _moved_on(self, connection: Connection, rows: Sequence[OrderRow], known: Mapping[str, OrderRow]) -> set[str]:
        """Which orders of these rows are at another stage, or are sold otherwise, than when they were `known`."""
        found: set[str] = set()
        for piece in chunks([row.order_id for row in rows]):
            query = select(orders.c.order_id, orders.c.content_hash, orders.c.stage).where(
                orders.c.integration == rows[0].integration, orders.c.order_id.in_(piece)
            )
            for order, *now in connection.execute(query):
                before = known.get(order)
                if before is None or now != [before.content_hash, before.stage]:
                    found.add(order)
        return found

    def _busy_batches(self, connection: Connection, *wanted: ColumnElement[bool]) -> set[str]:
        """The batches of living processes that have claimed any of the wanted orders."""
        claimed = select(orders.c.batch).where(orders.c.batch > "", *wanted)
        query = select(batches.c.id, batches.c.owner).where(batches.c.id.in_(claimed))
        owner_of = {row.id: row.owner for row in connection.execute(query)}
        dead = self._presence.dead(set(owner_of.values()))
        return {batch for batch, owner in owner_of.items() if owner not in dead}


def _is_unfinished(row: OrderRow) -> bool:
    return row.stage in UNFINISHED and not _waits_for_its_einvoice(row)


def _waits_for_its_einvoice(row: OrderRow) -> bool:
    return row.stage in STOPPED and row.code in WAITING


def _row(row: Any) -> OrderRow:
    return OrderRow.model_construct(**row._mapping)
