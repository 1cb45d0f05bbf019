"""The authority's rules at work: a process that the first document starts, that is kept, and replaced if it dies."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, cast

from adapters.einvoicing.frames import read_frame, write_frame
from adapters.einvoicing.ruleset import RuleSet
from domain.einvoices import Violation
from domain.outcomes import NeedsAttention

PATIENCE = timedelta(seconds=60)
"""For one document; the first of its type waits a second or two while its rules are compiled."""
LEAVE = timedelta(seconds=2)
"""It ends with its input; whoever doesn't is ended."""
TRIES = 2
ROOT = Path(__file__).parent.parent.parent
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""What the worker sees of the environment: a stylesheet can read it, and secrets stand there."""


class OfficialRules:
    """A rule set, compiled in a process of its own. For threads: one document at a time."""

    def __init__(self, ruleset: RuleSet, patience: timedelta = PATIENCE) -> None:
        self.ruleset = ruleset
        self._patience = patience
        self._turn = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None

    def violations(self, document: bytes) -> list[Violation] | None:
        """What the schema finds, else the schematron; None where there are no rules for its type.

        Raises `NeedsAttention` where the rules themselves fail at it, or stopped at it twice.
        """
        with self._turn:
            for _ in range(TRIES):
                answer = self._asked(document)
                if "died" not in answer:
                    break
        if reason := answer.get("died") or answer.get("failed"):
            raise NeedsAttention("einvoice_rules_stopped", "einvoicing.rules", reason)
        return [Violation.model_validate(one) for one in answer["violations"]] if answer["known"] else None

    @property
    def process(self) -> int | None:
        """The worker's process id, while there is one."""
        return self._worker.pid if self._worker else None

    def close(self) -> None:
        """End the worker."""
        with self._turn:
            self._end()

    def _asked(self, document: bytes) -> dict[str, Any]:
        """The worker's answer; `died` with its reason where it died of the document, or was ended as too slow."""
        worker, seconds = self._running(), self._patience.total_seconds()
        alarm = threading.Timer(seconds, worker.kill)
        alarm.start()
        try:
            write_frame(cast(IO[bytes], worker.stdin), document)
            frame = read_frame(cast(IO[bytes], worker.stdout))
        except OSError:
            frame = None
        finally:
            too_slow = alarm.finished.is_set()
            alarm.cancel()
        if frame is not None:
            return cast(dict[str, Any], json.loads(frame))
        exit_code = self._end()
        return {"died": f"> {seconds:.0f} s" if too_slow else f"exit {exit_code}"}

    def _running(self) -> subprocess.Popen[bytes]:
        if self._worker is None:
            self._worker = subprocess.Popen(
                [sys.executable, "-m", "adapters.einvoicing.worker", str(self.ruleset.folder.resolve())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            )
        return self._worker

    def _end(self) -> int:
        """The exit code of the worker that there was; negative for the signal that ended it."""
        worker, self._worker = self._worker, None
        if worker is None:
            return 0
        for stream in (worker.stdin, worker.stdout):
            with contextlib.suppress(OSError):  # what was still to be written has no reader any more
                cast(IO[bytes], stream).close()
        try:
            return worker.wait(LEAVE.total_seconds())
        except subprocess.TimeoutExpired:
            worker.kill()
            return worker.wait()
