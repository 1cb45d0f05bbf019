"""The whole way: thousands of orders from files into the embedded books, by the real flow with a Prefect server up.

Afterwards the books are held against the shop's files: each order exactly once, each total to the øre, each refund
a credit note, each buyer one customer.
"""

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.bench.engine import run_apart
from tests.bench.figures import Figure, expect
from tests.bench.integration import NAME, write_settings
from tests.orders import Json, documents_due, write_orders

MIB = 2**20
BUYERS_OF_TEN = 4
"""Of ten orders, four are some buyer's first."""
ORDERS_A_SECOND = 200
MOST_GROWTH = 1.2


@dataclass(frozen=True)
class Run:
    """How it went with so many orders; memory in bytes."""

    orders: int
    buyers: int
    seconds: float
    cpu_seconds: float
    peak_memory: int

    @property
    def per_second(self) -> float:
        """Orders a second, from the flow's start to its end."""
        return self.orders / self.seconds


def run_whole_way(folder: Path, environment: dict[str, str], count: int) -> Run:
    """Run `count` orders through, and prove the result. Raises `WrongResult`."""
    buyers = count * BUYERS_OF_TEN // 10
    write_orders(folder / "orders", count, buyers)
    settings = write_settings(folder)
    said = run_apart("measured_run", str(settings), environment=environment, meanwhile=_progress(folder, count))
    expect(said["state"].startswith("Completed"), f"the run ended as {said['state']}")
    prove(folder, buyers)
    return Run(count, buyers, said["seconds"], said["cpu_seconds"], said["peak_memory"])


def prove(folder: Path, buyers: int) -> None:
    """Hold the books against the shop's own files. Raises `WrongResult`."""
    expected = dict(documents_due(NAME, orders_of(folder / "orders")))
    with closing(sqlite3.connect(folder / "books.db")) as books:
        found = {name: Decimal(ore).scaleb(-2) for name, ore in books.execute("SELECT reference, total FROM documents")}
        drafts, customers = (
            books.execute(query).fetchone()[0]
            for query in ("SELECT count(*) FROM documents WHERE state != 'booked'", "SELECT count(*) FROM customers")
        )
    wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    expect(not wrong, f"{len(wrong)} documents are missing, too many or of another total: {', '.join(wrong[:5])}")
    expect(drafts == 0, f"{drafts} documents were not booked")
    expect(customers == buyers, f"{buyers} buyers became {customers} customers")


def speed(run: Run) -> Figure:
    """How fast it was."""
    return Figure(
        what=f"{run.orders:,} orders of {run.buyers:,} buyers, start to end of the flow",
        found=f"{run.per_second:.0f} orders/s",
        target=f"≥ {ORDERS_A_SECOND} orders/s",
        met=run.per_second >= ORDERS_A_SECOND,
        more=f"{run.seconds:.1f} s, {run.cpu_seconds:.1f} s of them on the processor; Prefect server up; books proven",
    )


def growth(few: Run, many: Run) -> Figure:
    """How much more memory more orders take."""
    ratio = many.peak_memory / few.peak_memory
    return Figure(
        what=f"memory of the flow process at {many.orders:,} orders",
        found=f"{ratio:.2f} × that at {few.orders:,}",
        target=f"≤ {MOST_GROWTH} ×",
        met=ratio <= MOST_GROWTH,
        more=f"{few.peak_memory / MIB:.0f} → {many.peak_memory / MIB:.0f} MB at most; {many.per_second:.0f} orders/s",
    )


def orders_of(folder: Path) -> Iterator[Json]:
    """The orders of a shop's files."""
    for path in sorted(folder.glob("*.json")):
        yield from json.loads(path.read_text(encoding="utf-8"))


def _progress(folder: Path, count: int) -> Callable[[], None]:
    """Says on stderr how far the orders have come, each time it is called."""
    began = time.monotonic()

    def say() -> None:
        stages = _stages(folder / "afstem.db")
        told = ", ".join(f"{number:,} {stage}" for stage, number in stages.items())
        print(f"  {count:,} orders after {time.monotonic() - began:.0f} s: {told}", file=sys.stderr, flush=True)

    return say


def _stages(store: Path) -> dict[str, Any]:
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            return dict(connection.execute("SELECT stage, count(*) FROM orders GROUP BY stage").fetchall())
    except sqlite3.OperationalError:  # it isn't there yet
        return {}
