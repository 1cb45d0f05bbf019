"""`docs/settings.md` names every setting with its default, and none that there isn't."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from adapters.settings import Secrets, Settings
from domain.customers import CustomerField
from tests.unit.test_architecture import ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
SECTIONS = [part.partition("\n") for part in re.split(r"^##+ ", PAGE, flags=re.MULTILINE)[1:]]
TOP = "At the top"


def branches(annotation: Any) -> Iterator[type[BaseModel]]:
    """The tables that a setting may be, or hold by name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for part in get_args(annotation):
            yield from branches(part)


def tables(model: type[BaseModel], name: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Each table of the file, as the page names it, and each kind of it."""
    yield name or TOP, model
    for field, info in model.model_fields.items():
        named = ".METHOD" if str(info.annotation).startswith("dict") else ""
        for branch in branches(info.annotation):
            yield from tables(branch, f"{name}.{field}{named}".lstrip("."))


def default(info: FieldInfo) -> str:
    """As it is written in the file."""
    if info.is_required():
        return "required"
    value = info.default
    if isinstance(value, bool | int):
        return f"`{json.dumps(value)}`"
    if isinstance(value, tuple) and value:
        return f"`{json.dumps(value)}`"
    return f'`"{value}"`' if isinstance(value, str | Decimal | Path) and str(value) else "–"


def told(table: str, kind: str) -> dict[str, str]:
    """What the page says of a table: names and defaults, those of another kind left out."""
    rows: dict[str, str] = {}
    for heading, _, text in SECTIONS:
        if f"`[{table}]`" not in heading and table != heading:
            continue
        for name, said, meaning in re.findall(r"^\| `(\w+)` \| (.+?) \| (.*)\|$", text, re.MULTILINE):
            kinds = re.findall(r'kind = "(\w+)"', heading + meaning)
            if not kinds or kind in kinds or not kind:
                rows[name] = said
    return rows


@pytest.mark.parametrize(
    ("table", "model"), [pytest.param(*one, id=f"{one[0]}-{one[1].__name__}") for one in tables(Settings)]
)
def test_the_page_names_each_setting_of_a_table_with_its_default(table: str, model: type[BaseModel]) -> None:
    kind = next(iter(get_args(model.model_fields["kind"].annotation)), "") if "kind" in model.model_fields else ""
    plain = {
        name: info for name, info in model.model_fields.items() if name != "kind" and not [*branches(info.annotation)]
    }
    assert told(table, kind) == {name: default(info) for name, info in plain.items()}
    assert not kind or f'kind = "{kind}"' in PAGE


def test_the_page_names_the_fields_of_customers_and_the_secrets() -> None:
    (fields,) = re.findall(r"^\| `fields` .*$", PAGE, re.MULTILINE)
    assert [name for name in get_args(CustomerField) if f"`{name}`" not in fields] == []
    assert [name for name in Secrets.model_fields if f"`AFSTEM_{name.upper()}`" not in PAGE] == []
