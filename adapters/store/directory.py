"""The customer directory: a mirror of the books' customers, the links to them, and the leases on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select

from adapters.store.database import Database, chunks
from adapters.store.forgotten import Forgotten
from adapters.store.presence import Presence
from adapters.store.tables import CursorRow, DirectoryKeyRow, DirectoryRow, LeaseRow, LinkRow, table_of
from domain.customers import Customer, directory_keys, fingerprint

directory = table_of(DirectoryRow)
keys = table_of(DirectoryKeyRow)
links = table_of(LinkRow)
leases = table_of(LeaseRow)
cursors = table_of(CursorRow)


@dataclass(frozen=True)
class Link:
    """A remembered customer: it holds only while that number is still the same customer."""

    customer: str
    fingerprint: str
    chosen: bool


class Directory:
    """The customers of one set of books, as last seen."""

    def __init__(self, database: Database, presence: Presence, books: str) -> None:
        self._database = database
        self._presence = presence
        self.books = books
        self.forgotten = Forgotten(database, books)

    def cursor(self) -> datetime | None:
        """The newest change that the mirror holds; None while it was never filled."""
        with self._database.reading() as connection:
            found = connection.execute(select(cursors.c.value).where(cursors.c.name == self._cursor_name)).scalar()
        return datetime.fromisoformat(found) if found else None

    def save(self, customers: Sequence[Customer]) -> None:
        """Mirror customers as the books just gave them."""
        with self._database.writing() as connection:
            self.write(connection, customers)

    def write(self, connection: Connection, customers: Sequence[Customer]) -> None:
        """The same within a transaction of the caller's, so that a customer and its cause are kept together.

        What stands there already isn't written again: the books soon tell us of all that we did there ourselves.
        """
        sweep = self._sweep(connection)
        for piece in chunks(customers):
            known = self._known(connection, [customer.number for customer in piece])
            forgotten = self.forgotten.among(connection, [customer.number for customer in piece])
            there = [customer for customer in piece if customer.number not in forgotten]
            rows = {customer.number: self._row(customer, sweep) for customer in there}
            fresh = [customer for customer in there if known.get(customer.number) != rows[customer.number]]
            numbers = [customer.number for customer in fresh]
            connection.execute(delete(keys).where(keys.c.books == self.books, keys.c.number.in_(numbers)))
            self._database.upsert(connection, DirectoryRow, [rows[number] for number in numbers])
            self._database.upsert(connection, DirectoryKeyRow, [row for c in fresh for row in self._keys(c)])

    def seen_until(self, moment: datetime) -> None:
        """The mirror holds everything that changed in the books up to this moment."""
        with self._database.writing() as connection:
            row = {"name": self._cursor_name, "value": moment.isoformat()}
            self._database.upsert(connection, CursorRow, [row])

    def begin_sweep(self) -> int:
        """Before a reading of all customers: from here on, what is saved counts as seen."""
        with self._database.writing() as connection:
            sweep = self._sweep(connection) + 1
            self._database.upsert(connection, CursorRow, [{"name": self._sweep_name, "value": str(sweep)}])
        return sweep

    def end_sweep(self, sweep: int) -> None:
        """Forget every customer that nobody has saved since that sweep began."""
        gone = select(directory.c.number).where(directory.c.books == self.books, directory.c.seen < sweep)
        with self._database.writing() as connection:
            self._forget(connection, [row.number for row in connection.execute(gone)])

    def forget(self, number: str) -> None:
        """This customer is gone from the books."""
        with self._database.writing() as connection:
            self._forget(connection, [number])

    def leave_out(self, connection: Connection, numbers: Sequence[str]) -> None:
        """The same within a transaction, for customers who are still in the books and shall be known here no more."""
        self._forget(connection, numbers)

    def forgotten_there(self, connection: Connection) -> list[str]:
        """Forgotten customers who are known here all the same, as they are where an old copy was restored."""
        known = select(directory.c.number).where(directory.c.books == self.books)
        linked = select(links.c.customer).where(links.c.books == self.books)
        return sorted(self.forgotten.among(connection, list(connection.execute(known.union(linked)).scalars())))

    def by_number(self, numbers: Iterable[str]) -> dict[str, Customer]:
        """The mirrored customers of these numbers."""
        found: dict[str, Customer] = {}
        with self._database.reading() as connection:
            for piece in chunks(set(numbers)):
                query = select(directory.c.customer).where(
                    directory.c.books == self.books, directory.c.number.in_(piece)
                )
                for text in connection.execute(query).scalars():
                    customer = Customer.model_validate_json(text)
                    found[customer.number] = customer
        return found

    def having(self, field: str, values: Iterable[str]) -> list[tuple[str, str, str]]:
        """(field, value, number) of every customer that carries one of these normalised values."""
        found: list[tuple[str, str, str]] = []
        with self._database.reading() as connection:
            for piece in chunks(set(values)):
                query = select(keys.c.field, keys.c.value, keys.c.number).where(
                    keys.c.books == self.books, keys.c.field == field, keys.c.value.in_(piece)
                )
                found.extend((row.field, row.value, row.number) for row in connection.execute(query))
        return found

    def links(self, identities: Iterable[str]) -> dict[str, Link]:
        """What is remembered of these identities (`field:value`)."""
        found: dict[str, Link] = {}
        with self._database.reading() as connection:
            for piece in chunks(set(identities)):
                query = select(links).where(links.c.books == self.books, links.c.identity.in_(piece))
                for row in connection.execute(query):
                    found[row.identity] = Link(row.customer, row.fingerprint, row.chosen)
        return found

    def link(self, connection: Connection, found: Sequence[tuple[str, Customer]], *, chosen: bool = False) -> None:
        """Remember that these identities are these customers, within a transaction.

        What a person chose stays a person's choice for as long as it is that customer.
        """
        now = datetime.now(UTC)
        by_a_person = self._chosen(connection, [identity for identity, _ in found])
        rows = [
            {
                "books": self.books,
                "identity": identity,
                "customer": customer.number,
                "fingerprint": fingerprint(customer),
                "chosen": chosen or (identity, customer.number) in by_a_person,
                "made_at": now,
            }
            for identity, customer in dict(found).items()
        ]
        self._database.upsert(connection, LinkRow, rows)

    def lease(self, subjects: Iterable[str], batch: str) -> set[str]:
        """Take the right to write to these identities or customers; gives the ones that another batch has."""
        owner = self._presence.announce()
        wanted = {f"{self.books}|{subject}": subject for subject in subjects}
        taken: set[str] = set()
        with self._database.writing() as connection:
            dead = self._presence.dead(set(connection.execute(select(leases.c.owner).distinct()).scalars()))
            for piece in chunks(wanted):
                if dead:
                    connection.execute(delete(leases).where(leases.c.key.in_(piece), leases.c.owner.in_(dead)))
                query = select(leases.c.key).where(leases.c.key.in_(piece), leases.c.batch != batch)
                others = set(connection.execute(query).scalars())
                taken |= {wanted[key] for key in others}
                mine = [{"key": key, "batch": batch, "owner": owner} for key in piece if key not in others]
                self._database.upsert(connection, LeaseRow, mine)
        return taken

    def release(self, connection: Connection, batch: str) -> None:
        """Give a batch's leases back, within the transaction that keeps what they were for."""
        connection.execute(delete(leases).where(leases.c.batch == batch))

    @property
    def _cursor_name(self) -> str:
        return f"customers:{self.books}"

    def _chosen(self, connection: Connection, identities: Iterable[str]) -> set[tuple[str, str]]:
        """Which `(identity, customer)` a person has chosen."""
        found: set[tuple[str, str]] = set()
        for piece in chunks(set(identities)):
            query = select(links.c.identity, links.c.customer).where(
                links.c.books == self.books, links.c.identity.in_(piece), links.c.chosen
            )
            found.update((row.identity, row.customer) for row in connection.execute(query))
        return found

    @property
    def _sweep_name(self) -> str:
        return f"sweep:{self.books}"

    def _sweep(self, connection: Connection) -> int:
        return int(connection.execute(select(cursors.c.value).where(cursors.c.name == self._sweep_name)).scalar() or 0)

    def _known(self, connection: Connection, numbers: Sequence[str]) -> dict[str, dict[str, object]]:
        query = select(directory).where(directory.c.books == self.books, directory.c.number.in_(numbers))
        return {row.number: dict(row._mapping) for row in connection.execute(query)}

    def _row(self, customer: Customer, sweep: int) -> dict[str, object]:
        return {
            "books": self.books,
            "number": customer.number,
            "customer": customer.model_dump_json(),
            "seen": sweep,
        }

    def _keys(self, customer: Customer) -> list[dict[str, str]]:
        own = {"books": self.books, "number": customer.number}
        return [{**own, "field": field, "value": value} for field, value in set(directory_keys(customer))]

    def _forget(self, connection: Connection, numbers: Sequence[str]) -> None:
        for piece in chunks(numbers):
            for table in (directory, keys):
                connection.execute(delete(table).where(table.c.books == self.books, table.c.number.in_(piece)))
