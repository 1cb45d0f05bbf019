"""Which integrations share a store, and which books it mirrors."""

from sqlalchemy import select

from adapters.store.database import Database
from adapters.store.tables import ChangeRow, DirectoryRow, DocumentRow, LinkRow, OrdersTable, table_of

orders = table_of(OrdersTable)
documents = table_of(DocumentRow)
changes = table_of(ChangeRow)
directory = table_of(DirectoryRow)
links = table_of(LinkRow)


def integrations(database: Database) -> list[str]:
    """All integrations that have an order here."""
    with database.reading() as connection:
        return sorted(connection.execute(select(orders.c.integration).distinct()).scalars())


def mirrored(database: Database) -> list[str]:
    """All books of which customers are known here."""
    with database.reading() as connection:
        return sorted(connection.execute(select(directory.c.books).union(select(links.c.books))).scalars())


def writing_to(database: Database, books: str) -> list[str]:
    """The integrations that write to these books, and those that have not written to any yet."""
    wrote = select(documents.c.integration, documents.c.books).union(select(changes.c.integration, changes.c.books))
    with database.reading() as connection:
        known = {(row.integration, row.books) for row in connection.execute(wrote)}
    elsewhere = {integration for integration, _ in known}
    return [one for one in integrations(database) if one not in elsewhere or (one, books) in known]
