"""Runs that the clock has waiting: one that asks shop or channels anew asks for all of them."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId, FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.runtime import deployment

PAGE = 200


def read_for_those_who_wait() -> None:
    """Drop what the clock has waiting for this run to end: else each would ask for all of it again."""
    if deployment.id:
        drop_late_runs(DeploymentFilter(id=DeploymentFilterId(any_=[UUID(deployment.id)])))


def drop_late_runs(deployments: DeploymentFilter) -> None:
    """Delete the runs of these deployments whose time by the clock has passed and that have not begun.

    What a person has asked for waits for its turn, also a Retry of what was the clock's at first.
    """
    late: dict[str, Any] = {
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "expected_start_time": {"before_": datetime.now(UTC).isoformat()},
    }
    with get_client(sync_client=True) as client:
        while by_the_clock := [
            run for run in first_runs(deployments, late) if run.auto_scheduled and not run.run_count
        ]:
            for run in by_the_clock:
                with suppress(ObjectNotFound):
                    client.delete_flow_run(run.id)


def first_runs(deployments: DeploymentFilter, wanted: dict[str, Any]) -> list[FlowRun]:
    """The first of the wanted runs of these deployments, the earliest first."""
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            flow_run_filter=FlowRunFilter.model_validate(wanted),
            deployment_filter=deployments,
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=PAGE,
        )
