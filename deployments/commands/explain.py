"""`afstem explain`: everything that is known of one order, and why it went as it did."""

import json as json_text
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.commands.einvoice_orders import told_of
from deployments.commands.explain_page import show
from deployments.commands.telling import DEFAULT, AsJson, Config, finding_told, opened, write_json
from domain.outcomes import Finding, Misconfigured, NeedsAttention
from domain.stages import UNFINISHED
from domain.words import Language

if TYPE_CHECKING:
    from adapters.integration import Integration
    from adapters.store import DocumentRow, OrderRow
    from domain.classification import Classification
    from domain.customers import Customer
    from domain.orders import Order

UNDECIDED = {
    "ambiguous_customer": "ambiguous",
    "customer_barred": "barred",
    "creating_off": "creating_off",
    "nothing_to_identify_by": "no_identity",
    "collecting_missing": "collecting_missing",
    "collecting_barred": "collecting_barred",
}
"""What was decided of the customer of an order that is held for it."""


def explain(
    order: Annotated[str, typer.Argument(metavar="ORDER", help="The order's number as the shop shows it, or its id.")],
    config: Config = DEFAULT,
    json: AsJson = False,
) -> None:
    """Explain one order: its customer type and the evidence, why this customer, what was written and what was not.

    Its invoice and credit notes follow with their lines, and where the order is held, what was found and how to
    mend it. This is the only place that shows the buyer's own values.
    """
    with opened(config) as integration:
        row = integration.store.orders.by_number(integration.name, order)
        if row is None:
            raise Misconfigured("unknown_order", "order", order)
        told = explanation(integration, row)
        language = integration.settings.language
    if json:
        write_json(told)
    else:
        show(told, language)


def explanation(integration: "Integration", row: "OrderRow") -> dict[str, Any]:
    """The explanation of an order as JSON holds it."""
    from domain.days import danish_day

    order = _order(integration, row)
    classified = _classified(integration, row, order)
    language = integration.settings.language
    return {
        "order": row.number,
        "id": row.order_id,
        "date": danish_day(row.ordered_at) if row.currency else None,
        "status": row.status,
        "currency": row.currency,
        "total": row.total if row.currency else None,
        "eligible": row.eligible,
        "stage": row.stage,
        "forgotten": row.forgotten_at.date() if row.forgotten_at and row.is_forgotten else None,
        "type": classified.type if classified else (row.customer_type or None),
        "evidence": [seen.model_dump(mode="json") for seen in classified.evidence] if classified else [],
        "identities": [one.model_dump(mode="json") for one in classified.identities] if classified else [],
        **_customer(integration, row, classified),
        **_hold(row, language),
        "warnings": [finding_told(one, language) for one in _warnings(row, classified)],
        **_documents(integration, row),
        "einvoices": told_of(integration.dispatches.of_orders([row.order_id]).get(row.order_id, [])),
    }


def _order(integration: "Integration", row: "OrderRow") -> "Order | None":
    try:
        return integration.order(row)
    except NeedsAttention:
        return None


def _classified(integration: "Integration", row: "OrderRow", order: "Order | None") -> "Classification | None":
    """As it was decided; of an order that is still open, as it would be decided now."""
    from domain.classification import Classification, classify, evidence_of, typed

    if row.classification and row.stage not in UNFINISHED:
        return Classification.model_validate_json(row.classification)
    if order is None:
        return None
    rules = integration.settings.customers
    try:
        return classify(order, rules)
    except NeedsAttention:
        return typed(evidence_of(order, rules))


def _customer(integration: "Integration", row: "OrderRow", classified: "Classification | None") -> dict[str, Any]:
    """Which customer, by what, and what was written to it: everything that was ever written for this order."""
    told = json_text.loads(row.decision) if row.decision else {}
    decision = told.get("decision") or {}
    waits = UNDECIDED.get(row.code) if row.stage == "held" else None
    candidates = decision.get("candidates", [])
    identity = decision.get("identity")
    if waits:
        candidates = row.found.split(", ") if waits == "ambiguous" else []
        tried = [one for one in classified.identities if one.field == row.field] if classified else []
        identity = tried[0].model_dump(mode="json") if tried else None
    number = "" if waits else row.customer
    known = integration.directory.by_number([number, *candidates])
    changes = integration.store.changes(order=(integration.name, row.order_id))
    return {
        "identity": identity,
        "decision": waits or decision.get("kind"),
        "remembered": decision.get("remembered", False) and not waits,
        "customer": number or None,
        "customer_details": _details(known.get(number)),
        "candidates": candidates,
        "candidate_details": [_details(known[one]) for one in candidates if one in known],
        "changed": [
            {"customer": one.customer, "field": one.field, "before": one.before, "after": one.after}
            for one in changes
        ] or told.get("changed", []),
        "protected": told.get("protected", []),
    }  # fmt: skip


def _details(customer: "Customer | None") -> dict[str, Any] | None:
    if customer is None:
        return None
    return {
        "number": customer.number,
        **{str(field): value for field, value in customer.values.items()},
        "contacts": list(customer.contacts),
        "barred": customer.barred,
    }


def _hold(row: "OrderRow", language: Language) -> dict[str, Any]:
    """Why it waits, is tried again, or was skipped; nothing for an order that is in order.

    `again_at` is when an order that the books refused is tried again at the latest.
    """
    if not row.code:
        return {}
    rests = {"again_at": row.again_at} if row.stage == "held" and row.again_at else {}
    return {**finding_told(row.finding, language), **rests}


def _warnings(row: "OrderRow", classified: "Classification | None") -> Sequence[Finding]:
    kept = [Finding.model_validate(one) for one in json_text.loads(row.warnings or "[]")]
    return list(dict.fromkeys([*(classified.warnings if classified else ()), *kept]))


def _documents(integration: "Integration", row: "OrderRow") -> dict[str, Any]:
    """The invoice that stands, those before it, and the credit notes."""
    documents = integration.documents.of_orders(integration.name, [row.order_id]).get(row.order_id, [])
    invoices = [_document(one) for one in documents if one.kind == "invoice"]
    return {
        "invoice": invoices[-1] if invoices else None,
        "earlier_invoices": invoices[:-1],
        "credit_notes": [_document(one) for one in documents if one.kind == "credit_note"],
    }


def _document(row: "DocumentRow") -> dict[str, Any]:
    """What we asked for, with the number and the state that the books gave it."""
    wanted = json_text.loads(row.wanted) if row.wanted else {}
    names = ("number", "reference", "state", "kind", "customer", "currency", "net", "vat", "total", "date", "gone")
    return {**wanted, **{name: getattr(row, name) for name in names}}
