"""What a setting may be, written as it would stand in the file, so that it reads the same in either language."""

import re
from collections.abc import Mapping
from typing import Any

from domain.outcomes import Finding

EXAMPLES = {
    "bool": "true, false",
    "date": "2026-12-31",
    "decimal": '"0.05"',
    "dict": "[…]",
    "frozen": '["…", "…"]',
    "int": "1, 2, 3 …",
    "list": '["…", "…"]',
    "model": "[…]",
    "path": '"…"',
    "string": '"…"',
    "tuple": '["…", "…"]',
}
"""By how the kind of fault begins: a value that would do."""

BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}

OF_THEIR_OWN = {
    "name": "settings_name",
    "store.url": "settings_store_url",
    "webshop.statuses": "settings_status",
}
"""Settings whose form needs a sentence."""


def wrong_value(kind: str, told: Mapping[str, Any], field: str, found: str) -> Finding:
    """The finding for a value that can't be: `kind` and `told` are pydantic's name of the fault and its particulars."""
    place = re.sub(r"\[\d+\]$", "", field)
    if kind == "string_pattern_mismatch" and place in OF_THEIR_OWN:
        return Finding(code=OF_THEIR_OWN[place], field=field, found=found)
    if (longest := told.get("max_length")) is not None:
        return Finding(code="settings_too_long", field=field, found=found, expected=str(longest))
    if (shortest := told.get("min_length")) is not None:
        return Finding(code="settings_too_short", field=field, found=found, expected=str(shortest))
    return Finding(code="settings_bad_value", field=field, found=found, expected=_allowed(kind, told))


def _allowed(kind: str, told: Mapping[str, Any]) -> str:
    choices = str(told.get("expected_tags") or told.get("expected") or "")
    if choices:
        return ", ".join(re.findall(r"'([^']*)'", choices)) or choices
    bounds = [f"{sign} {told[name]}" for name, sign in BOUNDS.items() if name in told]
    if bounds:
        return ", ".join(bounds)
    return str(told.get("pattern") or EXAMPLES.get(kind.split("_", maxsplit=1)[0], "–"))
