"""A run that freezes, as on a machine that is paused, and wakes when others have done its work: it writes no more."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from adapters.store.presence import SILENT_TOO_LONG, this_place
from tests.chaos.books import EconomicBooks
from tests.chaos.lives import Life
from tests.chaos.world import World, opened

ORDERS, SIDE_BY_SIDE = 40, 8
LAPSE = SILENT_TOO_LONG.total_seconds() / 2 + 1


class Gate:
    """Holds back every draft until it is opened; tells when all connections wait here, and nothing is on its way."""

    def __init__(self) -> None:
        self._waiting = threading.Semaphore(0)
        self._open = threading.Event()

    def watch(self, moment: str, kind: str) -> bool:
        if (moment, kind) == ("before", "POST /invoices/drafts"):
            self._waiting.release()
            self._open.wait(60)
        return False

    def wait_for(self, count: int) -> None:
        for _ in range(count):
            assert self._waiting.acquire(timeout=60)

    def open(self) -> None:
        self._open.set()


def test_what_another_run_has_taken_over_is_not_written_again(tmp_path: Path) -> None:
    with opened(tmp_path / "business", "economic", ORDERS, 7) as world:
        assert isinstance(world.books, EconomicBooks)
        text = world.config.read_text().replace("batch_size = 8", f"batch_size = {ORDERS}")
        world.config.write_text(text)
        world.sell(ORDERS)
        gate = Gate()
        world.listen(gate.watch)
        life = Life(world.config)
        gate.wait_for(SIDE_BY_SIDE)

        with frozen(life, world):
            gate.open()
            world.books.forget_keys()
            other = Life(world.config)
            other.ended()
            assert len(world.books.documents()) >= ORDERS
            world.books.forget_keys()
            time.sleep(LAPSE)

        life.ended()
        world.finish()
        world.prove()


@contextmanager
def frozen(life: Life, world: World) -> Iterator[None]:
    """Within the block the process stands still, and others see it as one of another host that was silent for long."""
    assert life.pid
    try:
        for _ in range(200):
            os.kill(life.pid, signal.SIGSTOP)
            time.sleep(0.05)
            if as_of_another_host(world.folder / "afstem.db"):
                break
            os.kill(life.pid, signal.SIGCONT)  # in the middle of writing to the store
            time.sleep(0.01)
        yield
    finally:
        os.kill(life.pid, signal.SIGCONT)


def as_of_another_host(store: Path) -> bool:
    """Whoever holds claims did so elsewhere, ten minutes ago; False while the store is locked."""
    here = this_place()
    elsewhere = f"elsewhere|{here.partition('|')[2]}"
    with closing(sqlite3.connect(store, timeout=0.2)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        for table, column in (("owners", "id"), ("batches", "owner"), ("leases", "owner")):
            database.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (here, elsewhere))
        database.execute("UPDATE owners SET seen_at = datetime(seen_at, '-10 minutes')")
        database.commit()
    return True
