"""By a person's word: an order's e-invoice goes for the first time, goes again, or is noted as sent by hand."""

from collections.abc import Sequence
from contextlib import suppress

from adapters.integration import Integration
from adapters.store import DispatchRow, DocumentRow, OrderRow
from domain.dispatches import KNOWN_TO_HAVE_ARRIVED, SETTLED_BY_A_PERSON, State, waits_for_einvoice
from domain.invoices import DocumentKind
from domain.outcomes import Misconfigured, Transient
from tasks.dispatch_einvoices import TAKEN_UP, dispatch, settle, taken_up
from tasks.runs import this_run
from tasks.verdicts import OrdersNeedAttention, Verdicts


def send_now(integration: Integration, number: str, *, again: bool = False) -> list[DispatchRow]:
    """Send what an order is owed, what was rejected or never answered; with `again` also what went already.

    Gives all its dispatches as they are now. Raises `Misconfigured` where there is nothing to send, or no way to send
    it on, and `Transient` where it could not be handed over.
    """
    if not integration.settings.einvoicing.on:
        raise Misconfigured("einvoicing_is_off", "einvoicing.on")
    if integration.settings.einvoicing.own_channel is None:
        raise Misconfigured("einvoice_only_by_hand", "order", number)
    row, dispatches = _owed(integration, number)
    wanted = [one for one in dispatches if again or one.state in SETTLED_BY_A_PERSON]
    if not wanted:
        raise Misconfigured("einvoice_on_its_way", "order", number)
    closed = [one for one in wanted if one.channel and one.channel not in integration.einvoicing]
    _prepare(integration, [one for one in wanted if one.state != "due" or one in closed])
    with suppress(OrdersNeedAttention):  # why it was held stands with the order
        dispatch(integration, this_run(), [row.order_id])
    return integration.dispatches.of_orders([row.order_id])[row.order_id]


def sent_by_hand(integration: Integration, number: str) -> list[DispatchRow]:
    """Note that a person saw to an order's e-invoices: nobody waits for them any more. Raises as `send_now` does."""
    row, dispatches = _owed(integration, number)
    open_ones = [one for one in dispatches if one.state not in KNOWN_TO_HAVE_ARRIVED]
    if not open_ones:
        raise Misconfigured("einvoice_on_its_way", "order", number)
    store = integration.store
    (made,) = store.orders.make_batches(integration.name, this_run(), [[row.order_id]])
    batch = store.orders.open(made, TAKEN_UP)
    try:
        claimed = taken_up(integration, batch)
        if not claimed:
            raise Transient("order_busy", "order", number)
        verdicts = Verdicts(integration, batch)
        with store.together() as connection:
            for one in open_ones:
                integration.dispatches.move(connection, one, "by_hand")
            settle(integration, claimed[0], dispatches, verdicts)
            verdicts.commit(connection)
    finally:
        store.orders.release(batch)
    return dispatches


def _owed(integration: Integration, number: str) -> tuple[OrderRow, list[DispatchRow]]:
    """The order, and a dispatch for each of its booked documents; those that had none get one."""
    row = integration.store.orders.by_number(integration.name, number)
    if row is None:
        raise Misconfigured("unknown_order", "order", number)
    documents = integration.documents.of_orders(integration.name, [row.order_id]).get(row.order_id, [])
    booked = [one for one in documents if one.state == "booked" and not one.gone]
    goes_on = waits_for_einvoice(row.stage, row.code)  # type: ignore[arg-type]
    if row.customer_type != "ean" or not booked or not goes_on:
        raise Misconfigured("einvoice_not_owed", "order", number)
    with integration.store.together() as connection:
        integration.dispatches.owe(connection, [_new(one) for one in booked])
    return row, integration.dispatches.of_orders([row.order_id])[row.order_id]


def _new(document: DocumentRow) -> tuple[str, str, DocumentKind, State]:
    """No run sends it before a person has said so."""
    return document.reference, document.order_id, document.kind, "unsure"  # type: ignore[return-value]


def _prepare(integration: Integration, wanted: Sequence[DispatchRow]) -> None:
    """Make each due: another operation, on a way that can send what is booked already."""
    rules = integration.settings.einvoicing
    with integration.store.together() as connection:
        for one in wanted:
            open_way = one.channel in integration.einvoicing and one.channel != "accounting"
            channel = one.channel if open_way else rules.own_channel
            integration.dispatches.move(connection, one, "due", channel=channel, attempt=one.attempt + 1, key="")
