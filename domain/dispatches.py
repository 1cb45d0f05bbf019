"""E-invoices on their way: what must be there before one is booked, and what becomes of each that is owed.

A public customer pays for what reaches them as an e-invoice that says who ordered it. So what is missing holds the
order before it is booked, and what was booked is followed until somebody knows whether it arrived.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from domain.capabilities import Capabilities
from domain.customers import Customer
from domain.einvoices import check_before_booking
from domain.einvoicing_rules import Channel, EinvoicingRules
from domain.identity import normalise
from domain.invoices import Invoice
from domain.orders import Order, OrderField
from domain.outcomes import Finding, NeedsAttention
from domain.stages import Stage

State = Literal["due", "handed", "sent", "delivered", "rejected", "silent", "unsure", "by_hand"]
"""`due`: to be sent as soon as its document is booked. `handed`: the channel has it. `sent`: it says that it sent it.
`delivered` and `rejected`: the receiver's side answered. `silent`: no answer in the time that the settings give.
`unsure`: the document stood in the books when the store knew nothing of it, or was due in a copy that was restored.
`by_hand`: a person saw to it."""

STEPS: dict[State, frozenset[State]] = {
    "due": frozenset({"handed", "sent", "delivered", "rejected", "unsure", "by_hand"}),
    "handed": frozenset({"sent", "delivered", "rejected", "silent", "due", "by_hand"}),
    "sent": frozenset({"delivered", "rejected", "silent", "due", "by_hand"}),
    "delivered": frozenset({"rejected", "due", "by_hand"}),
    "rejected": frozenset({"delivered", "due", "by_hand"}),
    "silent": frozenset({"sent", "delivered", "rejected", "due", "by_hand"}),
    "unsure": frozenset({"handed", "sent", "delivered", "rejected", "due", "by_hand"}),
    "by_hand": frozenset({"delivered", "rejected", "due"}),
}
"""From each state where a dispatch may go. An answer may come late, and a receiver may reject what was delivered."""

TO_GO: frozenset[State] = frozenset({"due", "unsure"})
"""Not with any channel yet, as far as is known."""

SETTLED_BY_A_PERSON: frozenset[State] = frozenset({"due", "rejected", "silent", "unsure"})
"""What `afstem einvoice send` sends without being told to do it again."""

KNOWN_TO_HAVE_ARRIVED: frozenset[State] = frozenset({"delivered", "by_hand"})

FOLLOWED: frozenset[State] = frozenset({"handed", "sent", "silent", "delivered"})
FOLLOWED_FOR = timedelta(days=30)
"""So long the channel is asked: a receiver may reject weeks after the delivery."""

REFERENCES: tuple[OrderField, ...] = ("requisition", "reference_person")
"""By which a receiver places an invoice."""

NAMED: frozenset[OrderField] = frozenset({"ean", *REFERENCES})
"""What the shop keeps in fields that the settings name."""

REJECTED_FOR = {"TechnicalReject": "einvoice_unreadable_there", "ProfileReject": "einvoice_not_taken_there"}
"""What a receiver's word means, where it is no judgement of what was sold."""

PERSON_UNKNOWN = "einvoice_contact_not_there"
"""Said of the contact persons whom we have seen; the books may have others by now."""

HELD_FOR: tuple[State, ...] = ("rejected", "unsure", "silent")
"""What became of an e-invoice that a person must see to; the worst first."""

WAITING = frozenset(
    {
        "einvoice_rejected",
        "einvoice_unreadable_there",
        "einvoice_not_taken_there",
        "einvoice_unsure",
        "einvoice_silent",
        "einvoice_not_sent",
        "einvoice_breaks_rule",
        "einvoice_lines_unknown",
        "einvoice_rules_stopped",
        "einvoice_refused",
        "einvoice_try_again",
    }
)
"""Codes of orders whose invoice stands in the books and which wait for nothing but their e-invoice.

Such an order is tried again as a dispatch: it never goes through the steps that lead to an invoice."""


class Progress(NamedTuple):
    """What a channel knows of one e-invoice: how far it is, and why where it was rejected.

    `code` is the receiver's word for it (`BusinessReject`), `told` their own explanation, `place` where the channel
    keeps it.
    """

    state: State
    code: str = ""
    told: str = ""
    place: str = ""


class Fate(NamedTuple):
    """One dispatch of an order, as far as the order is concerned."""

    reference: str
    channel: Channel
    state: State
    finding: Finding


def fulfil_before_booking(
    order: Order,
    invoice: Invoice,
    rules: EinvoicingRules,
    fields: Mapping[OrderField, Sequence[str]],
    contacts_of: Customer | None = None,
) -> None:
    """Raise `NeedsAttention` for the first thing without which this order's e-invoice would not be paid, or not go.

    `fields` are the shop's fields by what they hold. `contacts_of` is the customer of the books, where the accounting
    system sends and takes the contact person from it: a collecting customer has none of the buyer's, and gets none.
    """
    _refuse_without_references(order, invoice, rules, fields)
    for part in ("street", "zip", "city"):
        if not getattr(invoice.recipient, part):
            raise NeedsAttention("einvoice_address_missing", f"billing.{part}")
    if rules.own_channel and rules.seller is None:
        raise NeedsAttention("einvoice_seller_incomplete", "einvoicing.seller")
    for finding in check_before_booking(invoice, rules.seller):
        field = _named(finding.field, fields) if finding.field in NAMED else finding.field
        raise NeedsAttention(finding.code, field, finding.found, finding.expected)
    if contacts_of is not None:
        _refuse_without_contact(invoice, fields, contacts_of)


def _refuse_without_contact(
    invoice: Invoice, fields: Mapping[OrderField, Sequence[str]], contacts_of: Customer
) -> None:
    """The accounting system names a person by the customer's own contact, and sends nothing without one.

    Nor does it where the customer itself has nobody of attention.
    """
    person = invoice.reference_person or invoice.recipient.attention
    field = _named("reference_person", fields)
    if not person:
        raise NeedsAttention("einvoice_contact_missing", field)
    known = {key for one in contacts_of.contacts for key in normalise("name", one)}
    if not known.issuperset(normalise("name", person)):
        raise NeedsAttention(PERSON_UNKNOWN, field, person, contacts_of.number)
    if contacts_of.attention == "":
        raise NeedsAttention("einvoice_attention_missing", "attention", contacts_of.number)


def _refuse_without_references(
    order: Order, invoice: Invoice, rules: EinvoicingRules, fields: Mapping[OrderField, Sequence[str]]
) -> None:
    requisition, person = bool(invoice.requisition), bool(invoice.reference_person)
    both = f"{_named('requisition', fields)} / {_named('reference_person', fields)}"
    if rules.require == "either" and not (requisition or person):
        raise NeedsAttention("requisition_or_person_missing", both)
    if rules.require == "both" and not requisition:
        raise NeedsAttention("requisition_missing", _named("requisition", fields))
    if rules.require == "both" and not person:
        raise NeedsAttention("person_missing", _named("reference_person", fields))


def doubts(rules: EinvoicingRules, fields: Mapping[OrderField, Sequence[str]], able: Capabilities) -> Iterator[Finding]:
    """What in the settings would hold every EAN order, or lose what the receiver needs to pay."""
    if rules.own_channel and rules.seller is None:
        yield Finding(code="einvoice_seller_incomplete", field="einvoicing.seller")
    wanted = [name for name in REFERENCES if not fields.get(name)]
    if rules.require == "both" or (rules.require == "either" and len(wanted) == len(REFERENCES)):
        for name in wanted:
            yield Finding(code="einvoicing_no_shop_field", field=f"webshop.fields.{name}", found=name)
    if rules.by_accounting:
        for name in sorted(set(REFERENCES) - able.einvoice_fields):
            yield Finding(code="einvoicing_not_carried", field="accounting", found=name)


def _named(field: OrderField, fields: Mapping[OrderField, Sequence[str]]) -> str:
    """The shop's own name of a field; where the settings name none, the place where they should."""
    return next(iter(fields.get(field, ())), f"webshop.fields.{field}")


def step(before: State, after: State) -> State:
    """`after`, if a dispatch may go there; staying where it is always may. A forbidden step is our own mistake."""
    if before != after and after not in STEPS[before]:
        raise ValueError(f"a dispatch can't go from {before} to {after}")
    return after


def may_become(before: State, after: State) -> bool:
    """Whether what a channel says is news: an answer that says less than is known already is none."""
    return before != after and after in STEPS[before] and after not in TO_GO


def waited_in_vain(
    state: State, channel: Channel, handed_at: datetime | None, now: datetime, rules: EinvoicingRules
) -> bool:
    """Whether the answer to this dispatch is overdue; for the accounting system, that it sent it is answer enough."""
    if handed_at is None or now - handed_at < timedelta(hours=rules.answer_within):
        return False
    return state == "handed" or (state == "sent" and channel != "accounting")


def waits_for_einvoice(stage: Stage, code: str) -> bool:
    """Whether an order's invoice stands as it should, so that its e-invoice alone says how it goes on."""
    return stage in ("booked", "dispatched") or (stage in ("held", "failed") and code in WAITING)


def held_for(fates: Iterable[Fate]) -> Finding | None:
    """Why an order waits for a person because of its e-invoices; None where it doesn't."""
    by_state = {fate.state: fate for fate in fates}
    worst = next((by_state[state] for state in HELD_FOR if state in by_state), None)
    return worst.finding if worst else None


def finding_of(state: State, channel: Channel, reference: str, code: str, told: str, hours: int) -> Finding:
    """What to say of a dispatch in a state that needs a person."""
    if state == "silent":
        what = "einvoice_not_sent" if channel == "accounting" else "einvoice_silent"
        return Finding(code=what, field="einvoicing.answer_within", found=reference, expected=str(hours))
    if state == "rejected":
        what = REJECTED_FOR.get(code, "einvoice_rejected")
        return Finding(code=what, field=code or "ApplicationResponse", found=told[:500], expected=reference)
    return Finding(code="einvoice_unsure", field="number", found=reference)
