"""`afstem plan`: what a run would do now, written nowhere."""

import json as jsonlib
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer

from deployments import engine
from deployments.commands.telling import (
    ATTENTION,
    DEFAULT,
    AsJson,
    Config,
    console,
    finding_told,
    opened,
    sentence,
    table,
    write_json,
)
from domain.invoices import Invoice
from domain.outcomes import Finding
from domain.words import Words

if TYPE_CHECKING:
    from adapters.integration import Integration


def plan(config: Config = DEFAULT, json: AsJson = False) -> None:
    """Show what a run would do now, order by order: customer, changed fields, invoice. Nothing is written outside."""
    engine.prepare(config)
    with opened(config) as integration:
        from tasks.rehearse import rehearsed

        reading = console(stderr=True).status(integration.words("reading"))
        with reading, rehearsed(integration) as rehearsal:
            orders = list(planned(rehearsal))
        history = _history(integration)
    if json:
        write_json({"orders": orders, **history})
    else:
        _show(integration, orders, history)
    raise typer.Exit(ATTENTION if any(order["code"] for order in orders) else 0)


def planned(rehearsal: "Integration") -> Iterator[dict[str, Any]]:
    """Each order that the rehearsal took up: its customer, what would change, and its invoice, as JSON holds them."""
    rows = [row for row in rehearsal.store.orders.every(rehearsal.name) if row.eligible]
    documents = rehearsal.documents.of_orders(rehearsal.name, [row.order_id for row in rows])
    for row in rows:
        decided = jsonlib.loads(row.decision) if row.decision else {"decision": None, "changed": [], "protected": []}
        known = [Invoice.model_validate_json(one.wanted) for one in documents.get(row.order_id, []) if one.wanted]
        invoices = [one.model_dump(mode="json") for one in known if one.kind == "invoice"]
        yield {
            "order": row.number,
            "type": row.customer_type,
            **decided,
            "customer": row.customer,
            "stage": row.stage,
            **finding_told(row.finding, rehearsal.settings.language),
            "invoice": invoices[-1] if invoices else None,
            "earlier_invoices": invoices[:-1],
            "credit_notes": [one.model_dump(mode="json") for one in known if one.kind == "credit_note"],
        }


def _history(integration: "Integration") -> dict[str, Any]:
    """Where no start is set, how many orders count and from when: a first run would invoice all of them."""
    if integration.settings.webshop.start is not None:
        return {}
    count, first = integration.store.orders.extent(integration.name)
    return {"history": {"orders": count, "first": first.date().isoformat()}} if first else {}


def _show(integration: "Integration", orders: list[dict[str, Any]], history: dict[str, Any]) -> None:
    words, out = integration.words, console()
    columns = [words(name) for name in ("order", "type", "customer", "plan_changes", "net", "vat", "total")]
    rows = [_row(order, words) for order in orders if order["invoice"] and not order["code"]]
    if rows:
        out.print(table("", columns, rows, right=(4, 5, 6)))
    stopped = [order for order in orders if order["code"]]
    for order in stopped:
        finding = Finding.model_validate({name: order[name] for name in Finding.model_fields})
        out.print(f"{words('order')} {order['order']}:", sentence(finding, words.language))
    if history:
        out.print(words("plan_history", **history["history"]))
    skipped = sum(order["stage"] == "skipped" for order in stopped)
    counts = {"orders": len(orders), "invoices": len(rows), "held": len(stopped) - skipped, "skipped": skipped}
    out.print(words("plan_written", **counts))


def _row(order: dict[str, Any], words: Words) -> list[str]:
    invoice = order["invoice"]
    changes = "; ".join(_change(words, **one) for one in order["changed"])
    sums = [words.amount(Decimal(invoice[name])) for name in ("net", "vat", "total")]
    return [order["order"], words.of("type", order["type"]), _customer(order, words), changes, *sums]


def _customer(order: dict[str, Any], words: Words) -> str:
    """Whom the order is for; a customer that doesn't exist yet has no number to tell."""
    from adapters.accounting.rehearsal import NEW

    if not order["decision"]:
        return ""
    kind, number = order["decision"]["kind"], order["customer"]
    if kind == "matched" and number.startswith(NEW):
        return words("planned_before")
    return words.of("planned", kind, customer=number)


def _change(words: Words, field: str, before: str, after: str, **_: str) -> str:
    told = words.value(field, after)
    return f"{words.field(field)}: {f'{words.value(field, before)} → ' if before else ''}{told}"
