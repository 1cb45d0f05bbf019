"""Refunds as WooCommerce gives them: the list beside an order, and the short summary within it."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC
from decimal import Decimal

from deployments.demo.pricing import ZERO
from deployments.demo.shop import SHOP_URL, Json, moment, text, total_of

LINE_AMOUNTS = ("subtotal", "subtotal_tax", "total", "total_tax")


def woo_refund(
    order: Json,
    *,
    refund_id: int,
    quantities: Mapping[int, int] | None = None,
    freight: bool = False,
    amount: str = "",
    reason: str = "",
    created: str = "2026-11-04T09:00:00",
) -> Json:
    """One entry of the refund list: pieces by the line's index, the freight, or with neither an `amount` alone."""
    lines = [_taken_back(order["line_items"][index], count) for index, count in (quantities or {}).items()]
    ways = [_negated(way) for way in order["shipping_lines"]] if freight else []
    back = sum((-Decimal(item["total"]) - Decimal(item["total_tax"]) for item in lines + ways), ZERO)
    at = moment(created)
    return {
        "id": refund_id,
        "date_created": text(at),
        "date_created_gmt": text(at.astimezone(UTC)),
        "amount": amount or str(back),
        "reason": reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [{"id": refund_id * 100, "key": "_refund_type", "value": "partial"}],
        "line_items": lines,
        "shipping_lines": ways,
        "tax_lines": _refund_tax_lines(order, lines, ways),
        "fee_lines": [],
        "_links": {"up": [{"href": f"{SHOP_URL}/wp-json/wc/v3/orders/{order['id']}"}]},
    }


def refunded(order: Json, *refunds: Json) -> Json:
    """The order as it looks once these refunds are made: it names them, and was modified by the last of them."""
    summaries = [_summary(refund) for refund in refunds]
    last = max(refunds, key=lambda refund: str(refund["date_created_gmt"]))
    dates = {"date_modified": last["date_created"], "date_modified_gmt": last["date_created_gmt"]}
    return deepcopy(order) | dates | {"refunds": summaries}


def _taken_back(item: Json, count: int) -> Json:
    share = Decimal(count) / item["quantity"]
    parts = {key: (Decimal(item[key]) * share).quantize(ZERO) for key in LINE_AMOUNTS}
    back = _negated(item | {key: str(value) for key, value in parts.items()})
    return back | {"quantity": -count}


def _negated(item: Json) -> Json:
    amounts = {key: str(-Decimal(item[key])) for key in LINE_AMOUNTS if key in item}
    taxes = [
        {"id": tax["id"], "total": amounts["total_tax"], "subtotal": amounts.get("subtotal_tax", "")}
        for tax in item["taxes"]
    ]
    mark = {"id": item["id"] * 10, "key": "_refunded_item_id", "value": str(item["id"])}
    mark |= {"display_key": mark["key"], "display_value": mark["value"]}
    return item | amounts | {"id": item["id"] + 50, "taxes": taxes, "meta_data": [mark]}


def _refund_tax_lines(order: Json, lines: list[Json], ways: list[Json]) -> list[Json]:
    totals = {"tax_total": str(total_of(lines, "total_tax")), "shipping_tax_total": str(total_of(ways, "total_tax"))}
    return [line | {"id": line["id"] + 50} | totals for line in order["tax_lines"]] if lines or ways else []


def _summary(refund: Json) -> Json:
    vat = total_of(refund["line_items"] + refund["shipping_lines"], "total_tax")
    amounts = {"total": str(-Decimal(refund["amount"])), "total_tax": str(vat)}
    return {"id": refund["id"], "reason": refund["reason"]} | amounts
