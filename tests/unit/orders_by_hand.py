"""Orders written as a bookkeeper would: `2 × Kaffekop [KOP-1] = 158.40 + 39.60 (25 %)`."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from domain.money import ZERO
from domain.orders import Address, Buyer, Found, LineKind, Order, OrderField, OrderLine, Refund

ORDERED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LINE = re.compile(
    r"(?:(?P<kind>freight|fee|gift_card) )?(?:(?P<quantity>-?[\d.]+) × )?(?P<text>.*?)(?: \[(?P<sku>.*)\])?"
    r" = (?P<net>-?[\d.]+) \+ (?P<vat>-?[\d.]+) \((?P<rate>[\d.]+) %\)(?: before discount (?P<list>[\d.]+))?"
)


def line(written: str, line_id: str = "1") -> OrderLine:
    found = LINE.fullmatch(written)
    assert found, f"not an order line: {written}"
    kind: LineKind = found["kind"] or "product"  # type: ignore[assignment]
    return OrderLine(
        id=line_id,
        kind=kind,
        text=found["text"],
        sku=found["sku"] or "",
        quantity=Decimal(found["quantity"] or 1),
        net=Decimal(found["net"]),
        list_net=Decimal(found["list"] or found["net"]),
        vat=Decimal(found["vat"]),
        vat_rate=Decimal(found["rate"]),
    )


def lines(written: Sequence[str]) -> tuple[OrderLine, ...]:
    return tuple(line(one, str(place)) for place, one in enumerate(written, 1))


def order(
    *written: str,
    total: str | Decimal | None = None,
    sold: Sequence[OrderLine] = (),
    country: str = "DK",
    fields: dict[OrderField, str] | None = None,
    **more: Any,
) -> Order:
    """An order of these lines; the total is their sum where none is given."""
    all_lines = (*lines(written), *sold)
    vat = sum((one.vat for one in all_lines), ZERO)
    buyer = {"name": "Ida Ørbæk", "street": "Tværvej 3", "zip": "8000", "city": "Aarhus C", "email": "ida@example.dk"}
    values: dict[str, Any] = {
        "id": "1042",
        "number": "1042",
        "status": "completed",
        "currency": "DKK",
        "created_at": ORDERED,
        "modified_at": ORDERED,
        "total_vat": vat,
        "prices_include_vat": True,
        "buyer": Buyer(**buyer, country=country),
        "fields": {name: Found(key=f"meta:{name}", value=value) for name, value in (fields or {}).items()},
    }
    reached = sum((one.net for one in all_lines), vat)
    return Order(**values | {"total": reached if total is None else Decimal(total), "lines": all_lines} | more)


def refund(refund_id: str, total: str | Decimal, *written: str, taken_back: Sequence[OrderLine] = ()) -> Refund:
    back = (*lines(written), *taken_back)
    return Refund(id=refund_id, created_at=ORDERED, total=Decimal(total), lines=back)


def address(**parts: str) -> Address:
    return Address(**parts)
