"""Keeping the mirrors of the books fresh: their customers, and their documents by reference."""

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from adapters.integration import Integration
from adapters.store import DocumentRow, OrderRow
from domain.chains import GONE
from domain.customers import Customer, fingerprint, same_customer
from domain.invoices import Document
from domain.outcomes import AfstemError, Finding, NeedsAttention, Transient

SWEEP_EVERY = timedelta(days=1)
_one_at_a_time = threading.Lock()


def refresh_customers(integration: Integration, *, whole: bool = False) -> None:
    """Bring the directory up to what the books hold now: what changed since, or everything (`whole`, the first time).

    Batches run side by side; they take turns here, so that each sees all that stood there when it asked.
    """
    directory = integration.directory
    with _one_at_a_time:
        since = None if whole else directory.cursor()
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
    """Bring the mirror of invoices and credit notes up to what the books hold now; once a day by a `sweep`.

    A draft that was booked there since, by a person, makes its order booked; an invoice that stands there under
    an order's reference is known to be the order's, whatever was forgotten since.
    """
    swept = integration.documents.swept()
    if swept is None or datetime.now(UTC) - swept >= SWEEP_EVERY:
        sweep(integration)
    else:
        told = integration.books.capabilities.tells_bookings
        _read_documents(integration, integration.documents.cursor() or (None if told else swept))


def sweep(integration: Integration) -> None:
    """Read all of the books: a document that stands there no more is gone, and its order held.

    Only a whole reading tells, since what was deleted is no change that a system reports.
    """
    began = datetime.now(UTC)
    known = integration.documents.references()
    refresh_customers(integration, whole=True)
    unseen = known - _read_documents(integration, None)
    if unseen:
        look_again(integration, unseen)
    integration.documents.swept_at(began)


def look_again(integration: Integration, references: Iterable[str]) -> None:
    """Ask the books for these documents by name: which still stand there, and as what."""
    asked = set(references)
    found = integration.books.find_documents(sorted(asked))
    integration.documents.mirror(found)
    lost = integration.documents.lose(asked - {one.reference for one in found})
    integration.store.orders.hold_for_lost([(row.integration, row.order_id, lost_finding(row)) for row in lost])


def see_customer(integration: Integration, number: str) -> Customer | None:
    """A customer as the books hold it now, with all its contact persons, and mirrored so.

    None for one who is gone, or whose number is another's by now: it is forgotten. Raises as `find_customers` does.
    """
    directory = integration.directory
    before = directory.by_number([number]).get(number)
    standing = next(iter(integration.books.find_customers([number])), None)
    if standing is None:
        directory.forget(number)
        return None
    directory.save([standing])
    return standing if before is None or same_customer(fingerprint(before), standing) else None


def look_at_customer(integration: Integration, number: str, refused: NeedsAttention) -> AfstemError:
    """What it means that the books refused a customer: what stands there now says it, and not the refusal.

    One who is gone is matched afresh. One who stands there is never made again, and the order is held.
    """
    try:
        standing = see_customer(integration, number)
    except (NeedsAttention, Transient) as unanswered:
        return unanswered
    if standing is None:
        return Transient("customer_deleted", "customer")
    if standing.barred:
        return NeedsAttention("customer_barred", "number", number)
    return NeedsAttention("books_refuse", refused.finding.field, refused.finding.expected or refused.finding.found)


def find_invoice(integration: Integration, row: OrderRow) -> bool:
    """Whether an invoice stands in the books for an order of which no run could say so.

    It was written while the order changed in the shop, or its answer was lost; then the books are asked.
    """
    reference = f"{integration.name}-{row.number}"
    if integration.operations.in_doubt("document", [reference]):
        look_again(integration, [reference])
    standing = integration.documents.by_reference([reference]).get(reference)
    if standing is None or standing.gone or standing.kind != "invoice" or standing.order_id not in ("", row.order_id):
        return False
    _follow_invoices(integration)
    row.reference = reference
    return True


def lost_finding(row: DocumentRow) -> Finding:
    """What to say of a document that is gone from the books."""
    return Finding(code=GONE[row.state], field="number", found=row.number, expected=row.reference)


def _read_documents(integration: Integration, since: datetime | None) -> set[str]:
    """Mirror what changed at or after `since`, or everything; gives the references that were seen.

    Where bookings aren't told, a draft that was there before and isn't any more was booked or deleted: it is asked for.
    """
    documents = integration.documents
    before = newest = documents.cursor()
    drafts = set() if integration.books.capabilities.tells_bookings else documents.drafts()
    seen: set[str] = set()
    copies: set[str] = set()
    for page in integration.books.documents(since):
        copied = _copies(integration, page)
        documents.mirror([one for one in page if one.reference not in copied or one.state == "booked"])
        seen.update(document.reference for document in page)
        copies = (copies | copied) - {one.reference for one in page if one.state == "booked"}
        newest = max([newest, *(document.updated_at for document in page)], key=_or_earliest)
    doubtful = copies if since is None else drafts - seen
    if doubtful:
        look_again(integration, doubtful)
    if newest and (newest != before or doubtful):
        documents.seen_until(newest)
        integration.store.orders.follow_bookings(integration.name, documents.books)
        _follow_invoices(integration)
    return seen


def _follow_invoices(integration: Integration) -> None:
    starts_at = integration.settings.webshop.starts_at
    integration.store.orders.follow_invoices(integration.name, integration.books.name, starts_at)


def _copies(integration: Integration, page: Sequence[Document]) -> set[str]:
    """References of drafts whose document is booked: where references aren't unique, somebody's copy of it.

    A booked document is never a draft again, and the copy must not be taken for it.
    """
    if integration.books.capabilities.unique_references:
        return set()
    standing = integration.documents.by_reference(one.reference for one in page if one.state == "draft")
    return {name for name, row in standing.items() if row.state == "booked" and not row.gone}


def _or_earliest(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0
