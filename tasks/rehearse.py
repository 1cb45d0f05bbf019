"""A rehearsal: the very steps of a run, on a copy of the store and books that write nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.accounting.rehearsal import Rehearsal
from adapters.integration import Integration
from adapters.store import Store
from domain.outcomes import NeedsAttention, Transient
from tasks.classify_customers import cut_into_batches
from tasks.create_invoices import invoice_batch
from tasks.fetch_orders import fetch
from tasks.mirror import refresh_customers
from tasks.reconcile_customers import reconcile_batch


@contextmanager
def rehearsed(integration: Integration) -> Iterator[Integration]:
    """What a run would do now, done in a copy: its store tells per order what the real one would tell afterwards.

    The shop is read and its orders are stored as by any run; nothing else of ours or of the books is touched.
    """
    fetch(integration)
    refresh_customers(integration)
    with TemporaryDirectory(prefix="afstem-plan-") as folder:
        copy = Store(f"sqlite:///{Path(folder) / 'plan.db'}")
        copy.take_over(integration.store, integration.name, integration.books.name)
        books = Rehearsal(integration.books, copy.directory(integration.books.name).by_number)
        rehearsal = replace(integration, store=copy, books=books)
        for batch in cut_into_batches(rehearsal, "plan"):
            for step in (reconcile_batch, invoice_batch):
                try:
                    step(rehearsal, batch)
                except (NeedsAttention, Transient):
                    continue  # told per order, where it stands in the copy
        yield rehearsal
        copy.close()
