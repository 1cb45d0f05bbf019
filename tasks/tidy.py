"""What nobody needs any more is thrown away: old results, what dead processes held, buyers past their time.

Nothing unfinished goes: not an order, and not a result that a run which has not ended may be retried with. Old flow
runs are cleared by Prefect's own server, which `PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED` tells to.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect import task
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.settings import PREFECT_RESULTS_LOCAL_STORAGE_PATH

from adapters.integration import open_integration
from tasks.forget import forget_old

RESULTS_KEPT = timedelta(days=90)
"""As long as the Prefect server keeps runs that ended: a failed one can be retried until it goes."""
LOOKED_THROUGH = ".looked-through"
"""A file among the results that is as old as the last look through them."""
LOOKED_THROUGH_EVERY = timedelta(days=1)
BATCHES_KEPT = timedelta(days=90)
UNFINISHED = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.PAUSED, StateType.CANCELLING]


@task(task_run_name="tidy up")
def tidy(integration: str) -> dict[str, int]:
    """Throw away what is old; gives how many batches and claims went, and orders whose buyer did."""
    opened = open_integration(integration)
    forgotten = forget_old(opened)
    return {
        "batches": opened.store.orders.drop_batches(datetime.now(UTC) - BATCHES_KEPT),
        "claims": opened.store.runs.drop_dead(),
        "forgotten": len(forgotten.orders),
    }


def drop_old_results() -> int:
    """Delete the old results that lie on this machine, where nobody has looked for a day; gives how many.

    Each machine has its own, and the nightly sweep runs on one of them: so every run sees to those where it ends.
    """
    folder = Path(PREFECT_RESULTS_LOCAL_STORAGE_PATH.value())
    looked = folder / LOOKED_THROUGH
    if not folder.is_dir() or _is_newer(looked, datetime.now(UTC) - LOOKED_THROUGH_EVERY):
        return 0
    gone = drop_results(folder, oldest_needed())
    looked.touch()
    return gone


def oldest_needed(kept: timedelta = RESULTS_KEPT) -> datetime:
    """The moment before which no result is needed: long ago, or when the oldest unfinished run was started."""
    states = FlowRunFilterState(type=FlowRunFilterStateType(any_=UNFINISHED))
    with get_client(sync_client=True) as client:
        these = FlowRunFilter(state=states)
        oldest = client.read_flow_runs(flow_run_filter=these, sort=FlowRunSort.START_TIME_ASC, limit=1)
    began = [run.start_time for run in oldest if run.start_time]
    return min([datetime.now(UTC) - kept, *began])


def drop_results(folder: Path, before: datetime) -> int:
    """Delete the persisted results that were last written before then; gives how many."""
    old = [path for path in folder.glob("[!.]*") if path.is_file() and not _is_newer(path, before)]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _is_newer(path: Path, moment: datetime) -> bool:
    """Whether it was written after that moment; what is gone meanwhile was not."""
    try:
        return path.stat().st_mtime > moment.timestamp()
    except FileNotFoundError:
        return False
