"""Who holds a claim, and whether they are still alive."""

import os
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psutil
from sqlalchemy import delete, select

from adapters.store.database import Database
from adapters.store.tables import OwnerRow

HEARTBEAT = timedelta(seconds=10)
SILENT_TOO_LONG = timedelta(seconds=90)


def this_process() -> str:
    """This process and no other: host, boot, process id and the moment it started."""
    started = psutil.Process().create_time()
    return "|".join((socket.gethostname(), str(int(psutil.boot_time())), str(os.getpid()), f"{started:.2f}"))


class Presence:
    """Keeps this process's row in `owners` fresh for as long as it lives, from its first claim on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self.owner = f"{this_process()}|{uuid4().hex[:8]}"

    def announce(self) -> str:
        """Make this process known as alive, and give its name as an owner."""
        with self._lock:
            if self._thread is None:
                self._beat()
                self._thread = threading.Thread(target=self._beat_on, name="afstem-presence", daemon=True)
                self._thread.start()
        return self.owner

    def leave(self) -> None:
        """Nobody needs to wait for this process any more."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=1)
            with self._database.writing() as connection:
                connection.execute(delete(OwnerRow).where(OwnerRow.id == self.owner))  # type: ignore[arg-type]

    def dead(self, owners: set[str]) -> set[str]:
        """Which of these owners hold their claims no longer."""
        if not owners:
            return set()
        with self._database.reading() as connection:
            rows = connection.execute(select(OwnerRow.id, OwnerRow.seen_at)).all()  # type: ignore[call-overload]
        seen = {row.id: row.seen_at for row in rows}
        return {owner for owner in owners if owner != self.owner and not _alive(owner, seen.get(owner))}

    def _beat_on(self) -> None:
        while not self._stopped.wait(HEARTBEAT.total_seconds()):
            with suppress(Exception):  # whatever it was, the next beat comes long before anyone gives us up
                self._beat()

    def _beat(self) -> None:
        with self._database.writing() as connection:
            self._database.upsert(connection, OwnerRow, [{"id": self.owner, "seen_at": datetime.now(UTC)}])


def _alive(owner: str, seen_at: datetime | None) -> bool:
    if seen_at is None or datetime.now(UTC) - seen_at > SILENT_TOO_LONG:
        return False
    host, boot, process, started, _ = owner.split("|")
    if host != socket.gethostname():
        return True
    try:
        found = psutil.Process(int(process))
        same_start = f"{found.create_time():.2f}" == started
        return same_start and found.status() != psutil.STATUS_ZOMBIE and boot == str(int(psutil.boot_time()))
    except psutil.Error:
        return False
