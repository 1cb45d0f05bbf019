"""Customers who are forgotten: known again by keyed hashes alone, so that a refreshed mirror leaves them out."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select

from adapters.store.database import Database, chunks
from adapters.store.tables import CursorRow, ForgottenRow, KeyRow, table_of
from domain.customers import Customer, directory_keys

forgotten = table_of(ForgottenRow)
cursors = table_of(CursorRow)
keys = table_of(KeyRow)
KEY = "forgotten"


class Forgotten:
    """The forgotten customers of one set of books.

    The key is made with the first of them and lies in the store, which is to be guarded as a whole. Their hashes say
    nothing to anybody who holds only a dump of the table or a value to try.
    """

    def __init__(self, database: Database, books: str) -> None:
        self._database = database
        self.books = books

    def add(self, connection: Connection, customers: Sequence[Customer]) -> None:
        """Forget these: their number and all by which they can be found are marked."""
        key = self._key(connection)
        rows = []
        for customer in customers:
            own = _mark(key, self.books, "number", customer.number)
            marks = {own, *(_mark(key, self.books, field, value) for field, value in directory_keys(customer))}
            rows += [{"books": self.books, "mark": mark, "customer": own} for mark in sorted(marks)]
        self._database.upsert(connection, ForgottenRow, rows)

    def among(self, connection: Connection, numbers: Sequence[str]) -> set[str]:
        """Which of these customer numbers are forgotten."""
        if not numbers or not self._any(connection):
            return set()
        key = self._key(connection)
        by_mark = {_mark(key, self.books, "number", number): number for number in numbers}
        return {by_mark[mark] for mark in self._known(connection, by_mark)}

    def recall(self, identities: Iterable[str]) -> bool:
        """The bearers of these identities (`field:value`) have bought again: they are forgotten no more.

        Gives whether there were any; then the mirror must be read anew, and its place is forgotten with the marks, so
        that whoever reads next reads all, should this reading come to nothing.
        """
        with self._database.reading() as connection:
            if not self._any(connection):
                return False
        with self._database.writing() as connection:
            key = self._key(connection)
            marks = [_mark(key, self.books, *identity.split(":", 1)) for identity in identities]
            customers = set(self._known(connection, marks).values())
            for piece in chunks(customers):
                back = (forgotten.c.books == self.books) & forgotten.c.customer.in_(piece)
                connection.execute(delete(forgotten).where(back))
            if customers:
                connection.execute(delete(cursors).where(cursors.c.name == f"customers:{self.books}"))
        return bool(customers)

    def _any(self, connection: Connection) -> bool:
        query = select(forgotten.c.mark).where(forgotten.c.books == self.books).limit(1)
        return connection.execute(query).first() is not None

    def _known(self, connection: Connection, marks: Iterable[str]) -> dict[str, str]:
        """Each known mark with the customer that it belongs to."""
        found: dict[str, str] = {}
        for piece in chunks(marks):
            query = select(forgotten.c.mark, forgotten.c.customer)
            query = query.where(forgotten.c.books == self.books, forgotten.c.mark.in_(piece))
            found.update({row.mark: row.customer for row in connection.execute(query)})
        return found

    def _key(self, connection: Connection) -> bytes:
        found = connection.execute(select(keys.c.value).where(keys.c.name == KEY)).scalar()
        if found is None:
            found = secrets.token_hex(32)
            self._database.upsert(connection, KeyRow, [{"name": KEY, "value": found}])
        return bytes.fromhex(found)


def _mark(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()[:32]
