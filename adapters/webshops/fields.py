"""Where a shop keeps a value: `meta:KEY`, or a path such as `billing.company` or `fee_lines.0.name`.

Shops have no field for CVR or EAN; each checkout plugin has its own. So the settings name keys in order,
and the first filled one wins. Nothing, blanks, `0` and `false` count as empty.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.webshops.values import clean, mapping, rows, text_of
from domain.orders import Found, OrderField

META = "meta:"
_KEY = re.compile(r"meta:\S(.*\S)?|[A-Za-z_][\w-]*(\.[\w-]+)*")


def is_key(key: str) -> bool:
    """Whether `key` can be looked up at all."""
    return _KEY.fullmatch(key) is not None


def find_fields(body: Mapping[str, Any], wanted: Mapping[OrderField, Sequence[str]]) -> dict[OrderField, Found]:
    """For each wanted field its first filled key with the value as typed; a field with none is left out."""
    meta = _meta(body)
    found: dict[OrderField, Found] = {}
    for field, keys in wanted.items():
        for key in keys:
            value = meta.get(key.removeprefix(META), "") if key.startswith(META) else _at(body, key)
            if value:
                found[field] = Found(key=key, value=value)
                break
    return found


def _meta(body: Mapping[str, Any]) -> dict[str, str]:
    """Every filled meta value by key; plugins sometimes write a key twice, the first filled one counts."""
    found: dict[str, str] = {}
    for entry in map(mapping, rows(body.get("meta_data"))):
        key, value = entry.get("key"), _filled(entry.get("value"))
        if value and isinstance(key, str):
            found.setdefault(key.strip(), value)
    return found


def _at(body: Mapping[str, Any], path: str) -> str:
    value: object = body
    for part in path.split("."):
        if isinstance(value, list):
            value = value[int(part)] if part.isdecimal() and int(part) < len(value) else None
        else:
            value = mapping(value).get(part)
    return _filled(value)


def _filled(value: object) -> str:
    text = clean(text_of(value))
    return "" if text == "0" else text
