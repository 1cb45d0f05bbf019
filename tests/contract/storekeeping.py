"""Rows and customers to put into a store, and what stands in one."""

from datetime import UTC, datetime
from typing import Any

from adapters.store import OrderRow, Store
from domain.customers import Customer, Values
from domain.stages import Stage

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
BOOKS = "local:books"


def an_order(order_id: str, **told: Any) -> OrderRow:
    empty = {name: "" for name, column in OrderRow.model_fields.items() if column.annotation is str}
    content = {
        "integration": "shop-dk",
        "order_id": order_id,
        "number": order_id,
        "total": "125.00",
        "currency": "DKK",
        "status": "processing",
        "content_hash": "as sold",
        "eligible": True,
        "stage": "fetched",
        "ordered_at": NOON,
        "fetched_at": NOON,
        "changed_at": NOON,
    }
    return OrderRow(**{**empty, **content, **told})


def a_customer(number: str, **values: str) -> Customer:
    filled: Values = {"name": f"Kunde {number}", "country": "DK", **values}  # type: ignore[typeddict-item]
    return Customer(number=number, values=filled, updated_at=NOON)


def unfinished(store: Store) -> list[str]:
    return [row.order_id for rows in store.orders.unfinished("shop-dk") for row in rows]


def batch_of(store: Store, *orders: str) -> str:
    (made,) = store.orders.make_batches("shop-dk", "run", [orders])
    return made


def move(store: Store, row: OrderRow, stage: Stage, **values: str) -> None:
    with store.together() as connection:
        store.orders.move(connection, [(row, stage, values)])


def stored(store: Store, order: str) -> OrderRow:
    return store.orders.known("shop-dk", [order])[order]


def claimed(store: Store, batch: Any) -> list[str]:
    return [row.order_id for row in store.orders.of_batch(batch, frozenset({"fetched"}))]
