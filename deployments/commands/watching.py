"""Running a flow here and now, watched in the terminal."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from adapters.integration import Integration
from deployments import engine
from deployments.commands.telling import console, stages_told
from domain.outcomes import Misconfigured, Transient
from domain.stages import INVOICED, UNFINISHED
from domain.words import Words

LOOK_EVERY_SECONDS = 0.3
TOLD = ("fetched", "classified", "reconciled", "invoiced", "booked", "held")


def run_flow(integration: Integration, config: Path, flow: str, **parameters: Any) -> str:
    """Run `module:flow` for this integration with a progress bar on stderr; gives the message of its final state.

    Raises `Misconfigured` and `Transient` as the flow did, and `Misconfigured` where it broke off for another reason.
    """
    module, name = flow.split(":")
    words = integration.words
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        bar = progress.add_task(words("starting_prefect"), total=None)
        with engine.connected(), _watched(integration, progress, bar, words):
            state = getattr(import_module(module), name)(str(config), **parameters, return_state=True)
    if not state.is_completed():
        _raise_fault_of(state)
    return str(state.message)


def _raise_fault_of(state: Any) -> None:
    """Raise what a run stopped at; a run that only found orders to look at has concluded, and stopped at nothing."""
    from prefect.exceptions import FailedRun

    fault = state.result(raise_on_failure=False)
    if isinstance(fault, Misconfigured | Transient):
        raise fault
    if isinstance(fault, Exception) and not isinstance(fault, FailedRun):
        raise Misconfigured("run_broke_off", found=type(fault).__name__)


@contextmanager
def _watched(integration: Integration, progress: Progress, bar: Any, words: Words) -> Iterator[None]:
    """Move the bar with what the store says, until the block ends."""
    over = threading.Event()
    before = _settled(integration.store.orders.stages(integration.name))

    def look() -> None:
        while not over.wait(LOOK_EVERY_SECONDS):
            stages = integration.store.orders.stages(integration.name)
            told = {name: stages[name] for name in TOLD}
            text = stages_told(told, words) or words("reading")
            new, done = stages.total() - before, _settled(stages) - before
            progress.update(bar, description=text, total=new or None, completed=done)

    watcher = threading.Thread(target=look, name="afstem-progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _settled(stages: Counter[str]) -> int:
    return sum(count for stage, count in stages.items() if stage in INVOICED or stage not in UNFINISHED)
