"""The documents of the books, mirrored by reference, with what we asked for when we wrote them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, or_, select, update

from adapters.store.database import CHUNK, Database, chunks
from adapters.store.tables import CursorRow, DocumentRow, OrdersTable, table_of
from domain.invoices import Document, Invoice
from domain.orders import Order

documents = table_of(DocumentRow)
cursors = table_of(CursorRow)
orders = table_of(OrdersTable)

IN_SEQUENCE = (func.length(documents.c.reference), documents.c.reference)
TOLD = tuple(column for column in documents.c if column.name not in {"sold", "fingerprint", "written_as", "content"})
"""What the proof needs of a document."""

OURS = dict.fromkeys(("integration", "order_id", "written_as", "wanted", "content", "sold"), "")
"""Columns that the books know nothing of: mirroring leaves them as they are."""


class Documents:
    """What stands in one set of books, and what we asked of them."""

    def __init__(self, database: Database, books: str) -> None:
        self._database = database
        self.books = books

    def cursor(self) -> datetime | None:
        """The newest change that the mirror holds; None while it was never filled."""
        with self._database.reading() as connection:
            found = connection.execute(select(cursors.c.value).where(cursors.c.name == self._cursor_name)).scalar()
        return datetime.fromisoformat(found) if found else None

    def mirror(self, found: Sequence[Document]) -> None:
        """Take in documents as the books just gave them."""
        with self._database.writing() as connection:
            for piece in chunks(found):
                rows = [{**self._row(one), **OURS} for one in piece]
                self._database.upsert(connection, DocumentRow, rows, keep=OURS.keys())

    def seen_until(self, moment: datetime) -> None:
        """The mirror holds everything that changed in the books up to this moment."""
        with self._database.writing() as connection:
            row = {"name": self._cursor_name, "value": moment.isoformat()}
            self._database.upsert(connection, CursorRow, [row])

    def by_reference(self, references: Iterable[str]) -> dict[str, DocumentRow]:
        """What stands under these references."""
        found: dict[str, DocumentRow] = {}
        with self._database.reading() as connection:
            for piece in chunks(set(references)):
                query = select(documents).where(documents.c.books == self.books, documents.c.reference.in_(piece))
                for row in connection.execute(query):
                    found[row.reference] = DocumentRow.model_construct(**row._mapping)
        return found

    def of_orders(self, integration: str, ids: Iterable[str]) -> dict[str, list[DocumentRow]]:
        """The documents that belong to each of these orders, oldest reference first."""
        found: dict[str, list[DocumentRow]] = {}
        with self._database.reading() as connection:
            for piece in chunks(set(ids)):
                query = (
                    select(documents)
                    .where(
                        documents.c.books == self.books,
                        documents.c.integration == integration,
                        documents.c.order_id.in_(piece),
                    )
                    .order_by(*IN_SEQUENCE)
                )
                for row in connection.execute(query):
                    found.setdefault(row.order_id, []).append(DocumentRow.model_construct(**row._mapping))
        return found

    def claim(self, integration: str, owners: Mapping[str, str]) -> None:
        """These documents `reference: order id`, which the store had lost, are that order's."""
        with self._database.writing() as connection:
            for reference, order in owners.items():
                mine = (documents.c.books == self.books) & (documents.c.reference == reference)
                claimed = update(documents).where(mine, documents.c.integration == "")
                connection.execute(claimed.values(integration=integration, order_id=order))

    def references(self) -> set[str]:
        """Under which references anything was seen, also what is gone since."""
        with self._database.reading() as connection:
            query = select(documents.c.reference).where(documents.c.books == self.books)
            return set(connection.execute(query).scalars())

    def drafts(self) -> set[str]:
        """The references of all drafts that were seen last."""
        mine = (documents.c.books == self.books) & (documents.c.state == "draft") & documents.c.gone.is_(False)
        with self._database.reading() as connection:
            return set(connection.execute(select(documents.c.reference).where(mine)).scalars())

    def lose(self, references: Iterable[str]) -> list[DocumentRow]:
        """These stand in the books no more; gives those that were written for an order."""
        lost: list[DocumentRow] = []
        with self._database.writing() as connection:
            for piece in chunks(set(references)):
                these = (documents.c.books == self.books) & documents.c.reference.in_(piece)
                connection.execute(update(documents).where(these).values(gone=True))
                found = connection.execute(select(documents).where(these, documents.c.integration != ""))
                lost += [DocumentRow.model_construct(**row._mapping) for row in found]
        return lost

    def forget(self, integration: str, orders: Iterable[str]) -> None:
        """Documents of these orders that are gone may be made again."""
        with self._database.writing() as connection:
            for piece in chunks(set(orders)):
                of_these = (documents.c.integration == integration) & documents.c.order_id.in_(piece)
                gone = delete(documents).where(documents.c.books == self.books, of_these, documents.c.gone)
                connection.execute(gone)

    def swept(self) -> datetime | None:
        """When all of the books was last read; None while it never was."""
        with self._database.reading() as connection:
            found = connection.execute(select(cursors.c.value).where(cursors.c.name == self._sweep_name)).scalar()
        return datetime.fromisoformat(found) if found else None

    def swept_at(self, moment: datetime) -> None:
        """All of the books was read, from this moment on."""
        with self._database.writing() as connection:
            self._database.upsert(connection, CursorRow, [{"name": self._sweep_name, "value": moment.isoformat()}])

    def standing(self, integration: str, ids: Iterable[str]) -> dict[str, list[DocumentRow]]:
        """What was written for each of these orders, gone or not; without the orders as they were then."""
        found: dict[str, list[DocumentRow]] = {}
        with self._database.reading() as connection:
            for piece in chunks(ids):
                query = select(*TOLD).where(documents.c.books == self.books, documents.c.integration == integration)
                for row in connection.execute(query.where(documents.c.order_id.in_(piece)).order_by(*IN_SEQUENCE)):
                    found.setdefault(row.order_id, []).append(DocumentRow.model_construct(**row._mapping))
        return found

    def of_nobody(self, integration: str) -> Iterator[DocumentRow]:
        """Documents of the books that bear this integration's name and belong to no order that the store has."""
        order_is_known = exists().where(orders.c.integration == integration, orders.c.order_id == documents.c.order_id)
        ours = (documents.c.integration == integration) & ~order_is_known
        bears_our_name = documents.c.reference.startswith(f"{integration}-", autoescape=True)
        query = select(*TOLD).where(documents.c.books == self.books, bears_our_name, ~documents.c.gone)
        query = query.where(or_(documents.c.integration == "", ours)).order_by(documents.c.reference)
        with self._database.reading() as connection:
            for row in connection.execution_options(yield_per=CHUNK).execute(query):
                yield DocumentRow.model_construct(**row._mapping)

    def wrote(
        self, connection: Connection, integration: str, written: Sequence[tuple[Order, Invoice, Document]]
    ) -> None:
        """Keep what we asked for and what came of it, for each `(order, invoice, document)`, in a transaction."""
        rows = [
            {
                **self._row(document),
                "integration": integration,
                "order_id": order.id,
                "written_as": document.fingerprint,
                "wanted": invoice.model_dump_json(),
                "content": invoice.fingerprint,
                "sold": order.model_dump_json(),
            }
            for order, invoice, document in written
        ]
        for piece in chunks(rows):
            self._database.upsert(connection, DocumentRow, piece)

    @property
    def _cursor_name(self) -> str:
        return f"documents:{self.books}"

    @property
    def _sweep_name(self) -> str:
        return f"swept:{self.books}"

    def _row(self, document: Document) -> dict[str, object]:
        amounts = {name: str(getattr(document, name)) for name in ("net", "vat", "total")}
        same = ("reference", "kind", "state", "number", "customer", "currency", "fingerprint")
        return {
            "books": self.books,
            **{name: getattr(document, name) for name in same},
            **amounts,
            "date": document.date.isoformat(),
            "gone": False,
        }
