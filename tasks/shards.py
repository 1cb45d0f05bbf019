"""A period in shards: started in the work pool, and watched until all have ended, whatever becomes of a worker."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import State
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run
from prefect.states import AwaitingRetry, Completed, Crashed, Failed

from adapters.integration import open_integration
from adapters.store import Store
from domain.days import danish_day, periods
from domain.outcomes import Misconfigured
from tasks.progress import Bar
from tasks.runs import this_run

Shard = tuple[date, date]
"""First and last day, both included."""

FLOW = "sync-period"
LOOK_EVERY_SECONDS = 2
LONGEST_START = timedelta(minutes=2)
MOST_STARTS = 5
"""A shard whose process is gone so often has something about it that a person should see."""
PIECE = 100
PATIENTLY: dict[str, Any] = {"retries": 12, "retry_delay_seconds": [2, 4, 8, *([15] * 9)]}
"""Shards side by side meet at customers who bought in both: each waits until the other has written."""


def cut_into_shards(integration: str, first: date, last: date, days: int) -> list[Shard]:
    """The period in pieces of some days. Raises `Misconfigured` where there is nothing in it that could count."""
    if first > last or days < 1:
        raise Misconfigured("period_backwards", "first", first, last)
    starts_at = open_integration(integration).settings.webshop.starts_at
    if starts_at and last < danish_day(starts_at):
        raise Misconfigured("period_before_start", "webshop.start", last, danish_day(starts_at))
    return periods(first, last, days)


def start_shards(integration: str, shards: Sequence[Shard]) -> list[str]:
    """Start each shard as a run of the deployment of `sync_period`; gives the runs' ids, none where there is none.

    Their keys are this run's: when it is retried, the same runs are found again and none is started twice. Those that
    have failed are retried with it, each of which then does what it has left to do.
    """
    name = f"{FLOW}/{open_integration(integration).name}"
    with get_client(sync_client=True) as client:
        try:
            deployment = client.read_deployment_by_name(name)
        except ObjectNotFound:
            return []
        runs = [
            client.create_flow_run_from_deployment(
                deployment.id,
                parameters={"integration": integration, "first": f"{first}", "last": f"{last}"},
                idempotency_key=f"{this_run()} {first}",
            )
            for first, last in shards
        ]
        for run in runs if (flow_run.run_count or 0) > 1 else ():
            if run.state and run.state.is_failed():
                client.set_flow_run_state(run.id, AwaitingRetry(message="The period is retried"))
        return [str(run.id) for run in runs]


def watch_shards(integration: str, runs: Sequence[str]) -> State[None]:
    """Wait until all shards have ended. One whose worker died is handed to the next worker.

    Of one that was deleted in Prefect nobody knows what it did: then the whole is not in order.
    """
    opened = open_integration(integration)
    store, words = opened.store, opened.words
    bar = Bar(len(runs), words("shards", count=len(runs)))
    with get_client(sync_client=True) as client:
        while True:
            found = list(_states(client, runs))
            again = {run.id for run in found if _is_orphaned(run, store)}
            for run in [run for run in found if run.id in again]:
                store.runs.end(str(run.id))  # else it would look orphaned until its new process has begun
                client.set_flow_run_state(run.id, _next_state(run), force=True)
            ended = [run for run in found if run.id not in again and run.state and run.state.is_final()]
            bar.show(len(ended))
            if len(ended) == len(found):
                states = [run.state for run in ended if run.state]
                return conclude_shards(integration, states, len(runs) - len(found))
            time.sleep(LOOK_EVERY_SECONDS)


def conclude_shards(integration: str, states: Sequence[State[Any]], gone: int = 0) -> State[None]:
    """The state of the whole from those of its shards; `gone` are those that are to be found no more."""
    words = open_integration(integration).words
    if gone:
        return Failed(message=words("shards_gone", count=gone, total=len(states) + gone))
    unwell = [state for state in states if not state.is_completed()]
    if unwell:
        told = words("shards_unwell", count=len(unwell), total=len(states))
        return Failed(message=f"{told}: {unwell[0].message}"[:500])
    return Completed(message=words.counted("shards_well", len(states)))


def _is_orphaned(run: FlowRun, store: Store) -> bool:
    """Whether a run can't end by itself any more: its process is gone, or was found to be."""
    if run.state is None:
        return False
    if run.state.is_pending():  # a worker took it, and nothing came of it
        return datetime.now(UTC) - run.state.timestamp > LONGEST_START
    if run.state.is_running():
        return bool(store.runs.orphaned([str(run.id)]))
    return run.state.is_crashed() and run.run_count < MOST_STARTS


def _next_state(run: FlowRun) -> State[None]:
    return AwaitingRetry(message="Its worker is gone") if run.run_count < MOST_STARTS else Crashed()


def _states(client: SyncPrefectClient, runs: Sequence[str]) -> Iterator[FlowRun]:
    for start in range(0, len(runs), PIECE):
        these = FlowRunFilterId(any_=[UUID(run) for run in runs[start : start + PIECE]])
        yield from client.read_flow_runs(flow_run_filter=FlowRunFilter(id=these), sort=FlowRunSort.ID_DESC, limit=PIECE)
