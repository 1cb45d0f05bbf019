"""Real workers of a work pool, one of them killed in the middle of a shard, before it hears that its invoice stands."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

import psutil
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from tests.bench.economic import TOKENS
from tests.bench.engine import ROOT, prefect_server
from tests.flows.business import Business
from tests.flows.test_backfill import runs_of
from tests.flows.test_economic import an_order, on_economic, standing
from tests.scale.backfill import DEPLOY, RUN
from tests.scale.machines import Site, Worker, kill, process_of, wait_until_online
from tests.simulators.economic import EconomicSimulator

POOL = "machines"
FIRST, LAST, DAYS = date(2026, 3, 1), date(2026, 3, 6), 3
ORDERS = 12
AT_WORK = """
SELECT batches.owner FROM operations JOIN batches ON batches.id = operations.batch
WHERE operations.kind = 'document' AND operations.state = 'intended'
"""


@pytest.mark.slow
def test_a_shard_whose_worker_is_killed_is_taken_up_by_another_and_every_order_is_invoiced_once(
    business: Business,
    agreement: EconomicSimulator,
    tmp_path: Path,
) -> None:
    on_economic(business, agreement)
    for number in range(ORDERS):
        day = FIRST + timedelta(days=number % 6)
        business.sell(an_order(1000 + number, f"buyer{number}@example.dk") | {"date_created_gmt": f"{day}T12:00:00"})

    with workers(tmp_path, 2) as (site, started):
        killed = Killing(business, agreement, started)
        said = backfill(site, business)
        attempts = sorted(run.run_count for run in runs_of("sync-period"))

    assert said == "Completed: 2 shards in order"
    assert killed.processes == 1
    assert attempts == [1, 2]
    assert set(standing(agreement)) == {f"shop-dk-{1000 + number}" for number in range(ORDERS)}
    assert agreement.api.invoices.drafts == {}
    assert len(agreement.api.customers.all) == ORDERS


class Killing:
    """Kills the worker, and its run, that makes the first draft: it is written, and nobody was told."""

    def __init__(self, business: Business, books: EconomicSimulator, workers: list[Worker]) -> None:
        self.processes = 0
        self._store = business.folder / "afstem.db"
        self._books, self._workers = books, workers
        books.watch = self._watch

    def _watch(self, moment: str, kind: str) -> bool:
        with self._books.lock:
            if (moment, kind) != ("committed", "POST /invoices/drafts") or self.processes:
                return False
            self.processes += 1
            worker = next(worker for worker in self._workers if self._at_work() & started_by(worker))
            kill(worker)
            self._books.expire_keys()  # so that no idempotency key tells whoever comes next
            return True

    def _at_work(self) -> set[int]:
        """The processes that have sent an invoice and wait for the answer."""
        with closing(sqlite3.connect(self._store, timeout=30)) as connection:
            return {process_of(owner) for (owner,) in connection.execute(AT_WORK)}


def started_by(worker: Worker) -> set[int]:
    return {process.pid for process in psutil.Process(worker.pid).children(recursive=True)}


@contextmanager
def workers(folder: Path, count: int) -> Iterator[tuple[Site, list[Worker]]]:
    """A Prefect server, a work pool with the deployment of shards, and so many workers that have come up."""
    with ExitStack() as stack:
        environment = stack.enter_context(prefect_server(folder / "prefect"))
        stack.enter_context(temporary_settings({PREFECT_API_URL: environment["PREFECT_API_URL"]}))
        site = Site("", environment | TOKENS, folder)
        site.command("-c", DEPLOY.format(name="shop-dk", pool=POOL))
        started = stack.enter_context(site.workers(count, POOL, {}))
        wait_until_online(site, POOL, count)
        yield site, started


def backfill(site: Site, business: Business) -> str:
    """Bring the period in; gives how that ended."""
    code = RUN.format(config=str(business.config), first=f"{FIRST}", last=f"{LAST}", days=DAYS)
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(site.environment), capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()[-1]
