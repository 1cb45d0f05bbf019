"""An order of WooCommerce's REST API in our words; `files` and `woocommerce` both read it here.

Pure: nothing is asked of the shop. Line totals of WooCommerce are without VAT also where its prices include it;
`price` is a computed float and never looked at.
"""

import re
from typing import Any
from zoneinfo import ZoneInfo

from adapters.webshops.fields import find_fields
from adapters.webshops.settings import WebshopSettings
from adapters.webshops.values import (
    amount_of,
    clean,
    identity_of,
    label_of,
    mapping,
    moment_of,
    name_of,
    required_moment,
    rows,
    short,
    text_of,
)
from adapters.webshops.woocommerce_lines import lines_of, refunded_lines_of
from domain.orders import Address, Buyer, Order, OrderLine, RawOrder, Refund
from domain.outcomes import NeedsAttention

_CURRENCY = re.compile(r"[A-Z]{3}")
_YES = (True, 1, "1", "yes", "true")


def normalise(raw: RawOrder, settings: WebshopSettings) -> Order:
    """The order in our words. Raises `NeedsAttention` naming the first field that can't be believed."""
    body = raw.body
    if not isinstance(body, dict):
        raise NeedsAttention("unreadable_order", raw.id, short(body))
    zone = settings.zone
    created_at = required_moment(body, "date_created", zone)
    lines = lines_of(body)
    billing = mapping(body.get("billing"))
    return Order(
        id=raw.id,
        number=name_of(body.get("number")) or raw.id,
        status=_status(body),
        currency=_currency(body),
        created_at=created_at,
        modified_at=moment_of(body, "date_modified", zone) or created_at,
        paid_at=moment_of(body, "date_paid", zone),
        completed_at=moment_of(body, "date_completed", zone),
        total=amount_of(body.get("total"), "total"),
        total_vat=amount_of(body.get("total_tax"), "total_tax"),
        prices_include_vat=body.get("prices_include_tax") in _YES,
        buyer=Buyer(**_address(billing), email=name_of(billing.get("email")), phone=name_of(billing.get("phone"))),
        delivery=_delivery(body),
        payment_method=name_of(body.get("payment_method")),
        payment_title=label_of(body.get("payment_method_title")),
        note=clean(text_of(body.get("customer_note")), keep_newlines=True),
        lines=lines,
        refunds=_refunds(raw, body, lines, zone),
        fields=find_fields(body, settings.fields.by_field),
    )


def _status(body: dict[str, Any]) -> str:
    status = name_of(body.get("status")).removeprefix("wc-")
    if not status:
        raise NeedsAttention("missing_value", "status")
    return status


def _currency(body: dict[str, Any]) -> str:
    currency = name_of(body.get("currency")).upper()
    if not _CURRENCY.fullmatch(currency):
        raise NeedsAttention("bad_currency", "currency", short(body.get("currency")))
    return currency


def _address(parts: dict[str, Any]) -> dict[str, str]:
    """Names and streets as two fields of the shop make one of ours."""
    value = {name: name_of(found) for name, found in parts.items()}
    return {
        "name": " ".join(filter(None, (value.get("first_name"), value.get("last_name")))),
        "company": value.get("company", ""),
        "street": ", ".join(filter(None, (value.get("address_1"), value.get("address_2")))),
        "zip": value.get("postcode", ""),
        "city": value.get("city", ""),
        "state": value.get("state", ""),
        "country": value.get("country", "").upper(),
    }


def _delivery(body: dict[str, Any]) -> Address | None:
    """The delivery address where there is one and it isn't the buyer's own."""
    shipping = _address(mapping(body.get("shipping")))
    if not any(shipping.values()) or shipping == _address(mapping(body.get("billing"))):
        return None
    return Address(**shipping)


def _refunds(raw: RawOrder, body: dict[str, Any], lines: tuple[OrderLine, ...], zone: ZoneInfo) -> tuple[Refund, ...]:
    """The refunds, oldest first. The order names them; one whose details are missing would be lost in silence."""
    found = [_refund(refund, body, f"refunds[{index}]", lines, zone) for index, refund in enumerate(raw.refunds)]
    known = {refund.id for refund in found}
    for index, named in enumerate(rows(body.get("refunds"))):
        if identity_of(named) not in known:
            raise NeedsAttention("refund_details_missing", f"refunds[{index}]", identity_of(named), raw.id)
    return tuple(sorted(found, key=lambda refund: (refund.created_at, refund.id)))


def _refund(
    refund: dict[str, Any], body: dict[str, Any], place: str, lines: tuple[OrderLine, ...], zone: ZoneInfo
) -> Refund:
    if "unreadable" in refund:
        raise NeedsAttention("unreadable_refund", place, short(refund["unreadable"]))
    identity = identity_of(refund)
    if not identity:
        raise NeedsAttention("missing_value", f"{place}.id")
    return Refund(
        id=identity,
        created_at=required_moment(refund, "date_created", zone, f"{place}."),
        total=abs(amount_of(refund.get("amount"), f"{place}.amount")),
        reason=name_of(refund.get("reason")),
        lines=refunded_lines_of(refund, body, lines, place),
    )
