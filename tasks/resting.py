"""Orders that the books have refused rest: asked again when what the answer rests on has changed, or after a pause.

What is mended inside the books themselves, such as a product or a period, shows nowhere here. So the pause is short at
first and grows, and each new day ends it: the day may be what the books refused.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from adapters.integration import Integration
from adapters.store import OrderRow
from domain.classification import Identity, classify
from domain.outcomes import NeedsAttention
from domain.pauses import rests_until
from domain.rules import TYPES
from tasks.mirror import refresh_customers

AWAKE: dict[str, Any] = {"refusals": 0, "refused_under": "", "again_at": None}
"""The columns of an order that the books have not refused, or not for what holds it now."""


class Resting:
    """Tells of held orders which of them the books would only refuse again."""

    def __init__(self, integration: Integration) -> None:
        self._integration = integration
        self._mirrored = False

    def among(self, rows: Sequence[OrderRow]) -> set[str]:
        """Their ids. The directory is brought up to date once, and only where an order rests: it costs a call."""
        now = datetime.now(UTC)
        resting = [row for row in rows if row.stage == "held" and row.again_at and row.again_at > now]
        if resting and not self._mirrored:
            refresh_customers(self._integration)
            self._mirrored = True
        today = circumstances(self._integration, resting) if resting else {}
        return {row.order_id for row in resting if row.refused_under == today[row.order_id]}


def put_to_rest(integration: Integration, row: OrderRow) -> dict[str, Any]:
    """The columns of an order that the books refused just now.

    Another refusal under the same circumstances doubles the pause, unless it came before the pause was over: then
    somebody asked for it.
    """
    now, under = datetime.now(UTC), circumstances(integration, [row])[row.order_id]
    again = row.refused_under == under
    early = again and row.again_at is not None and row.again_at > now
    refusals = (row.refusals if again else 0) + (0 if early else 1)
    return {"refusals": refusals, "refused_under": under, "again_at": rests_until(now, refusals)}


def circumstances(integration: Integration, rows: Sequence[OrderRow]) -> dict[str, str]:
    """A hash, by order, of all that an answer of the books rests on and that we know of.

    That is the order itself, the settings, the customers who are or could be its own, and its documents.
    """
    identities = {row.order_id: _identities(integration, row) for row in rows}
    customers = _customers(integration, identities)
    documents = integration.documents.of_orders(integration.name, identities)
    return {
        row.order_id: _hash(
            integration.settings.asking_hash,
            row.content_hash,
            customers[row.order_id],
            [(one.reference, one.state, one.number, one.fingerprint) for one in documents.get(row.order_id, ())],
        )
        for row in rows
    }


def _identities(integration: Integration, row: OrderRow) -> Sequence[Identity]:
    try:
        return classify(integration.order(row), integration.settings.customers).identities
    except NeedsAttention:
        return ()


def _customers(integration: Integration, identities: Mapping[str, Sequence[Identity]]) -> dict[str, list[str]]:
    """The mirrored customers, by order, whom its identities hit or are remembered as; and the collecting ones."""
    directory, asked = integration.directory, [one for those in identities.values() for one in those]
    links = directory.links(one.key for one in asked)
    numbers: dict[str, set[str]] = {key: {link.customer} for key, link in links.items()}
    for field in {one.field for one in asked}:
        for _, value, number in directory.having(field, [one.value for one in asked if one.field == field]):
            numbers.setdefault(f"{field}:{value}", set()).add(number)
    collecting = {integration.settings.customers.of(kind).collecting_customer for kind in TYPES} - {""}
    known = directory.by_number(collecting.union(*numbers.values()))
    return {
        order: sorted(
            known[number].model_dump_json()
            for number in collecting.union(*(numbers.get(one.key, ()) for one in those))
            if number in known
        )
        for order, those in identities.items()
    }


def _hash(*told: object) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
