"""`python -m tests.scale [--small] [--books …]`: one backfill by 1, 2 and 4 workers, and one whose worker is killed.

Real processes on this machine: PostgreSQL, a Prefect server on it, workers of a work pool; shop and e-conomic take
their time for each call.
Results are proven, and a wrong one ends it with an error; how fast it was is told.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
from rich.console import Console

from tests.bench.figures import Figure, WrongResult, expect, machine, tell
from tests.scale.backfill import LATENCY_SECONDS, Backfill, Measured
from tests.scale.books import KINDS
from tests.scale.machines import Site, Worker, kill, process_of, site

ORDERS, SMALL_ORDERS = 4_000, 800
DAYS = 3
AT_WORK = """
SELECT batches.owner FROM operations JOIN batches ON batches.id = operations.batch
WHERE operations.kind = 'document' AND operations.state = 'intended' LIMIT 1
"""
SHARDS = 10


def measured(at: Site, orders: int, workers: list[int], books: str) -> Iterator[Figure]:
    """Every figure, as soon as it is known."""
    alone = 0.0
    for count in workers:
        run = Backfill(at, f"pool-{count}", orders, books).run(count, DAYS)
        alone = alone or run.per_second
        yield throughput(run, alone, books)
    yield killed(at, orders, books)


def throughput(run: Measured, alone: float, books: str) -> Figure:
    """How fast so many workers were, and what they waited for each other in the store."""
    told = f"{run.seconds:.0f} s; somebody writes to the store {run.turns.busy:.0%} of the time, "
    told += f"{run.turns.waited:.2f} wait for their turn at a time; {LATENCY_SECONDS} s a call to the shop; "
    told += "books proven"
    return Figure(
        what=f"{run.orders:,} orders in {SHARDS} shards into {books} books, {run.workers} workers",
        found=f"{run.per_second:.0f} orders/s, {run.per_second / alone:.2f} × one worker",
        more=told,
    )


def killed(at: Site, orders: int, books: str) -> Figure:
    """Of two workers one is killed in the middle of a shard: the other takes that up, and nothing is done twice."""
    backfill = Backfill(at, "pool-killed", orders, books)
    run = backfill.run(2, DAYS, kill_one_at_work)
    return Figure(
        what=f"{orders:,} orders into {books} books, 2 workers, one of them killed (SIGKILL) in the middle of a shard",
        found="every order once",
        target="every order once",
        met=True,
        more=f"{run.seconds:.0f} s; it was killed between intent and answer of its invoices; books proven",
    )


def kill_one_at_work(backfill: Backfill, workers: list[Worker]) -> None:
    """Wait until a run is writing invoices, then kill it with its worker."""
    deadline = time.monotonic() + 300
    with psycopg.connect(backfill.environment["AFSTEM_STORE_URL"], autocommit=True) as store:
        while (found := _at_work(store)) is None:
            expect(time.monotonic() < deadline, "nothing was ever written")
            time.sleep(0.01)
    kill(next(worker for worker in workers if found in _started_by(worker)))


def _at_work(store: "psycopg.Connection[tuple[str]]") -> int | None:
    """The process of a run that has sent an invoice and waits for its answer."""
    try:
        found = store.execute(AT_WORK).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return process_of(found[0]) if found else None


def _started_by(worker: Worker) -> set[int]:
    return {process.pid for process in psutil.Process(worker.pid).children(recursive=True)}


def main() -> int:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("--small", action="store_true", help="fewer orders, 1 and 2 workers")
    parser.add_argument("--workers", type=int, nargs="*", help="how many, in turn; none for the killed one alone")
    parser.add_argument("--books", choices=KINDS, default="economic", help="with a latency of 50 ms, or a local file")
    parser.add_argument("--folder", type=Path, help="where to work and leave everything; else a temporary one")
    chosen = parser.parse_args()
    orders, workers = (SMALL_ORDERS, [1, 2]) if chosen.small else (ORDERS, [1, 2, 4])
    workers = workers if chosen.workers is None else chosen.workers
    console, described = Console(), machine()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="afstem-scale-") as temporary:
        try:
            with site(chosen.folder or Path(temporary)) as at:
                for figure in measured(at, orders, workers, chosen.books):
                    console.print(f"{figure.what}: [bold]{figure.found}[/] ({figure.more})", highlight=False)
                    figures.append(figure)
        except (WrongResult, subprocess.TimeoutExpired) as wrong:
            console.print(f"[red]{wrong}", highlight=False)
            return 1
    tell(console, described, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
