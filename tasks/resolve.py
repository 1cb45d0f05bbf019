"""What a person says of an order that waits: which customer it is for, or that it is settled by other means."""

from datetime import UTC, datetime

from prefect import task

from adapters.integration import Integration, open_integration
from adapters.store import OrderRow
from domain.classification import classify
from domain.days import COPENHAGEN
from domain.dispatches import SETTLED_BY_A_PERSON, WAITING
from domain.identity import visible
from domain.outcomes import Misconfigured
from tasks.mirror import refresh_customers
from tasks.retrying import RETRYING


@task(task_run_name="resolve order {order}", **RETRYING)
def resolve(integration: str, order: str, customer: str) -> list[str]:
    """Remember whose an ambiguous order is; gives the numbers of all orders that waited for it."""
    return choose_customer(open_integration(integration), order, customer)


def choose_customer(integration: Integration, order: str, customer: str) -> list[str]:
    """Remember that the ambiguous identity of an order is this customer; gives all orders that waited for it.

    Raises `Misconfigured` for an order or a customer that isn't there, an order that isn't held for its customer,
    and a barred customer: with it the order would only be held again.
    """
    row = integration.store.orders.by_number(integration.name, order)
    if row is None:
        raise Misconfigured("unknown_order", "order", order)
    if row.stage != "held" or row.code != "ambiguous_customer":
        raise Misconfigured("nothing_to_resolve", "order", order)
    refresh_customers(integration)
    chosen = integration.directory.by_number([customer]).get(customer)
    if chosen is None or chosen.barred:
        raise Misconfigured("customer_barred" if chosen else "customer_unknown", "customer", customer)
    classified = classify(integration.order(row), integration.settings.customers)
    identities = [identity.key for identity in classified.identities if identity.field == row.field]
    with integration.store.together() as connection:
        integration.directory.link(connection, [(key, chosen) for key in identities], chosen=True)
    return [one.number for one in integration.store.orders.needing_attention(integration.name) if _same_hold(one, row)]


def settle_by_hand(integration: Integration, order: str, why: str, who: str) -> None:
    """Take an order that is held or failed off the list by a person's word, until it is edited in the shop.

    Raises `Misconfigured` for an order that isn't there, or doesn't wait, or waits for its e-invoice alone (its
    invoice stands, and counts), or has one that is not on its way, or that a run is working on.
    """
    row = integration.store.orders.by_number(integration.name, order)
    if row is None:
        raise Misconfigured("unknown_order", "order", order)
    if row.stage not in {"held", "failed"}:
        raise Misconfigured("nothing_to_settle", "order", order)
    if row.code in WAITING:
        raise Misconfigured("only_its_einvoice_waits", "order", order)
    if _einvoice_left_behind(integration, row):
        raise Misconfigured("einvoice_left_behind", "order", order)
    when = f"{datetime.now(UTC).astimezone(COPENHAGEN):%Y-%m-%d %H:%M}"
    if not integration.store.orders.settle(row, visible(why)[:500], f"{visible(who)[:100]}, {when}"):
        raise Misconfigured("order_busy", "order", order)


def _einvoice_left_behind(integration: Integration, row: OrderRow) -> bool:
    """Whether an e-invoice of it never went, or came to nothing: of a settled order nobody would send it any more."""
    dispatches = integration.dispatches.of_orders([row.order_id]).get(row.order_id, [])
    return integration.settings.einvoicing.on and any(one.state in SETTLED_BY_A_PERSON for one in dispatches)


def _same_hold(one: OrderRow, other: OrderRow) -> bool:
    return (one.code, one.field, one.expected) == (other.code, other.field, other.expected)
