"""Keeping the mirrors of the books fresh: their customers, and their documents by reference."""

import threading
from datetime import datetime

from adapters.integration import Integration

_one_at_a_time = threading.Lock()


def refresh_customers(integration: Integration) -> None:
    """Bring the directory up to what the books hold now: what changed since, or everything the first time.

    Batches run side by side; they take turns here, so that each sees all that stood there when it asked.
    """
    directory = integration.directory
    with _one_at_a_time:
        since = directory.cursor()
        sweep = 0 if since else directory.begin_sweep()
        newest = since
        for page in integration.books.customers(since):
            directory.save(page)
            newest = max([newest, *(customer.updated_at for customer in page)], key=_or_earliest)
        if sweep:
            directory.end_sweep(sweep)
        if newest and newest != since:
            directory.seen_until(newest)


def refresh_documents(integration: Integration) -> None:
    """Bring the mirror of invoices and credit notes up to what the books hold now.

    A draft that was booked there since, by a person, makes its order booked; an invoice that stands there under
    an order's reference is known to be the order's, whatever was forgotten since.
    """
    documents = integration.documents
    since = documents.cursor()
    newest = since
    for page in integration.books.documents(since):
        documents.mirror(page)
        newest = max([newest, *(document.updated_at for document in page)], key=_or_earliest)
    if newest and newest != since:
        documents.seen_until(newest)
        integration.store.orders.follow_bookings(integration.name, documents.books)
        starts_at = integration.settings.webshop.starts_at
        integration.store.orders.follow_invoices(integration.name, documents.books, starts_at)


def _or_earliest(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0
