"""Single values out of bodies that nobody can vouch for: lenient about shape, strict about money.

Each raises `NeedsAttention` with the place in the shop's own words, such as `line_items[0].total`.
"""

import html
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from domain.money import amount
from domain.outcomes import NeedsAttention

FINEST = -8
"""Decimals that an amount may have: finer ones come from faults, and would not add up exactly."""

YEARS = range(1990, 2101)
"""When shops sell: other years are nothing (`0000-00-00`, `1970-01-01`) or faults."""

_INVISIBLE = re.compile("[\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\xa0\u2028\u2029]")
_CONTROL_BUT_NEWLINE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029]")
_TAG = re.compile("<[^<>]*>")


def mapping(value: object) -> dict[str, Any]:
    """An object, or an empty one: PHP writes an empty object as a list."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Any]:
    """A list, or an empty one: PHP writes a list with gaps as an object."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def text_of(value: object) -> str:
    """A string or whole number as text; all else says nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        return ""
    return str(value)


def clean(text: str, *, keep_newlines: bool = False) -> str:
    """Without what nobody can see and no database wants: control characters and marks of direction."""
    if text.isprintable():
        return text.strip()
    return (_CONTROL_BUT_NEWLINE if keep_newlines else _CONTROL).sub(" ", _INVISIBLE.sub("", text)).strip()


def identity_of(body: object) -> str:
    """The shop's id of an order or refund; empty where it has none."""
    identity = name_of(mapping(body).get("id"))
    return "" if identity == "0" else identity


def name_of(value: object) -> str:
    """A person's, company's or place's name: the shop stores these as they were typed."""
    return clean(text_of(value))


def label_of(value: object) -> str:
    """A text of the shop's own, such as a product's name: the shop stores these as HTML."""
    text = text_of(value)
    if "<" in text:
        text = _TAG.sub(" ", text)
    return clean(html.unescape(text) if "&" in text else text)


def amount_of(value: object, field: str) -> Decimal:
    """An amount. Never from a float: those are computed, and wrong in the last place."""
    try:
        found = amount(value)
    except ValueError as error:
        raise NeedsAttention("bad_amount", field, short(value)) from error
    exponent = found.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < FINEST:
        raise NeedsAttention("bad_amount", field, short(value))
    return found


def quantity_of(value: object, field: str) -> Decimal:
    """How many: shops that sell by weight have decimals."""
    try:
        return amount_of(value, field)
    except NeedsAttention as error:
        raise NeedsAttention("bad_quantity", field, short(value)) from error


def moment_of(body: dict[str, Any], name: str, zone: ZoneInfo) -> datetime | None:
    """A time in UTC: from `NAME_gmt`, which is UTC without saying so, else `NAME` by the shop's own clock."""
    return _moment(body.get(f"{name}_gmt"), UTC) or _moment(body.get(name), zone)


def required_moment(body: dict[str, Any], name: str, zone: ZoneInfo, place: str = "") -> datetime:
    """The same, of a time without which an order or refund is none."""
    found = moment_of(body, name, zone)
    if found is None:
        raise NeedsAttention("bad_date", f"{place}{name}_gmt", short(body.get(f"{name}_gmt") or body.get(name)))
    return found


def short(value: object) -> str:
    """What was found, for the sentence about it."""
    return "" if value is None else clean(str(value)[:200])


def _moment(value: object, zone: ZoneInfo | Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        found = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year in YEARS else None
