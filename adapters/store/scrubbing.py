"""Taking people out of the store: what their orders, changes, links and documents say of them."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, delete, or_, select, tuple_, update

from adapters.store.database import Database, chunks
from adapters.store.tables import ChangeRow, DispatchesTable, DocumentRow, LinkRow, OrderRow, OrdersTable, table_of
from domain.classification import Classification
from domain.dispatches import SETTLED_BY_A_PERSON
from domain.forgetting import as_sent, as_sold, without_buyer
from domain.invoices import Invoice
from domain.orders import Order, RawOrder

orders = table_of(OrdersTable)
changes = table_of(ChangeRow)
links = table_of(LinkRow)
documents = table_of(DocumentRow)
dispatches = table_of(DispatchesTable)

FINISHED = frozenset({"booked", "dispatched", "skipped"})
"""Stages at which nothing more is to be written for an order as it is: its buyer is needed no longer."""


class Scrubbing:
    """What is taken out of the orders of one integration, and of their documents in whichever books."""

    def __init__(self, database: Database, integration: str) -> None:
        self._database = database
        self._integration = integration

    def rows(self) -> Iterator[OrderRow]:
        """All orders that have a buyer, with all that is known of them."""
        never = orders.c.forgotten_at.is_(None)
        return self._rows(or_(never, orders.c.changed_at > orders.c.forgotten_at))

    def finished(self, rows: Iterable[OrderRow]) -> list[OrderRow]:
        """Those of these orders whose buyer is needed no longer: all is written, and every e-invoice has been sent.

        One that doesn't count is never written for.
        """
        with self._database.reading() as connection:
            return self.finished_there(connection, rows)

    def finished_there(self, connection: Connection, rows: Iterable[OrderRow]) -> list[OrderRow]:
        """The same within a transaction."""
        done = {row.order_id: row for row in rows if row.stage in FINISHED or not row.eligible}
        for piece in chunks(list(done)):
            mine = (dispatches.c.integration == self._integration) & dispatches.c.order_id.in_(piece)
            waiting = select(dispatches.c.order_id).where(mine, dispatches.c.state.in_(SETTLED_BY_A_PERSON))
            for order in connection.execute(waiting).scalars():
                done.pop(order, None)
        return list(done.values())

    def needed(self, customers: Iterable[str]) -> set[str]:
        """Those of these customers who have an order that is still open, or who collect the orders of many buyers."""
        rows = [row for piece in chunks(customers) for row in self._rows(orders.c.customer.in_(piece))]
        finished = {row.order_id for row in self.finished(rows)}
        return {row.customer for row in rows if row.order_id not in finished or _is_collected(row)}

    def due(self, before: datetime | None) -> list[OrderRow]:
        """Finished orders sold before then, and those that came back with their buyer after they were forgotten."""
        back = orders.c.changed_at > orders.c.forgotten_at
        old = orders.c.forgotten_at.is_(None) & (orders.c.ordered_at < before) if before else back
        return self.finished(self._rows(or_(back, old)))

    def scrub_orders(self, connection: Connection, rows: Sequence[OrderRow]) -> list[str]:
        """Take the buyers out of these orders; gives the ids of those that nobody changed in the meantime."""
        now, done = datetime.now(UTC), []
        for row in rows:
            same = (orders.c.integration == row.integration) & (orders.c.order_id == row.order_id)
            unchanged = (orders.c.content_hash == row.content_hash) & (orders.c.stage == row.stage)
            values = {**_without_buyer(row), "forgotten_at": now}
            if connection.execute(update(orders).where(same, unchanged).values(**values)).rowcount:
                done.append(row.order_id)
        return done

    def scrub_changes(self, connection: Connection, ids: Iterable[str]) -> None:
        """What was written to customers because of these orders: the fields stay named."""
        for piece in chunks(ids):
            of_these = (changes.c.integration == self._integration) & changes.c.order_id.in_(piece)
            connection.execute(update(changes).where(of_these).values(before="", after=""))

    def scrub_documents(self, connection: Connection, ids: Iterable[str]) -> list[str]:
        """Leave of these orders' documents what the law wants kept; gives the day of each."""
        days: list[str] = []
        for piece in chunks(ids):
            for row in connection.execute(select(documents).where(self._own, documents.c.order_id.in_(piece))).all():
                wanted = _changed(row.wanted, lambda text: as_sent(Invoice.model_validate_json(text)).model_dump_json())
                sold = _changed(row.sold, lambda text: as_sold(Order.model_validate_json(text)).model_dump_json())
                same = (documents.c.books == row.books) & (documents.c.reference == row.reference)
                connection.execute(update(documents).where(same).values(wanted=wanted, sold=sold))
                days.append(row.date)
        return days

    def drop_documents(self, connection: Connection, is_over: Callable[[str], bool]) -> int:
        """Of forgotten orders' documents whose day is long over, keep no more than their amounts; gives how many."""
        forgotten = (orders.c.integration == self._integration) & orders.c.forgotten_at.is_not(None)
        of_these = self._own & documents.c.order_id.in_(select(orders.c.order_id).where(forgotten))
        which = (documents.c.books, documents.c.reference)
        query = select(*which, documents.c.date).where(of_these, documents.c.wanted != "")
        over = [(row.books, row.reference) for row in connection.execute(query).all() if is_over(row.date)]
        for piece in chunks(over):
            these = update(documents).where(tuple_(*which).in_(piece))
            connection.execute(these.values(wanted="", sold="", content=""))
            references = [reference for _, reference in piece]
            sent = (dispatches.c.integration == self._integration) & dispatches.c.reference.in_(references)
            connection.execute(update(dispatches).where(sent).values(document="", told="", history="[]"))
        return len(over)

    def _rows(self, wanted: ColumnElement[bool]) -> Iterator[OrderRow]:
        query = select(orders).where(orders.c.integration == self._integration, wanted)
        with self._database.reading() as connection:
            for row in connection.execution_options(yield_per=200).execute(query):
                yield OrderRow.model_construct(**row._mapping)

    @property
    def _own(self) -> ColumnElement[bool]:
        return documents.c.integration == self._integration


def take_out_customers(connection: Connection, books: str, identities: Iterable[str], customers: Sequence[str]) -> None:
    """Which customer of these books these identities are, what is remembered of these customers, what was written."""
    for column, values in ((links.c.identity, identities), (links.c.customer, customers)):
        for piece in chunks(values):
            connection.execute(delete(links).where(links.c.books == books, column.in_(piece)))
    for piece in chunks(customers):
        to_them = (changes.c.books == books) & changes.c.customer.in_(piece)
        connection.execute(update(changes).where(to_them).values(before="", after=""))


def _is_collected(row: OrderRow) -> bool:
    told = json.loads(row.decision) if row.decision else {}
    return (told.get("decision") or {}).get("kind") == "collecting"


def _without_buyer(row: OrderRow) -> dict[str, str]:
    """The columns that speak of the buyer, as they are without one. The content's hash stays: an echo is no edit."""
    told = json.loads(row.decision) if row.decision else {}
    decided = {**(told.get("decision") or {}), "identity": None, "candidates": []}
    written = [{"field": one["field"], "before": "", "after": ""} for one in told.get("changed", [])]
    kept = json.dumps({"decision": decided, "changed": written, "protected": []})
    return {
        "raw": RawOrder(id=row.order_id, body={}).model_dump_json(),
        "normalised": _changed(
            row.normalised, lambda text: without_buyer(Order.model_validate_json(text)).model_dump_json()
        ),
        "classification": Classification(type=row.customer_type).model_dump_json() if row.classification else "",  # type: ignore[arg-type]
        "decision": kept if row.decision else "",
        "warnings": "",
        "found": "",
    }


def _changed(text: str, change: Callable[[str], str]) -> str:
    return change(text) if text else ""
