"""The proof that reverse charge needs: what VIES says of the buyers' VAT numbers."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from adapters.integration import Integration
from adapters.store import OrderRow
from domain.invoicing import reverse_charged_to
from domain.orders import CustomerType
from domain.outcomes import NeedsAttention
from domain.vat import VatNumberAnswer

Proof = VatNumberAnswer | NeedsAttention


def proofs(integration: Integration, rows: Sequence[OrderRow]) -> dict[str, Proof]:
    """What is known of the VAT number of each order that needs proof, by order id; asked for in one go.

    An order that needs proof and is missing here got no answer. Nothing is asked while the setting is off.
    """
    if not integration.settings.vat.check_vat_numbers:
        return {}
    wanted = list(numbers_to_prove(integration, rows))
    known = integration.store.vat_answers.known(number for _, number in wanted)
    found: dict[str, Proof] = {}
    for row, number in wanted:
        if answer := standing_proof(integration, row, known.get(number, [])):
            found[row.order_id] = answer
    open_ones = [(row.order_id, number) for row, number in wanted if row.order_id not in found]
    asked = ask(integration, sorted({number for _, number in open_ones}))
    return found | {order: asked[number] for order, number in open_ones if number in asked}


def numbers_to_prove(integration: Integration, rows: Sequence[OrderRow]) -> Iterator[tuple[OrderRow, str]]:
    """Each order that is sold under reverse charge, with the VAT number of its buyer."""
    settings = integration.settings
    for row in rows:
        kind: CustomerType = row.customer_type  # type: ignore[assignment]
        try:
            number = reverse_charged_to(integration.order(row), kind, settings.invoices, settings.vat)
        except NeedsAttention:
            continue  # told when its invoice is built
        if number:
            yield row, number.number


def standing_proof(integration: Integration, row: OrderRow, known: Sequence[VatNumberAnswer]) -> VatNumberAnswer | None:
    """The kept answer that still proves a number (`known` is newest first).

    An invoice that stands was right by the answer of its day: a later edit of the order doesn't ask again.
    """
    if row.reference:
        return next((answer for answer in known if answer.valid), None)
    fresh = known and integration.settings.vat.is_fresh(known[0], datetime.now(UTC))
    return known[0] if fresh else None


def ask(integration: Integration, numbers: Sequence[str]) -> dict[str, Proof]:
    """Ask VIES, and keep its answers; a number that it gave none for is missing."""
    if not numbers:
        return {}
    outcomes = dict(zip(numbers, integration.vat_numbers.check(numbers), strict=True))
    integration.store.vat_answers.keep([one for one in outcomes.values() if isinstance(one, VatNumberAnswer)])
    return {number: one for number, one in outcomes.items() if isinstance(one, VatNumberAnswer | NeedsAttention)}
