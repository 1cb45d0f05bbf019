"""What a look at the latest orders tells: by the numbers themselves, never by what a plugin calls its fields."""

import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from deployments.demo.numbers import made_up_cvr, made_up_ean
from domain.checks import Look, Looked, UnnamedField, look_at, unnamed_fields
from domain.orders import Buyer, Found, Order, OrderField
from domain.rules import CustomerRules, TypeRules

NAMED: dict[OrderField, tuple[str, ...]] = {"cvr": ("meta:_cvr",), "ean": ()}
MOMENT = datetime(2026, 11, 2, 12, tzinfo=UTC)


def an_order(
    number: str = "1001", email: str = "bo@example.dk", phone: str = "", fields: dict[OrderField, Found] | None = None
) -> Order:
    return Order(
        id=number,
        number=number,
        status="processing",
        currency="DKK",
        created_at=MOMENT,
        modified_at=MOMENT,
        total=Decimal("0.00"),
        total_vat=Decimal("0.00"),
        prices_include_vat=True,
        buyer=Buyer(name="Bo Holm", email=email, phone=phone, country="DK"),
        lines=(),
        fields=fields or {},
    )


def looked(order: Order | None = None, **meta: Any) -> Looked:
    rows = [{"id": index, "key": key, "value": value} for index, (key, value) in enumerate(meta.items())]
    return Looked({"meta_data": rows}, order or an_order())


def look(*orders: Looked, rules: CustomerRules | None = None) -> Look:
    return look_at(orders, rules or CustomerRules(), NAMED)


def found(*orders: Looked) -> list[UnnamedField]:
    return unnamed_fields(orders, NAMED)


class TestUnnamedFields:
    def test_a_field_of_cvr_numbers_is_found_whatever_it_is_called(self) -> None:
        (field,) = found(*(looked(_x17=made_up_cvr(index)) for index in range(5)))
        assert (field.key, field.holds, field.filled, field.matching) == ("meta:_x17", "cvr", 5, 5)

    def test_the_line_keeps_what_is_named_and_can_be_pasted(self) -> None:
        (field,) = found(looked(_x17=made_up_cvr(1)))
        assert tomllib.loads(field.line) == {"cvr": ["meta:_cvr", "meta:_x17"]}

    def test_one_line_names_every_field_of_a_kind_most_filled_first(self) -> None:
        orders = [looked(_a=made_up_cvr(1)), looked(_b=made_up_cvr(2)), looked(_b=made_up_cvr(3))]
        lines = {field.line for field in found(*orders)}
        assert [tomllib.loads(line) for line in lines] == [{"cvr": ["meta:_cvr", "meta:_b", "meta:_a"]}]

    def test_ean_numbers_are_told_from_cvr_numbers(self) -> None:
        (field,) = found(looked(_nr=made_up_ean(4)))
        assert (field.holds, tomllib.loads(field.line)) == ("ean", {"ean": ["meta:_nr"]})

    @pytest.mark.parametrize("spelled", ["{0}", "DK{0}", "DK-{0}", " {0} ", "CVR {0}"])
    def test_numbers_count_as_buyers_type_them(self, spelled: str) -> None:
        assert [field.holds for field in found(looked(_x=spelled.format(made_up_cvr(1))))] == ["cvr"]

    def test_a_number_that_json_holds_as_a_number_counts(self) -> None:
        assert found(looked(_x=int(made_up_cvr(1))))

    def test_a_foreign_vat_number_counts_as_a_company_number(self) -> None:
        assert [field.holds for field in found(looked(_vat="DE136695976"))] == ["cvr"]

    def test_a_field_that_is_named_is_not_suggested(self) -> None:
        assert found(looked(_cvr=made_up_cvr(1))) == []

    def test_a_field_where_the_numbers_are_the_exception_is_not_suggested(self) -> None:
        orders = [looked(_note=made_up_cvr(1)), looked(_note="ring først"), looked(_note="tak")]
        assert found(*orders) == []

    def test_empty_values_do_not_count_against_a_field(self) -> None:
        orders = [looked(_x=made_up_cvr(1)), *(looked(_x=empty) for empty in ("", None, 0, "0", False, [], {}))]
        assert [field.filled for field in found(*orders)] == [1]

    def test_eight_digits_that_fail_mod_11_are_no_cvr_numbers(self) -> None:
        assert found(looked(_x="12345678")) == []

    def test_a_phone_number_that_happens_to_pass_mod_11_is_no_cvr_number(self) -> None:
        phone = made_up_cvr(3)
        assert found(looked(an_order(phone=f"+45 {phone}"), _sms=phone)) == []

    def test_an_order_id_that_happens_to_pass_mod_11_is_no_cvr_number(self) -> None:
        number = made_up_cvr(3)
        assert found(Looked({"id": int(number), "number": number}, an_order(number))) == []

    def test_paths_of_the_order_are_looked_at_too(self) -> None:
        (field,) = found(Looked({"billing": {"company_id": made_up_cvr(1)}}, an_order()))
        assert tomllib.loads(field.line) == {"cvr": ["meta:_cvr", "billing.company_id"]}

    def test_barcodes_of_goods_are_no_ean_numbers_of_buyers(self) -> None:
        body = {"line_items": {"gtin": made_up_ean(1)}}
        assert found(Looked(body, an_order())) == []

    def test_an_order_that_can_not_be_read_is_still_looked_at(self) -> None:
        assert found(Looked({"meta_data": [{"key": "_x", "value": made_up_cvr(1)}]}, None))

    @pytest.mark.parametrize("key", ['a"b', "a\\b", "æøå / 1", "]"])
    def test_a_strange_key_makes_a_line_that_is_still_toml(self, key: str) -> None:
        (field,) = found(looked(**{key: made_up_cvr(1)}))
        assert tomllib.loads(field.line)["cvr"][-1] == f"meta:{key}"

    @pytest.mark.parametrize(
        "body",
        ["no json", {}, {"meta_data": None}, {"meta_data": {"key": "x"}}, {"meta_data": [None, 7, {"value": 1}]}],
    )
    def test_a_body_of_any_shape_tells_nothing_and_does_no_harm(self, body: Any) -> None:
        assert found(Looked(body, None)) == []

    def test_a_key_with_control_characters_is_never_suggested(self) -> None:
        assert found(looked(**{"a\x1b[31m": made_up_cvr(1)})) == []


class TestLook:
    def test_orders_are_counted_by_type(self) -> None:
        company = an_order(fields={"cvr": Found(key="meta:_cvr", value=made_up_cvr(1))})
        told = look(looked(), looked(company), Looked("broken", None))
        assert (told.orders, told.unreadable, told.types) == (3, 1, {"b2c": 1, "b2b": 1})

    def test_an_order_without_its_identifying_field_is_told(self) -> None:
        told = look(looked(an_order(email="")), looked())
        assert told.without == {("b2c", "email"): 1}

    def test_every_identifying_field_is_told_by_itself(self) -> None:
        rules = CustomerRules(b2c=TypeRules(identify_by=("email", "phone")))
        told = look(looked(an_order(phone="20304050")), looked(an_order(email="", phone="20304050")), rules=rules)
        assert told.without == {("b2c", "email"): 1}

    def test_a_placeholder_identifies_nobody(self) -> None:
        told = look(looked(), rules=CustomerRules(placeholders=("bo@*",)))
        assert told.without == {("b2c", "email"): 1}

    def test_a_collecting_customer_needs_no_identifying_field(self) -> None:
        assert not look(looked(an_order(email="")), rules=CustomerRules(collecting_customer="1")).without

    @pytest.mark.parametrize("policy", ["hold", "treat_as_b2c"])
    def test_an_impossible_number_is_told_whatever_the_policy(self, policy: Any) -> None:
        order = an_order(fields={"cvr": Found(key="meta:_cvr", value="12345678")})
        told = look(looked(order), rules=CustomerRules(on_bad_number=policy))
        assert told.impossible == {"cvr": 1}

    def test_a_company_held_for_its_missing_cvr_is_no_order_without_an_identifying_field(self) -> None:
        order = an_order().model_copy(update={"buyer": Buyer(company="Holm ApS", email="bo@example.dk")})
        assert not look(looked(order), rules=CustomerRules(company_without_cvr="hold")).without
