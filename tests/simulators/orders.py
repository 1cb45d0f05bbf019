"""Orders of our own making, shaped as WooCommerce's REST API writes them."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
Json = dict[str, Any]


def an_order(identity: int, at: datetime | None = None, **changes: Any) -> Json:
    """A paid order of 347.00 DKK with 25 % VAT: two cups, freight and a card fee. `changes` replace its parts."""
    at = at or datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
    order: Json = {
        "id": identity,
        "parent_id": 0,
        "number": str(identity),
        "status": "processing",
        "currency": "DKK",
        "version": "11.0.1",
        "prices_include_tax": True,
        **times("created", at),
        **times("modified", at),
        **times("paid", at),
        **times("completed", None),
        "total": "347.00",
        "total_tax": "69.40",
        "customer_id": 0,
        "billing": an_address("Karen", "Blåbjerg") | {"email": "karen@example.dk", "phone": "+45 20 30 40 50"},
        "shipping": an_address("Karen", "Blåbjerg") | {"phone": ""},
        "payment_method": "quickpay",
        "payment_method_title": "Betalingskort",
        "customer_note": "",
        "meta_data": [{"id": 1, "key": "is_vat_exempt", "value": "no"}],
        "line_items": [a_line(1, "Kop &amp; underkop", "237.60", "59.40", sku="KOP-2", quantity=2)],
        "shipping_lines": [a_cost(2, "method_title", "GLS pakkeshop", "35.20", "8.80")],
        "fee_lines": [a_cost(3, "name", "Kortgebyr", "4.80", "1.20")],
        "tax_lines": [{"id": 4, "rate_id": 1, "label": "Moms", "compound": False, "rate_percent": 25}],
        "coupon_lines": [],
        "refunds": [],
    }
    return order | changes


def an_address(first: str, last: str) -> Json:
    """A Danish postal address."""
    return {
        "first_name": first,
        "last_name": last,
        "company": "",
        "address_1": "Rosenvænget 7",
        "address_2": "2. tv",
        "city": "Odense C",
        "state": "",
        "postcode": "5000",
        "country": "DK",
    }


def a_line(number: int, name: str, net: str, vat: str, sku: str = "", quantity: Any = 1, **changes: Any) -> Json:
    """A product line; `price` is the float that nobody may use."""
    line: Json = {
        "id": number,
        "name": name,
        "product_id": 10,
        "variation_id": 0,
        "quantity": quantity,
        "subtotal": net,
        "subtotal_tax": vat,
        "total": net,
        "total_tax": vat,
        "taxes": [{"id": 1, "total": vat, "subtotal": vat}],
        "meta_data": [],
        "sku": sku,
        "price": 118.80000000000001,
    }
    return line | changes


def a_cost(number: int, title: str, name: str, net: str, vat: str) -> Json:
    """A freight line (`title` is `method_title`) or a fee line (`name`)."""
    taxes = [{"id": 1, "total": vat, "subtotal": ""}]
    return {"id": number, title: name, "total": net, "total_tax": vat, "taxes": taxes, "meta_data": []}


def a_refund(number: int, amount: str, at: datetime | None = None, **changes: Any) -> Json:
    """A refund of an amount alone, unless `changes` bring lines."""
    at = at or datetime(2026, 6, 2, 9, 0, 0, tzinfo=UTC)
    refund: Json = {"id": number, **times("created", at), "amount": amount, "reason": "Fortrudt"}
    return refund | {"line_items": [], "shipping_lines": [], "fee_lines": [], "tax_lines": []} | changes


def times(name: str, at: datetime | None) -> Json:
    """A time twice, as the shop writes it: by its own clock, and in UTC that doesn't say so."""
    if at is None:
        return {f"date_{name}": None, f"date_{name}_gmt": None}
    local, gmt = at.astimezone(COPENHAGEN), at.astimezone(UTC)
    return {f"date_{name}": local.strftime(STAMP), f"date_{name}_gmt": gmt.strftime(STAMP)}


STAMP = "%Y-%m-%dT%H:%M:%S"
