"""Which run a step works for, and what a run is called."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

from prefect.client.orchestration import get_client
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from adapters.integration import open_integration
from adapters.settings import find, load
from domain.days import danish_day, start_of
from domain.outcomes import Misconfigured

SIDE_BY_SIDE = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=8))
"""So many batches are worked on at once: while some prepare, the others keep the connections to the books busy."""


def this_run() -> str:
    """The id of the flow run that we are in; a name of its own for a step that is called by itself."""
    return str(flow_run.id or f"alone-{uuid4().hex[:12]}")


def asked_by_a_person() -> bool:
    """Whether this is the same run once more, as Retry makes it; what a schedule starts is a new one."""
    return bool(flow_run.id) and flow_run.run_count > 1


@contextmanager
def at_work(integration: str) -> Iterator[None]:
    """This process works for the run: others can tell by the store when it is gone."""
    store, run = open_integration(integration).store, this_run()
    store.runs.begin(run)
    try:
        yield
    finally:
        store.runs.end(run)


def run_name() -> str:
    """What people see in the list of runs: the flow, the integration by its name and not by its file, and a period."""
    integration = str(flow_run.parameters.get("integration", ""))
    try:
        name = load(find(integration)).name
    except Misconfigured:
        name = Path(integration).stem
    days = [str(flow_run.parameters[day]) for day in ("first", "last") if flow_run.parameters.get(day)]
    return " ".join(filter(None, (flow_run.flow_name, name, " – ".join(days))))


def begin_of(days: int) -> datetime:
    """The beginning, in Denmark, of the day that lies so many days back: the same all day, so a Retry knows it."""
    return start_of(danish_day(datetime.now(UTC)) - timedelta(days=days))


def call_it(told: str) -> None:
    """Have this run's name say how it ended: `sync-orders shop-dk: 2 of 16 orders need attention`."""
    if flow_run.id:
        with get_client(sync_client=True) as client:
            client.update_flow_run(UUID(flow_run.id), name=f"{str(flow_run.name).partition(': ')[0]}: {told}")
