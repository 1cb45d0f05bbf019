"""Hints: a shop says that something happened to an order. Only its id is kept, and believed of it is nothing."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import delete, select

from adapters.store.database import Database
from adapters.store.tables import HintRow, table_of

hints = table_of(HintRow)


class Hint(NamedTuple):
    """That this order should be looked at, and when it was last said."""

    order: str
    received_at: datetime


class Hints:
    """The hints that nobody has followed yet. One that comes twice is one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, integration: str, orders: Iterable[str]) -> None:
        """A shop has spoken of these orders."""
        now = datetime.now(UTC)
        rows = [{"integration": integration, "order_id": order, "received_at": now} for order in set(orders)]
        with self._database.writing() as connection:
            self._database.upsert(connection, HintRow, rows)

    def waiting(self, integration: str, most: int) -> list[Hint]:
        """The oldest hints of an integration."""
        query = select(hints.c.order_id, hints.c.received_at).where(hints.c.integration == integration)
        with self._database.reading() as connection:
            return [Hint(*row) for row in connection.execute(query.order_by(hints.c.received_at).limit(most))]

    def followed(self, integration: str, done: Sequence[Hint]) -> None:
        """These orders were looked at; one of which the shop has spoken again since is still to be."""
        with self._database.writing() as connection:
            for hint in done:
                this = (hints.c.integration == integration) & (hints.c.order_id == hint.order)
                connection.execute(delete(hints).where(this, hints.c.received_at == hint.received_at))
