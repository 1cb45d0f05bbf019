"""Runs of the real flow, each in a process of its own that can be killed at any instant."""

import multiprocessing
import os
import signal
import sys
import traceback
from pathlib import Path

PROCESSES = multiprocessing.get_context("forkserver")
"""They start in a moment, since what they import was imported once."""
PROCESSES.set_forkserver_preload(["tests.chaos.flow"])
PATIENCE_SECONDS = 300
COMPLETED, UNFINISHED, BROKEN = 0, 1, 2


class Life:
    """One process that runs the flow once; `how` it ended is known when it did."""

    def __init__(self, config: Path) -> None:
        self._log = config.parent / "lives.log"
        self._process = PROCESSES.Process(target=live, args=(config, self._log), daemon=True)
        self._process.start()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """Its process."""
        return self._process.pid

    def kill(self) -> bool:
        """Kill -9, says whether it hadn't ended by itself before."""
        if not self.alive:
            return False
        self._process.kill()
        self._process.join(PATIENCE_SECONDS)
        return self._process.exitcode == -signal.SIGKILL

    def ended(self) -> int:
        """How it ended: the signal that killed it is negative. Raises `AssertionError` where it broke or hangs."""
        self._process.join(PATIENCE_SECONDS)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
        assert code not in (None, BROKEN), f"a run {'hangs' if code is None else 'broke'}:\n{self.tail()}"
        return int(code or 0)

    def tail(self) -> str:
        """The last that the lives said."""
        return self._log.read_text(errors="replace")[-6000:] if self._log.exists() else ""


def live(config: Path, log: Path) -> None:
    """Run the flow once; all that it says goes to the log."""
    with log.open("a") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        try:
            from tests.chaos.flow import sync_orders

            state = sync_orders(str(config), return_state=True)
            print(os.getpid(), state.name, state.message, flush=True)  # noqa: T201
            code = COMPLETED if state.is_completed() else UNFINISHED
        except BaseException:  # noqa: BLE001 - whatever it is, it is told
            traceback.print_exc()
            code = BROKEN
        sys.stdout.flush()
        os._exit(code)
