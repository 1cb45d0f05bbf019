"""Orders that need a person, by what they wait for."""

from collections.abc import Sequence
from typing import NamedTuple

from adapters.integration import Integration
from domain.outcomes import Finding

HIDDEN = "…"


class Waiting(NamedTuple):
    """One order that waits: its number, and what was found in it and expected. Of these there may be very many."""

    number: str
    found: str
    expected: str


class Cause(NamedTuple):
    """Orders that wait for the same: held for somebody, or failed and to be tried again (`stage`)."""

    stage: str
    code: str
    field: str
    orders: Sequence[Waiting]

    @property
    def numbers(self) -> list[str]:
        """The numbers of its orders."""
        return [one.number for one in self.orders]

    @property
    def finding(self) -> Finding:
        """What the findings of all its orders share; where they differ there is a gap."""
        found, expected = {one.found for one in self.orders}, {one.expected for one in self.orders}
        return Finding(
            code=self.code,
            field=self.field,
            found=found.pop() if len(found) == 1 else HIDDEN,
            expected=expected.pop() if len(expected) == 1 else HIDDEN,
        )

    def finding_of(self, order: Waiting) -> Finding:
        """What was found in one of its orders."""
        return Finding(code=self.code, field=self.field, found=order.found, expected=order.expected)

    @property
    def without_values(self) -> Finding:
        """The same without any value of an order: it may stand in Prefect."""
        return Finding(code=self.code, field=self.field, found=HIDDEN, expected=HIDDEN)


def causes_of(integration: Integration) -> list[Cause]:
    """All that needs a person, the cause of most orders first."""
    causes: dict[tuple[str, str, str], list[Waiting]] = {}
    for row in integration.store.orders.needing_attention(integration.name):
        of = (row.stage, row.code, row.field)
        causes.setdefault(of, []).append(Waiting(row.number, row.found, row.expected))
    return [Cause(*of, orders) for of, orders in sorted(causes.items(), key=lambda cause: -len(cause[1]))]
