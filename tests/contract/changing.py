"""One order that changes after it was invoiced, as tests tell of it."""

from typing import Any

from adapters.integration import Integration
from deployments.demo.shop import Json
from domain.outcomes import Transient
from domain.proof import ALL_TIME, Proof
from tasks.proof import proof_of
from tests.contract.shopkeeping import NAME, Shop, unlucky
from tests.orders import Goods, refunded, woo_order, woo_refund

CREDIT = '[invoices]\nchanged_after_booking = "credit"\ncancelled_after_booking = "credit"'
MUG = Goods("Krus, 30 cl", "125.00", sku="KRUS-30", product_id=501)
THREE_MUGS = Goods("Krus, 30 cl", "125.00", 3, sku="KRUS-30", product_id=501)
BOOK = Goods("Bog", "250.00", sku="BOG-1", product_id=502)
INVOICE, UNDONE, AGAIN = f"{NAME}-1", f"{NAME}-1-C", f"{NAME}-1-2"


def order(*lines: Goods, day: int = 2, **told: Any) -> Json:
    """The order that is edited here, as it is on a day of November; one mug unless other lines are given."""
    modified = f"2026-11-{day:02d}T09:00:00"
    return woo_order(id=1, billing={"email": "astrid@example.dk"}, lines=lines or (MUG,), modified=modified, **told)


def sell(shop: Shop, sold: Json, *refunds: Json) -> None:
    """The order as the shop shows it from now on, with these refunds and no others."""
    shop.sell(refunded(sold, *refunds) if refunds else sold | {"refunds": []}, refunds={1: list(refunds)})


def refund(refund_id: int, amount: str) -> Json:
    """An amount given back, without lines."""
    return woo_refund(order(), refund_id=refund_id, amount=amount, created="2026-11-03T09:00:00")


def totals(shop: Shop) -> dict[str, str]:
    """What the books hold: each document's total, by its reference."""
    return {name: one["total"] for name, one in shop.documents().items()}


def proof(shop: Shop) -> Proof:
    """The completeness proof, held against the books."""
    return proof_of(shop.integration, ALL_TIME)


def failing_at(integration: Integration, call: int, when: str) -> Integration:
    """The line fails at the so-manieth document call."""
    calls = iter(range(1, 100))

    def fail() -> None:
        if next(calls) == call:
            raise Transient("connection_lost", "accounting")

    return unlucky(integration, "create_documents", when, fail)
