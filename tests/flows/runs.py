"""What Prefect tells of a run, as its UI shows it."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
from prefect import Flow, State
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import Log, TaskRun
from prefect.client.schemas.sorting import TaskRunSort
from prefect.flow_engine import run_flow
from prefect.states import AwaitingRetry

PATIENCE_SECONDS = 60
NEED_ATTENTION = " orders need attention: "
EVERYTHING = 200
"""As many as the server gives at once."""


def wait_until(happened: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Look again and again until it has happened. Raises `TimeoutError` which says `what` did not."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"still not so: {what}")
        time.sleep(0.05)


class Run:
    """One flow run that has ended. Task runs and logs reach the server a little later: asking for them waits."""

    def __init__(self, state: State[Any], run: UUID | None = None) -> None:
        self.id: UUID = run or state.state_details.flow_run_id  # type: ignore[assignment]
        self.state = str(state.name)
        said, attention, causes = str(state.message).partition(NEED_ATTENTION)
        self.message = said + attention.rstrip(": ")
        self.causes = causes

    def tasks(self, count: int, attempt: int = 1) -> dict[str, TaskRun]:
        """Its task runs by name, once `count` of them have ended; each Retry of the run is another attempt."""
        found: list[TaskRun] = []

        def ended() -> bool:
            with get_client(sync_client=True) as client:
                these = FlowRunFilter(id=FlowRunFilterId(any_=[self.id]))
                every = client.read_task_runs(flow_run_filter=these, sort=TaskRunSort.ID_DESC, limit=EVERYTHING)
            found[:] = [task for task in every if task.flow_run_run_count == attempt]
            return sum(bool(task.state and task.state.is_final()) for task in found) >= count

        wait_until(ended, f"{count} task runs have ended")
        return {task.name: task for task in found}

    def batch_tasks(self, count: int, attempt: int = 1) -> dict[str, TaskRun]:
        """Those of its `count` batches: two each."""
        every = self.tasks(3 + 2 * count, attempt)
        return {name: task for name, task in every.items() if name.startswith(("reconcile", "create"))}

    def logs(self) -> list[Log]:
        """Everything that was logged in it."""
        found: list[Log] = []

        def complete() -> bool:
            with get_client(sync_client=True) as client:
                these = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[self.id]))
                found[:] = client.read_logs(log_filter=these, limit=EVERYTHING, offset=0)
            return any(log.name == "prefect.flow_runs" and "Finished in state" in log.message for log in found)

        wait_until(complete, "the run's last log line is there")
        return found

    def artifact(self, key: str) -> list[dict[str, Any]]:
        """The rows of the table that it published under this key; none if it published none."""
        found = self.page(key)
        if key.endswith("-attention"):
            return [attention(section) for section in found.split("### ")[1:]]
        rows: list[dict[str, Any]] = json.loads(found) if found else []
        return rows

    def page(self, key: str) -> str:
        """What it published under this key, as it is; empty if it published nothing."""
        found = self._artifacts(key={"any_": [key]})
        return str(found[0]["data"]) if found else ""

    def bars(self) -> dict[str, float]:
        """How far each bar of it has come, in percent, by what it tells of."""
        return {one["description"]: float(one["data"]) for one in self._artifacts(type={"any_": ["progress"]})}

    def _artifacts(self, **which: Any) -> list[dict[str, Any]]:
        with get_client(sync_client=True) as client:
            these = {"artifacts": {"flow_run_id": {"any_": [str(self.id)]}, **which}}
            found = httpx.post(f"{client.api_url}artifacts/filter", json=these).raise_for_status().json()
        return list(found)


def name_of(run: Run) -> str:
    """What it is called by now."""
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run.id).name


def warned(run: Run) -> list[str]:
    """What stands out in the run's own log, below an error."""
    return [log.message for log in run.logs() if log.level == logging.WARNING and log.name == "prefect.flow_runs"]


def retried(run: Run, flow: Flow[..., Any], business: Any) -> Run:
    """The same run of this flow once more, as Retry makes it."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, AwaitingRetry(), force=True)
        again = client.read_flow_run(run.id)
    return Run(run_flow(flow, again, {"integration": str(business.config)}, return_type="state"))  # type: ignore[arg-type]


def attention(section: str) -> dict[str, Any]:
    """One cause of the artifact about attention: its sentence, its orders, what to do, and where to go on."""
    cause, orders, fix, then = section.strip().split("\n\n")
    return {"cause": cause, "orders": orders.partition(":** ")[2], "fix": fix, "then": then}


def events(run: Run, event: str, count: int) -> dict[str, dict[str, str]]:
    """What each event of this kind in a run was about, with what it told, once so many have come."""
    found: dict[str, dict[str, str]] = {}

    def have_come() -> bool:
        with get_client(sync_client=True) as client:
            these = {"filter": {"event": {"name": [event]}, "related": {"id": [f"prefect.flow-run.{run.id}"]}}}
            answer = httpx.post(f"{client.api_url}events/filter", json=these).raise_for_status().json()
        found.update({one["resource"]["prefect.resource.id"]: one["payload"] for one in answer["events"]})
        return len(found) >= count

    wait_until(have_come, f"{count} events {event}")
    return found
