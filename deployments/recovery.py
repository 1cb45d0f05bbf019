"""What a stop has left in Prefect: runs of a process that is gone, and runs whose time has passed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags, FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Crashed

PAGE = 200


def bury_dead_runs(name: str) -> None:
    """Mark as crashed what was at work when the server that is starting now was last stopped; it can be retried.

    Only for one machine, where nobody else can be at work: elsewhere missing heartbeats tell.
    """
    at_work = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
    with get_client(sync_client=True) as client:
        while dead := _runs(name, at_work):
            for run in dead:
                client.set_flow_run_state(run.id, Crashed(message="Afstem was stopped while it ran."), force=True)


def drop_late_runs(name: str) -> None:
    """Drop what the clock would have started while nothing ran: the next run catches up with all of it.

    What a person has asked for, a Retry too, is no work of the clock, and waits.
    """
    late = {
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "expected_start_time": {"before_": datetime.now(UTC).isoformat()},
    }
    with get_client(sync_client=True) as client:
        by_the_clock = True
        while by_the_clock:
            by_the_clock = False
            for run in _runs(name, late):
                if run.auto_scheduled:
                    client.delete_flow_run(run.id)
                    by_the_clock = True


def _runs(name: str, wanted: dict[str, Any]) -> Sequence[FlowRun]:
    """The first of the wanted runs of the integration's deployments, the earliest first."""
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            flow_run_filter=FlowRunFilter.model_validate(wanted),
            deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=["afstem", name])),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=PAGE,
        )
