"""`afstem attention`: the orders that need a person, by cause, with what to do."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from deployments.commands.telling import ATTENTION, DEFAULT, AsJson, Config, console, opened, shown, write_json
from deployments.commands.words import Words
from domain.outcomes import Finding
from domain.sentences import fix, what

if TYPE_CHECKING:
    from adapters.store import OrderRow


def attention(config: Config = DEFAULT, json: AsJson = False) -> None:
    """List the orders that need a person, by cause: what is wrong, in which field, and what to do about it.

    Held orders wait for somebody; failed ones are tried again by the next run. Exit code 1 while there are any.
    """
    with opened(config) as integration:
        rows = list(integration.store.orders.needing_attention(integration.name))
        words = Words(integration.settings.language)
    causes = by_cause(rows, words)
    if json:
        write_json(causes)
    else:
        show(causes, len(rows), words)
    raise typer.Exit(ATTENTION if rows else 0)


def by_cause(rows: Iterable["OrderRow"], words: Words) -> list[dict[str, Any]]:
    """The causes, most orders first: code, field, sentences, order numbers, and what was found in each."""
    causes: dict[tuple[str, str, str], list[OrderRow]] = {}
    for row in rows:
        causes.setdefault((row.stage, row.code, row.field), []).append(row)
    return [
        {
            "code": code,
            "field": field,
            "stage": stage,
            "what": what(_common(same), words.language),
            "fix": fix(_common(same), words.language),
            "orders": [row.number for row in same],
            "found": {row.number: row.found for row in same if row.found},
        }
        for (stage, code, field), same in sorted(causes.items(), key=lambda cause: -len(cause[1]))
    ]


def _common(rows: list["OrderRow"]) -> Finding:
    """What the findings of one cause share; where they differ the sentence leaves a gap."""
    found, expected = {row.found for row in rows}, {row.expected for row in rows}
    return Finding(
        code=rows[0].code,
        field=rows[0].field,
        found=found.pop() if len(found) == 1 else "…",
        expected=expected.pop() if len(expected) == 1 else "…",
    )


def show(causes: list[dict[str, Any]], orders: int, words: Words) -> None:
    """The causes as a page."""
    out = console()
    for cause in causes:
        out.print(Text(f"{shown(cause['what'])} ({cause['code']})", style="bold"))
        out.print(Text(shown(cause["fix"])))
        found = cause["found"] if len(cause["orders"]) > 1 else {}
        told = (f"{number} ({found[number]})" if number in found else number for number in cause["orders"])
        out.print(Text(f"{words('orders')}: {', '.join(map(shown, told))}\n", style="dim"))
    out.print(words("waiting", count=orders) if orders else words("nothing_waits"))
