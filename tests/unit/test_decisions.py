"""Which customer an order has: matched, new, the collecting one, or a hold that says why not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.classification import Classification, Identity
from domain.customers import Customer
from domain.decisions import Decision, Hits, decide
from domain.orders import CustomerType
from domain.outcomes import NeedsAttention
from domain.rules import CustomerRules, ResolvedRules
from domain.sentences import SENTENCES


def rules(customer_type: CustomerType = "b2c", **said: Any) -> ResolvedRules:
    return CustomerRules.model_validate(said).of(customer_type)


def customer(number: str, *, barred: bool = False) -> Customer:
    return Customer(number=number, values={}, barred=barred, updated_at=datetime(2026, 10, 26, tzinfo=UTC))


BY_EMAIL = Identity(rank=0, field="email", value="mette@example.dk")
BY_PHONE = Identity(rank=1, field="phone", value="86123456")
PRIVATE = Classification(type="b2c", identities=(BY_EMAIL, BY_PHONE))
FOUND = {number: customer(number) for number in ("1", "2", "3")} | {"9": customer("9", barred=True)}


def decided(*numbers: str, remembered: str | None = None, **said: Any) -> Decision:
    hits = Hits(numbers, "phone", "86123456") if numbers else Hits()
    return decide(PRIVATE, rules(**said), hits, FOUND, remembered)


def test_no_hit_is_a_new_customer_under_its_first_identity() -> None:
    assert decided() == Decision(kind="new", identity=BY_EMAIL)


def test_one_hit_is_the_customer() -> None:
    assert decided("2") == Decision(kind="matched", customer="2", identity=BY_PHONE, candidates=("2",))


def test_a_hit_that_is_deleted_by_now_is_none() -> None:
    assert decided("77").kind == "new"
    assert decided("77", "2").customer == "2"


@pytest.mark.parametrize(
    ("numbers", "said", "code", "found"),
    [
        (("2", "1"), {}, "ambiguous_customer", "1, 2"),
        (("2", "9"), {}, "ambiguous_customer", "2, 9"),
        (("9",), {}, "customer_barred", "9"),
        ((), {"create": False}, "creating_off", "mette@example.dk"),
        (("9",), {"create": False}, "customer_barred", "9"),
        ((), {"collecting_customer": "77"}, "collecting_missing", "77"),
        (("1",), {"collecting_customer": "9"}, "collecting_barred", "9"),
    ],
)
def test_what_a_person_must_look_at(numbers: tuple[str, ...], said: Any, code: str, found: str) -> None:
    with pytest.raises(NeedsAttention) as held:
        decided(*numbers, **said)
    assert (held.value.finding.code, held.value.finding.found) == (code, found)
    assert code in SENTENCES


def test_with_creating_off_a_hit_is_still_the_customer() -> None:
    assert decided("2", create=False).customer == "2"


def test_the_collecting_customer_goes_before_everything() -> None:
    assert decided("1", "2", remembered="1", collecting_customer="3") == Decision(kind="collecting", customer="3")


def test_a_remembered_choice_resolves_what_was_ambiguous() -> None:
    decision = decided("1", "2", remembered="2")
    assert (decision.kind, decision.customer, decision.remembered) == ("matched", "2", True)


def test_a_remembered_customer_that_is_gone_is_matched_afresh() -> None:
    assert decided("1", remembered="77").customer == "1"


def test_a_remembered_customer_that_is_barred_holds_the_order() -> None:
    with pytest.raises(NeedsAttention) as held:
        decided("1", remembered="9")
    assert held.value.finding.code == "customer_barred"
