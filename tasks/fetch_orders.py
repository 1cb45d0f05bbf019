"""Step 1: every order that changed in the shop is stored, before anything is decided about it."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from prefect import task

from adapters.integration import Integration, open_integration
from adapters.store import OrderRow
from domain.days import start_of
from domain.forgetting import same_sale
from domain.identity import mask_cpr, visible
from domain.orders import Order, RawOrder
from domain.outcomes import Finding, NeedsAttention
from domain.stages import Stage, step
from tasks.late_runs import read_for_those_who_wait
from tasks.retrying import RETRYING

MOST_HINTS = 100
"""Each is a call to the shop; what is left over is the next run's, or the schedule's."""


@task(task_run_name="fetch orders", **RETRYING)
def fetch_orders(integration: str, since: datetime | None = None) -> dict[str, int]:
    """Read what changed in the shop since the last run and store it; gives how many were read, new and changed.

    `since` reads from that moment instead, without moving the place where the next run starts.
    """
    if since is None:
        read_for_those_who_wait()
    return fetch(open_integration(integration), since)


@task(task_run_name="fetch orders sold {first} to {last}", **RETRYING)
def fetch_sold(integration: str, first: date, last: date) -> dict[str, int]:
    """Read what was sold from the first day to the last and store it; gives how many were read, new and changed."""
    opened = open_integration(integration)
    counts: Counter[str] = Counter(read=0, new=0, changed=0)
    for page in opened.webshop.sold(start_of(first), start_of(last + timedelta(days=1))):
        counts.update(store_page(opened, page))
    return dict(counts)


@task(task_run_name="fetch hinted orders", **RETRYING)
def fetch_hinted(integration: str) -> list[str]:
    """Ask the shop for the orders that it has hinted at, and store them; gives their ids.

    A hint is done with when its order is stored, or isn't there.
    """
    opened = open_integration(integration)
    waiting = opened.store.hints.waiting(opened.name, MOST_HINTS)
    found = list(opened.webshop.orders([hint.order for hint in waiting]))
    store_page(opened, found)
    opened.store.hints.followed(opened.name, waiting)
    return [raw.id for raw in found]


def fetch(integration: Integration, since: datetime | None = None) -> dict[str, int]:
    """The step itself. The cursor moves only when the whole reading is stored."""
    counts: Counter[str] = Counter(read=0, new=0, changed=0)
    reading = integration.webshop.read(integration.store.shop_cursor(integration.name), since)
    placeless: set[str] = set()
    for page in reading.pages:
        counts.update(store_page(integration, page))
        placeless |= {raw.id for raw in page if raw.id.startswith("file:")}
    integration.store.orders.withdraw(integration.name, reading.read_anew, placeless)
    if since is None:
        integration.store.move_shop_cursor(integration.name, reading.cursor)
    for stale in integration.store.orders.read_otherwise(integration.name, integration.settings.reading_hash):
        store_page(integration, [raw_of(row) for row in stale])
    return dict(counts)


def store_page(integration: Integration, page: Sequence[RawOrder]) -> Counter[str]:
    """Store the orders of one page that are new or differ from what is stored."""
    known = integration.store.orders.known(integration.name, [raw.id for raw in page])
    counts: Counter[str] = Counter(read=len(page))
    changed: dict[str, OrderRow] = {}
    for raw in page:
        before = known.get(raw.id)
        row = as_read(integration, raw, before)
        if before is None or differs(before, row):
            changed[raw.id] = row
            counts["new" if before is None else "changed"] += 1
    moved_on = integration.store.orders.save(list(changed.values()), known)
    if moved_on:  # by another run, in the meantime
        store_page(integration, [raw for raw in page if raw.id in moved_on])
    return counts


def differs(before: OrderRow, now: OrderRow) -> bool:
    """Whether the stored order must be replaced: other content, or read by other settings.

    A forgotten one comes back for another sale only, not for its buyer, whom the shop may still have or forgets too.
    """
    if before.is_forgotten and before.normalised and now.normalised:
        earlier, later = (Order.model_validate_json(row.normalised) for row in (before, now))
        return not same_sale(earlier, later)
    return (before.content_hash, before.read_with, before.eligible) != (
        now.content_hash,
        now.read_with,
        now.eligible,
    )


def as_read(integration: Integration, raw: RawOrder, before: OrderRow | None) -> OrderRow:
    """The row of an order as the shop shows it now; one that can't be believed is held, its body kept."""
    settings = integration.settings
    if isinstance(raw.body, dict):
        raw = raw.model_copy(update={"body": mask_cpr(raw.body, settings.webshop.fields.number_keys)})
    text = json.dumps(dict(raw), default=str)
    now = datetime.now(UTC)
    row = OrderRow.model_construct(**(before.model_dump() if before else new_row(integration, raw, now)))
    row.raw, row.read_with, row.changed_at = text, settings.reading_hash, now
    try:
        return understood(integration, row, integration.webshop.normalise(raw))
    except NeedsAttention as error:
        return not_understood(integration, row, raw, error.finding)


def understood(integration: Integration, row: OrderRow, order: Order) -> OrderRow:
    """Take over what the order says, and decide whether it counts."""
    settings = integration.settings.webshop
    counts = order.status in settings.statuses and settings.since_start(order.created_at)
    before: Stage = row.stage  # type: ignore[assignment]
    edited = row.content_hash != order.content_hash
    if edited or (before == "skipped" and not row.settled) or row.code == "unreadable_order":
        row.stage = step(before, "fetched")
    row.number, row.status, row.currency = order.number, order.status, order.currency
    row.total, row.ordered_at = str(order.total), order.created_at
    row.content_hash, row.normalised = order.content_hash, order.model_dump_json()
    row.eligible = (row.eligible or counts) and settings.since_start(order.created_at)
    return row


def not_understood(integration: Integration, row: OrderRow, raw: RawOrder, finding: Finding) -> OrderRow:
    """Hold an order whose body can't be believed, unless it says itself that it doesn't count."""
    status = raw.body.get("status") if isinstance(raw.body, dict) else None
    row.status = visible(status)[:40] if isinstance(status, str) else ""
    before, row.content_hash = row.content_hash, hashlib.sha256(row.raw.encode()).hexdigest()[:24]
    row.normalised = ""
    row.eligible = row.eligible or not row.status or row.status in integration.settings.webshop.statuses
    if row.settled and row.content_hash == before:
        return row
    row.stage = step(row.stage, "held")  # type: ignore[arg-type]
    if (row.code, row.field, row.found) != (finding.code, finding.field, finding.found):
        row.run = ""  # which run met this first is for the run to say
    row.code, row.field, row.found, row.expected = finding.code, finding.field, finding.found, finding.expected
    return row


def new_row(integration: Integration, raw: RawOrder, now: datetime) -> dict[str, object]:
    """An order that was never seen before, with nothing known of it but its id."""
    empty = {name: "" for name, column in OrderRow.model_fields.items() if column.annotation is str}
    number = raw.body.get("number") if isinstance(raw.body, dict) else None
    return {
        **empty,
        "integration": integration.name,
        "order_id": raw.id,
        "number": (visible(number)[:60] if isinstance(number, str) else "") or raw.id,
        "total": "0.00",
        "ordered_at": now,
        "eligible": False,
        "stage": "fetched",
        "fetched_at": now,
    }


def raw_of(row: OrderRow) -> RawOrder:
    """The shop's body as it was stored."""
    return RawOrder.model_validate_json(row.raw)
