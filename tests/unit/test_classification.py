"""Which kind of customer an order has, and what identifies it: the rules as a table."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.classification import Classification, classify, evidence_of
from domain.identity import CPR_MASK
from domain.orders import Buyer, Found, Order
from domain.outcomes import NeedsAttention
from domain.rules import CustomerRules
from domain.sentences import SENTENCES

CVR = "13585628"
EAN = "5790000435975"
PHONE = "+45 86 12 34 56"
DAY = datetime(2026, 10, 26, 12, tzinfo=UTC)


def order(note: str = "", fields: dict[str, str] | None = None, **buyer: str) -> Order:
    given_by_buyer = {"name": "Mette Holm", "email": "mette@example.dk", "phone": PHONE, "country": "DK"} | buyer
    return Order(
        id="42",
        number="1042",
        status="processing",
        currency="DKK",
        created_at=DAY,
        modified_at=DAY,
        total=Decimal("100.00"),
        total_vat=Decimal("20.00"),
        prices_include_vat=True,
        buyer=Buyer(**given_by_buyer),
        note=note,
        lines=(),
        fields={name: Found(key=f"meta:{name}", value=value) for name, value in (fields or {}).items()},  # type: ignore[misc]
    )


def rules(**said: Any) -> CustomerRules:
    return CustomerRules.model_validate(said)


def classified(fields: dict[str, str], country: str = "DK", **said: Any) -> Classification:
    return classify(order(fields=fields, country=country), rules(**said))


def found_by(classification: Classification) -> list[tuple[str, str]]:
    return [(identity.field, identity.value) for identity in classification.identities]


@pytest.mark.parametrize(
    ("fields", "country", "kind", "identity"),
    [
        ({}, "DK", "b2c", ("email", "mette@example.dk")),
        ({"cvr": " "}, "DK", "b2c", ("email", "mette@example.dk")),
        ({"cvr": "-"}, "DK", "b2c", ("email", "mette@example.dk")),
        ({"cvr": "DK 13.58.56.28"}, "DK", "b2b", ("cvr", CVR)),
        ({"vat_number": "DK13585628"}, "DK", "b2b", ("cvr", CVR)),
        ({"ean": "5790 0004 3597 5"}, "DK", "ean", ("ean", EAN)),
        ({"ean": EAN, "cvr": CVR}, "DK", "ean", ("ean", EAN)),
        ({"cvr": "DE 136 695 976"}, "DE", "b2b", ("cvr", "DE136695976")),
        ({"cvr": "136695976"}, "DE", "b2b", ("cvr", "DE136695976")),
        ({"vat_number": "DE136695976"}, "DE", "b2b", ("cvr", "DE136695976")),
        ({"vat_number": "NO 995 525 828 MVA"}, "NO", "b2b", ("cvr", "NO995525828")),
        ({"cvr": CVR}, "SE", "b2b", ("cvr", CVR)),
        ({"cvr": CVR}, "", "b2b", ("cvr", CVR)),
    ],
)
def test_the_filled_field_decides_the_type_and_by_what_it_is_found(
    fields: dict[str, str], country: str, kind: str, identity: tuple[str, str]
) -> None:
    classification = classified(fields, country)
    assert (classification.type, found_by(classification)) == (kind, [identity])


IMPOSSIBLE = [
    ("cvr", "1358562", "cvr_length"),
    ("cvr", "1234567890123", "cvr_length"),
    ("cvr", "13585629", "cvr_check_digit"),
    ("cvr", "00000000", "bad_cvr"),
    ("cvr", "ingen", "bad_cvr"),
    ("cvr", "86123456", "phone_in_cvr"),
    ("cvr", "+45 31 22 33 44", "phone_in_cvr"),
    ("cvr", "010190-1234", "cpr_in_cvr"),
    ("cvr", CPR_MASK, "cpr_in_cvr"),
    ("cvr", EAN, "ean_in_cvr"),
    ("cvr", "DE136695976", "vat_number_other_country"),
    ("ean", "579000043597", "ean_length"),
    ("ean", "5790000435970", "ean_check_digit"),
    ("ean", "0" * 13, "bad_ean"),
    ("ean", "se bilag", "bad_ean"),
    ("ean", CVR, "cvr_in_ean"),
    ("ean", "86123456", "phone_in_ean"),
    ("ean", "0101901234", "cpr_in_ean"),
    ("vat_number", "DK13585629", "bad_vat_number"),
    ("vat_number", "SE556188840401", "vat_number_other_country"),
    ("vat_number", "0101901234", "cpr_in_cvr"),
]


@pytest.mark.parametrize(("field", "typed", "code"), IMPOSSIBLE)
def test_an_impossible_number_holds_the_order_and_says_what_is_wrong(field: str, typed: str, code: str) -> None:
    with pytest.raises(NeedsAttention) as held:
        classified({field: typed})
    assert (held.value.finding.code, held.value.finding.field) == (code, f"meta:{field}")
    assert code in SENTENCES


@pytest.mark.parametrize(("field", "typed", "code"), IMPOSSIBLE)
def test_treated_as_b2c_an_impossible_number_is_ignored_with_a_warning(field: str, typed: str, code: str) -> None:
    classification = classified({field: typed}, on_bad_number="treat_as_b2c")
    assert (classification.type, found_by(classification)) == ("b2c", [("email", "mette@example.dk")])
    assert [warning.code for warning in classification.warnings] == [code]
    assert (classification.cvr, classification.ean, classification.vat_number) == ("", "", "")


def test_a_cpr_number_is_never_repeated() -> None:
    with pytest.raises(NeedsAttention) as held:
        classified({"cvr": "010190-1234"})
    assert held.value.finding.found == CPR_MASK
    assert "1234" not in str(evidence_of(order(fields={"cvr": "010190-1234"}), rules()))


def test_one_of_the_buyers_two_phones_is_no_cvr_number() -> None:
    with pytest.raises(NeedsAttention, match="phone_in_cvr"):
        classify(order(phone="33112233 / 86123456", fields={"cvr": "86123456"}), rules())


def test_an_impossible_ean_ignored_leaves_a_company_with_its_cvr() -> None:
    classification = classified({"ean": "5790000435970", "cvr": CVR}, on_bad_number="treat_as_b2c")
    assert (classification.type, found_by(classification)) == ("b2b", [("cvr", CVR)])
    assert [warning.code for warning in classification.warnings] == ["ean_check_digit"]


def test_the_policy_is_that_of_the_type_which_the_order_would_have_been() -> None:
    lenient_b2b: Any = {"b2b": {"on_bad_number": "treat_as_b2c"}}
    assert classified({"cvr": "13585629"}, **lenient_b2b).type == "b2c"
    with pytest.raises(NeedsAttention):
        classified({"ean": "5790000435970"}, **lenient_b2b)


def test_an_ean_order_with_an_impossible_cvr_is_held_or_goes_on_without_it() -> None:
    with pytest.raises(NeedsAttention):
        classified({"ean": EAN, "cvr": "13585629"})
    classification = classified({"ean": EAN, "cvr": "13585629"}, on_bad_number="treat_as_b2c")
    assert (classification.type, classification.cvr) == ("ean", "")


def test_a_number_of_a_country_whose_form_nobody_knows_is_told_and_not_used() -> None:
    classification = classified({"vat_number": "12-3456789"}, country="US")
    assert classification.type == "b2c"
    assert [warning.code for warning in classification.warnings] == ["vat_number_unchecked"]


def test_a_company_has_both_its_danish_and_its_foreign_number() -> None:
    classification = classified({"cvr": CVR, "vat_number": "DE136695976"}, country="DE")
    assert (classification.cvr, classification.vat_number) == (CVR, "DE136695976")
    assert {identity.rank for identity in classification.identities} == {0}
    assert found_by(classification) == [("cvr", CVR), ("cvr", "DE136695976")]


def test_a_company_name_without_cvr_is_a_private_buyer_unless_the_setting_says_hold() -> None:
    company = order(company="Vinduespudseren ApS")
    assert classify(company, rules()).type == "b2c"
    with pytest.raises(NeedsAttention) as held:
        classify(company, rules(company_without_cvr="hold"))
    assert held.value.finding.code == "company_without_cvr"
    assert classify(order(), rules(company_without_cvr="hold")).type == "b2c"


def test_identities_are_tried_in_the_order_of_the_setting() -> None:
    classification = classified({"customer_number": "17"}, identify_by=["customer_number", "phone", "cvr", "name"])
    assert found_by(classification) == [("customer_number", "17"), ("phone", "86123456"), ("name", "mette holm")]
    assert [identity.rank for identity in classification.identities] == [0, 1, 3]


def test_several_emails_of_one_order_are_tried_together() -> None:
    classification = classify(order(email="a@example.dk, b@example.dk"), rules())
    assert [(one.rank, one.key) for one in classification.identities] == [
        (0, "email:a@example.dk"),
        (0, "email:b@example.dk"),
    ]


def test_a_company_is_named_by_its_company_name() -> None:
    company = order(company="Vinduespudseren ApS", fields={"cvr": CVR})
    assert found_by(classify(company, rules(identify_by="name"))) == [("name", "vinduespudseren aps")]


@pytest.mark.parametrize("customer_number", ["", "0", " "])
def test_an_order_with_nothing_to_identify_by_is_held(customer_number: str) -> None:
    anonymous = order(email="", phone="", name="", fields={"customer_number": customer_number})
    with pytest.raises(NeedsAttention) as held:
        classify(anonymous, rules(identify_by=["email", "phone", "customer_number", "name"]))
    assert held.value.finding.code == "nothing_to_identify_by"
    assert held.value.finding.field == "customers.b2c.identify_by"


def test_placeholders_identify_nobody() -> None:
    anonymous = order(email="NoReply@example.dk", phone="12 34 56 78")
    said = {"identify_by": ["email", "phone"], "placeholders": ["noreply@*", "12345678"]}
    with pytest.raises(NeedsAttention):
        classify(anonymous, rules(**said))
    assert classify(anonymous.model_copy(update={"buyer": order().buyer}), rules(**said)).type == "b2c"


def test_a_placeholder_in_a_number_field_is_the_same_as_nothing() -> None:
    classification = classified({"cvr": "00 00 00 00", "ean": "0000000000000"}, placeholders=["0000*"])
    assert classification.type == "b2c"
    assert [seen.verdict for seen in classification.evidence] == ["placeholder", "placeholder", "empty"]
    assert classification.warnings == ()


def test_a_collecting_customer_needs_nothing_to_identify_by() -> None:
    anonymous = order(email="", phone="", name="")
    assert classify(anonymous, rules(collecting_customer=1000)).identities == ()


def test_a_collecting_customer_together_with_ean_is_warned_of() -> None:
    classification = classified({"ean": EAN}, collecting_customer=1000)
    assert [warning.code for warning in classification.warnings] == ["collecting_with_ean"]


@pytest.mark.parametrize(
    ("note", "fields", "codes"),
    [
        ("Vores EAN er 5790 0004 3597 5, tak", {}, ["ean_in_note"]),
        (f"EAN {EAN}", {"ean": EAN}, []),
        (f"EAN {EAN}", {"cvr": CVR}, ["ean_in_note"]),
        ("CVR: 13 58 56 28", {}, ["cvr_in_note"]),
        ("CVR: 13585628", {"cvr": CVR}, []),
        ("CVR: 13585629, EAN 5790000435970, tlf. 13585628", {}, []),
    ],
)
def test_a_number_in_the_note_is_suggested_and_never_applied(
    note: str, fields: dict[str, str], codes: list[str]
) -> None:
    classification = classify(order(note=note, fields=fields), rules())
    assert [warning.code for warning in classification.warnings] == codes
    assert classification.type == classified(fields).type


def test_the_evidence_of_a_held_order_can_still_be_told() -> None:
    evidence = evidence_of(order(fields={"ean": CVR, "cvr": CVR}), rules())
    assert [(seen.field, seen.key, seen.value, seen.verdict, seen.code) for seen in evidence] == [
        ("ean", "meta:ean", CVR, "impossible", "cvr_in_ean"),
        ("cvr", "meta:cvr", CVR, "valid", ""),
        ("vat_number", "", "", "empty", ""),
    ]


@given(
    st.dictionaries(st.sampled_from(["cvr", "ean", "vat_number", "customer_number"]), st.text()), st.text(max_size=4)
)
def test_no_text_in_a_field_breaks_the_classification(fields: dict[str, str], country: str) -> None:
    classification = classify(order(fields=fields, country=country), rules(on_bad_number="treat_as_b2c"))
    classification.model_dump_json()
    for seen in classification.evidence:
        assert len(seen.value) <= 200
        assert seen.value.isprintable() or not seen.value.isascii()
        assert not seen.code or seen.code in SENTENCES


def test_a_classification_outlives_the_store() -> None:
    classification = classified({"cvr": CVR, "ean": EAN})
    assert Classification.model_validate_json(classification.model_dump_json()) == classification
