"""e-conomic at a distance of 50 ms: how many calls an order costs, and how much of the line's throughput is used.

The same requests are sent again by a bare loop over as many connections, and beside it stands the way in which such a
connection is usually written: a task for each order, with look-ups by e-mail and reference.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from tests.bench.engine import ROOT, run_apart
from tests.bench.figures import Figure, expect
from tests.bench.integration import ECONOMIC, NAME, write_settings
from tests.orders import documents_due, woo_orders_and_refunds, write_orders
from tests.simulators.economic import APP_SECRET, GRANT
from tests.simulators.economic_control import CONTROL

LATENCY = 0.05
CONNECTIONS = 8
MOST_CALLS = 1.05
LEAST_THROUGHPUT = 0.85
BUYERS_OF_TEN = 4
NAIVE_ORDERS = 200
TOKENS = {"AFSTEM_ACCOUNTING_APP_SECRET": APP_SECRET, "AFSTEM_ACCOUNTING_GRANT": GRANT}


@dataclass(frozen=True)
class Agreement:
    """A simulated e-conomic in a process of its own."""

    url: str

    def tell(self, **what: Any) -> None:
        """Command it."""
        httpx.post(self.url + CONTROL, json=what).raise_for_status()

    def shows(self, what: str = "") -> dict[str, Any]:
        """What stands in it, or was called."""
        text = httpx.get(f"{self.url}{CONTROL}{what}", timeout=60).raise_for_status().text
        shown: dict[str, Any] = json.loads(text, parse_float=Decimal)
        return shown


@contextmanager
def agreement() -> Iterator[Agreement]:
    """One that is empty and takes its time."""
    command = [sys.executable, "-m", "tests.simulators.economic", "--port", "0", "--latency", str(LATENCY)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Agreement(process.stdout.readline().strip())
        finally:
            process.terminate()


@dataclass(frozen=True)
class Try:
    """One run of the flow and the same requests without it: what either told, and what stands in the books."""

    said: dict[str, Any]
    bare: dict[str, Any]
    shown: dict[str, Any]

    @property
    def ratio(self) -> float:
        """How much of the bare loop's throughput the flow had, from its start to its end."""
        return float(self.bare["seconds"] / self.said["seconds"])


def economic(folder: Path, environment: dict[str, str], count: int, tries: int) -> Iterator[Figure]:
    """Run `count` orders through, so many times, prove what came of them, and measure. Raises `WrongResult`."""
    tried = [tried_once(folder / str(number), environment, count) for number in range(tries)]
    yield calls_an_order(tried[0].shown, count)
    middle = sorted(tried, key=lambda one: one.ratio)[tries // 2]
    yield throughput(middle, count, tries)
    yield naive(environment, count, middle.said["seconds"] / count)


def tried_once(folder: Path, environment: dict[str, str], count: int) -> Try:
    """One try, in books of its own."""
    buyers = count * BUYERS_OF_TEN // 10
    write_orders(folder / "orders", count, buyers)
    with agreement() as books:
        settings = write_settings(folder, accounting=ECONOMIC.format(url=books.url, connections=CONNECTIONS))
        books.tell(records=True)
        said = run_apart("measured_run", str(settings), environment=environment | TOKENS)
        expect(said["state"].startswith("Completed"), f"the run ended as {said['state']}")
        shown = books.shows()
        prove(shown, count, buyers)
        requests = folder / "requests.json"
        requests.write_text(json.dumps(books.shows("/requests")["requests"]))
        bare = run_apart("bare_loop", books.url, str(requests), str(CONNECTIONS), environment=environment)
    expect(bare["refused"] == 0, f"{bare['refused']} of the repeated requests were refused")
    return Try(said, bare, shown)


def prove(shown: dict[str, Any], count: int, buyers: int) -> None:
    """Each order's documents once, of the shop's own totals; each buyer one customer. Raises `WrongResult`."""
    due = dict(documents_due(NAME, (order for order, _ in woo_orders_and_refunds(count, buyers))))
    found = [(one["notes"]["textLine2"], abs(one["grossAmount"])) for one in shown["booked"]]
    expect(not shown["drafts"], f"{len(shown['drafts'])} drafts were left")
    expect(len(found) == len(due) and dict(found) == due, f"{len(due)} documents were due, {len(found)} stand there")
    emails = {one["email"] for one in shown["customers"]}
    expect(len(shown["customers"]) == len(emails) == buyers, f"{buyers} buyers became {len(shown['customers'])}")


def calls_an_order(shown: dict[str, Any], count: int) -> Figure:
    """A draft and its booking for each document, one call for a new customer, two more for one with a person."""
    calls = Counter(shown["calls"])
    least = 2 * len(shown["booked"]) + len(shown["customers"]) + 2 * len(shown["contacts"])
    ratio = calls.total() / least
    reading = sum(number for kind, number in calls.items() if kind.startswith("GET"))
    return Figure(
        what=f"calls to e-conomic for {count:,} orders, each booked",
        found=f"{calls.total() / count:.2f} an order, {ratio:.3f} × the least",
        target=f"≤ {MOST_CALLS} ×",
        met=ratio <= MOST_CALLS,
        counted=True,
        more=f"{calls.total():,} calls, {reading} of them to read; {least:,} is the least that can write it",
    )


def throughput(middle: Try, count: int, tries: int) -> Figure:
    """From the flow's start to its end, against the same requests without anything else."""
    said, bare = middle.said, middle.bare
    return Figure(
        what=f"e-conomic at {LATENCY * 1000:.0f} ms over {CONNECTIONS} connections, start to end of the flow",
        found=f"{middle.ratio:.0%} of a bare loop",
        target=f"≥ {LEAST_THROUGHPUT:.0%}",
        met=middle.ratio >= LEAST_THROUGHPUT,
        more=f"{said['seconds']:.1f} s ({count / said['seconds']:.0f} orders/s, {said['cpu_seconds']:.1f} s on the "
        f"processor); the same {bare['requests']:,} requests alone {bare['seconds']:.1f} s; the middle one of {tries}",
    )


def naive(environment: dict[str, str], count: int, ours: float) -> Figure:
    """The usual way, for some of the orders. `ours` is seconds an order."""
    some = min(count // 2, NAIVE_ORDERS)
    with agreement() as books:
        said = run_apart("naive_run", books.url, str(some), str(CONNECTIONS), environment=environment)
        calls = Counter(books.shows("/calls")["calls"]).total()
    theirs = said["seconds"] / some
    return Figure(
        what="the same as a task for each order, with look-ups by e-mail and reference",
        found=f"{1 / theirs:.1f} orders/s",
        more=f"{some} orders in {said['seconds']:.1f} s, {calls / some:.2f} calls an order; "
        f"Afstem is {theirs / ours:.1f} × as fast",
    )
