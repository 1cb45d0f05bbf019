"""Orders for every suite: one by one from `woo_order`, or by the thousand for the benchmarks.

What is generated is the same at each call with the same arguments. About 70 % of the buyers are private persons,
20 % companies and 10 % public authorities; orders have one to five lines, most of them freight, some coupons, fees
and refunds. All of them are paid, well-formed and count by the usual settings.
"""

import json
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

from deployments.demo.goods import SHELF
from deployments.demo.numbers import made_up_cvr, made_up_ean
from deployments.demo.pricing import Coupon, Goods
from deployments.demo.refunds import refunded, woo_refund
from deployments.demo.shop import Fee, Freight, Json, Sale, woo_order

__all__ = [
    "Coupon",
    "Fee",
    "Freight",
    "Goods",
    "Sale",
    "documents_due",
    "refunded",
    "woo_order",
    "woo_orders",
    "woo_refund",
    "write_orders",
]

FIRST_NAMES = (
    "Åse",
    "Bjørn",
    "Cæcilie",
    "Dorthe",
    "Esben",
    "Frederikke",
    "Gorm",
    "Højris",
    "Ida",
    "Jørgen",
    "Kåre",
    "Lærke",
)
LAST_NAMES = ("Ørbæk", "Åkjær", "Bjerregård", "Dalsø", "Engbæk", "Fløe", "Grønhøj", "Husballe", "Isbjerg", "Kjærulf")
STREETS = ("Ærøvej", "Østre Allé", "Søndergade", "Åboulevarden", "Møllebakken", "Kirkestræde", "Tværvej")
CITIES = (
    ("5970", "Ærøskøbing"),
    ("8000", "Aarhus C"),
    ("6950", "Ringkøbing"),
    ("4000", "Roskilde"),
    ("9000", "Aalborg"),
)
TRADES = ("Tømrer", "Revision", "Blomster", "Kaffebar", "Tandklinik", "Tegnestue")
AUTHORITIES = ("Skole", "Børnehus", "Bibliotek", "Plejecenter", "Rådhus")
GOODS = tuple(item for item in SHELF.values() if item.taxed and not item.tax_class)
COUPONS = (Coupon("ti", "percent", "10"), Coupon("efterår15", "percent", "15"), Coupon("halvtreds", "fixed_cart", "50"))
FEES = (Fee("Gaveindpakning", "24.00"), Fee("Mængderabat", "-20.00"), Fee("Drikkepenge", "15.00", taxed=False))
ENOUGH = Decimal(200)
"""Smaller orders get no discount or refund of an amount, lest nothing be left to pay."""
START = datetime(2026, 10, 26, 8, 0)  # noqa: DTZ001 - the shop's own clock
SPAN = timedelta(days=28)


def woo_orders(count: int, buyers: int, seed: int = 1) -> Iterator[Json]:
    """`count` orders of `buyers` different buyers, oldest first; each buyer orders at least once if there's room."""
    return (order for order, _ in woo_orders_and_refunds(count, buyers, seed))


def woo_orders_and_refunds(count: int, buyers: int, seed: int = 1) -> Iterator[tuple[Json, list[Json]]]:
    """The same orders, each with its refund list."""
    chance = random.Random(seed)
    who = [*range(min(buyers, count)), *(chance.randrange(buyers) for _ in range(count - buyers))]
    chance.shuffle(who)
    for place, buyer in enumerate(who):
        created = START + SPAN * place / count
        order = _order(chance, 10_001 + place, buyer, created)
        refunds = _refunds(chance, order, created) if chance.random() < 0.03 else []
        yield (refunded(order, *refunds) if refunds else order), refunds


def write_orders(folder: Path, count: int, buyers: int, seed: int = 1, *, orders_per_file: int = 1000) -> None:
    """A folder as the `files` webshop reads it: `orders-00001.json` and on, and `refunds/ORDER.json`."""
    (folder / "refunds").mkdir(parents=True, exist_ok=True)
    stream = woo_orders_and_refunds(count, buyers, seed)
    for number in range(1, -(-count // orders_per_file) + 1):
        orders = []
        for order, refunds in islice(stream, orders_per_file):
            orders.append(order)
            if refunds:
                (folder / "refunds" / f"{order['id']}.json").write_text(json.dumps(refunds), encoding="utf-8")
        text = json.dumps(orders, ensure_ascii=False)
        (folder / f"orders-{number:05d}.json").write_text(text, encoding="utf-8")


def documents_due(name: str, orders: Iterable[Json]) -> Iterator[tuple[str, Decimal]]:
    """What each order must become in the books, reckoned from the shop's own totals: `reference, total`.

    One that was given back in full comes to nothing; each other refund is a credit note.
    """
    for order in orders:
        given_back = {refund["id"]: -Decimal(refund["total"]) for refund in order["refunds"]}
        if given_back and sum(given_back.values()) >= Decimal(order["total"]):
            continue
        yield f"{name}-{order['number']}", Decimal(order["total"])
        for refund, total in given_back.items():
            if total:
                yield f"{name}-{order['number']}-R{refund}", total


def _order(chance: random.Random, order_id: int, buyer: int, created: datetime) -> Json:
    billing, meta = _buyer(buyer)
    lines = [_line(chance) for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4, 5)))]
    ample = sum(Decimal(line.price) * line.quantity for line in lines) > ENOUGH
    return woo_order(
        id=order_id,
        lines=lines,
        freight=[Freight()] if chance.random() < 0.85 else [],
        coupons=[chance.choice(COUPONS)] if ample and chance.random() < 0.1 else [],
        fees=[chance.choice(FEES)] if ample and chance.random() < 0.06 else [],
        billing=billing,
        meta=meta,
        status=chance.choice(("processing", "completed")),
        created=created.isoformat(timespec="seconds"),
        customer_id=buyer + 1 if buyer % 3 == 0 else 0,
    )


def _line(chance: random.Random) -> Goods:
    item = chance.choice(GOODS)
    return Goods(item.name, item.price, chance.choice((1, 1, 2, 3, 7)), item.sku, item.product_id, item.variation_id)


def _buyer(buyer: int) -> tuple[dict[str, str], dict[str, object]]:
    """The same person, company or authority for the same number, whichever run asks."""
    postcode, city = CITIES[buyer % len(CITIES)]
    first, last = FIRST_NAMES[buyer % len(FIRST_NAMES)], LAST_NAMES[buyer // 7 % len(LAST_NAMES)]
    billing = {
        "first_name": first,
        "last_name": last,
        "address_1": f"{STREETS[buyer % len(STREETS)]} {buyer % 190 + 1}",
        "postcode": postcode,
        "city": city,
        "email": f"koeber{buyer}@example.dk",
        "phone": f"20 {buyer // 10_000:02d} {buyer // 100 % 100:02d} {buyer % 100:02d}",
    }
    if buyer % 10 == 9:
        billing["company"] = f"{city} {AUTHORITIES[buyer % len(AUTHORITIES)]} {buyer}"
        requisition = {"_billing_ean_reference": f"REKV-{buyer}", "_billing_ean_person": f"{first} {last}"}
        return billing, {"_billing_ean": made_up_ean(buyer), **requisition}
    if buyer % 10 >= 7:
        billing["company"] = f"{last}s {TRADES[buyer % len(TRADES)]} {buyer} ApS"
        return billing, {"_billing_cvr": made_up_cvr(buyer)}
    return billing, {}


def _refunds(chance: random.Random, order: Json, created: datetime) -> list[Json]:
    later = (created + timedelta(days=1)).isoformat(timespec="seconds")
    number = order["id"] + 1_000_000
    if Decimal(order["total"]) < ENOUGH or chance.random() < 0.5:
        return [woo_refund(order, refund_id=number, quantities={0: 1}, reason="Retur", created=later)]
    return [woo_refund(order, refund_id=number, amount="5.00", reason="Kompensation", created=later)]
