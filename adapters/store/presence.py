"""Who holds a claim, and whether they are still alive."""

import os
import socket
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psutil
from sqlalchemy import Connection, delete, select

from adapters.claims import ClaimLost, StillOurs
from adapters.store.database import Database
from adapters.store.tables import OwnerRow, table_of
from domain.days import COPENHAGEN

SILENT_TOO_LONG = timedelta(seconds=90)
"""So long without a heartbeat, and whoever can't be looked at is taken for dead; after half of it it writes no more."""
BEATS = 9
"""So many heartbeats fit in there."""

owners = table_of(OwnerRow)


def this_place() -> str:
    """Where process ids mean the same: host, boot, and namespace, of which each container has its own.

    Nothing of it, and nothing of `this_process`, moves when the clock is set.
    """
    return f"{socket.gethostname()}|{_boot()}|{_namespace()}"


def this_process() -> str:
    """This process and no other: its place, its id and the moment it started."""
    return f"{this_place()}|{os.getpid()}|{_started(os.getpid())}"


class Presence:
    """Keeps this process's row in `owners` fresh for as long as it lives, from its first claim on.

    Times are told by the database's clock: those of two hosts may differ. `silence` is how long a process may be
    silent before others take over what it has claimed.
    """

    def __init__(self, database: Database, silence: timedelta = SILENT_TOO_LONG) -> None:
        self._database = database
        self._silence = silence
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._clocks = _clocks()
        self._seen_at: datetime | None = None
        self._lapses = 0
        self.owner = f"{this_process()}|{uuid4().hex[:8]}"

    def announce(self) -> str:
        """Make this process known as alive, and give its name as an owner."""
        with self._lock:
            if self._thread is None or self._is_silent():
                self._beat()
            if self._thread is None:
                self._thread = threading.Thread(target=self._beat_on, name="afstem-presence", daemon=True)
                self._thread.start()
        return self.owner

    def pledge(self) -> StillOurs:
        """What tells whether all that is claimed from here on is still ours; it costs no look into the database.

        It raises `ClaimLost` once this process has been silent for so long that others may soon take over, however
        well it is again: frozen, suspended with its machine, or cut off from the database.
        """
        self.announce()
        before = self._count_lapses()

        def still_ours() -> None:
            if self._count_lapses() != before:
                raise ClaimLost("claim_lost")

        return still_ours

    def leave(self) -> None:
        """Nobody needs to wait for this process any more."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=1)
            with self._database.writing() as connection:
                connection.execute(delete(owners).where(owners.c.id == self.owner))

    def others(self, connection: Connection) -> list[str]:
        """The other processes that are alive: each one's machine, its id there, and when it was last heard of."""
        here, place, now = this_process(), this_place(), self._database.now(connection)
        return sorted(
            _told(row.id, row.seen_at)
            for row in connection.execute(select(owners))
            if not row.id.startswith(f"{here}|") and self._alive(row.id, place, now - row.seen_at)
        )

    def dead(self, names: set[str]) -> set[str]:
        """Which of these owners hold their claims no longer."""
        if not names:
            return set()
        with self._database.reading() as connection:
            now = self._database.now(connection)
            seen = {row.id: now - row.seen_at for row in connection.execute(select(owners.c.id, owners.c.seen_at))}
        place = this_place()
        return {name for name in names - {self.owner} if name not in seen or not self._alive(name, place, seen[name])}

    def _alive(self, owner: str, here: str, silent_for: timedelta) -> bool:
        """Of a process at this place its host knows best; any other is judged by its heartbeat."""
        if not owner.startswith(f"{here}|"):
            return silent_for <= self._silence
        process, started, _ = owner.removeprefix(f"{here}|").split("|")
        return _runs(process, started)

    def _beat_on(self) -> None:
        while not self._stopped.wait(self._silence.total_seconds() / BEATS):
            with suppress(Exception):  # whatever it was, the next beat comes long before anyone gives us up
                self._beat()

    def _beat(self) -> None:
        """Be seen. A silence that our own clocks slept through, as a paused machine's do, shows by the database's."""
        clocks = _clocks()
        self._count_lapses()
        with self._database.writing() as connection:
            now = self._database.now(connection)
            self._database.upsert(connection, OwnerRow, [{"id": self.owner, "seen_at": now}])
        if self._seen_at and now - self._seen_at > self._silence / 2:
            self._lapses += 1
        self._clocks, self._seen_at = clocks, now

    def _is_silent(self) -> bool:
        """By the clock that went furthest since the last heartbeat: one of them may have slept."""
        longest = max(now - then for now, then in zip(_clocks(), self._clocks, strict=True))
        return longest > self._silence.total_seconds() / 2

    def _count_lapses(self) -> int:
        """A number that moves on while this process is silent, and stands still as long as it is not."""
        if self._is_silent():
            self._lapses += 1
        return self._lapses


def _told(owner: str, seen_at: datetime) -> str:
    host, _, _, process, *_ = owner.split("|")
    return f"{host} {process} {seen_at.astimezone(COPENHAGEN):%Y-%m-%d %H:%M:%S}"


def _clocks() -> tuple[float, float]:
    return time.monotonic(), time.time()


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return str(int(psutil.boot_time()))


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _started(process: int) -> str:
    """When a process started: on Linux in ticks since the boot, where psutil's time follows the clock."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except OSError:
        return f"{psutil.Process(process).create_time():.2f}"
    return told.rpartition(")")[2].split()[19]


def _runs(process: str, started: str) -> bool:
    try:
        found = psutil.Process(int(process))
        return _started(found.pid) == started and found.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
