"""`afstem attention`: the orders that need a person, by cause, with what to do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from deployments.commands.telling import ATTENTION, DEFAULT, AsJson, Config, console, opened, shown, write_json
from domain.sentences import fix, found, what
from domain.words import Words

if TYPE_CHECKING:
    from tasks.causes import Cause, Waiting


def attention(config: Config = DEFAULT, json: AsJson = False) -> None:
    """List the orders that need a person, by cause: what is wrong, in which field, and what to do about it.

    Held orders wait for somebody; failed ones are tried again by the next run. Exit code 1 while there are any.
    """
    with opened(config) as integration:
        from tasks.causes import causes_of

        causes, words = causes_of(integration), integration.words
    if json:
        write_json([document(cause, words) for cause in causes])
    else:
        show(causes, words)
    raise typer.Exit(ATTENTION if causes else 0)


def document(cause: "Cause", words: Words) -> dict[str, Any]:
    """A cause as JSON: code, field, sentences, order numbers, and what was found in each, as it is stored."""
    return {
        "code": cause.code,
        "field": cause.field,
        "stage": cause.stage,
        "what": what(cause.finding, words.language),
        "fix": fix(cause.finding, words.language),
        "orders": cause.numbers,
        "found": {one.number: one.found for one in cause.orders if one.found},
    }


def show(causes: Sequence["Cause"], words: Words) -> None:
    """The causes as a page."""
    from tasks.causes import HIDDEN

    out = console()
    for cause in causes:
        out.print(Text(f"{shown(what(cause.finding, words.language))} ({cause.code})", style="bold"))
        out.print(Text(shown(fix(cause.finding, words.language))))
        differ = cause.finding.found == HIDDEN
        told = [_told(cause, one, words) for one in cause.orders] if differ else cause.numbers
        out.print(Text(f"{words('orders')}: {', '.join(map(shown, told))}\n", style="dim"))
    waiting = sum(len(cause.orders) for cause in causes)
    out.print(words.counted("wait", waiting) if waiting else words("nothing_waits"))


def _told(cause: "Cause", one: "Waiting", words: Words) -> str:
    """An order with what was found in it alone."""
    return f"{one.number} ({found(cause.finding_of(one), words.language)})" if one.found else one.number
