"""The explanation of an order as a page to read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.text import Text

from deployments.commands.einvoice_orders import page_of
from deployments.commands.telling import console, pairs, sentence, shown, table
from domain.days import COPENHAGEN
from domain.outcomes import Finding
from domain.words import Language, Words


def show(told: dict[str, Any], language: Language) -> None:
    """Show an explanation: the order, its hold, its customer, what was written, and its documents."""
    words, out = Words(language), console()
    out.print(Text(f"{words('order')} {shown(told['order'])}", style="bold"))
    out.print(pairs(_order(told, words)))
    if told.get("code"):
        out.print()
        out.print(sentence(Finding(**{name: told[name] for name in Finding.model_fields}), language))
    if told.get("again_at"):
        out.print(Text(_rest(told["again_at"], words)))
    _section(out, words, "evidence", ("field", "shop_field", "value", "verdict"), _evidence(told, words))
    out.print(Text(f"\n{words('customer')}", style="bold"))
    out.print(pairs(_customer(told, words)))
    _section(out, words, "candidates", ("number", "name", "address", "barred"), _candidates(told, words))
    changed = [_row(words, one, "before", "after") for one in told["changed"]]
    _section(out, words, "changed", ("field", "before", "after"), changed)
    _section(out, words, "protected", ("field", "kept", "shop", "why"), _protected(told, words))
    for document in (*told["earlier_invoices"], told["invoice"], *told["credit_notes"]):
        if document:
            _document(out, document, words)
    for one in told["einvoices"]:
        out.print()
        out.print(pairs(page_of(one, words)))
    if told["warnings"]:
        out.print(Text(f"\n{words('warnings')}", style="bold"))
        for one in told["warnings"]:
            out.print(sentence(Finding(**{name: one[name] for name in Finding.model_fields}), language))


def _order(told: dict[str, Any], words: Words) -> list[tuple[str, object]]:
    return [
        (words("date"), told["date"]),
        (words("status"), told["status"]),
        (words("total"), f"{words.amount(Decimal(told['total']))} {told['currency']}" if told["total"] else ""),
        (words("stage"), words.of("stage", told["stage"]) if told["eligible"] else words.of("group", "ignored")),
        (words("buyer_forgotten"), told["forgotten"]),
    ]


def _evidence(told: dict[str, Any], words: Words) -> list[tuple[object, ...]]:
    return [
        (words.field(one["field"]), one["key"], one["value"], words.of("verdict", one["verdict"]))
        for one in told["evidence"]
    ]


def _rest(ends: datetime, words: Words) -> str:
    """When an order that the books refused is tried again, in Danish time."""
    if ends <= datetime.now(UTC):
        return words("rested")
    return words("rests", at=f"{ends.astimezone(COPENHAGEN):%Y-%m-%d %H:%M}")


def _customer(told: dict[str, Any], words: Words) -> list[tuple[str, object]]:
    identity, customer = told["identity"], told["customer_details"]
    decision = "remembered" if told["remembered"] else told["decision"] or ""
    return [
        (words("type"), words.of("type", told["type"]) if told["type"] else ""),
        (words("decision"), words.of("decision", decision)),
        (words("identified_by"), f"{words.field(identity['field'])}: {identity['value']}" if identity else ""),
        (words("number"), told["customer"]),
        (words("name"), customer.get("name", "") if customer else ""),
    ]


def _candidates(told: dict[str, Any], words: Words) -> list[tuple[object, ...]]:
    if len(told["candidates"]) < 2:  # the one that was found is the customer itself
        return []
    return [
        (one["number"], one.get("name", ""), _address(one), words.of("decision", "barred") if one["barred"] else "")
        for one in told["candidate_details"]
    ]


def _address(customer: dict[str, Any]) -> str:
    return ", ".join(filter(None, (customer.get(name, "") for name in ("address", "zip", "city", "email"))))


def _protected(told: dict[str, Any], words: Words) -> list[tuple[object, ...]]:
    return [(*_row(words, one, "kept", "shop"), words.of("left_alone", one["why"])) for one in told["protected"]]


def _row(words: Words, one: dict[str, str], *values: str) -> tuple[str, ...]:
    """A field of the customer with these values of it."""
    return words.field(one["field"]), *(words.value(one["field"], one[name]) for name in values)


def _section(
    out: Console, words: Words, title: str, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]
) -> None:
    if rows:
        out.print()
        out.print(table(words(title), [words(name) for name in columns], rows))


def _document(out: Console, document: dict[str, Any], words: Words) -> None:
    """One document with its lines; amounts are as they stand in the books."""
    state = "" if document["state"] == "booked" else f" ({words('draft')})"
    kind = words.of("document", document["kind"]).capitalize()
    title = f"{kind} {document['number']}{state} · {document['reference']} · {document['date']}"
    columns = ("product", "text", "quantity", "unit_net", "net", "vat_rate")
    rows = [_line(words, **line) for line in document.get("lines", ())]
    out.print()
    out.print(table(title, [words(name) for name in columns], rows, right=range(2, len(columns))))
    amounts = (f"{words(name)} {words.amount(Decimal(document[name]))}" for name in ("net", "vat", "total"))
    out.print(Text(f"{'   '.join(amounts)} {shown(document['currency'])}"))
    recipient = document.get("recipient") or {}
    out.print(
        pairs(
            [
                (words("recipient"), recipient.get("name", "")),
                ("EAN", recipient.get("ean", "")),
                ("CVR", recipient.get("cvr", "")),
                (words("requisition"), document.get("requisition", "")),
                (words("reference_person"), document.get("reference_person", "")),
            ]
        )
    )


def _line(
    words: Words, product: str, text: str, quantity: str, unit_net: str, net: str, vat_rate: str, **_: str
) -> list[str]:
    amounts = [words.amount(Decimal(amount)) for amount in (unit_net, net)]
    return [product, text, words.number(Decimal(quantity)), *amounts, words.rate(Decimal(vat_rate))]
