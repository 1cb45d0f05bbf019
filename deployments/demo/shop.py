"""One order as WooCommerce 11 gives it over REST, from a simple telling of what was bought by whom.

The totals are the shop's own: `total` is lines + freight + fees + VAT exactly. Amounts are strings, as there;
`price` and `rate_percent` are plain JSON numbers, as there, and nobody should compute with them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from deployments.demo.pricing import ZERO, Cart, Coupon, Goods, Priced, Tax, decimal

Json = dict[str, Any]

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
SHOP_URL = "https://fajance.example.dk"
DANISH = Tax(1, "DK-MOMS-1", "Moms", "25")
SYMBOLS = {"DKK": "kr.", "SEK": "kr", "NOK": "kr", "EUR": "€", "USD": "$", "GBP": "£"}
UNPAID = frozenset({"pending", "on-hold", "failed", "cancelled"})
TOTALS = ("discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total", "total_tax")
KEYS = (
    *("id", "parent_id", "status", "currency", "version", "prices_include_tax", "date_created", "date_modified"),
    *(*TOTALS, "customer_id", "order_key", "billing", "shipping", "payment_method", "payment_method_title"),
    *("transaction_id", "customer_ip_address", "customer_user_agent", "created_via", "customer_note"),
    *("date_completed", "date_paid", "cart_hash", "number", "meta_data", "line_items", "tax_lines", "shipping_lines"),
    *("fee_lines", "coupon_lines", "refunds", "payment_url", "is_editable", "needs_payment", "needs_processing"),
    *("date_created_gmt", "date_modified_gmt", "date_completed_gmt", "date_paid_gmt", "currency_symbol", "_links"),
)
"""All keys of an order, as WooCommerce 11 lists them."""
BUYER: Mapping[str, str] = {
    "first_name": "Astrid",
    "last_name": "Nørskov",
    "company": "",
    "address_1": "Birkevænget 14",
    "address_2": "",
    "city": "Ølstykke",
    "state": "",
    "postcode": "3650",
    "country": "DK",
    "email": "astrid.noerskov@example.dk",
    "phone": "20 00 14 03",
}
MUG = Goods("Krus, 30 cl", "125.00", sku="KRUS-30", product_id=501)


@dataclass(frozen=True)
class Freight:
    """A way of sending; `net` without VAT, as shops enter freight."""

    title: str = "Pakkeshop"
    net: str = "39.20"
    method: str = "flat_rate"


@dataclass(frozen=True)
class Fee:
    """A fee, or with a minus a discount in a fee's clothes; `net` without VAT."""

    name: str
    net: str
    taxed: bool = True


@dataclass(frozen=True)
class Sale:
    """What was bought, by whom and when. `billing` and `shipping` change the usual buyer's fields.

    `created` and `modified` are Copenhagen's clock time; no `tax` at all is an export.
    """

    id: int = 1001
    lines: Sequence[Goods] = (MUG,)
    freight: Sequence[Freight] = ()
    fees: Sequence[Fee] = ()
    coupons: Sequence[Coupon] = ()
    tax: Tax | None = DANISH
    prices_include_tax: bool = True
    currency: str = "DKK"
    billing: Mapping[str, str] = field(default_factory=dict)
    shipping: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, object] = field(default_factory=dict)
    status: str = "processing"
    created: str = "2026-11-02T10:15:00"
    modified: str = ""


SALE = frozenset(part.name for part in fields(Sale))


def woo_order(**told: Any) -> Json:
    """An order whose totals agree, from the parts of a `Sale`; all else replaces keys of the finished order.

    A replacement may break the order on purpose: `woo_order(id=1042, total=None)`.
    """
    sale = Sale(**{key: told.pop(key) for key in SALE & told.keys()})
    cart = Cart(sale.tax, sale.prices_include_tax)
    priced, taken = cart.price(sale.lines, sale.coupons)
    ids = iter(range(sale.id * 100, sale.id * 100 + 100))
    order = _head(sale)
    order["billing"] = {**BUYER, **sale.billing}
    order["shipping"] = {key: order["billing"][key] for key in BUYER if key != "email"} | dict(sale.shipping)
    order["meta_data"] = [{"id": next(ids), "key": key, "value": value} for key, value in sale.meta.items()]
    order["line_items"] = [_line_item(next(ids), line, cart) for line in priced]
    order["shipping_lines"] = [_shipping_line(next(ids), way, cart) for way in sale.freight]
    order["fee_lines"] = [_fee_line(next(ids), fee, cart) for fee in sale.fees]
    order["coupon_lines"] = [_coupon_line(next(ids), *pair, cart) for pair in zip(sale.coupons, taken, strict=True)]
    order["tax_lines"] = _tax_lines(next(ids), order, sale.tax)
    return order | _totals(order) | told


def _head(sale: Sale) -> Json:
    """Everything of an order that isn't money or people, in the shop's own order of keys."""
    dates = _dates(sale)
    key = hashlib.sha256(f"order {sale.id}".encode()).hexdigest()
    head: Json = dict.fromkeys(KEYS)
    return head | {
        "id": sale.id,
        "parent_id": 0,
        "status": sale.status,
        "currency": sale.currency,
        "version": "11.0.1",
        "prices_include_tax": sale.prices_include_tax,
        "customer_id": 0,
        "order_key": f"wc_order_{key[:13]}",
        "payment_method": "quickpay",
        "payment_method_title": "Betalingskort",
        "transaction_id": f"TX{key[13:21]}" if dates["date_paid"] else "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": "checkout",
        "customer_note": "",
        "cart_hash": key[:32],
        "number": str(sale.id),
        "refunds": [],
        "payment_url": f"{SHOP_URL}/checkout/order-pay/{sale.id}/?pay_for_order=true&key=wc_order_{key[:13]}",
        "is_editable": sale.status in {"pending", "on-hold"},
        "needs_payment": sale.status in {"pending", "failed"},
        "needs_processing": True,
        "currency_symbol": SYMBOLS.get(sale.currency, sale.currency),
        "_links": {"self": [{"href": f"{SHOP_URL}/wp-json/wc/v3/orders/{sale.id}"}]},
        **dates,
    }


def _dates(sale: Sale) -> dict[str, str | None]:
    """Every date twice, naive: as the clock in Copenhagen showed it, and in UTC."""
    created = moment(sale.created)
    paid = None if sale.status in UNPAID else created + timedelta(seconds=40)
    completed = created + timedelta(hours=3) if sale.status == "completed" else None
    modified = moment(sale.modified) if sale.modified else completed or paid or created
    dates = {"created": created, "modified": modified, "completed": completed, "paid": paid}
    local = {f"date_{name}": text(at) for name, at in dates.items()}
    return local | {f"date_{name}_gmt": text(at and at.astimezone(UTC)) for name, at in dates.items()}


def _line_item(line_id: int, line: Priced, cart: Cart) -> Json:
    goods = line.goods
    notes = [
        {"id": line_id * 10 + place, "key": key, "value": value, "display_key": key, "display_value": value}
        for place, (key, value) in enumerate(goods.notes.items())
    ]
    return {
        "id": line_id,
        "name": goods.name,
        "product_id": goods.product_id,
        "variation_id": goods.variation_id,
        "quantity": goods.quantity,
        "tax_class": goods.tax_class,
        "subtotal": str(line.subtotal),
        "subtotal_tax": str(line.subtotal_tax),
        "total": str(line.total),
        "total_tax": str(line.total_tax),
        "taxes": _taxes(cart, line.rate, line.total_tax, str(line.subtotal_tax)),
        "meta_data": notes,
        "sku": goods.sku,
        "global_unique_id": "",
        "price": number(line.total / (goods.quantity or 1)),
        "image": {"id": "", "src": ""},
        "parent_name": goods.name.split(" – ")[0] if goods.variation_id else None,
    }


def _shipping_line(line_id: int, way: Freight, cart: Cart) -> Json:
    rate = cart.rate_of(True)
    vat = cart.vat(decimal(way.net), rate)
    return {
        "id": line_id,
        "method_title": way.title,
        "method_id": way.method,
        "instance_id": "1",
        "total": way.net,
        "total_tax": str(vat),
        "taxes": _taxes(cart, rate, vat, ""),
        "tax_status": "taxable",
        "meta_data": [],
    }


def _fee_line(line_id: int, fee: Fee, cart: Cart) -> Json:
    rate = cart.rate_of(fee.taxed)
    vat = cart.vat(decimal(fee.net), rate)
    return {
        "id": line_id,
        "name": fee.name,
        "tax_class": "",
        "tax_status": "taxable" if fee.taxed else "none",
        "amount": fee.net,
        "total": fee.net,
        "total_tax": str(vat),
        "taxes": _taxes(cart, rate, vat, ""),
        "meta_data": [],
    }


def _coupon_line(line_id: int, coupon: Coupon, taken: Decimal, cart: Cart) -> Json:
    return {
        "id": line_id,
        "code": coupon.code,
        "discount": str(taken),
        "discount_tax": str(cart.vat(taken, cart.rate_of(True))),
        "meta_data": [],
        "discount_type": coupon.kind,
        "nominal_amount": number(decimal(coupon.amount)),
        "free_shipping": False,
    }


def _taxes(cart: Cart, rate: Decimal, total: Decimal, subtotal: str) -> list[Json]:
    return [{"id": cart.tax.rate_id, "total": str(total), "subtotal": subtotal}] if cart.tax and rate else []


def _tax_lines(line_id: int, order: Json, tax: Tax | None) -> list[Json]:
    goods = [item for item in order["line_items"] + order["fee_lines"] if item["taxes"]]
    ways = [way for way in order["shipping_lines"] if way["taxes"]]
    if tax is None or not goods + ways:
        return []
    return [
        {
            "id": line_id,
            "rate_code": tax.code,
            "rate_id": tax.rate_id,
            "label": tax.label,
            "compound": False,
            "tax_total": str(total_of(goods, "total_tax")),
            "shipping_tax_total": str(total_of(ways, "total_tax")),
            "rate_percent": number(decimal(tax.percent)),
            "meta_data": [],
        }
    ]


def _totals(order: Json) -> Json:
    items, ways, fees = order["line_items"], order["shipping_lines"], order["fee_lines"]
    cart_tax = total_of(items + fees, "total_tax")
    shipping, shipping_tax = total_of(ways, "total"), total_of(ways, "total_tax")
    total = total_of(items + fees, "total") + cart_tax + shipping + shipping_tax
    values = (
        total_of(items, "subtotal") - total_of(items, "total"),
        total_of(items, "subtotal_tax") - total_of(items, "total_tax"),
        shipping,
        shipping_tax,
        cart_tax,
        total,
        cart_tax + shipping_tax,
    )
    return dict(zip(TOTALS, map(str, values), strict=True))


def total_of(items: Sequence[Json], key: str) -> Decimal:
    """The sum of one amount over lines, as they stand in the order."""
    return sum((Decimal(item[key]) for item in items), ZERO)


def number(value: Decimal) -> int | float:
    """A plain JSON number, as PHP writes it: whole ones without a fraction."""
    return int(value) if value == value.to_integral_value() else float(value)


def moment(local: str) -> datetime:
    """A clock time in Copenhagen, made aware."""
    return datetime.fromisoformat(local).replace(tzinfo=COPENHAGEN)


def text(at: datetime | None) -> str | None:
    """A date as the shop writes it: naive, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S") if at else None
