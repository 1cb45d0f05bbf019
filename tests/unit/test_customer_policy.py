"""What an order may write to its customer, and how one is known again."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import customer_policy as policy
from domain import customers
from domain.capabilities import Capabilities
from domain.classification import Classification, classify
from domain.customers import Customer, CustomerField, Planned, Values
from domain.orders import Buyer, CustomerType, Found, Order
from domain.outcomes import NeedsAttention
from domain.rules import CustomerRules, IdentifyField, ResolvedRules

CVR, EAN, OTHER_EAN = "13585628", "5790000435975", "5798000893450"
DAY = datetime(2026, 10, 26, 12, tzinfo=UTC)
EVERYTHING: Any = dict.fromkeys(CustomerRules().of("b2c").fields, "both")


def rules(customer_type: CustomerType = "b2c", **said: Any) -> ResolvedRules:
    return CustomerRules.model_validate(said).of(customer_type)


def order(fields: Any = None, **buyer: str) -> Order:
    mette = {
        "name": "Mette Holm",
        "street": "Ærøvej 7",
        "zip": "8000",
        "city": "Aarhus C",
        "country": "DK",
        "email": "mette@example.dk",
        "phone": "+45 86 12 34 56",
    }
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
        buyer=Buyer(**(mette | buyer)),
        lines=(),
        fields={name: Found(key=name, value=value) for name, value in (fields or {}).items()},
    )


def customer(number: str = "1001", *, contacts: Any = (), barred: Any = False, **values: Any) -> Customer:
    said = {"number": number, "values": values, "contacts": contacts, "barred": barred, "updated_at": DAY}
    return Customer.model_validate(said)


def wanted(an_order: Order, vat_zone: str = "", **said: Any) -> Values:
    every = CustomerRules.model_validate(said)
    classified = classify(an_order, every)
    return policy.wanted_values(an_order, classified, every.of(classified.type), vat_zone)


class TestWhatTheOrderSays:
    def test_a_private_buyer_is_wanted_under_their_own_name_without_company_numbers(self) -> None:
        assert wanted(order(company="Hjemmefirma")) == {
            "name": "Mette Holm",
            "address": "Ærøvej 7",
            "zip": "8000",
            "city": "Aarhus C",
            "country": "DK",
            "email": "mette@example.dk",
            "phone": "+45 86 12 34 56",
            "currency": "DKK",
        }

    def test_a_company_is_wanted_under_its_name_and_cvr(self) -> None:
        values = wanted(order({"cvr": "DK 13 58 56 28"}, company="Vinduespudseren ApS"))
        assert (values["name"], values["cvr"]) == ("Vinduespudseren ApS", CVR)
        assert "ean" not in values

    def test_a_company_without_a_name_has_the_buyers(self) -> None:
        assert wanted(order({"cvr": CVR}))["name"] == "Mette Holm"

    def test_an_authority_has_its_ean_and_its_cvr(self) -> None:
        values = wanted(order({"ean": EAN, "cvr": CVR}, company="Aarhus Kommune"))
        assert (values["name"], values["ean"], values["cvr"]) == ("Aarhus Kommune", EAN, CVR)

    def test_a_foreign_company_has_its_vat_number_and_no_cvr(self) -> None:
        values = wanted(order({"cvr": "136695976"}, country="DE"))
        assert values["vat_number"] == "DE136695976"
        assert "cvr" not in values

    def test_an_ignored_number_is_written_nowhere(self) -> None:
        values = wanted(order({"cvr": "13585629", "ean": "123"}), on_bad_number="treat_as_b2c")
        assert not {"cvr", "ean", "vat_number"} & set(values)

    def test_group_and_terms_come_from_the_settings_and_the_zone_from_the_law(self) -> None:
        values = wanted(order(), vat_zone="eu", customer_group=2, b2c={"payment_terms": 14})
        assert (values["customer_group"], values["payment_terms"], values["vat_zone"]) == ("2", "14", "eu")

    def test_an_empty_value_says_nothing(self) -> None:
        assert not {"phone", "country", "zip"} & set(wanted(order(phone=" ", country="", zip="\u200b")))

    @pytest.mark.parametrize(("field", "typed"), [("email", "ingen"), ("phone", "0"), ("phone", "ved ikke")])
    def test_what_is_no_email_or_phone_is_not_written(self, field: str, typed: str) -> None:
        assert field not in wanted(order(**{field: typed}), identify_by=["email", "phone"])

    def test_names_lose_what_nobody_sees_and_keep_what_the_buyer_typed(self) -> None:
        assert wanted(order(name=" Søren\t&amp;\x07 \u202eÆrø\n"))["name"] == "Søren &amp; Ærø"

    @pytest.mark.parametrize(
        ("kind", "fields", "contacts"),
        [
            ("b2c", {}, ()),
            ("b2b", {}, ("Mette Holm",)),
            ("b2b", {"reference_person": "Ida Friis"}, ("Mette Holm",)),
            ("ean", {"reference_person": " Ida  Friis "}, ("Ida Friis",)),
            ("ean", {}, ("Mette Holm",)),
        ],
    )
    def test_who_becomes_a_contact_person(self, kind: CustomerType, fields: Any, contacts: tuple[str, ...]) -> None:
        assert policy.wanted_contacts(order(fields), kind) == contacts

    def test_a_new_customer_gets_the_number_by_which_it_is_identified(self) -> None:
        numbered = order({"customer_number": " K17 "})
        assert policy.wanted_number(numbered, rules(identify_by="customer_number")) == "K17"
        assert policy.wanted_number(numbered, rules()) == ""
        assert policy.wanted_number(order({"customer_number": "0"}), rules(identify_by="customer_number")) == ""


def books(**lengths: Any) -> Capabilities:
    fields = set(EVERYTHING) - {"vat_zone"}
    return Capabilities(
        identify_by=frozenset({"email"}),
        fields=frozenset(fields),
        contacts="contact" not in lengths or lengths["contact"] > 0,
        einvoicing=False,
        drafts=True,
        lookup_by_reference=True,
        lengths={**lengths},  # type: ignore[dict-item]
    )


class TestWhatTheBooksCanHold:
    def test_a_long_value_is_cut_and_told(self) -> None:
        values, contacts, warnings = policy.fit({"name": "Søren Ærø Åkjær"}, ("Ida Friis",), books(name=9, contact=5))
        assert (values, contacts) == ({"name": "Søren Ær…"}, ("Ida…",))
        assert [(told.code, told.field, told.found, told.expected) for told in warnings] == [
            ("value_cut", "name", "Søren Ærø Åkjær", "9"),
            ("value_cut", "contact", "Ida Friis", "5"),
        ]

    def test_an_email_that_is_too_long_is_left_out_and_not_cut_to_anothers(self) -> None:
        values, _, warnings = policy.fit({"email": "mette@example.dk", "city": "Aarhus"}, (), books(email=10))
        assert values == {"city": "Aarhus"}
        assert [told.field for told in warnings] == ["email"]

    def test_a_field_that_the_books_lack_is_never_a_difference(self) -> None:
        assert policy.fit({"vat_zone": "eu"}, (), books()) == ({}, (), ())

    def test_books_without_contacts_get_none(self) -> None:
        assert policy.fit({}, ("Ida",), books(contact=0))[1] == ()


class TestCreating:
    def test_only_fields_that_may_be_created_are_written(self) -> None:
        said = rules(fields={"phone": "update", "email": "never", "city": "create"})
        values = policy.new_values({"name": "A", "phone": "86123456", "email": "a@example.dk", "city": "Vejle"}, said)
        assert values == {"name": "A", "city": "Vejle", "country": "DK"}

    def test_a_name_is_always_written(self) -> None:
        never = rules(fields=dict.fromkeys(EVERYTHING, "never"))
        assert policy.new_values({"name": "Mette"}, never) == {"name": "Mette"}

    def test_a_nameless_customer_is_called_by_email_or_phone_or_the_order_is_held(self) -> None:
        assert policy.new_values({"email": "a@example.dk", "phone": "86123456"}, rules())["name"] == "a@example.dk"
        assert policy.new_values({"phone": "86123456"}, rules())["name"] == "86123456"
        with pytest.raises(NeedsAttention) as held:
            policy.new_values({"city": "Vejle"}, rules())
        assert held.value.finding.code == "name_missing"

    def test_a_customer_lives_in_denmark_unless_the_shop_says_otherwise(self) -> None:
        assert policy.new_values({"name": "A"}, rules())["country"] == "DK"
        assert policy.new_values({"name": "A", "country": "SE"}, rules())["country"] == "SE"


METTE: Values = {
    "name": "Mette Holm",
    "address": "Ærøvej 7",
    "zip": "8000",
    "city": "Aarhus C",
    "country": "DK",
    "email": "mette@example.dk",
    "phone": "86123456",
}


def plan(
    kept: Customer,
    shop: Any,
    contacts: tuple[str, ...] = (),
    kind: CustomerType = "b2c",
    by: IdentifyField | None = "email",
    **said: Any,
) -> Planned:
    return policy.plan_change(kept, shop, contacts, rules(kind, **said), kind, by)


def why(planned: Planned) -> dict[CustomerField, str]:
    return {protected.field: protected.why for protected in planned.protected}


class TestUpdating:
    def test_nothing_different_nothing_written_nothing_protected(self) -> None:
        planned = plan(customer(**METTE), METTE)
        assert planned == Planned()
        assert not planned.changes

    def test_only_the_fields_that_differ_are_written(self) -> None:
        planned = plan(customer(**METTE), METTE | {"address": "Søndergade 1", "zip": "8000 "})
        assert planned.values == {"address": "Søndergade 1"}
        assert planned.changes

    @pytest.mark.parametrize(
        ("field", "kept", "shop"),
        [
            ("phone", "86 12 34 56", "+4586123456"),
            ("phone", "33112233 / 86 12 34 56", "86123456"),
            ("email", "METTE@example.dk", "mette@example.dk"),
            ("email", "bog@example.dk; mette@example.dk", "Mette@example.dk"),
            ("cvr", "DK 13 58 56 28", CVR),
            ("ean", "5790 0004 3597 5", EAN),
            ("vat_number", "136 695 976", "DE136695976"),
            ("country", "dk", "DK"),
            ("zip", "123 45", "12345"),
            ("name", "Søren  A\u030akjær ", "Søren Åkjær"),
        ],
    )
    def test_another_spelling_is_no_difference(self, field: str, kept: str, shop: str) -> None:
        country = {"country": "DE"} if field == "vat_number" else {}
        assert plan(customer(**{field: kept, **country}), {field: shop}, kind="b2b", fields=EVERYTHING).values == {}

    @pytest.mark.parametrize(
        ("field", "kept", "shop"),
        [
            ("name", "mette holm", "Mette Holm"),
            ("phone", "86123456", "86123457"),
            ("phone", "", "86123456"),
            ("email", "a@example.dk", "a@example.dk, b@example.dk"),
            ("country", "SE", "DK"),
        ],
    )
    def test_a_difference_is_written(self, field: str, kept: str, shop: str) -> None:
        assert plan(customer(**{field: kept}), {field: shop}).values == {field: shop}

    @pytest.mark.parametrize("field", ["name", "address", "zip", "city", "country", "email", "phone"])
    def test_an_empty_shop_value_never_erases_one(self, field: Any) -> None:
        planned = plan(customer(**METTE), {name: text for name, text in METTE.items() if name != field})
        assert planned.values == {}
        assert why(planned) == {field: "empty_in_shop"}

    @pytest.mark.parametrize(
        ("policy", "written"), [("create", False), ("update", True), ("both", True), ("never", False)]
    )
    def test_the_policy_of_the_field_decides(self, policy: str, written: bool) -> None:
        planned = plan(customer(city="Vejle"), {"city": "Aarhus C"}, fields={"city": policy})
        assert planned.values == ({"city": "Aarhus C"} if written else {})
        assert why(planned) == ({} if written else {"city": "policy"})

    def test_with_updating_off_nothing_is_written_and_the_differences_are_told(self) -> None:
        planned = plan(customer(city="Vejle"), {"city": "Aarhus C"}, ("Ida",), kind="b2b", update=False)
        assert not planned.changes
        assert why(planned) == {"city": "update_off", "contact": "update_off"}
        assert (planned.protected[0].kept, planned.protected[0].shop) == ("Vejle", "Aarhus C")

    def test_a_customers_group_terms_and_zone_stay_as_the_bookkeeper_has_them(self) -> None:
        kept = customer(customer_group="1", payment_terms="8", vat_zone="domestic", currency="DKK")
        shop = {"customer_group": "2", "payment_terms": "14", "vat_zone": "eu", "currency": "EUR"}
        assert plan(kept, shop).values == {}
        assert set(why(plan(kept, shop)).values()) == {"policy"}
        assert plan(kept, shop, fields=EVERYTHING).values == shop

    @pytest.mark.parametrize("number", [{"cvr": CVR}, {"ean": EAN}, {"vat_number": "DE136695976"}])
    def test_a_private_order_that_hits_a_company_never_updates_it(self, number: dict[str, str]) -> None:
        kept = customer(name="Vinduespudseren ApS", city="Vejle", email="mette@example.dk", **number)
        planned = plan(kept, METTE, fields=EVERYTHING)
        assert not planned.changes
        assert set(why(planned).values()) == {"b2c_hits_company"}

    def test_found_by_cvr_the_customers_ean_stays(self) -> None:
        planned = plan(customer(ean=OTHER_EAN), {"ean": EAN}, kind="ean", by="cvr", fields=EVERYTHING)
        assert planned.values == {}
        assert why(planned) == {"ean": "other_ean"}

    def test_found_by_cvr_a_customer_without_ean_may_get_one(self) -> None:
        assert plan(customer(), {"ean": EAN}, kind="ean", by="cvr", fields=EVERYTHING).values == {"ean": EAN}

    def test_a_customer_chosen_by_a_person_keeps_its_ean(self) -> None:
        assert why(plan(customer(ean=OTHER_EAN), {"ean": EAN}, kind="ean", by="ean", fields=EVERYTHING)) == {
            "ean": "other_ean"
        }

    @pytest.mark.parametrize("said", [{"collecting_customer": 1001}, {"b2b": {"collecting_customer": "1001"}}])
    def test_a_collecting_customer_is_never_updated_whichever_type_finds_it(self, said: Any) -> None:
        planned = plan(customer("1001", name="Webkunde"), METTE, fields=EVERYTHING, **said)
        assert not planned.changes
        assert set(why(planned).values()) == {"collecting"}

    def test_each_new_buyer_of_a_company_becomes_a_contact_once(self) -> None:
        kept = customer(contacts=("Ida Friis",))
        assert plan(kept, {}, ("Mette Holm",), kind="b2b").new_contacts == ("Mette Holm",)
        assert plan(kept, {}, ("ida  friis",), kind="b2b").new_contacts == ()

    def test_a_public_customer_with_nobody_of_attention_gets_the_orders_person_known_or_new(self) -> None:
        def attention(kind: CustomerType, there: str | None, **said: Any) -> str:
            school = customer(ean=EAN, contacts=("Mette Holm",)).model_copy(update={"attention": there})
            return plan(school, {}, ("Mette Holm",), kind, "ean", **said).attention

        assert attention("ean", "") == "Mette Holm"
        assert attention("ean", "7") == attention("ean", None) == ""
        assert attention("b2b", "") == ""
        assert attention("ean", "", fields={"contact": "create"}) == ""
        assert attention("ean", "", update=False) == ""
        assert attention("ean", "", ean={"collecting_customer": "1001"}) == ""

    def test_contacts_have_a_policy_too(self) -> None:
        planned = plan(customer(contacts=("Ida Friis",)), {}, ("Mette",), kind="b2b", fields={"contact": "create"})
        assert planned.new_contacts == ()
        assert [(one.field, one.kept, one.shop, one.why) for one in planned.protected] == [
            ("contact", "Ida Friis", "Mette", "policy")
        ]

    @given(st.dictionaries(st.sampled_from(sorted(METTE)), st.text(max_size=20)))
    def test_what_was_written_once_is_no_difference_the_next_time(self, buyer: dict[str, str]) -> None:
        typed = {"street" if field == "address" else field: text for field, text in buyer.items()}
        shop = policy.wanted_values(order(**typed), Classification(type="b2c"), rules())
        kept = customer(**plan(customer(), shop, fields=EVERYTHING).values)
        assert plan(kept, shop, fields=EVERYTHING).values == {}


class TestKnowingACustomerAgain:
    FULL: Any = {"name": "Vinduespudseren ApS", "email": "bog@example.dk", "cvr": CVR, "ean": EAN}

    @pytest.mark.parametrize("kept", ["name", "email", "cvr", "ean"])
    def test_one_unchanged_mark_is_enough(self, kept: str) -> None:
        remembered = customers.fingerprint(customer(**self.FULL))
        other = {"name": "X", "email": "x@example.dk", "cvr": "55133018", "ean": OTHER_EAN}
        assert customers.same_customer(remembered, customer(**(other | {kept: self.FULL[kept]})))

    def test_a_number_used_again_is_another_customer(self) -> None:
        remembered = customers.fingerprint(customer(**self.FULL))
        assert not customers.same_customer(remembered, customer(name="Ida Friis", email="ida@example.dk"))
        assert not customers.same_customer(remembered, customer("1002", **self.FULL))

    def test_spelling_does_not_matter(self) -> None:
        remembered = customers.fingerprint(customer(cvr=CVR, country="DK"))
        assert customers.same_customer(remembered, customer(vat_number="DK 13.58.56.28"))

    def test_a_customer_of_whom_nothing_is_known_is_never_known_again(self) -> None:
        nobody = customer(name="", email="-")
        assert not customers.same_customer(customers.fingerprint(nobody), nobody)

    def test_no_personal_data_can_be_read_in_it(self) -> None:
        fingerprint = customers.fingerprint(customer(**self.FULL))
        assert set(fingerprint) <= set("0123456789abcdef ")
        assert CVR not in fingerprint
        assert fingerprint == customers.fingerprint(customer(**self.FULL, city="Vejle"))
        assert set(fingerprint.split()).isdisjoint(customers.fingerprint(customer("1002", **self.FULL)).split())


class TestWholeRules:
    def test_one_cvr_with_two_eans_is_two_customers_when_identified_by_ean(self) -> None:
        every = CustomerRules()
        first, second = (classify(order({"ean": ean, "cvr": CVR}), every) for ean in (EAN, OTHER_EAN))
        assert set(first.identities).isdisjoint(second.identities)

    def test_two_buyers_of_one_cvr_are_one_customer(self) -> None:
        every = CustomerRules()
        one = classify(order({"cvr": CVR}, email="a@example.dk"), every)
        other = classify(order({"cvr": "DK 13585628"}, email="b@example.dk"), every)
        assert one.identities == other.identities

    def test_two_companies_on_one_email_are_two_customers(self) -> None:
        every = CustomerRules()
        one, other = (classify(order({"cvr": cvr}), every) for cvr in (CVR, "55133018"))
        assert set(one.identities).isdisjoint(other.identities)
