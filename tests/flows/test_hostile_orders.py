"""A page of orders broken in every place: nothing crashes, each is told, and the healthy ones are invoiced."""

import copy
import json
import random
from collections import Counter
from typing import Any

from domain.sentences import SENTENCES, fix, what
from domain.stages import INVOICED
from tests.flows.business import Business
from tests.orders import Json, woo_order, woo_orders
from tests.unit import test_hostile_orders as hostile

COUNT = 300
VALUES = (
    *(None, True, -1, 10**30, [], {}, [None], {"": ""}, "-0.01", "x@example.dk", "2026-11-02T10:15:00"),
    *(*hostile.NOT_AMOUNTS, *hostile.NOT_TEXTS, *hostile.NOT_DATES),
)
HEALTHY = range(1, 31)


def broken_orders(seed: int) -> list[Json]:
    """Ordinary orders, each broken in one to three places by chance that is the same each time."""
    chance = random.Random(seed)
    found: list[Json] = []
    for order in woo_orders(COUNT, buyers=120, seed=seed):
        whole: dict[str, Any] = {"order": copy.deepcopy(order)}
        places = sorted(hostile.places(whole), key=str)
        for _ in range(chance.choice((1, 1, 2, 3))):
            how = chance.choice(["replace", "replace", "remove", "double", "empty"])
            hostile.harm(whole, chance.choice(places), how, chance.choice(VALUES))
        found.append(whole.get("order", {}))
    return found


def test_broken_orders_are_told_and_healthy_ones_go_through(business: Business) -> None:
    healthy = [woo_order(id=number, billing={"email": f"healthy{number}@example.dk"}) for number in HEALTHY]
    page = [*broken_orders(7), *healthy]
    random.Random(7).shuffle(page)
    (business.folder / "orders" / "page.json").write_text(json.dumps(page), encoding="utf-8")

    run = business.run()

    orders = business.orders().values()
    counted = Counter(row.stage if row.eligible else "ignored" for row in orders)
    assert set(counted) <= {*INVOICED, "held", "skipped", "ignored"}
    assert counted["booked"] > COUNT / 3
    assert counted["held"] > 10
    assert run.message == f"{counted['held']} of {len(orders) - counted['ignored']} orders need attention"
    assert all(business.invoices()[str(number)] == 1 for number in HEALTHY)
    assert business.invoices().total() == counted["booked"]
    assert sum(len(row["orders"].split(", ")) for row in run.artifact("shop-dk-attention")) >= len(
        {row.code for row in orders if row.stage == "held"}
    )
    for row in orders:
        if row.stage == "held" and row.eligible:
            assert row.code in SENTENCES
            assert row.field, row.code
            assert what(row.finding, "da")
            assert fix(row.finding, "en")


def test_another_run_over_broken_orders_writes_nothing(business: Business) -> None:
    (business.folder / "orders" / "page.json").write_text(json.dumps(broken_orders(11)), encoding="utf-8")
    business.run()
    before = business.dump()

    run = business.run()

    assert run.state == "Completed"
    assert run.message.startswith("nothing new; ")
    assert business.dump() == before
