"""The automations of an integration: who is told when a run failed, died, or when none went well for hours."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from prefect.automations import AutomationCore, DoNothing, EventTrigger, Posture, SendNotification
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ActionTypes, ChangeFlowRunState
from prefect.exceptions import ObjectNotFound

from adapters.settings import AlertSettings
from domain.outcomes import Misconfigured

TOLD_AT_MOST_EVERY = timedelta(hours=1)
SILENT_HEARTBEATS = timedelta(minutes=9)
"""Three heartbeats in a row."""

RUN = "{{ flow_run.name }}\n{{ flow_run.state.message }}\n{{ flow_run|ui_url }}"


def set_alerts(name: str, alerts: AlertSettings) -> None:
    """Create or renew the automations of an integration whose deployments are there.

    Raises `Misconfigured` where Prefect has no such notification block.
    """
    with get_client(sync_client=True) as client:
        sync = client.read_deployment_by_name(f"sync-orders/{name}").id
        tell = Telling(block_of(client, alerts.block))
        silent = silence(name, sync, timedelta(hours=alerts.silent_hours), tell)
        for wanted in (failure(name, tell), silent, death()):
            keep(client, wanted)


def block_of(client: SyncPrefectClient, slug: str) -> UUID | None:
    """The notification block that the settings name, if they name one."""
    if not slug:
        return None
    kind, _, name = slug.partition("/")
    try:
        return client.read_block_document_by_name(name, kind).id
    except ObjectNotFound:
        raise Misconfigured("alert_block_missing", "alerts.block", slug) from None


def keep(client: SyncPrefectClient, wanted: AutomationCore) -> None:
    """Have exactly one automation of this name, as it is wanted."""
    there = client.read_automations_by_name(wanted.name)
    if there:
        client.update_automation(there[0].id, wanted)
    else:
        client.create_automation(wanted)
    for other in there[1:]:
        client.delete_automation(other.id)


class Telling:
    """How an automation tells: through the block, or, without one, in Prefect's own event feed alone."""

    def __init__(self, block: UUID | None) -> None:
        self._block = block

    def __call__(self, subject: str, body: str) -> Sequence[ActionTypes]:
        """The actions of an automation that says this."""
        if self._block is None:
            return [DoNothing()]
        return [SendNotification(block_document_id=self._block, subject=subject, body=body)]


def failure(name: str, tell: Telling, at_most_every: timedelta = TOLD_AT_MOST_EVERY) -> AutomationCore:
    """The first run that fails or crashes is told of at once, those after it not before the time is over."""
    return AutomationCore(
        name=f"{name}: a run failed",
        description="A run failed or crashed. Its message counts the orders by cause or says what stopped it.",
        trigger=EventTrigger(
            expect={"prefect.flow-run.Failed", "prefect.flow-run.Crashed", "prefect.flow-run.TimedOut"},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related={"prefect.resource.id": f"prefect.tag.{name}", "prefect.resource.role": "tag"},
            posture=Posture.Reactive,
            threshold=1,
            within=at_most_every,
        ),
        actions=[*tell(f"{name}: {{{{ flow_run.state.name }}}}", RUN)],
    )


def silence(name: str, deployment: UUID, within: timedelta, tell: Telling) -> AutomationCore:
    """No scheduled run went well for so long: stopped, or failing each time."""
    body = "Neither the schedule nor a person brought one to its end. Look at the latest runs, and at the worker."
    return AutomationCore(
        name=f"{name}: no successful run",
        description=f"No run of sync-orders/{name} has completed for {within}.",
        trigger=EventTrigger(
            expect={"prefect.flow-run.Completed"},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related={
                "prefect.resource.id": f"prefect.deployment.{deployment}",
                "prefect.resource.role": "deployment",
            },
            posture=Posture.Proactive,
            threshold=1,
            within=within,
        ),
        actions=[*tell(f"{name}: no successful run for {within}", body)],
    )


def death(after: timedelta = SILENT_HEARTBEATS) -> AutomationCore:
    """A run whose process is gone says nothing any more: it is marked as crashed, so that its place is free."""
    beat = "prefect.flow-run.heartbeat"
    ends = ("Completed", "Failed", "Crashed", "Cancelled", "TimedOut")
    return AutomationCore(
        name="afstem: a run died",
        description="No heartbeat for three times as long as there should be one: the run's process is gone.",
        trigger=EventTrigger(
            after={beat},
            expect={beat, *(f"prefect.flow-run.{end}" for end in ends)},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related={"prefect.resource.id": "prefect.tag.afstem", "prefect.resource.role": "tag"},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=after,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message="Its process died: no heartbeat any more.")],
    )
