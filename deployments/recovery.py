"""Runs of a process that is gone: Prefect still takes them to be at work."""

from collections.abc import Sequence

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags, FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Crashed

PAGE = 200
AT_WORK = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)


def bury_dead_runs(name: str) -> None:
    """Mark as crashed what was at work when the server that is starting now was last stopped; it can be retried.

    Only for one machine, where nobody else can be at work: elsewhere missing heartbeats tell.
    """
    with get_client(sync_client=True) as client:
        while dead := _at_work(name):
            for run in dead:
                client.set_flow_run_state(run.id, Crashed(message="Afstem was stopped while it ran."), force=True)


def _at_work(name: str) -> Sequence[FlowRun]:
    """The first runs of the integration's deployments that seem to be at work."""
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            flow_run_filter=FlowRunFilter.model_validate({"state": {"type": {"any_": AT_WORK}}}),
            deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=["afstem", name])),
            sort=FlowRunSort.ID_DESC,
            limit=PAGE,
        )
