"""What a look at a shop's latest orders tells about the settings, before the first of them is brought to the books."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from domain import identity
from domain.classification import NumberField, classify, evidence_of, typed
from domain.orders import CustomerType, Order, OrderField
from domain.outcomes import NeedsAttention
from domain.rules import CustomerRules, IdentifyField

Holds = Literal["cvr", "ean"]
NOT_THE_BUYERS = frozenset({"line_items", "shipping_lines", "fee_lines", "tax_lines", "coupon_lines", "refunds"})
"""Parts of an order that are about goods: a barcode has the check digit of an EAN number too."""

_PATH_PART = re.compile(r"[A-Za-z_][\w-]*")


class Looked(NamedTuple):
    """An order as the shop sent it, and as it was understood, if it was."""

    body: Mapping[str, Any] | str
    order: Order | None


class UnnamedField(NamedTuple):
    """A shop field that holds what looks like CVR or EAN numbers and that the settings don't name.

    `filled` orders have it filled, in `matching` of them with a possible number; `line` is the TOML line for
    `[webshop.fields]` with everything that is named already and every such field that was found.
    """

    key: str
    holds: Holds
    filled: int
    matching: int
    line: str


@dataclass
class Look:
    """What the latest orders tell. `without` counts orders by type and identifying field that is empty."""

    orders: int = 0
    unreadable: int = 0
    types: Counter[CustomerType] = field(default_factory=Counter)
    without: Counter[tuple[CustomerType, IdentifyField]] = field(default_factory=Counter)
    impossible: Counter[NumberField] = field(default_factory=Counter)
    unnamed: list[UnnamedField] = field(default_factory=list)


def look_at(orders: Sequence[Looked], rules: CustomerRules, named: Mapping[OrderField, Sequence[str]]) -> Look:
    """Look at orders with the customer rules and the shop's fields that the settings name."""
    look = Look(orders=len(orders), unreadable=sum(one.order is None for one in orders))
    for one in orders:
        if one.order is not None:
            _take_in(look, one.order, rules)
    look.unnamed = unnamed_fields(orders, named)
    return look


def _take_in(look: Look, order: Order, rules: CustomerRules) -> None:
    evidence = evidence_of(order, rules)
    wrong = [seen.field for seen in evidence if seen.verdict in ("impossible", "ignored")]
    look.impossible.update(wrong)
    if any(seen.verdict == "impossible" for seen in evidence):
        return
    kind = typed(evidence).type
    look.types[kind] += 1
    resolved = rules.of(kind)
    if resolved.collecting_customer:
        return
    try:
        filled = {one.field for one in classify(order, rules).identities}
    except NeedsAttention as hold:
        if hold.finding.code != "nothing_to_identify_by":
            return
        filled = set()
    look.without.update((kind, name) for name in resolved.identify_by if name not in filled)


def unnamed_fields(orders: Sequence[Looked], named: Mapping[OrderField, Sequence[str]]) -> list[UnnamedField]:
    """Fields whose values are, most of them, possible CVR or EAN numbers, told by check digit and not by name."""
    known = {key for keys in named.values() for key in keys}
    filled: Counter[str] = Counter()
    matching: dict[Holds, Counter[str]] = {"cvr": Counter(), "ean": Counter()}
    for one in orders:
        others = _other_numbers(one)
        for key, value in _filled(one.body):
            if key in known:
                continue
            filled[key] += 1
            kind = _holds(value)
            if kind and others.isdisjoint((value, *identity.normalise("phone", value))):
                matching[kind][key] += 1
    found: list[UnnamedField] = []
    for kind, counts in matching.items():
        keys = [key for key, count in counts.most_common() if 2 * count > filled[key]]
        line = _line(kind, (*named.get(kind, ()), *keys))
        found.extend(UnnamedField(key, kind, filled[key], counts[key], line) for key in keys)
    return found


def _holds(value: str) -> Holds | None:
    if identity.is_ean(value):
        return "ean"
    compact = "".join(filter(str.isalnum, value)).upper()
    foreign = compact[:2].isalpha() and identity.is_vat_number(compact, compact[:2])
    return "cvr" if foreign or identity.is_cvr(value) else None


def _other_numbers(one: Looked) -> set[str]:
    """Numbers of the order that are known to be something else, and may pass a check digit by chance."""
    if one.order is None:
        return set()
    return {one.order.id, one.order.number, *identity.normalise("phone", one.order.buyer.phone)}


def _filled(body: Mapping[str, Any] | str) -> Iterator[tuple[str, str]]:
    """Every filled field that settings could name, as `(key, value)`: meta keys, and paths of at most two steps."""
    if isinstance(body, str):
        return
    meta = body.get("meta_data")
    seen: set[str] = set()
    for entry in meta if isinstance(meta, list) else []:
        key = entry.get("key") if isinstance(entry, dict) else None
        value = _text(entry.get("value")) if isinstance(entry, dict) else ""
        if isinstance(key, str) and key.strip() and key.isprintable() and value and key not in seen:
            seen.add(key)
            yield f"meta:{key.strip()}", value
    for name, content in body.items():
        if name in NOT_THE_BUYERS or not _PATH_PART.fullmatch(name):
            continue
        for part, leaf in content.items() if isinstance(content, dict) else [("", content)]:
            value = _text(leaf)
            if value and (not part or _PATH_PART.fullmatch(part)):
                yield (f"{name}.{part}" if part else name), value


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip()[:60]
    return "" if text == "0" else text


def _line(kind: Holds, keys: Sequence[str]) -> str:
    """JSON's strings are TOML's, but for one character."""
    return f"{kind} = {json.dumps(list(keys), ensure_ascii=False)}".replace("\x7f", "\\u007f")
