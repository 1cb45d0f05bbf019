"""Which run a step works for, and what a run is called."""

from typing import Any, cast
from uuid import uuid4

from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from adapters.settings import find, load
from domain.outcomes import Misconfigured

SIDE_BY_SIDE = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=4))
"""So many batches are worked on at once."""


def this_run() -> str:
    """The id of the flow run that we are in; a name of its own for a step that is called by itself."""
    return str(flow_run.id or f"alone-{uuid4().hex[:12]}")


def run_name() -> str:
    """What people see in the list of runs: the flow and the integration by its name, not by its file."""
    integration = str(flow_run.parameters.get("integration", ""))
    try:
        name = load(find(integration)).name
    except Misconfigured:
        name = integration
    return f"{flow_run.flow_name} {name}"
