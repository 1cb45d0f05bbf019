"""`python -m tests.bench.idle_run FOLDER`: scheduled runs that find nothing new, beside Prefect's own empty flow."""

import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from prefect import flow

from flows.sync_orders import sync_orders
from tests.bench.integration import write_settings
from tests.orders import woo_orders_and_refunds
from tests.simulators.woocommerce import WooCommerceSimulator

ORDERS, BUYERS = 500, 200
TRIES = 7
MOVES_BY_ITSELF = ('INSERT INTO "owners"', 'INSERT INTO "cursors"')
"""A process's heartbeat, and the moment from which the next run reads."""


@flow
def empty() -> None:
    """What Prefect alone costs."""


def main(folder: Path) -> None:
    with WooCommerceSimulator() as shop:
        for order, refunds in woo_orders_and_refunds(ORDERS, BUYERS):
            shop.put(order)
            shop.refunds[order["id"]] = refunds
        settings = str(write_settings(folder, f'kind = "woocommerce"\nurl = "{shop.url}"'))
        first = sync_orders(settings, return_state=True)
        empty()
        before, calls = dump(folder), len(shop.calls)
        runs = [(_seconds(lambda: sync_orders(settings)), _seconds(empty)) for _ in range(TRIES)]
        told = {
            "first": first.name,
            "orders": ORDERS,
            "tries": TRIES,
            "calls_a_run": (len(shop.calls) - calls) / TRIES,
            "unchanged": dump(folder) == before,
            "seconds": statistics.median(ours for ours, _ in runs),
            "empty_seconds": statistics.median(prefects for _, prefects in runs),
        }
    print(json.dumps(told))


def dump(folder: Path) -> list[str]:
    """All that store and books hold, but what moves by itself."""
    said: list[str] = []
    for name in ("afstem.db", "books.db"):
        with closing(sqlite3.connect(folder / name)) as connection:
            said += [line for line in connection.iterdump() if not line.startswith(MOVES_BY_ITSELF)]
    return said


def _seconds(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]))
