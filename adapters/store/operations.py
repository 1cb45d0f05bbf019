"""Operations: every write to the outside is committed as an intent before the call, with its outcome after it."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, func, select, update

from adapters.store.database import Database, chunks
from adapters.store.tables import BatchRow, OperationRow, table_of

operations = table_of(OperationRow)
batches = table_of(BatchRow)


class Operations:
    """The writes to one set of books."""

    def __init__(self, database: Database, books: str) -> None:
        self._database = database
        self.books = books

    def intend(self, kind: str, wanted: Sequence[tuple[str, str]], batch: str) -> set[str]:
        """Commit the intent of each `(key, subject)` before the call; gives the keys that were intended before.

        An intent without an outcome is what a crash or a lost answer leaves: the books must be asked.
        """
        now = datetime.now(UTC)
        rows = [
            {
                "key": key,
                "books": self.books,
                "kind": kind,
                "subject": subject,
                "state": "intended",
                "batch": batch,
                "outcome": "",
                "intended_at": now,
                "ended_at": None,
            }
            for key, subject in wanted
        ]
        earlier: set[str] = set()
        with self._database.writing() as connection:
            for piece in chunks([row["key"] for row in rows]):
                earlier |= set(
                    connection.execute(select(operations.c.key).where(operations.c.key.in_(piece))).scalars()
                )
            self._database.upsert(connection, OperationRow, rows, keep={"intended_at", "outcome"})
        return earlier

    def unanswered(self, keys: Sequence[str]) -> set[str]:
        """Which of these were intended, and nobody knows what came of them."""
        found: set[str] = set()
        with self._database.reading() as connection:
            for piece in chunks(keys):
                query = select(operations.c.key).where(operations.c.key.in_(piece), operations.c.state == "intended")
                found.update(connection.execute(query).scalars())
        return found

    def in_doubt(self, kind: str, subjects: Sequence[str]) -> set[str]:
        """Which subjects have a write that was intended, and nobody knows what came of it: under whatever key.

        A key tells what was wanted, and that may have changed since.
        """
        found: set[str] = set()
        with self._database.reading() as connection:
            for piece in chunks(set(subjects)):
                query = select(operations.c.subject).where(
                    operations.c.books == self.books,
                    operations.c.kind == kind,
                    operations.c.state == "intended",
                    operations.c.subject.in_(piece),
                )
                found.update(connection.execute(query).scalars())
        return found

    def finished(self, kind: str, subjects: Sequence[str]) -> Counter[str]:
        """How often each subject was written before, with success: the next time is another operation."""
        found: Counter[str] = Counter()
        count = select(operations.c.subject, func.count().label("count")).group_by(operations.c.subject)
        with self._database.reading() as connection:
            for piece in chunks(subjects):
                query = count.where(
                    operations.c.books == self.books,
                    operations.c.kind == kind,
                    operations.c.state == "done",
                    operations.c.subject.in_(piece),
                )
                found.update({row.subject: row.count for row in connection.execute(query)})
        return found

    def written_by(self, run: str) -> list[tuple[str, str]]:
        """Reference and operation of every document that this run brought into the books, in the order it did."""
        of_run = select(batches.c.id).where(batches.c.run == run)
        query = (
            select(operations.c.subject, operations.c.key)
            .where(operations.c.batch.in_(of_run), operations.c.kind == "document", operations.c.state == "done")
            .order_by(operations.c.ended_at, operations.c.key)
        )
        with self._database.reading() as connection:
            return [(row.subject, row.key) for row in connection.execute(query)]

    def give_up(self, kind: str, subjects: Sequence[str], outcome: str) -> None:
        """What was refused with this outcome was written once, and is over: the next try is another operation."""
        with self._database.writing() as connection:
            for piece in chunks(subjects):
                of_these = (operations.c.books == self.books) & operations.c.subject.in_(piece)
                refused = (operations.c.state == "refused") & (operations.c.outcome == outcome)
                over = update(operations).where(of_these, operations.c.kind == kind, refused)
                connection.execute(over.values(state="done"))

    def done(self, connection: Connection, outcomes: Sequence[tuple[str, str, str]]) -> None:
        """Commit each outcome `(key, done|refused, number or code)`, within a transaction."""
        if not outcomes:
            return
        ended = datetime.now(UTC)
        connection.execute(
            update(operations)
            .where(operations.c.key == bindparam("k_key"))
            .values(state=bindparam("state"), outcome=bindparam("outcome"), ended_at=ended),
            [{"k_key": key, "state": state, "outcome": outcome} for key, state, outcome in outcomes],
        )
