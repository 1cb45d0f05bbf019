"""Writes the demo's files from its tables: `python -m deployments.demo.make_orders`.

What it writes stands in the repository, so that the orders can be read and changed by hand; a test sees that
tables and files agree.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from deployments.demo.cases import CASES, DAYS
from deployments.demo.cases.broken import MALFORMED, MALFORMED_FILE
from deployments.demo.cases.case import Case
from deployments.demo.cases.changes import CHANGES
from deployments.demo.ledger import BOOKS
from deployments.demo.shop import Json

FOLDER = Path(__file__).parent
INTRODUCTION = """\
# The demo

A small Danish shop for coffee and tableware, invented from end to end: {orders} orders from the first days of
November 2026, {customers} customers who stand in the books already, and {changes} changes of the day after.
The numbers of companies and authorities are made up; they only pass their check digits.

`afstem demo` takes a copy of this folder and works on that. Orders lie in `orders/` as WooCommerce's REST API gives
them, a file a day, with their refund lists in `orders/refunds/`; what is in `changes/` takes the place of the file of
the same name for the second run. The files and this page are written by `python -m deployments.demo.make_orders`
from the tables in `cases/` and `ledger.py`.

*Outcome* is what should come of an order with the settings in `afstem.toml`; *customer* is a number in the books,
`new`, or the customer of another order. A hold has its code, which `afstem attention` explains in Danish; order 1108
is resolved by a person's choice, `afstem resolve 1108 --customer 108`, which is remembered.
"""


def files() -> dict[str, str]:
    """Every file of the demo that is made from its tables, by its path in the folder."""
    return {
        **_order_files("orders", CASES),
        f"orders/{MALFORMED_FILE}": MALFORMED,
        **_order_files("changes", CHANGES),
        "books.json": _listed(BOOKS),
        "README.md": _readme(),
    }


def write(folder: Path = FOLDER) -> None:
    """Write the files, and remove orders that no table knows any more."""
    wanted = files()
    for kind in ("orders", "changes"):
        for stale in (path for path in (folder / kind).rglob("*.json") if str(path.relative_to(folder)) not in wanted):
            stale.unlink()
    for name, text in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _order_files(folder: str, cases: Iterable[Case]) -> dict[str, str]:
    found: dict[str, str] = {}
    by_file: dict[str, list[Case]] = {}
    for case in cases:
        by_file.setdefault(case.file, []).append(case)
        if case.refunds:
            found[f"{folder}/refunds/{case.id}.json"] = _listed(case.refunds)
    for name, day in by_file.items():
        text = _object(day[0].order) + "\n" if day[0].alone else _listed(case.order for case in day)
        found[f"{folder}/{name}"] = text
    return found


def _listed(objects: Iterable[Json]) -> str:
    return "[\n" + ",\n".join(map(_object, objects)) + "\n]\n"


def _object(body: Json) -> str:
    """A key a line, and a line for each entry of a list: short enough to read, and to compare."""
    return "{\n" + ",\n".join(f"  {json.dumps(key)}: {_value(value)}" for key, value in body.items()) + "\n}"


def _value(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"    {_value(entry)}" for entry in value) + "\n  ]"
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    """What no reader could see in the file, such as a mark that turns the writing direction, as an escape."""
    return character if character.isprintable() else json.dumps(character)[1:-1]


def _readme() -> str:
    counts = {"orders": len(CASES) + 1, "customers": len(BOOKS), "changes": len(CHANGES)}
    days = [f"## {title}\n\n{_table(day)}" for title, day in DAYS.items()]
    days[-1] += f"| {MALFORMED_FILE} | A file that was cut off while it was written | held | | `unreadable_order` |\n"
    changes = f"## The day after\n\n{_table(CHANGES)}"
    return "\n".join([INTRODUCTION.format(**counts), *days, changes, f"## In the books before\n\n{_books_table()}"])


def _table(cases: Iterable[Case]) -> str:
    head = "| Order | What it shows | Outcome | Customer | Code |\n|---|---|---|---|---|\n"
    return head + "".join(
        f"| {case.number} | {case.shows} | {case.outcome} | {case.customer} | {case.code and f'`{case.code}`'} |\n"
        for case in cases
    )


def _books_table() -> str:
    head = "| Number | Name | E-mail | CVR | EAN | Barred |\n|---|---|---|---|---|---|\n"
    return head + "".join(
        f"| {entry['number']} | {' | '.join(entry['values'].get(key, '') for key in ('name', 'email', 'cvr', 'ean'))}"
        f" | {'yes' if entry['barred'] else ''} |\n"
        for entry in BOOKS
    )


if __name__ == "__main__":
    write()
