"""`afstem einvoice show|send ORDER`: an order's e-invoices, where they are, and sending them by a person's word."""

import json as json_text
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from deployments.commands.telling import (
    ATTENTION,
    DEFAULT,
    AsJson,
    Config,
    console,
    finding_told,
    opened,
    pairs,
    sentence,
    shown,
    write_json,
)
from domain.days import COPENHAGEN
from domain.dispatches import HELD_FOR, WAITING
from domain.outcomes import Finding, Misconfigured
from domain.words import Language, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.integration import Integration
    from adapters.store import DispatchRow, OrderRow

Order = Annotated[str, typer.Argument(metavar="ORDER", help="The order's number as the shop shows it, or its id.")]
Xml = Annotated[bool, typer.Option("--xml", help="Write the newest document itself to stdout, as it was sent.")]
Again = Annotated[bool, typer.Option("--again", help="Send also what went already: the receiver gets it twice.")]
ByHand = Annotated[bool, typer.Option("--by-hand", help="Send nothing: note that a person saw to it.")]


def show(order: Order, config: Config = DEFAULT, json: AsJson = False, xml: Xml = False) -> None:
    """Show the e-invoices of an order: on which way each went, what became of it, and when.

    The document is in `--json`, and by itself with `--xml`. Exit code 1 where one of them needs a person.
    """
    with opened(config) as integration:
        row, dispatches = _found(integration, order)
        _tell(integration, row, dispatches, as_json=json, as_xml=xml)


def send(
    order: Order,
    config: Config = DEFAULT,
    json: AsJson = False,
    again: Again = False,
    by_hand: ByHand = False,
) -> None:
    """Send the e-invoices of an order now: those that never went, were rejected, or got no answer.

    What went already is sent again with `--again` alone. `--by-hand` sends nothing, and notes that a person did.
    """
    with opened(config) as integration:
        from tasks.send_einvoices import send_now, sent_by_hand

        if by_hand:
            sent_by_hand(integration, order)
        else:
            send_now(integration, order, again=again)
        _tell(integration, *_found(integration, order), as_json=json)


def _found(integration: "Integration", order: str) -> "tuple[OrderRow, Sequence[DispatchRow]]":
    row = integration.store.orders.by_number(integration.name, order)
    if row is None:
        raise Misconfigured("unknown_order", "order", order)
    return row, integration.dispatches.of_orders([row.order_id]).get(row.order_id, [])


def _tell(
    integration: "Integration",
    row: "OrderRow",
    dispatches: "Sequence[DispatchRow]",
    *,
    as_json: bool,
    as_xml: bool = False,
) -> None:
    language = integration.settings.language
    waits = row.finding if row.code in WAITING else None
    if as_xml:
        documents = [one.document for one in dispatches if one.document]
        typer.echo(documents[-1] if documents else "", nl=False)
    elif as_json:
        hold = {"hold": finding_told(waits, language) if waits else None}
        write_json({"order": row.number, "stage": row.stage, **hold, "einvoices": told_of(dispatches)})
    else:
        _page(row, dispatches, waits, language)
    needs_a_person = waits or any(one.state in HELD_FOR for one in dispatches)
    raise typer.Exit(ATTENTION if needs_a_person else 0)


def told_of(dispatches: "Sequence[DispatchRow]") -> list[dict[str, Any]]:
    """The dispatches of an order as JSON holds them; also for `afstem explain`."""
    hidden = {"integration", "order_id", "history", "asked_at"}
    return [
        {**one.model_dump(mode="json", exclude=hidden), "history": json_text.loads(one.history)} for one in dispatches
    ]


def _page(row: "OrderRow", dispatches: "Sequence[DispatchRow]", waits: Finding | None, language: Language) -> None:
    words, out = Words(language), console()
    out.print(Text(f"{words('order')} {shown(row.number)}", style="bold"))
    if waits:
        out.print(sentence(waits, language))
    if not dispatches:
        out.print(words("no_einvoice"))
    for one in told_of(dispatches):
        out.print()
        out.print(pairs(page_of(one, words)))


def page_of(told: dict[str, Any], words: Words) -> list[tuple[str, object]]:
    """One dispatch as labels and values."""
    checked = words("held_against", version=told["rules"]) if told["rules"] else words("own_checks")
    went = told["handed_at"] is not None
    return [
        (
            words("einvoice"),
            f"{words.of('document', told['kind']).capitalize()} {told['number']} · {told['reference']}",
        ),
        (words("stage"), words.of("einvoice", told["state"])),
        (words("way"), words.of("way", told["channel"]) if told["channel"] else ""),
        (words("place"), told["place"]),
        (words("answer"), ": ".join(filter(None, (told["code"], told["told"])))),
        (words("checked_by"), checked if went and told["sha256"] else ""),
        ("sha256", told["sha256"]),
        (words("history"), "; ".join(_happened(one, words) for one in told["history"])),
    ]


def _happened(one: dict[str, str], words: Words) -> str:
    moment = datetime.fromisoformat(one["at"]).astimezone(COPENHAGEN)
    return f"{moment:%Y-%m-%d %H:%M:%S} {words.of('einvoice', one['state'])}"
