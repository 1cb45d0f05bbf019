"""`afstem check`: the connections, the settings against both systems, and a look at the latest orders."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import typer

from deployments.commands.check_einvoicing import einvoicing_findings
from deployments.commands.telling import (
    DEFAULT,
    UNUSABLE,
    AsJson,
    Config,
    complain,
    console,
    finding_told,
    opened,
    sentence,
    table,
    write_json,
)
from domain.outcomes import AfstemError, Finding, NeedsAttention
from domain.rules import TYPES
from domain.words import Words

if TYPE_CHECKING:
    from datetime import date

    from adapters.integration import Integration
    from domain.checks import Look
    from domain.orders import Order, RawOrder

LOOKED_AT = 200
HARMLESS = frozenset(
    {"modified_after_ignored", "folder_empty", "collecting_with_ean", "collecting_with_terms", "currency_unknown"}
    | {"einvoicing_not_possible", "einvoice_rules_missing"}
)
"""Findings that are worth knowing and keep nothing from running."""


def check(config: Config = DEFAULT, json: AsJson = False) -> None:
    """Check the connections and the settings against both systems, and look at the last 200 orders.

    Told are: what is wrong with shop, books or settings; how many orders count where no start is set; in how many
    orders the identifying field is empty; how many CVR and EAN values are impossible; and which of the shop's
    fields hold such numbers without being named in the settings, with the line to add. Nothing is written to
    either system. Exit code 2 where something keeps a run from working.
    """
    with opened(config) as integration:
        findings = [*connection_findings(integration), *settings_findings(integration)]
        findings = list(dict.fromkeys((*findings, *einvoicing_findings(integration, findings))))
        usable = all(one.code in HARMLESS for one in findings)
        words = integration.words
        history = _history(integration, words) if usable else None
        look = _look(integration, findings, words) if usable else None
        name = integration.name
    if json:
        write_json(_document(findings, history, look, words))
    else:
        _show(name, findings, history, look, words)
    raise typer.Exit(0 if usable else UNUSABLE)


def connection_findings(integration: "Integration") -> list[Finding]:
    """What is wrong with either connection."""
    found: list[Finding] = []
    for system in (integration.webshop, integration.books):
        try:
            found.extend(system.check())
        except AfstemError as error:
            found.extend(error.findings)
    return found


def settings_findings(integration: "Integration") -> list[Finding]:
    """Where the settings name something that the books don't have, and what is allowed but hardly meant."""
    try:
        found = [*_codes(integration), *_identification(integration), *_collecting(integration)]
    except AfstemError as error:
        found = list(error.findings)
    return list(dict.fromkeys((*found, *integration.settings.customers.doubts())))


def _codes(integration: "Integration") -> Iterator[Finding]:
    """Customer groups, payment terms, layouts and products that the books don't have."""
    there = integration.books.master_data()
    for path, rules in _tables(integration):
        yield from _unknown(f"{path}.customer_group", rules.customer_group, there.customer_groups)
        yield from _unknown(f"{path}.payment_terms", rules.payment_terms, there.payment_terms)
    for method, payment in integration.settings.invoices.payments.items():
        yield from _unknown(f"invoices.payments.{method}.terms", payment.terms, there.payment_terms)
        if there.layouts:
            yield from _unknown(f"invoices.payments.{method}.layout", payment.layout, there.layouts)
    if not there.makes_products:
        for path, number in integration.settings.invoices.products.said().items():
            if number not in there.products:
                yield Finding(code="product_unknown", field=path, found=number)


def _tables(integration: "Integration") -> list[tuple[str, Any]]:
    customers = integration.settings.customers
    return [("customers", customers), *((f"customers.{kind}", getattr(customers, kind)) for kind in TYPES)]


def _unknown(path: str, code: str | None, known: frozenset[str]) -> Iterator[Finding]:
    if code and code not in known:
        yield Finding(code="code_unknown", field=path, found=code, expected=", ".join(sorted(known)))


def _identification(integration: "Integration") -> Iterator[Finding]:
    """Fields by which the books can't find a customer."""
    able = integration.books.capabilities.identify_by
    for path, rules in _tables(integration):
        for field in rules.identify_by or ():
            if field not in able:
                listed = ", ".join(sorted(able))
                yield Finding(code="field_unsupported", field=f"{path}.identify_by", found=field, expected=listed)


def _collecting(integration: "Integration") -> Iterator[Finding]:
    """Collecting customers that are missing or barred."""
    named = [(path, rules.collecting_customer) for path, rules in _tables(integration) if rules.collecting_customer]
    if not named:
        return
    from tasks.mirror import refresh_customers

    refresh_customers(integration)
    customers = integration.directory.by_number(number for _, number in named)
    for path, number in named:
        customer = customers.get(number)
        if customer is None or customer.barred:
            code = "collecting_barred" if customer else "collecting_missing"
            yield Finding(code=code, field=f"{path}.collecting_customer", found=number)


def _history(integration: "Integration", words: Words) -> "tuple[int, date | None] | None":
    """How many orders count and the day of the first of them, where no start keeps the shop's history out."""
    from domain.days import danish_day

    shop = integration.settings.webshop
    if shop.start:
        return None
    count, first = 0, None
    with console(stderr=True).status(words("counting")):
        for page in integration.webshop.read(None).pages:
            for raw, order in _understood(integration, page):
                count += _counts(raw, order, shop.statuses)
                if order and order.status in shop.statuses:
                    day = danish_day(order.created_at)
                    first = min(first or day, day)
    return count, first


def _counts(raw: "RawOrder", order: "Order | None", statuses: Sequence[str]) -> bool:
    """Whether an order would be taken up; one that can't be read is, unless it says itself that it doesn't count."""
    said = order.status if order else raw.body.get("status") if isinstance(raw.body, dict) else None
    return said in statuses or (order is None and not said)


def _look(integration: "Integration", findings: list[Finding], words: Words) -> "Look":
    """Look at the latest orders; a currency that the books don't know is a finding."""
    from domain.checks import Looked, look_at

    settings = integration.settings
    with console(stderr=True).status(words("looking")):
        pairs = _understood(integration, integration.webshop.recent(LOOKED_AT))
        looked = [Looked(raw.body, order) for raw, order in pairs]
    known = integration.books.master_data().currencies
    for currency in sorted({one.order.currency for one in looked if one.order} - known):
        listed = ", ".join(sorted(known))
        findings.append(Finding(code="currency_unknown", field="currency", found=currency, expected=listed))
    return look_at(looked, settings.customers, settings.webshop.fields.by_field)


def _understood(integration: "Integration", page: "Sequence[RawOrder]") -> "Iterator[tuple[RawOrder, Order | None]]":
    for raw in page:
        try:
            yield raw, integration.webshop.normalise(raw)
        except NeedsAttention:
            yield raw, None


def _document(
    findings: Sequence[Finding], history: "tuple[int, date | None] | None", look: "Look | None", words: Words
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "findings": [
            {**finding_told(one, words.language), "harmless": one.code in HARMLESS} for one in findings
        ],
        "history": {"orders": history[0], "from": history[1]} if history else None,
        "look": None,
    }  # fmt: skip
    if look:
        without: dict[str, dict[str, int]] = {}
        for (kind, field), count in look.without.items():
            without.setdefault(kind, {})[field] = count
        told["look"] = {
            "orders": look.orders,
            "unreadable": look.unreadable,
            "types": dict(look.types),
            "without": without,
            "impossible": dict(look.impossible),
            "unnamed": [one._asdict() for one in look.unnamed],
        }
    return told


def _show(
    name: str,
    findings: Sequence[Finding],
    history: "tuple[int, date | None] | None",
    look: "Look | None",
    words: Words,
) -> None:
    out = console()
    out.print(words("check", name=name), style="bold")
    complain([one for one in findings if one.code not in HARMLESS], words.language)
    for one in findings:
        if one.code in HARMLESS:
            out.print(sentence(one, words.language))
    if look is None:
        return
    out.print(words("connections_fine"))
    if history:
        count, first = history
        out.print(words("no_start", count=count, first=first) if count else words("no_orders"))
    out.print()
    out.print(
        table(words("looked_at", count=look.orders), ["", words("orders")], _looked_rows(look, words), right=(1,))
    )
    if look.unnamed:
        columns = [words(key) for key in ("field", "holds", "filled", "matching")]
        rows = [(one.key, one.holds.upper(), one.filled, one.matching) for one in look.unnamed]
        out.print()
        out.print(table(words("unnamed"), columns, rows, right=(2, 3)))
        out.print(words("add_line"), style="bold")
        for line in dict.fromkeys(one.line for one in look.unnamed):
            out.print(line, soft_wrap=True)


def _looked_rows(look: "Look", words: Words) -> list[tuple[str, int]]:
    rows = [(words.of("type", kind), look.types[kind]) for kind in TYPES if look.types[kind]]
    rows += [
        (words("without", kind=words.of("type", kind), field=words.field(field)), count)
        for (kind, field), count in sorted(look.without.items())
    ]
    for number, count in sorted(look.impossible.items()):
        rows.append((words("impossible_number", field=words.field(number)), count))
    return rows + ([(words("unreadable"), look.unreadable)] if look.unreadable else [])
