"""What happened to orders, as events in Prefect that automations may listen to. They name orders, never people."""

from uuid import NAMESPACE_URL, uuid5

from prefect.events import emit_event

from adapters.integration import Integration

MOST = 1000
"""So many events of a kind a run: a first run of a shop's whole history is no news to anybody."""

HELD = "afstem.order.held"
CREATED = "afstem.{kind}.created"


def tell_happenings(integration: Integration, run: str) -> None:
    """Tell which orders this run found to need a person, and which documents it wrote.

    An event's id follows from what it tells, so that a Retry of the run tells nothing twice. Orders that bear one
    number are one event: Prefect's own worker drops the second event of an id with an error in the log.
    """
    name = integration.name
    for order, code, field in dict.fromkeys(integration.store.orders.held_by(name, run)[:MOST]):
        happened(HELD, f"afstem.order.{name}.{order}", f"{run} {code} {field}", code=code, field=field)
    for reference, key in integration.operations.written_by(run)[:MOST]:
        kind = key.partition("|")[0]
        happened(CREATED.format(kind=kind), f"afstem.{kind}.{reference}", f"{run} {key}", integration=name)


def happened(event: str, resource: str, revision: str, **payload: str) -> None:
    """One event about one resource; the same `revision` of it is the same event."""
    known_as = {"prefect.resource.id": resource, "prefect.resource.name": resource.rsplit(".", 1)[-1]}
    emit_event(event, known_as, payload=dict(payload), id=uuid5(NAMESPACE_URL, f"{event} {resource} {revision}"))
