"""By a person's word: an order's e-invoice goes for the first time, goes again, or is noted as sent by hand."""

from collections.abc import Sequence
from contextlib import suppress

from adapters.integration import Integration
from adapters.store import Batch, DispatchRow, DocumentRow, OrderRow
from domain.dispatches import KNOWN_TO_HAVE_ARRIVED, SETTLED_BY_A_PERSON, State, waits_for_einvoice
from domain.invoices import DocumentKind
from domain.outcomes import Misconfigured, Transient
from domain.stages import STAGES
from tasks.dispatch_einvoices import claimed, dispatch_batch, settle
from tasks.runs import this_run
from tasks.verdicts import OrdersNeedAttention, Verdicts


def send_now(integration: Integration, number: str, *, again: bool = False) -> list[DispatchRow]:
    """Send what an order is owed, what was rejected or never answered; with `again` also what went already.

    Gives all its dispatches as they are now. Raises `Misconfigured` where there is nothing to send, or no way to send
    it on, and `Transient` where it could not be handed over, or a run is working on the order.
    """
    if not integration.settings.einvoicing.on:
        raise Misconfigured("einvoicing_is_off", "einvoicing.on")
    if integration.settings.einvoicing.own_channel is None:
        raise Misconfigured("einvoice_only_by_hand", "order", number)
    row = _order(integration, number)
    with claimed(integration, this_run(), [row.order_id]) as batch:
        row = _mine(integration, batch, number)
        if not waits_for_einvoice(row.stage, row.code):  # type: ignore[arg-type]
            raise Misconfigured("einvoice_not_owed", "order", number)
        dispatches = _owed(integration, row)
        wanted = [one for one in dispatches if again or one.state in SETTLED_BY_A_PERSON]
        if not wanted:
            raise Misconfigured("einvoice_on_its_way", "order", number)
        closed = [one for one in wanted if one.channel and one.channel not in integration.einvoicing]
        _prepare(integration, [one for one in wanted if one.state != "due" or one in closed])
        with suppress(OrdersNeedAttention):  # why it was held stands with the order
            dispatch_batch(integration, batch)
    return integration.dispatches.of_orders([row.order_id])[row.order_id]


def sent_by_hand(integration: Integration, number: str) -> list[DispatchRow]:
    """Note that a person saw to an order's e-invoices: nobody waits for them any more.

    That may be said of an order that waits for something else too, and goes on waiting. Raises as `send_now` does.
    """
    row = _order(integration, number)
    with claimed(integration, this_run(), [row.order_id]) as batch:
        row = _mine(integration, batch, number)
        dispatches = _owed(integration, row)
        open_ones = [one for one in dispatches if one.state not in KNOWN_TO_HAVE_ARRIVED]
        if not open_ones:
            raise Misconfigured("einvoice_on_its_way", "order", number)
        verdicts = Verdicts(integration, batch)
        with integration.store.together() as connection:
            for one in open_ones:
                integration.dispatches.move(connection, one, "by_hand")
            settle(integration, row, dispatches, verdicts)
            verdicts.commit(connection)
    return dispatches


def _order(integration: Integration, number: str) -> OrderRow:
    row = integration.store.orders.by_number(integration.name, number)
    if row is None:
        raise Misconfigured("unknown_order", "order", number)
    return row


def _mine(integration: Integration, batch: Batch, number: str) -> OrderRow:
    """The order as it stands now that it is claimed: only from here on does nobody else write of its e-invoices."""
    for row in integration.store.orders.of_batch(batch, STAGES):
        return row
    raise Transient("order_busy", "order", number)


def _owed(integration: Integration, row: OrderRow) -> list[DispatchRow]:
    """A dispatch for each booked document of an order, those that had none get one; and what it was owed before.

    Raises `Misconfigured` where there is none, and for a draft that nothing but its booking is waited for.
    """
    documents = integration.documents.of_orders(integration.name, [row.order_id]).get(row.order_id, [])
    booked = [one for one in documents if one.state == "booked" and not one.gone]
    if row.customer_type == "ean":
        with integration.store.together() as connection:
            integration.dispatches.owe(connection, [_new(one) for one in booked])
    found = integration.dispatches.of_orders([row.order_id]).get(row.order_id, [])
    if not found or not (booked or row.stage in ("held", "failed")):
        raise Misconfigured("einvoice_not_owed", "order", row.number)
    return found


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
