"""What becomes of an order's customer: matched, new, or the collecting one; or a hold that says why not."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from domain.classification import Classification, Identity
from domain.customers import Customer
from domain.orders import CustomerType, Frozen
from domain.outcomes import NeedsAttention
from domain.rules import IdentifyField, ResolvedRules


class Hits(NamedTuple):
    """The customers that an order's identities hit, and the field and value by which."""

    numbers: tuple[str, ...] = ()
    field: IdentifyField | None = None
    value: str = ""


class Decision(Frozen):
    """Which customer an order has. `customer` is its number, empty for a new one.

    `identity` is what decided: the one that hit, or the first one of a new customer; None for a collecting
    customer. `remembered` tells that the choice was made before.
    """

    kind: Literal["matched", "new", "collecting"]
    customer: str = ""
    identity: Identity | None = None
    candidates: tuple[str, ...] = ()
    remembered: bool = False


def decide(
    classified: Classification,
    rules: ResolvedRules,
    hits: Hits,
    customers: Mapping[str, Customer],
    remembered: str | None = None,
) -> Decision:
    """Decide an order's customer.

    `customers` holds those of `hits`, the collecting one and the remembered one as far as they exist: a number that
    isn't there is deleted and counts for nothing. `remembered` is the number once chosen for this identity, given
    only while `same_customer` holds for it; it goes before the hits.

    Raises `NeedsAttention`: `collecting_missing`, `collecting_barred`, `ambiguous_customer` (also when all but one
    are barred: a person says which it is), `customer_barred`, `creating_off`.
    """
    if rules.collecting_customer:
        return _collecting(classified.type, rules.collecting_customer, customers)
    first = classified.identities[0]
    if remembered is not None and remembered in customers:
        _refuse_barred(customers[remembered])
        return Decision(kind="matched", customer=remembered, identity=first, remembered=True)
    existing = tuple(sorted({number for number in hits.numbers if number in customers}))
    if len(existing) > 1:
        raise NeedsAttention("ambiguous_customer", hits.field or "", ", ".join(existing))
    if existing:
        _refuse_barred(customers[existing[0]])
        by = next((one for one in classified.identities if (one.field, one.value) == (hits.field, hits.value)), first)
        return Decision(kind="matched", customer=existing[0], identity=by, candidates=existing)
    if not rules.create:
        raise NeedsAttention("creating_off", f"customers.{classified.type}.create", first.value, first.field)
    return Decision(kind="new", identity=first)


def _collecting(customer_type: CustomerType, number: str, customers: Mapping[str, Customer]) -> Decision:
    path = f"customers.{customer_type}.collecting_customer"
    customer = customers.get(number)
    if customer is None:
        raise NeedsAttention("collecting_missing", path, number)
    if customer.barred:
        raise NeedsAttention("collecting_barred", path, number)
    return Decision(kind="collecting", customer=number)


def _refuse_barred(customer: Customer) -> None:
    """A barred customer holds the order: making a second one would get round the bar."""
    if customer.barred:
        raise NeedsAttention("customer_barred", "number", customer.number)
