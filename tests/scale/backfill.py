"""A shop with latency, its orders of four weeks in shards, and workers that bring them into the books.

The store lies in PostgreSQL; afterwards the books are held against what the shop sold.
"""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.engine import ROOT
from tests.bench.figures import expect
from tests.bench.integration import NAME, write_settings
from tests.bench.whole_way import BUYERS_OF_TEN
from tests.databases import new_schema
from tests.orders import write_orders
from tests.scale.books import KINDS
from tests.scale.machines import Site, Worker, wait_until_online
from tests.simulators.woocommerce import KEY, SECRET, WooCommerceSimulator

FIRST, LAST = "2026-10-25", "2026-11-23"
LATENCY_SECONDS = 0.25
PATIENCE_SECONDS = 900
LOOK_SECONDS = 0.02
DEPLOY = "from tests.scale.deploy import deploy; deploy({name!r}, {pool!r})"
RUN = """
from flows.backfill_orders import backfill_orders
state = backfill_orders({config!r}, {first!r}, {last!r}, {days}, return_state=True)
print(state.name, state.message, sep=": ")
"""
TURNS = """
SELECT count(*) FILTER (WHERE granted), count(*) FILTER (WHERE NOT granted)
FROM pg_locks WHERE locktype = 'advisory' AND objid = 4702113
"""

Meanwhile = Callable[["Backfill", list[Worker]], None]


class Turns:
    """How the store's one writer at a time is seen from PostgreSQL: how often somebody writes, how many wait."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.looks = self.writing = self.waiting = 0

    def __enter__(self) -> "Turns":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def busy(self) -> float:
        """At which part of the looks somebody wrote."""
        return self.writing / self.looks

    @property
    def waited(self) -> float:
        """How many waited at a look, on average."""
        return self.waiting / self.looks

    def _look(self) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            while not self._over.wait(LOOK_SECONDS):
                writing, waiting = connection.execute(TURNS).fetchone() or (0, 0)
                self.looks += 1
                self.writing += bool(writing)
                self.waiting += waiting


@dataclass
class Measured:
    """How a backfill went: from its start to the end of its last shard."""

    workers: int
    orders: int
    seconds: float
    turns: Turns

    @property
    def per_second(self) -> float:
        """Orders a second."""
        return self.orders / self.seconds


class Backfill:
    """A fresh store, fresh books of a kind, a shop of so many orders, and a work pool of its own."""

    def __init__(self, site: Site, pool: str, orders: int, kind: str) -> None:
        self.site, self.pool, self.orders, self.kind = site, pool, orders, kind
        self.buyers = orders * BUYERS_OF_TEN // 10
        self.folder = site.folder / pool
        write_orders(self.folder / "orders", orders, self.buyers)
        store = {"AFSTEM_STORE_URL": new_schema(site.postgresql)}
        self.environment = store | {"AFSTEM_WEBSHOP_KEY": KEY, "AFSTEM_WEBSHOP_SECRET": SECRET}

    def run(self, workers: int, days: int, meanwhile: Meanwhile = lambda backfill, workers: None) -> Measured:
        """Run it by so many workers, and prove the books. Raises `WrongResult`."""
        self.site.command("-c", DEPLOY.format(name=NAME, pool=self.pool))
        with KINDS[self.kind](self.folder, self.orders, self.buyers) as books, self._shop(books.accounting) as config:
            self.environment |= books.environment
            with self.site.workers(workers, self.pool, self.environment) as started:
                wait_until_online(self.site, self.pool, workers)
                with Turns(self.site.postgresql) as turns:
                    began = time.monotonic()
                    told = self._backfill(config, days, lambda: meanwhile(self, started))
                    seconds = time.monotonic() - began
            expect(told.startswith("Completed"), f"the backfill ended as {told}")
            books.prove()
        return Measured(workers, self.orders, seconds, turns)

    def _backfill(self, config: Path, days: int, meanwhile: Callable[[], None]) -> str:
        code = RUN.format(config=str(config), first=FIRST, last=LAST, days=days)
        with (self.folder / "backfill.log").open("w") as log:
            process = subprocess.Popen(
                [*self.site.python, "-c", code],
                cwd=ROOT,
                env={**self.site.environment, **self.environment},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            meanwhile()
            said, _ = process.communicate(timeout=PATIENCE_SECONDS)
        expect(process.returncode == 0, (self.folder / "backfill.log").read_text()[-3000:])
        return said.splitlines()[-1]

    @contextmanager
    def _shop(self, accounting: str) -> Iterator[Path]:
        """The shop, up; gives the settings file."""
        with WooCommerceSimulator() as shop:
            for path in sorted((self.folder / "orders").glob("*.json")):
                found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
                shop.put(*found)
            for path in (self.folder / "orders" / "refunds").glob("*.json"):
                shop.refunds[int(path.stem)] = json.loads(path.read_text(encoding="utf-8"))
            shop.latency = LATENCY_SECONDS
            yield write_settings(self.folder, f'kind = "woocommerce"\nurl = "{shop.url}"', accounting)
