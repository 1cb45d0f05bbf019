"""What one order of the demo shows, and what should come of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from deployments.demo.refunds import refunded
from deployments.demo.shop import Json, woo_order

Outcome = Literal["invoiced", "held", "skipped", "ignored"]


@dataclass(frozen=True)
class Case:
    """An order, and what should come of it with the recommended preset.

    `customer` is the number of a customer who stands in the books, `new`, or `as ORDER` for the same one as there.
    `alone` puts the order in a file of its own, as an export of one order does.
    """

    order: Json
    told: Mapping[str, Any]
    shows: str
    outcome: Outcome = "invoiced"
    customer: str = "new"
    code: str = ""
    alone: bool = False
    refunds: tuple[Json, ...] = ()

    @property
    def id(self) -> str:
        """The shop's own key, by which its refund list is named."""
        return str(self.order.get("id", "–"))

    @property
    def number(self) -> str:
        """The number that the shop shows."""
        return str(self.order["number"])

    @property
    def file(self) -> str:
        """The file that holds the order: its day's, or its own."""
        return f"{self.id}.json" if self.alone else f"{str(self.told['created'])[:10]}.json"

    def with_refunds(self, *refunds: Json) -> "Case":
        """The same order once these refunds are made."""
        return Case(**{**self.__dict__, "order": refunded(self.order, *refunds), "refunds": refunds})

    def changed(self, shows: str, outcome: Outcome, code: str = "", customer: str = "", **told: Any) -> "Case":
        """The same order after the first run, sold otherwise than was told first."""
        whole = {**self.told, "modified": "2026-11-10T11:30:00", **told}
        customer = "" if outcome == "held" else customer or self.customer
        return Case(woo_order(**whole), whole, shows, outcome, customer, code, alone=True)


def invoiced(order_id: int, customer: str, shows: str, *, alone: bool = False, **told: Any) -> Case:
    """An order that becomes an invoice to `customer`."""
    whole = _on_its_day(order_id, told)
    return Case(woo_order(**whole), whole, shows, "invoiced", customer, alone=alone)


def held(order_id: int, code: str, shows: str, *, alone: bool = False, **told: Any) -> Case:
    """An order that a person must look at."""
    whole = _on_its_day(order_id, told)
    return Case(woo_order(**whole), whole, shows, "held", "", code, alone=alone)


def unbilled(order_id: int, outcome: Outcome, shows: str, code: str = "", **told: Any) -> Case:
    """An order that by its status, date or amount gets no invoice."""
    whole = _on_its_day(order_id, told)
    return Case(woo_order(**whole), whole, shows, outcome, "", code)


def _on_its_day(order_id: int, told: Mapping[str, Any]) -> dict[str, Any]:
    """Order 1304 is the fourth of 3 November; one came every nine minutes."""
    day, place = divmod(order_id - 1000, 100)
    hours, minutes = divmod(8 * 60 + 9 * place, 60)
    return {"id": order_id, "created": f"2026-11-{day:02d}T{hours:02d}:{minutes:02d}:00", **told}
