"""The store: what Afstem knows for certain. Prefect's states are a view of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select, true
from sqlmodel import SQLModel

from adapters.store.database import PATIENCE, Database
from adapters.store.directory import Directory, Link
from adapters.store.dispatches import Dispatches
from adapters.store.documents import Documents
from adapters.store.hints import Hints
from adapters.store.operations import Operations
from adapters.store.orders import EVERYTHING, Among, Batch, Orders, Standing, unfinished
from adapters.store.presence import SILENT_TOO_LONG, Presence
from adapters.store.runs import Runs
from adapters.store.scrubbing import Scrubbing, take_out_customers
from adapters.store.tables import (
    ChangeRow,
    CursorRow,
    DirectoryKeyRow,
    DirectoryRow,
    DispatchRow,
    DocumentRow,
    LinkRow,
    OperationRow,
    OrderRow,
    OrdersTable,
    VatAnswerRow,
    table_of,
)
from adapters.store.vat_answers import VatAnswers

__all__ = [
    "EVERYTHING",
    "Among",
    "Batch",
    "ChangeRow",
    "Directory",
    "DispatchRow",
    "Dispatches",
    "DocumentRow",
    "Documents",
    "Link",
    "Operations",
    "OrderRow",
    "Orders",
    "Scrubbing",
    "Standing",
    "Store",
    "VatAnswers",
    "take_out_customers",
]


class Store:
    """One database with the orders of its integrations and the mirrors of their books."""

    def __init__(self, url: str, patience: timedelta = PATIENCE, silence: timedelta = SILENT_TOO_LONG) -> None:
        self.database = Database(url, patience)
        self.presence = Presence(self.database, silence)
        self.orders = Orders(self.database, self.presence)
        self.vat_answers = VatAnswers(self.database)
        self.hints = Hints(self.database)
        self.runs = Runs(self.database, self.presence)

    def directory(self, books: str) -> Directory:
        """The customers of these books."""
        return Directory(self.database, self.presence, books)

    def documents(self, books: str) -> Documents:
        """The documents of these books."""
        return Documents(self.database, books)

    def dispatches(self, books: str, integration: str) -> Dispatches:
        """The e-invoices that this integration's documents in these books are owed."""
        return Dispatches(self.database, books, integration)

    def operations(self, books: str) -> Operations:
        """The writes to these books."""
        return Operations(self.database, books)

    @contextmanager
    def together(self) -> Iterator[Connection]:
        """One transaction over several of the store's rooms."""
        with self.database.writing() as connection:
            yield connection

    def shop_cursor(self, integration: str) -> str | None:
        """Where the next reading of this shop starts."""
        cursors = table_of(CursorRow)
        query = select(cursors.c.value).where(cursors.c.name == f"orders:{integration}")
        with self.database.reading() as connection:
            found: str | None = connection.execute(query).scalar()
        return found

    def move_shop_cursor(self, integration: str, cursor: str) -> None:
        """Every order up to here is stored."""
        with self.database.writing() as connection:
            self.database.upsert(connection, CursorRow, [{"name": f"orders:{integration}", "value": cursor}])

    def log_changes(self, connection: Connection, changes: Sequence[ChangeRow]) -> None:
        """Keep who changed which field of which customer, within a transaction."""
        rows = [change.model_dump(exclude={"id"}) for change in changes]
        if rows:
            connection.execute(table_of(ChangeRow).insert(), rows)

    def changes(self, *, run: str = "", order: tuple[str, str] | None = None) -> list[ChangeRow]:
        """What was written to customers by a run, or because of one order `(integration, id)`."""
        table = table_of(ChangeRow)
        query = select(table).order_by(table.c.id)
        if run:
            query = query.where(table.c.run == run)
        if order:
            query = query.where(table.c.integration == order[0], table.c.order_id == order[1])
        with self.database.reading() as connection:
            return [ChangeRow.model_construct(**row._mapping) for row in connection.execute(query)]

    def customers_written(self, run: str, most: int) -> tuple[int, dict[str, list[ChangeRow]]]:
        """How many customers a run wrote to, and the changes of the first `most` of them by number."""
        table = table_of(ChangeRow)
        of_run = table.c.run == run
        everyone = select(func.count(table.c.customer.distinct())).where(of_run)
        first = select(table.c.customer).where(of_run).group_by(table.c.customer)
        first = first.order_by(func.min(table.c.id)).limit(most)
        query = select(table).where(of_run, table.c.customer.in_(first)).order_by(table.c.id)
        found: dict[str, list[ChangeRow]] = {}
        with self.database.reading() as connection:
            for row in connection.execute(query):
                found.setdefault(row.customer, []).append(ChangeRow.model_construct(**row._mapping))
            return connection.execute(everyone).scalar_one(), found

    def take_over(self, other: "Store", integration: str, books: str) -> None:
        """Copy what a run would need from another store: its unfinished orders, mirrors and proofs."""
        orders = table_of(OrdersTable)
        wanted: dict[type[SQLModel], Any] = {
            OrdersTable: (orders.c.integration == integration) & unfinished(),
            CursorRow: table_of(CursorRow).c.name.endswith(f":{books}"),
            VatAnswerRow: true(),
        }
        mirrors: tuple[type[SQLModel], ...] = (DirectoryRow, DirectoryKeyRow, LinkRow, DocumentRow, OperationRow)
        for model in mirrors:
            wanted[model] = table_of(model).c.books == books
        with other.database.reading() as source, self.database.writing() as target:
            for model, condition in wanted.items():
                found = source.execution_options(yield_per=500).execute(select(table_of(model)).where(condition))
                for piece in found.partitions():
                    self.database.upsert(target, model, [dict(row._mapping) for row in piece])

    def close(self) -> None:
        """Leave the store as somebody who will not come back."""
        self.presence.leave()
        self.database.close()
