"""What the books say of orders: whose draft was booked, whose document is gone, whose invoice stood there already."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, update

from adapters.store.database import Database
from adapters.store.tables import DocumentRow, OrdersTable, table_of
from domain.outcomes import Finding
from domain.stages import INVOICED, UNFINISHED

orders = table_of(OrdersTable)
documents = table_of(DocumentRow)


class OrdersInBooks:
    """The part of `Orders` that follows the mirror of the documents."""

    _database: Database

    def follow_bookings(self, integration: str, books: str) -> None:
        """Orders whose draft stands booked in these books, and whose other documents do too, are booked."""
        ours = (documents.c.books == books) & (documents.c.integration == integration)
        of_order = documents.c.order_id == orders.c.order_id
        drafts = exists().where(ours, of_order, documents.c.state == "draft")
        booked = exists().where(ours, of_order, documents.c.state == "booked")
        waiting = (orders.c.integration == integration) & (orders.c.stage == "invoiced")
        with self._database.writing() as connection:
            connection.execute(update(orders).where(waiting, booked, ~drafts).values(stage="booked"))

    def hold_for_lost(self, lost: Sequence[tuple[str, str, Finding]]) -> None:
        """Orders `(integration, id, why)` whose document is gone from the books have not arrived any more.

        They are held without a run: the next one takes them up, and it is the one that met it.
        """
        with self._database.writing() as connection:
            for integration, order, finding in lost:
                arrived = (orders.c.integration == integration) & orders.c.stage.in_(INVOICED)
                held = update(orders).where(arrived, orders.c.order_id == order)
                connection.execute(held.values(stage="held", run="", **finding.model_dump()))

    def follow_invoices(self, integration: str, books: str, since: datetime | None) -> None:
        """Unfinished orders (sold at or after `since`) whose invoice stands in these books are known to have one.

        A run that was cut off, or a store that was lost, may have forgotten; what was invoiced once counts since then.
        """
        reference = orders.c.integration + "-" + orders.c.number
        invoiced = exists().where(
            documents.c.books == books,
            documents.c.reference == reference,
            documents.c.kind == "invoice",
            documents.c.order_id.in_(("", orders.c.order_id)),
        )
        forgotten = (orders.c.integration == integration) & (orders.c.reference == "") & orders.c.stage.in_(UNFINISHED)
        if since:
            forgotten &= orders.c.ordered_at >= since
        with self._database.writing() as connection:
            connection.execute(update(orders).where(forgotten, invoiced).values(reference=reference, eligible=True))
