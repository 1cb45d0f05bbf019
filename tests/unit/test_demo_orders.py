"""The demo's orders are what they say: complete, consistent to the øre, and the same as the files beside them."""

import json
from collections import Counter
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from stdnum import ean
from stdnum.dk import cvr

from adapters.settings import load
from deployments.demo import ledger, make_orders, people
from deployments.demo.cases import CASES, broken
from deployments.demo.cases.case import Case
from deployments.demo.cases.changes import CHANGES
from deployments.demo.goods import goods
from deployments.demo.numbers import made_up_cvr, made_up_ean
from deployments.demo.shop import KEYS, moment
from domain.customers import CustomerField
from domain.sentences import SENTENCES
from tests.orders import (
    Coupon,
    Fee,
    Freight,
    Goods,
    woo_order,
    woo_orders,
    woo_orders_and_refunds,
    woo_refund,
    write_orders,
)

FOLDER = Path(make_orders.__file__).parent
BY_ID = {case.id: case for case in CASES}
SOUND = [case for case in [*CASES, *CHANGES] if case not in broken.CASES and case.code != "lines_do_not_add_up"]
NUMBERS = [value for name, value in vars(people).items() if name.endswith("_CVR")]
LOCATIONS = [value for name, value in vars(people).items() if name.endswith("_EAN")]


def amount_lines(order: dict[str, Any]) -> list[dict[str, Any]]:
    return [*order["line_items"], *order["shipping_lines"], *order["fee_lines"]]


def sums(order: dict[str, Any]) -> tuple[Decimal, Decimal]:
    lines = amount_lines(order)
    vat = sum((Decimal(line["total_tax"]) for line in lines), Decimal())
    return sum((Decimal(line["total"]) for line in lines), vat), vat


@pytest.mark.parametrize("name", sorted(make_orders.files()))
def test_a_file_of_the_demo_is_what_its_table_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == make_orders.files()[name], "run deployments.demo.make_orders"


def test_no_order_lies_in_the_demo_that_no_table_knows() -> None:
    lying = {
        str(path.relative_to(FOLDER)) for kind in ("orders", "changes") for path in (FOLDER / kind).rglob("*.json")
    }
    assert lying == {name for name in make_orders.files() if name.startswith(("orders/", "changes/"))}


def test_the_demo_has_at_least_sixty_orders_of_every_outcome_and_type() -> None:
    assert len(CASES) >= 60
    assert {case.outcome for case in CASES} == {"invoiced", "held", "skipped", "ignored"}
    assert len(BY_ID) == len(CASES)
    assert all(bool(case.code) == (case.outcome in {"held", "skipped"}) for case in [*CASES, *CHANGES])
    assert all(bool(case.customer) == (case.outcome == "invoiced") for case in [*CASES, *CHANGES])


def test_every_named_customer_stands_in_the_books_or_is_made_by_an_earlier_order() -> None:
    standing = {entry["number"] for entry in ledger.BOOKS}
    for case in [*CASES, *CHANGES]:
        if case.customer.startswith("as "):
            first = BY_ID[case.customer.removeprefix("as ")]
            assert first.customer == "new"
            assert first.order["date_created"] < case.order["date_created"]
        elif case.outcome == "invoiced":
            assert case.customer in {"new", *standing}


def test_the_books_hold_at_least_twelve_customers_once_each() -> None:
    counted = Counter(entry["number"] for entry in ledger.BOOKS)
    assert len(counted) >= 12
    assert set(counted.values()) == {1}
    assert sum(entry["barred"] for entry in ledger.BOOKS) >= 3


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.id)
def test_lines_freight_fees_and_vat_make_the_total(case: Case) -> None:
    order = case.order
    total, vat = sums(order)
    assert (order["total"], order["total_tax"]) == (str(total), str(vat))
    stated = sum(
        (Decimal(row["tax_total"]) + Decimal(row["shipping_tax_total"]) for row in order["tax_lines"]), Decimal()
    )
    assert stated == vat
    discount = sum((Decimal(row["discount"]) for row in order["coupon_lines"]), Decimal())
    assert discount == Decimal(order["discount_total"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_an_order_has_the_keys_of_woocommerce_in_their_order(case: Case) -> None:
    assert tuple(case.order) == KEYS


@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.id)
def test_dates_agree_between_the_clock_in_copenhagen_and_utc(case: Case) -> None:
    for name in ("created", "modified", "paid", "completed"):
        local, utc = case.order[f"date_{name}"], case.order[f"date_{name}_gmt"]
        if local is None:
            assert utc is None
        else:
            assert moment(local).astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S") == utc


def test_the_first_of_november_begins_while_it_is_october_in_utc() -> None:
    assert BY_ID["1117"].order["date_created_gmt"] == "2026-10-31T23:30:00"
    assert BY_ID["1705"].order["date_created_gmt"] == "2026-10-31T22:30:00"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_made_up_cvr_number_passes_modulus_11(number: str) -> None:
    assert cvr.is_valid(number)
    assert not cvr.is_valid(people.off_by_one(number))


@pytest.mark.parametrize("number", LOCATIONS)
def test_a_made_up_ean_number_passes_its_check_digit(number: str) -> None:
    assert len(number) == 13
    assert ean.is_valid(number)
    assert not ean.is_valid(people.off_by_one(number))


def test_made_up_numbers_are_all_different() -> None:
    assert len({made_up_cvr(index) for index in range(2000)}) == 2000
    assert len({made_up_ean(index) for index in range(2000)}) == 2000


def test_every_code_that_the_demo_meets_has_its_sentence() -> None:
    assert {case.code for case in [*CASES, *CHANGES] if case.code} <= SENTENCES.keys()


def test_the_settings_of_the_demo_are_a_valid_file_that_reads_its_orders() -> None:
    settings = load(FOLDER / "afstem.toml")
    assert settings.webshop.kind == "files"
    assert settings.webshop.path == FOLDER / "orders"
    assert settings.webshop.statuses == ("processing", "completed")


def test_the_books_name_only_fields_that_customers_have() -> None:
    for entry in json.loads((FOLDER / "books.json").read_text(encoding="utf-8")):
        assert set(entry) == {"number", "values", "contacts", "barred"}
        assert set(entry["values"]) <= set(get_args(CustomerField))


def test_the_cut_off_file_is_no_json() -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads((FOLDER / "orders" / broken.MALFORMED_FILE).read_text(encoding="utf-8"))


def test_a_percent_coupon_gives_the_odd_ore_to_the_dearest_line() -> None:
    cups = Goods("Kop", "99.00", 3)
    order = woo_order(lines=[goods("SKRUE-3", 7), cups], coupons=[Coupon("33", "percent", "33")])
    screws, cup = order["line_items"]
    assert (screws["subtotal"], screws["total"], screws["total_tax"]) == ("5.54", "3.72", "0.93")
    assert (cup["subtotal"], cup["total"], cup["total_tax"]) == ("237.60", "159.18", "39.80")
    assert (order["discount_total"], order["discount_tax"]) == ("80.24", "20.06")


def test_a_coupon_off_the_cart_is_shared_by_the_piece() -> None:
    order = woo_order(
        lines=[Goods("Kop", "99.00", 3), Goods("Bog", "199.95")], coupons=[Coupon("50", "fixed_cart", "50")]
    )
    assert [line["total"] for line in order["line_items"]] == ["207.60", "149.96"]


def test_a_coupon_never_takes_more_than_the_goods_cost() -> None:
    order = woo_order(lines=[Goods("Kop", "99.00")], coupons=[Coupon("500", "fixed_cart", "500")])
    assert order["total"] == "0.00"


def test_halves_of_vat_go_down_with_gross_prices_and_up_with_net_prices() -> None:
    fee = Fee("Gebyr", "0.10")
    assert woo_order(lines=[], fees=[fee])["total_tax"] == "0.02"
    assert woo_order(lines=[], fees=[fee], prices_include_tax=False)["total_tax"] == "0.03"


def test_a_refund_of_pieces_takes_back_their_share_with_vat() -> None:
    order = woo_order(lines=[goods("ESP-06", 4)], freight=[Freight()])
    refund = woo_refund(order, refund_id=9, quantities={0: 1}, freight=True)
    assert refund["amount"] == "198.50"
    assert [line["total"] for line in refund["line_items"] + refund["shipping_lines"]] == ["-119.60", "-39.20"]


def test_generated_orders_are_the_same_each_time() -> None:
    assert list(woo_orders(50, 20, seed=7)) == list(woo_orders(50, 20, seed=7))
    assert list(woo_orders(50, 20, seed=7)) != list(woo_orders(50, 20, seed=8))


def test_generated_orders_come_from_all_buyers_in_the_promised_mix() -> None:
    orders = list(woo_orders(1000, 400))
    kinds = Counter(next((entry["key"] for entry in order["meta_data"]), "") for order in orders)
    assert len({order["billing"]["email"] for order in orders}) == 400
    assert 600 < kinds[""] < 800
    assert 130 < kinds["_billing_cvr"] < 270
    assert 60 < kinds["_billing_ean"] < 140


def test_generated_orders_are_consistent_and_never_negative() -> None:
    for order, refunds in islice(woo_orders_and_refunds(2000, 800), 500):
        assert sums(order) == (Decimal(order["total"]), Decimal(order["total_tax"]))
        given_back = sum((Decimal(refund["amount"]) for refund in refunds), Decimal())
        assert 0 <= given_back <= Decimal(order["total"])
        assert [entry["id"] for entry in order["refunds"]] == [refund["id"] for refund in refunds]


def test_generated_orders_lie_in_files_of_a_set_size_with_their_refund_lists(tmp_path: Path) -> None:
    write_orders(tmp_path, 250, 100, orders_per_file=100)
    files = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(tmp_path.glob("*.json"))]
    assert [len(orders) for orders in files] == [100, 100, 50]
    refunded = {str(order["id"]) for orders in files for order in orders if order["refunds"]}
    assert {path.stem for path in (tmp_path / "refunds").iterdir()} == refunded
    assert refunded
