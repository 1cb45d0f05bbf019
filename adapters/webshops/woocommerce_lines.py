"""The lines of an order or refund of WooCommerce: products, freight, fees, and gift cards that paid for part of it.

Bundles and composites stay as they are: the money stands once, on the parent or on its children, and the others
are lines of nothing, which tell what was in the box.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from adapters.webshops.values import amount_of, label_of, mapping, name_of, quantity_of, rows, short, text_of
from adapters.webshops.vat_rates import NONE, Taxes, rate_of, shares_of, taxes_of
from domain.money import ZERO, plain
from domain.orders import Found, LineKind, OrderLine
from domain.outcomes import NeedsAttention

KINDS: Mapping[str, LineKind] = {"line_items": "product", "shipping_lines": "freight", "fee_lines": "fee"}
REFUNDED = "_refunded_item_id"
ONE = Decimal(1)

Placed = tuple[str, LineKind, dict[str, Any]]
"""A line's place such as `line_items[0]`, its kind, and itself."""


def lines_of(body: Mapping[str, Any]) -> tuple[OrderLine, ...]:
    """All lines of an order. One that is listed twice under one id, as old shops do, is one line."""
    placed = list(_placed(body))
    taxes = taxes_of(body, [line for _, _, line in placed])
    found: dict[tuple[str, LineKind], OrderLine] = {}
    for place, kind, line in placed:
        for made in _lines(line, kind, place, taxes):
            key = (made.id, kind)
            if found.get(key, made) != made:
                key = (place, kind)
            found[key] = made
    return (*found.values(), *_gift_cards(body, list(found.values())))


def refunded_lines_of(
    refund: Mapping[str, Any], body: Mapping[str, Any], ordered: tuple[OrderLine, ...], place: str
) -> tuple[OrderLine, ...]:
    """The lines that a refund takes back, with positive amounts, under the ids of the lines of its order `body`.

    A line refunded by its amount alone has no quantity in the shop; it becomes one of that amount.
    """
    by_id = {line.id: line for line in ordered}
    placed = list(_placed(refund, f"{place}."))
    taxes = {**taxes_of(refund, [line for _, _, line in placed]), **taxes_of(body, ())}
    return tuple(
        _taken_back(made, by_id, _refunded_id(line))
        for at, kind, line in placed
        for made in _lines(line, kind, at, taxes)
        if made.net or made.vat
    )


def _taken_back(made: OrderLine, by_id: Mapping[str, OrderLine], original_id: str) -> OrderLine:
    """A line of a refund; a share of one is matched with the share of its rate."""
    original = by_id.get(_share_id(original_id, made.vat_rate)) or by_id.get(original_id)
    changes: dict[str, Any] = {
        "quantity": abs(made.quantity) or ONE,
        "net": -made.net,
        "list_net": -made.list_net,
        "vat": -made.vat,
    }
    if original is not None:
        changes |= {"id": original.id, "vat_rate": original.vat_rate if made.vat else made.vat_rate}
    return made.model_copy(update=changes)


def _placed(body: Mapping[str, Any], inside: str = "") -> Iterator[Placed]:
    for name, kind in KINDS.items():
        for index, line in enumerate(rows(body.get(name))):
            place = f"{inside}{name}[{index}]"
            if not isinstance(line, dict):
                raise NeedsAttention("bad_line", place, short(line))
            yield place, kind, line


def _lines(line: dict[str, Any], kind: LineKind, place: str, taxes: Taxes) -> list[OrderLine]:
    """The line; freight and fees that were charged over several rates as a line for each of them."""
    net = amount_of(line.get("total"), f"{place}.total")
    vat = amount_of(line.get("total_tax"), f"{place}.total_tax")
    product = kind == "product"
    listed = line.get("subtotal") if product else None
    shares = [] if product else shares_of(line, net, vat, taxes)
    made = OrderLine(
        id=name_of(line.get("id")) or place,
        kind=kind,
        text=label_of(line.get("method_title") if kind == "freight" else line.get("name")),
        sku=name_of(line.get("sku")) if product else "",
        quantity=quantity_of(line.get("quantity"), f"{place}.quantity") if product else ONE,
        net=net,
        list_net=net if listed is None or listed == "" else amount_of(listed, f"{place}.subtotal"),
        vat=vat,
        vat_rate=shares[0].rate if shares else rate_of(line, net, vat, taxes, place),
        notes=_notes(line) if product else (),
    )
    if not shares:
        return [made]
    ids = [made.id, *(_share_id(made.id, one.rate) for one in shares[1:])]
    return [
        made.model_copy(update={"id": name, "net": one.net, "list_net": one.net, "vat": one.vat, "vat_rate": one.rate})
        for name, one in zip(ids, shares, strict=True)
    ]


def _share_id(line: str, rate: Decimal) -> str:
    return f"{line}/{plain(rate):f}"


def _notes(line: Mapping[str, Any]) -> tuple[Found, ...]:
    """What the buyer chose, as the shop shows it; keys that begin with `_` are plugins talking to themselves."""
    found = []
    for entry in map(mapping, rows(line.get("meta_data"))):
        key = label_of(entry.get("display_key")) or label_of(entry.get("key"))
        value = label_of(entry.get("display_value")) or label_of(entry.get("value"))
        if key and value and not text_of(entry.get("key")).startswith("_"):
            found.append(Found(key=key, value=value))
    return tuple(found)


def _gift_cards(body: Mapping[str, Any], lines: list[OrderLine]) -> Iterator[OrderLine]:
    """Redeemed gift cards, where the shop took them off the total. Only the code's end is kept: it is money."""
    cards = [(index, mapping(card)) for index, card in enumerate(rows(body.get("gift_cards")))]
    if not cards or sum((line.net + line.vat for line in lines), ZERO) == amount_of(body.get("total"), "total"):
        return
    for index, card in cards:
        place = f"gift_cards[{index}]"
        paid = -abs(amount_of(card.get("amount"), f"{place}.amount"))
        yield OrderLine(
            id=name_of(card.get("id")) or place,
            kind="gift_card",
            text=f"…{name_of(card.get('code'))[-4:]}",
            quantity=ONE,
            net=paid,
            list_net=paid,
            vat=ZERO,
            vat_rate=NONE,
        )


def _refunded_id(line: Mapping[str, Any]) -> str:
    entries = map(mapping, rows(line.get("meta_data")))
    return next((name_of(entry.get("value")) for entry in entries if entry.get("key") == REFUNDED), "")
