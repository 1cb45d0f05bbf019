"""An order that has its customer: what was decided, what was written, and what the store keeps of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.integration import Integration
from adapters.store import Batch, ChangeRow
from domain.customer_policy import fit, wanted_contacts, wanted_values
from domain.customers import Customer, CustomerChange, CustomerField, Planned, Values
from domain.decisions import Decision
from domain.outcomes import AfstemError, Finding, NeedsAttention, Unforeseen
from domain.vat import zone_of
from tasks.classify_customers import Case, classified_as
from tasks.verdicts import kept


@dataclass(frozen=True)
class Settled:
    """One order with its customer as it is now, and what this order changed of it; `before` is what stood there."""

    case: Case
    decision: Decision
    customer: Customer
    planned: Planned
    before: Mapping[CustomerField, str]

    def columns(self) -> dict[str, str]:
        """What the store keeps of the decision, for `explain`."""
        told = {
            "decision": self.decision.model_dump(mode="json"),
            "changed": [
                {"field": name, "before": self.before.get(name, ""), "after": value}
                for name, value in self._written().items()
            ],
            "protected": [one.model_dump(mode="json") for one in self.planned.protected],
        }
        return {
            **classified_as(self.case),
            "customer": self.customer.number,
            "decision": json.dumps(told, ensure_ascii=False),
            "warnings": kept([*self.case.classification.warnings, *self.case.warnings]),
        }

    def links(self) -> list[tuple[str, Customer]]:
        """The identity that decided, remembered as this customer; none for a collecting one."""
        return [(self.decision.identity.key, self.customer)] if self.decision.identity else []

    def changes(self, books: str, batch: Batch) -> list[ChangeRow]:
        """Who changed which field of the customer, from what to what."""
        row = self.case.row
        return [
            ChangeRow.model_construct(
                books=books,
                integration=row.integration,
                order_id=row.order_id,
                run=batch.run,
                customer=self.customer.number,
                field=name,
                before=self.before.get(name, ""),
                after=value,
                made_at=datetime.now(UTC),
            )
            for name, value in self._written().items()
        ]

    def _written(self) -> dict[CustomerField, str]:
        people = self.planned.new_contacts or ((self.planned.attention,) if self.planned.attention else ())
        contacts: Values = {"contact": ", ".join(people)} if people else {}
        return {**self.planned.values, **contacts}


def wanted_of(integration: Integration, case: Case) -> tuple[Values, tuple[str, ...], tuple[Finding, ...]]:
    """What an order says of its customer, as the books can hold it: values, contact persons, and what was cut."""
    kind = case.classification.type
    zone = zone_of(case.order, kind, integration.settings.vat)
    values = wanted_values(case.order, case.classification, integration.settings.customers.of(kind), zone)
    return fit(values, wanted_contacts(case.order, kind), integration.books.capabilities)


def with_changes(customer: Customer, planned: Planned) -> Customer:
    """The customer as it will be; who is to be its person of attention stands there by name."""
    if not planned.changes:
        return customer
    values = {**customer.values, **planned.values}
    people = (*customer.contacts, *planned.new_contacts)
    attention = planned.attention or customer.attention
    return customer.model_copy(update={"values": values, "contacts": people, "attention": attention})


def change_of(was: Customer, shall: Customer) -> CustomerChange:
    """What must be written to a customer for it to become what it shall be."""
    values: Values = {name: value for name, value in shall.values.items() if was.values.get(name) != value}
    contacts = tuple(name for name in shall.contacts if name not in was.contacts)
    attention = shall.attention if shall.attention and shall.attention != was.attention else ""
    told = [*contacts, attention] if attention else contacts
    key = operation_key("change", was.number, was.model_dump_json(), json.dumps(values), *told)
    return CustomerChange(key=key, number=was.number, values=values, new_contacts=contacts, attention=attention)


def operation_key(kind: str, *parts: str) -> str:
    """A key that is the same at each try of the same thing, and says nothing of whom it is about."""
    return f"{kind}-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]}"


def ended(outcomes: Sequence[tuple[str, Customer | AfstemError]]) -> list[tuple[str, str, str]]:
    """How each operation `key` ended, as the store keeps it; one whose fate is unknown stays an intent."""
    found: list[tuple[str, str, str]] = []
    for key, outcome in outcomes:
        if isinstance(outcome, Customer):
            found.append((key, "done", outcome.number))
        elif isinstance(outcome, NeedsAttention) and not isinstance(outcome, Unforeseen):
            found.append((key, "refused", outcome.finding.code))
    return found
