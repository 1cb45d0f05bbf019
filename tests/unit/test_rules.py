"""What a user sets for customers, and what follows for each type."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.rules import TYPES, CustomerRules


def rules(**said: Any) -> CustomerRules:
    return CustomerRules.model_validate(said)


def test_nothing_said_means_the_recommended_rules() -> None:
    assert [CustomerRules().of(kind).identify_by for kind in TYPES] == [("email",), ("cvr",), ("ean",)]
    for kind in TYPES:
        resolved = CustomerRules().of(kind)
        assert (resolved.create, resolved.update, resolved.collecting_customer) == (True, True, "")
        assert resolved.on_bad_number == "hold"


@pytest.mark.parametrize(
    ("said", "b2b"),
    [
        ({}, ("cvr",)),
        ({"identify_by": "email"}, ("email",)),
        ({"identify_by": "email", "b2b": {"identify_by": ["cvr", "email"]}}, ("cvr", "email")),
        ({"identify_by": "email", "b2c": {"identify_by": "phone"}}, ("email",)),
    ],
)
def test_a_types_value_goes_before_the_global_one_and_that_before_the_presets(said: Any, b2b: Any) -> None:
    assert rules(**said).of("b2b").identify_by == b2b


def test_a_false_on_a_type_is_said_and_not_nothing() -> None:
    said = rules(create=True, b2c={"create": False})
    assert (said.of("b2c").create, said.of("b2b").create) == (False, True)


def test_field_policies_are_merged_field_by_field() -> None:
    said = rules(fields={"name": "never", "phone": "create"}, b2c={"fields": {"phone": "update"}})
    assert (said.of("b2c").fields["name"], said.of("b2c").fields["phone"]) == ("never", "update")
    assert (said.of("ean").fields["name"], said.of("ean").fields["phone"]) == ("never", "create")
    assert said.of("b2c").fields["email"] == "both"


@pytest.mark.parametrize(
    ("policy", "at_creation", "at_update"),
    [("create", True, False), ("update", False, True), ("both", True, True), ("never", False, False)],
)
def test_a_policy_says_when_a_field_is_written(policy: str, at_creation: bool, at_update: bool) -> None:
    resolved = rules(fields={"city": policy}).of("b2c")
    assert (resolved.writes("city", "create"), resolved.writes("city", "update")) == (at_creation, at_update)


def test_a_company_keeps_its_own_email_and_phone_under_the_recommended_rules() -> None:
    assert CustomerRules().of("b2c").writes("email", "update")
    assert not CustomerRules().of("b2b").writes("email", "update")
    assert CustomerRules().of("b2b").writes("contact", "update")


def test_match_only_neither_creates_nor_updates() -> None:
    resolved = rules(preset="match-only").of("ean")
    assert (resolved.create, resolved.update) == (False, False)


def test_one_customer_without_a_customer_is_refused_in_one_sentence() -> None:
    with pytest.raises(ValidationError) as refused:
        rules(preset="one-customer")
    (error,) = refused.value.errors()
    assert error["type"] == "collecting_customer_needed"
    assert "collecting_customer" in error["msg"]


def test_one_customer_may_be_named_globally_or_by_each_type() -> None:
    assert rules(preset="one-customer", collecting_customer=1000).of("b2b").collecting_customer == "1000"
    each = {kind: {"collecting_customer": number} for kind, number in zip(TYPES, (1, 2, 3), strict=True)}
    assert rules(preset="one-customer", **each).of("ean").collecting_customer == "3"


def test_a_type_can_leave_the_collecting_customer() -> None:
    said = rules(collecting_customer="1000", ean={"collecting_customer": ""})
    assert (said.of("b2c").collecting_customer, said.of("ean").collecting_customer) == ("1000", "")


def test_no_type_updates_the_collecting_customer_of_another() -> None:
    said = rules(collecting_customer=1000, b2c={"collecting_customer": 2000}, b2b={"collecting_customer": ""})
    assert said.of("b2b").never_updated == {"1000", "2000"}


def test_numbers_of_the_books_may_be_written_without_quotes() -> None:
    resolved = rules(customer_group=1, b2c={"payment_terms": 14}).of("b2c")
    assert (resolved.customer_group, resolved.payment_terms) == ("1", "14")


@pytest.mark.parametrize(
    "wrong",
    [
        {"identify_by": []},
        {"identify_by": "fax"},
        {"fields": {"name": "sometimes"}},
        {"fields": {"shoe_size": "both"}},
        {"b2x": {}},
        {"b2b": {"preset": "match-only"}},
        {"on_bad_number": "ignore"},
        {"collecting_customer": True},
        {"collecting_customer": 10.5},
    ],
)
def test_what_is_not_a_rule_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        rules(**wrong)


def test_a_collecting_customer_with_ean_or_payment_terms_is_doubted() -> None:
    found = rules(collecting_customer=1000, b2b={"payment_terms": 30}).doubts()
    assert [(doubt.code, doubt.field) for doubt in found] == [
        ("collecting_with_terms", "customers.b2b.collecting_customer"),
        ("collecting_with_ean", "customers.ean.collecting_customer"),
    ]
    assert CustomerRules().doubts() == ()
