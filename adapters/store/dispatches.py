"""The e-invoices that are owed for documents of the books, and what became of each."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select, update

from adapters.store.database import Database, chunks
from adapters.store.tables import DispatchesTable, DispatchRow, DocumentRow, OrdersTable, table_of
from domain.dispatches import FOLLOWED, FOLLOWED_FOR, WAITING, State, step
from domain.invoices import DocumentKind

dispatches = table_of(DispatchesTable)
documents = table_of(DocumentRow)
orders = table_of(OrdersTable)

ASKED_DAILY = timedelta(days=1)
"""What was delivered is asked for once a day: a receiver seldom changes their mind."""


class Dispatches:
    """The dispatches of one integration's orders; `books` are where its documents stand."""

    def __init__(self, database: Database, books: str, integration: str) -> None:
        self._database = database
        self._books = books
        self._integration = integration

    def owe(self, connection: Connection, owed: Sequence[tuple[str, str, DocumentKind, State]]) -> None:
        """From now on each `(reference, order id, kind, due|unsure)` is owed an e-invoice, within a transaction.

        What is owed already, or was sent, stays as it is.
        """
        now = datetime.now(UTC)
        rows = [
            DispatchRow(
                integration=self._integration,
                reference=reference,
                order_id=order,
                kind=kind,
                state=state,
                due_at=now,
                changed_at=now,
                history=_told([], now, state=state),
            ).model_dump()
            for reference, order, kind, state in owed
        ]
        for piece in chunks(rows):
            self._database.upsert(connection, DispatchesTable, piece, keep=DispatchRow.model_fields)

    def of_orders(self, ids: Iterable[str]) -> dict[str, list[DispatchRow]]:
        """The dispatches of each of these orders, oldest reference first."""
        found: dict[str, list[DispatchRow]] = {}
        with self._database.reading() as connection:
            for piece in chunks(set(ids)):
                mine = (dispatches.c.integration == self._integration) & dispatches.c.order_id.in_(piece)
                for row in connection.execute(select(dispatches).where(mine).order_by(dispatches.c.reference)):
                    found.setdefault(row.order_id, []).append(DispatchRow.model_construct(**row._mapping))
        return found

    def to_go(self) -> list[str]:
        """The ids of booked orders that are owed an e-invoice, and of those that have it and were not told so yet."""
        mine = select(dispatches.c.order_id).where(dispatches.c.integration == self._integration)
        owed, due = orders.c.order_id.in_(mine), orders.c.order_id.in_(mine.where(dispatches.c.state == "due"))
        waiting = orders.c.stage.in_(("held", "failed")) & orders.c.code.in_(WAITING) & due
        unsure = orders.c.order_id.in_(mine.where(dispatches.c.state == "unsure"))
        not_asked = orders.c.stage.in_(("held", "failed")) & orders.c.code.in_(WAITING - {"einvoice_unsure"}) & unsure
        booked = (orders.c.stage == "booked") & owed
        wanted = or_(booked, waiting, not_asked)
        query = select(orders.c.order_id).where(orders.c.integration == self._integration, wanted)
        with self._database.reading() as connection:
            return list(connection.execute(query.order_by(orders.c.ordered_at, orders.c.order_id)).scalars())

    def followed(self, now: datetime) -> list[str]:
        """The ids of orders of whose e-invoices the channels may have news."""
        recently = or_(dispatches.c.state.not_in(("delivered", "silent")), dispatches.c.handed_at >= now - FOLLOWED_FOR)
        worth_asking = or_(dispatches.c.state != "delivered", dispatches.c.asked_at < now - ASKED_DAILY)
        worth_asking &= or_(dispatches.c.state != "sent", dispatches.c.channel != "accounting")
        query = select(dispatches.c.order_id).where(
            dispatches.c.integration == self._integration, dispatches.c.state.in_(FOLLOWED), recently, worth_asking
        )
        with self._database.reading() as connection:
            return sorted(set(connection.execute(query).scalars()))

    def move(self, connection: Connection, row: DispatchRow, state: State, **values: Any) -> None:
        """Bring a dispatch to its next state with the other given columns, within a transaction; its history grows."""
        now = datetime.now(UTC)
        told = {"state": state, **{name: values[name] for name in ("channel", "code", "sha256") if values.get(name)}}
        before: State = row.state  # type: ignore[assignment]
        new = {**values, "state": step(before, state), "changed_at": now}
        if before != state:
            new["history"] = _told(json.loads(row.history), now, **told)
        self.note(connection, row, **new)

    def note(self, connection: Connection, row: DispatchRow, **values: Any) -> None:
        """Set these columns of a dispatch, within a transaction."""
        mine = (dispatches.c.integration == self._integration) & (dispatches.c.reference == row.reference)
        connection.execute(update(dispatches).where(mine).values(**values))
        for name, value in values.items():
            setattr(row, name, value)

    def let_go(self) -> None:
        """Orders wait for their e-invoices no longer: e-invoicing is off.

        People may send by hand what was still to go, so should it be switched on again, that is asked for first.
        """
        mine = orders.c.integration == self._integration
        waiting = mine & orders.c.stage.in_(("held", "failed")) & orders.c.code.in_(WAITING)
        due = (dispatches.c.integration == self._integration) & (dispatches.c.state == "due")
        with self._database.reading() as connection:
            asked = (select(orders.c.order_id).where(waiting), select(dispatches.c.order_id).where(due))
            if all(connection.execute(query.limit(1)).first() is None for query in asked):
                return
        free = update(orders).where(waiting)
        with self._database.writing() as connection:
            connection.execute(free.values(stage="booked", code="", field="", found="", expected="", run=""))
            connection.execute(update(dispatches).where(due).values(state="unsure"))


def _told(history: list[dict[str, str]], at: datetime, **what: str) -> str:
    return json.dumps([*history, {"at": at.isoformat(timespec="seconds"), **what}], ensure_ascii=False)
