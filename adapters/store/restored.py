"""What a copy can't know when it is restored: who was forgotten since, and which e-invoices have gone since."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table, select, update

from adapters.store.database import Database, chunks
from adapters.store.directory import Directory
from adapters.store.dispatches import Dispatches
from adapters.store.presence import Presence
from adapters.store.scrubbing import Scrubbing, take_out_customers
from adapters.store.tables import (
    DispatchesTable,
    DispatchRow,
    DocumentRow,
    ForgottenRow,
    KeyRow,
    OrderRow,
    OrdersTable,
    table_of,
)
from domain.dispatches import WAITING

orders = table_of(OrdersTable)
dispatches = table_of(DispatchesTable)
forgotten = table_of(ForgottenRow)

MARKS = (KeyRow, ForgottenRow)
OF_ORDERS = (OrdersTable, DocumentRow, DispatchesTable)
IS_FORGOTTEN = orders.c.forgotten_at.is_not(None) & (orders.c.changed_at <= orders.c.forgotten_at)
JUST_BEFORE = timedelta(seconds=1)
"""An order that changed after it was forgotten has its buyer again, and loses them when it is finished."""

Ids = Mapping[str, Iterable[str]]
"""Ids of orders, by integration."""


class Forgetting:
    """Who is forgotten in a store, of all its integrations, taken down before an old `copy` takes its place."""

    def __init__(self, store: Database, now: Connection, copy: Connection) -> None:
        self._store = store
        self._marks = [(model, _rows(now, table_of(model))) for model in MARKS]
        self._orders: dict[str, set[str]] = defaultdict(set)
        for integration, order in now.execute(select(orders.c.integration, orders.c.order_id).where(IS_FORGOTTEN)):
            self._orders[integration].add(order)
        unknown = {name: ids - _known(copy, name, ids) for name, ids in self._orders.items()}
        self._unknown = [(model, list(_of_orders(now, table_of(model), unknown))) for model in OF_ORDERS]

    def again(self, connection: Connection) -> None:
        """Forget them in what the copy says, within the transaction that restores it.

        Orders of which it knows nothing stay as they are now: else their shop would tell of their buyers again.
        """
        for model, rows in (*self._marks, *self._unknown):
            for piece in chunks(rows):
                self._store.upsert(connection, model, piece)
        for name, ids in self._orders.items():
            for some in chunks(ids):
                self._take_out(connection, name, some)
        for one in connection.execute(select(forgotten.c.books).distinct()).scalars().all():
            self._leave_out(connection, one)

    def _take_out(self, connection: Connection, integration: str, ids: list[str]) -> None:
        """Take the buyers out of these orders; those that the copy has still open are forgotten once finished."""
        found = _of_orders(connection, orders, {integration: ids})
        rows = [row for one in found if not (row := OrderRow.model_construct(**one)).is_forgotten]
        scrubbing = Scrubbing(self._store, integration)
        done = scrubbing.scrub_orders(connection, scrubbing.finished_there(connection, rows))
        scrubbing.scrub_changes(connection, done)
        scrubbing.scrub_documents(connection, done)
        for row in (row for row in rows if row.order_id not in done):
            same = (orders.c.integration == integration) & (orders.c.order_id == row.order_id)
            connection.execute(update(orders).where(same).values(forgotten_at=row.changed_at - JUST_BEFORE))

    def _leave_out(self, connection: Connection, books: str) -> None:
        """Forgotten customers of these books are in the copy's mirror, and are to be known there no more."""
        directory = Directory(self._store, Presence(self._store), books)
        customers = directory.forgotten_there(connection)
        directory.leave_out(connection, customers)
        take_out_customers(connection, books, (), customers)


def doubt_what_was_due(store: Database, connection: Connection) -> None:
    """E-invoices that had yet to go may have gone since: the next run asks their channel, and sends none blindly."""
    waiting: dict[str, list[str]] = defaultdict(list)
    for one in connection.execute(select(dispatches).where(dispatches.c.state == "due")).all():
        row = DispatchRow.model_construct(**one._mapping)
        Dispatches(store, "", row.integration).move(connection, row, "unsure")
        waiting[row.integration].append(row.order_id)
    for integration, ids in waiting.items():
        for piece in chunks(ids):
            mine = (orders.c.integration == integration) & orders.c.order_id.in_(piece)
            stopped = orders.c.stage.in_(("held", "failed")) & orders.c.code.in_(WAITING)
            open_again = {"stage": "booked", "code": "", "field": "", "found": "", "expected": "", "run": ""}
            connection.execute(update(orders).where(mine, stopped).values(**open_again))


def _known(connection: Connection, integration: str, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for piece in chunks(ids):
        query = select(orders.c.order_id).where(orders.c.integration == integration, orders.c.order_id.in_(piece))
        found.update(connection.execute(query).scalars())
    return found


def _of_orders(connection: Connection, table: Table, wanted: Ids) -> Iterator[dict[str, Any]]:
    """The rows of a table that belong to these orders."""
    for integration, ids in wanted.items():
        for piece in chunks(ids):
            mine = (table.c.integration == integration) & table.c.order_id.in_(piece)
            yield from (dict(row._mapping) for row in connection.execute(select(table).where(mine)).all())


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(table))]
