"""Whatever stands in an order, it is invoiced or held with a reason, on each kind of store; the rest goes on."""

import copy
import json
import random
from typing import Any

import pytest

from domain.sentences import SENTENCES
from tests.contract.shopkeeping import NAME, Shop
from tests.orders import Json, woo_order
from tests.unit.test_hostile_orders import NOT_AMOUNTS, NOT_DATES, NOT_TEXTS, harm, places

BROKEN = 300
HEALTHY = 20
VALUES: list[Any] = [
    *NOT_AMOUNTS,
    *NOT_TEXTS,
    *NOT_DATES,
    None,
    True,
    0,
    -1,
    10**30,
    [],
    {},
    ["\x00"],
    {"\x00": "\ud83d"},
]


def stages(shop: Shop) -> dict[str, tuple[str, str, str]]:
    rows = shop.integration.store.orders.every(NAME)
    return {row.order_id: (row.stage, row.code, row.run) for row in rows if row.eligible}


@pytest.mark.parametrize("text", ["Bj\x00rn", "\x00", "Bj\ud83drn", "x" * 10_000, "\u202e<b>&amp;"])
def test_a_hostile_text_in_any_field_stops_nobody_elses_order(shop: Shop, text: str) -> None:
    def one(order_id: int, **told: Any) -> Json:
        billing = {"email": f"buyer{order_id}@example.dk", **told.pop("billing", {})}
        return woo_order(id=order_id, billing=billing, **told)

    numbers = {"_billing_cvr": text, "_billing_ean": text, "_billing_ean_reference": text}
    shop.sell(
        one(1, billing=dict.fromkeys(("first_name", "company", "city", "postcode", "phone"), text)),
        one(2, billing={"email": text}),
        one(3, number=text[:60]),
        one(4, status=text),
        one(5, customer_note=text),
        one(6, meta=numbers),
        one(7, total=text),
        one(8, currency=text),
        one(9),
    )

    shop.sync("first")
    found = stages(shop)
    shop.sync("second")

    assert [found[order][0] for order in ("1", "5", "9")] == ["booked"] * 3
    assert stages(shop) == found, "what was held is held for the same, since the same run"


def a_broken_order(chance: random.Random, order_id: int) -> Json:
    """An order with one to three faults, wherever they may be."""
    billing = {"email": f"buyer{order_id}@example.dk"}
    numbers = {"_billing_cvr": "", "_billing_ean": "", "_billing_ean_reference": "REKV-1"}
    whole = copy.deepcopy(woo_order(id=order_id, billing=billing, meta=numbers))
    everywhere = sorted(places(whole), key=str)
    for _ in range(chance.randint(1, 3)):
        how = chance.choice(["replace", "replace", "remove", "double", "empty"])
        harm(whole, chance.choice(everywhere), how, chance.choice(VALUES))
    return whole


def test_hundreds_of_broken_orders_are_told_and_the_healthy_ones_go_through(shop: Shop) -> None:
    chance = random.Random(23)
    orders = [a_broken_order(chance, 1000 + number) for number in range(BROKEN)]
    orders += [woo_order(id=number, billing={"email": f"good{number}@example.dk"}) for number in range(1, HEALTHY + 1)]
    chance.shuffle(orders)
    (shop.folder / "orders" / "orders.json").write_text(json.dumps(orders), encoding="utf-8")

    shop.sync("first")
    found = stages(shop)
    documents, customers = shop.documents(), shop.customers()
    shop.sync("second")

    assert all(found[str(number)][0] == "booked" for number in range(1, HEALTHY + 1))
    assert {stage for stage, _, _ in found.values()} == {"booked", "held"}
    assert all(code in SENTENCES and run == "first" for stage, code, run in found.values() if stage == "held")
    assert len(documents) == sum(stage == "booked" for stage, _, _ in found.values())
    assert (stages(shop), shop.documents(), shop.customers()) == (found, documents, customers)
