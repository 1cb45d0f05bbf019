"""How far long work has come, as a bar in the Prefect UI."""

from collections.abc import Iterable
from typing import Any

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.futures import PrefectFuture, as_completed


class Bar:
    """A progress artifact of so many steps."""

    def __init__(self, steps: int, what: str) -> None:
        self._steps = max(steps, 1)
        self._artifact: Any = create_progress_artifact(0, description=what)
        self._shown = 0

    def show(self, done: int) -> None:
        """So many are done; telling the same twice costs nothing."""
        if done != self._shown:
            update_progress_artifact(self._artifact, 100 * done / self._steps)
            self._shown = done


def wait_for(batches: Iterable[PrefectFuture[Any]], what: str) -> None:
    """Wait until all batches have ended, however they did, and show how many have."""
    waiting = list(batches)
    bar = Bar(len(waiting), what)
    for done, _ in enumerate(as_completed(waiting), 1):
        bar.show(done)
