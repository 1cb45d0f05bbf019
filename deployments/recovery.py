"""What a stop has left in Prefect: runs of a process that is gone, and runs whose time has passed."""

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.states import Crashed

from tasks import late_runs


def bury_dead_runs(name: str) -> None:
    """Mark as crashed what was at work when the server that is starting now was last stopped; it can be retried.

    Only for one machine, where nobody else can be at work: elsewhere missing heartbeats tell.
    """
    at_work = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
    with get_client(sync_client=True) as client:
        while dead := late_runs.first_runs(_deployments_of(name), at_work):
            for run in dead:
                client.set_flow_run_state(run.id, Crashed(message="Afstem was stopped while it ran."), force=True)


def drop_late_runs(name: str) -> None:
    """Drop what the clock would have started while nothing ran: the next run catches up with all of it."""
    late_runs.drop_late_runs(_deployments_of(name))


def _deployments_of(name: str) -> DeploymentFilter:
    return DeploymentFilter(tags=DeploymentFilterTags(all_=["afstem", name]))
