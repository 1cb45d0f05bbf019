"""Matching many orders against many customers at once: the join alone, without reading or writing anything."""

import statistics
import time

import pandas as pd

from domain.matching import DIRECTORY, WANTED, match
from tests.bench.figures import Figure, expect

MOST_SECONDS = 2.0
TRIES = 3


def matching(count: int) -> Figure:
    """`count` orders against `count` customers. Raises `WrongResult` where one order finds another customer."""
    wanted, directory = _wanted(count), _directory(count)
    seconds = []
    for _ in range(TRIES):
        began = time.perf_counter()
        found = match(wanted, directory)
        seconds.append(time.perf_counter() - began)
        _check(found, count)
    middle = statistics.median(seconds)
    return Figure(
        what=f"matching {count:,} orders against {count:,} customers",
        found=f"{middle:.2f} s",
        target=f"≤ {MOST_SECONDS:.0f} s",
        met=middle <= MOST_SECONDS,
        more=f"{len(wanted):,} wanted values, {len(directory):,} keys of customers; the middle one of {TRIES}",
    )


def _wanted(count: int) -> pd.DataFrame:
    """Each order asks by e-mail, then by phone; of twenty orders, one is of a new buyer and one of a twin's phone."""
    rows = []
    for order in range(count):
        new, twin = order % 20 == 0, order % 20 == 1
        rows.append((str(order), 0, "email", f"{'ny' if new or twin else 'koeber'}{order}@example.dk"))
        rows.append((str(order), 1, "phone", f"{'9' if new else '2'}{order:07d}"))
    return pd.DataFrame(rows, columns=WANTED)


def _directory(count: int) -> pd.DataFrame:
    """Each customer stands under its number, name, e-mail and phone; the phone of each twentieth is another's too."""
    rows = []
    for customer in range(count):
        number = str(customer + 1)
        rows.append(("customer_number", number, number))
        rows.append(("name", f"køber nr. {customer}", number))
        rows.append(("email", f"koeber{customer}@example.dk", number))
        rows.append(("phone", f"2{customer:07d}", number))
        if customer % 20 == 2:
            rows.append(("phone", f"2{customer - 1:07d}", number))
    return pd.DataFrame(rows, columns=DIRECTORY)


def _check(found: pd.DataFrame, count: int) -> None:
    expect(len(found) == count, f"{count} orders came out as {len(found)}")
    for row in found.itertuples(index=False):
        order = int(row.order)
        own = str(order + 1)
        due = {0: (), 1: tuple(sorted({own, str(order + 2)}))}.get(order % 20, (own,))
        expect(row.hits == due, f"order {order} hit {row.hits} instead of {due}")
