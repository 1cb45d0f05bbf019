"""An order of WooCommerce in our words: amounts, VAT rates, lines, refunds, dates and names."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.webshops.settings import FilesWebshop
from adapters.webshops.vat_rates import worked_out_rate
from adapters.webshops.woocommerce_orders import normalise
from domain.orders import Order, RawOrder
from domain.outcomes import NeedsAttention
from tests.simulators.orders import Json, a_cost, a_line, a_refund, an_address, an_order

SETTINGS = FilesWebshop(kind="files", path=Path("orders"))


def read(body: Json, *refunds: Json) -> Order:
    return normalise(RawOrder(id=str(body.get("id")), body=body, refunds=refunds), SETTINGS)


def held(body: Json, *refunds: Json) -> tuple[str, str, str]:
    with pytest.raises(NeedsAttention) as raised:
        read(body, *refunds)
    finding = raised.value.finding
    return finding.code, finding.field, finding.found


def rates(body: Json) -> list[Decimal]:
    return [line.vat_rate for line in read(body).lines]


def only_line(line: Json, **changes: Any) -> Json:
    return an_order(1, line_items=[line], shipping_lines=[], fee_lines=[], **changes)


def test_lines_freight_and_fees_make_the_total() -> None:
    order = read(an_order(1))

    assert sum(line.net + line.vat for line in order.lines) == order.total == Decimal("347.00")
    assert sum(line.vat for line in order.lines) == order.total_vat


def test_a_discount_stands_between_list_price_and_price() -> None:
    (line,) = read(only_line(a_line(1, "Te", "80.00", "20.00", subtotal="100.00"))).lines

    assert (line.list_net, line.net) == (Decimal("100.00"), Decimal("80.00"))


@pytest.mark.parametrize(
    "total", [None, "", "abc", "1.234,50", "NaN", "1e400", "9" * 30, [], {}, True, 12.5, "0.000000001"]
)
def test_an_amount_that_is_none_holds_the_order(total: Any) -> None:
    code, field, _ = held(only_line(a_line(1, "Te", "80.00", "20.00") | {"total": total}))

    assert (code, field) == ("bad_amount", "line_items[0].total")


def test_a_whole_number_is_an_amount() -> None:
    assert read(an_order(1, total=347)).total == Decimal(347)


def test_the_rate_is_the_one_that_the_shop_states() -> None:
    taxes = [{"rate_id": 7, "rate_percent": "25.5"}]
    line = a_line(1, "Te", "100.00", "25.50", taxes=[{"id": 7, "total": "25.50"}])

    assert rates(only_line(line, tax_lines=taxes)) == [Decimal("25.5")]


def test_each_line_has_the_rate_of_its_own_tax() -> None:
    taxes = [{"rate_id": 1, "rate_percent": 25}, {"rate_id": 2, "rate_percent": 12}]
    lines = [
        a_line(1, "Bog", "100.00", "25.00", taxes=[{"id": 1, "total": "25.00"}, {"id": 2, "total": ""}]),
        a_line(2, "Mad", "100.00", "12.00", taxes=[{"id": 1, "total": ""}, {"id": 2, "total": "12.00"}]),
        a_line(3, "Avis", "100.00", "0.00", taxes=[]),
    ]
    body = an_order(1, line_items=lines, shipping_lines=[], fee_lines=[], tax_lines=taxes)

    assert rates(body) == [Decimal(25), Decimal(12), Decimal(0)]


def test_two_taxes_on_a_line_count_together() -> None:
    taxes = [{"rate_id": 1, "rate_percent": 5}, {"rate_id": 2, "rate_percent": "9.975"}]
    line = a_line(1, "Te", "100.00", "14.98", taxes=[{"id": 1, "total": "5.00"}, {"id": 2, "total": "9.98"}])

    assert rates(only_line(line, tax_lines=taxes)) == [Decimal("14.975")]


def test_a_compound_tax_is_reckoned_on_top() -> None:
    taxes = [{"rate_id": 1, "rate_percent": 10}, {"rate_id": 2, "rate_percent": 10, "compound": True}]
    line = a_line(1, "Te", "100.00", "21.00", taxes=[{"id": 1, "total": "10.00"}, {"id": 2, "total": "11.00"}])

    assert rates(only_line(line, tax_lines=taxes)) == [Decimal(21)]


def test_a_free_line_keeps_its_rate_and_an_exempt_one_has_none() -> None:
    free = a_line(1, "Te", "0.00", "0.00")
    exempt = a_line(2, "Te", "100.00", "0.00")

    assert rates(an_order(1, line_items=[free, exempt], shipping_lines=[], fee_lines=[])) == [Decimal(25), Decimal(0)]


def test_an_old_shop_states_no_rate_so_it_is_worked_out_from_all_lines_of_that_tax() -> None:
    lines = [a_line(1, "Skrue", "0.08", "0.02"), a_line(2, "Kop", "100.00", "19.00")]
    body = an_order(1, line_items=lines, shipping_lines=[], fee_lines=[], tax_lines=[{"rate_id": 1}])

    assert rates(body) == [Decimal(19), Decimal(19)]


@pytest.mark.parametrize(
    ("net", "vat", "rate"),
    [
        ("3.72", "0.93", "25"),
        ("0.08", "0.02", "25"),
        ("100.00", "25.50", "25.5"),
        ("79.20", "15.05", "19"),
        ("6.00", "0.45", "7.5"),
        ("-40.00", "-10.00", "25"),
        ("0.00", "0.00", "0"),
        ("12.50", "0.00", "0"),
    ],
)
def test_a_rate_is_worked_out_within_what_rounding_allows(net: str, vat: str, rate: str) -> None:
    assert worked_out_rate(Decimal(net), Decimal(vat), Decimal("0.005")) == Decimal(rate)


@pytest.mark.parametrize(("net", "vat"), [("0.00", "5.00"), ("100.00", "-25.00"), ("1.00", "9.00")])
def test_vat_that_no_rate_explains_holds_the_order(net: str, vat: str) -> None:
    code, field, _ = held(only_line(a_line(1, "Te", net, vat, taxes=[])))

    assert (code, field) == ("vat_rate_unknown", "line_items[0].total_tax")


def test_a_line_that_an_old_shop_lists_twice_is_one_line() -> None:
    line = a_line(7, "Te", "25.00", "6.25")

    assert len(read(an_order(1, line_items=[line, dict(line)], shipping_lines=[], fee_lines=[])).lines) == 1


def test_two_lines_that_share_an_id_but_differ_are_both_kept() -> None:
    lines = [a_line(7, "Te", "25.00", "6.25"), a_line(7, "Kaffe", "25.00", "6.25")]

    assert len(read(an_order(1, line_items=lines, shipping_lines=[], fee_lines=[])).lines) == 2


def test_the_parts_of_a_bundle_stay_and_its_money_counts_once() -> None:
    lines = [
        a_line(1, "Gaveæske", "80.00", "20.00", bundled_items=[2, 3]),
        a_line(2, "Kop", "0.00", "0.00", bundled_by=1),
        a_line(3, "Te", "16.00", "4.00", bundled_by=1),
    ]
    order = read(an_order(1, line_items=lines, shipping_lines=[], fee_lines=[], total="120.00"))

    assert [line.net for line in order.lines] == [Decimal("80.00"), Decimal("0.00"), Decimal("16.00")]
    assert sum(line.net + line.vat for line in order.lines) == order.total


def test_a_redeemed_gift_card_is_a_line_that_pays_and_keeps_its_code_to_itself() -> None:
    order = read(an_order(1, total="297.00", gift_cards=[{"id": 2, "code": "SU9F-MGB5-EZFT", "amount": 50}]))

    card = order.lines[-1]
    assert (card.kind, card.net, card.vat_rate, card.text) == ("gift_card", Decimal(-50), Decimal(0), "…EZFT")
    assert sum(line.net + line.vat for line in order.lines) == order.total


def test_a_gift_card_that_the_shop_did_not_take_off_the_total_is_no_line() -> None:
    assert len(read(an_order(1, gift_cards=[{"id": 2, "code": "SU9F", "amount": "50.00"}])).lines) == 3


def test_a_quantity_may_be_negative_or_have_decimals_but_must_be_a_number() -> None:
    assert read(only_line(a_line(1, "Te", "10.00", "2.50", quantity="1.5"))).lines[0].quantity == Decimal("1.5")
    assert read(only_line(a_line(1, "Te", "-10.00", "-2.50", quantity=-1))).lines[0].quantity == Decimal(-1)
    assert held(only_line(a_line(1, "Te", "10.00", "2.50", quantity="to")))[:2] == (
        "bad_quantity", "line_items[0].quantity",
    )  # fmt: skip


def test_an_order_without_lines_is_an_order() -> None:
    assert read(an_order(1, line_items=None, shipping_lines={}, fee_lines=[], total="0.00")).lines == ()


def test_a_line_that_is_none_holds_the_order() -> None:
    assert held(an_order(1, line_items=["Kop"])) == ("bad_line", "line_items[0]", "Kop")


def test_products_are_decoded_and_buyers_are_not() -> None:
    body = only_line(a_line(1, "Bog &quot;Æbler &amp; Øl&quot; <b>ny</b>", "10.00", "2.50", sku=None))
    body["billing"] |= {"first_name": "Zoë <b>Æ</b>", "company": 'A/S "Øre &amp; Ære"'}

    order = read(body)

    assert order.lines[0].text == 'Bog "Æbler & Øl"  ny'
    assert order.buyer.name == "Zoë <b>Æ</b> Blåbjerg"
    assert order.buyer.company == 'A/S "Øre &amp; Ære"'


def test_what_the_buyer_chose_is_kept_and_what_plugins_note_is_not() -> None:
    meta = [
        {"key": "gravering", "value": "Til Mor", "display_key": "Gravering", "display_value": "<p>Til Mor</p>\n"},
        {"key": "_reduced_stock", "value": "1", "display_key": "_reduced_stock", "display_value": "1"},
        {"key": "opts", "value": {"a": 1}, "display_key": "opts", "display_value": {"a": 1}},
        {"key": "Farve", "value": "blå"},
        None,
    ]

    (line,) = read(only_line(a_line(1, "Te", "10.00", "2.50", meta_data=meta))).lines

    assert [(note.key, note.value) for note in line.notes] == [("Gravering", "Til Mor"), ("Farve", "blå")]


def test_control_characters_and_hidden_marks_go_and_long_names_stay() -> None:
    body = an_order(1, customer_note="Stil ved døren\nTak\x00 \u202eher")
    body["billing"] |= {"first_name": "Ka\x07ren\u200b", "last_name": "B" * 10_000}

    order = read(body)

    assert order.buyer.name == "Ka ren " + "B" * 10_000
    assert order.note == "Stil ved døren\nTak  her"


def test_a_delivery_address_counts_where_it_is_another() -> None:
    assert read(an_order(1)).delivery is None
    assert read(an_order(1, shipping=None)).delivery is None
    delivery = read(an_order(1, shipping=an_address("Ib", "Olsen") | {"country": "se"})).delivery
    assert delivery is not None
    assert (delivery.name, delivery.country) == ("Ib Olsen", "SE")


def test_an_order_without_buyer_is_an_order() -> None:
    for nobody in (None, [], {}, "x", {"first_name": None, "email": 7, "phone": ["1"]}):
        buyer = read(an_order(1, billing=nobody)).buyer
        assert (buyer.name, buyer.country) == ("", "")


def test_times_are_utc_and_fall_back_on_the_shops_clock() -> None:
    at = datetime(2026, 1, 15, 23, 30, tzinfo=UTC)
    body = an_order(1, at)

    assert read(body).created_at == at
    assert read(body | {"date_created_gmt": None}).created_at == at
    assert read(body | {"date_created_gmt": "0000-00-00 00:00:00"}).created_at == at
    assert read(body | {"date_modified": None, "date_modified_gmt": ""}).modified_at == at
    assert read(body).completed_at is None


@pytest.mark.parametrize("value", [None, "", "i går", "0001-01-01T00:00:00", "9999-12-31T23:59:59", 17, []])
def test_an_order_without_a_date_is_held(value: Any) -> None:
    code, field, _ = held(an_order(1, date_created=value, date_created_gmt=None))

    assert (code, field) == ("bad_date", "date_created_gmt")


def test_the_currency_must_be_three_letters() -> None:
    assert read(an_order(1, currency="eur")).currency == "EUR"
    assert read(an_order(1, currency="XTS")).currency == "XTS"
    for wrong in (None, "", "kr.", "DKKK", 208):
        assert held(an_order(1, currency=wrong))[:2] == ("bad_currency", "currency")


def test_a_status_is_needed_and_its_prefix_is_not() -> None:
    assert read(an_order(1, status="wc-processing")).status == "processing"
    assert held(an_order(1, status=None))[:2] == ("missing_value", "status")


def test_a_body_that_is_no_order_is_held_by_its_place() -> None:
    with pytest.raises(NeedsAttention) as raised:
        normalise(RawOrder(id="file:orders.json", body='[{"id": 1,'), SETTINGS)

    assert (raised.value.finding.code, raised.value.finding.field) == ("unreadable_order", "file:orders.json")


def refunded(number: int, of: int, net: str, vat: str, quantity: Any = -1) -> Json:
    meta = [{"key": "_refunded_item_id", "value": str(of)}]
    return a_line(number, "Kop", net, vat, quantity=quantity, meta_data=meta)


def test_a_refund_takes_lines_back_under_their_ids_and_with_positive_amounts() -> None:
    freight = a_cost(51, "method_title", "GLS", "-35.20", "-8.80") | {
        "meta_data": [{"key": "_refunded_item_id", "value": 2}]
    }
    refund = a_refund(9, "192.50", line_items=[refunded(50, 1, "-118.80", "-29.70")], shipping_lines=[freight])

    (found,) = read(an_order(1), refund).refunds

    assert found.total == Decimal("192.50") == sum(line.net + line.vat for line in found.lines)
    assert [(line.id, line.kind, line.quantity, line.net, line.vat_rate) for line in found.lines] == [
        ("1", "product", Decimal(1), Decimal("118.80"), Decimal(25)),
        ("2", "freight", Decimal(1), Decimal("35.20"), Decimal(25)),
    ]


def test_a_refund_of_an_amount_alone_has_no_lines() -> None:
    untouched = refunded(50, 1, "0.00", "0.00", quantity=0)

    (found,) = read(an_order(1), a_refund(9, "25.00", line_items=[untouched])).refunds

    assert (found.total, found.lines) == (Decimal("25.00"), ())


def test_a_line_refunded_by_its_amount_alone_is_one_of_that_amount() -> None:
    (found,) = read(an_order(1), a_refund(9, "12.50", line_items=[refunded(50, 1, "-10.00", "-2.50", 0)])).refunds

    assert (found.lines[0].quantity, found.lines[0].net) == (Decimal(1), Decimal("10.00"))


def test_refunds_come_oldest_first() -> None:
    later, earlier = (a_refund(n, "5.00", datetime(2026, 6, day, tzinfo=UTC)) for n, day in ((8, 20), (9, 10)))

    assert [refund.id for refund in read(an_order(1), later, earlier).refunds] == ["9", "8"]


def test_a_refund_whose_details_are_missing_is_not_lost_in_silence() -> None:
    named = an_order(1, refunds=[{"id": 8, "total": "-5.00"}, {"id": 9, "total": "-5.00"}])

    assert held(named, a_refund(8, "5.00")) == ("refund_details_missing", "refunds[1]", "9")


def test_a_refund_that_can_not_be_read_holds_its_order() -> None:
    assert held(an_order(1), {"unreadable": "[{"}) == ("unreadable_refund", "refunds[0]", "[{")
    assert held(an_order(1), a_refund(9, "fem"))[:2] == ("bad_amount", "refunds[0].amount")
    assert held(an_order(1), a_refund(9, "5.00", date_created=None, date_created_gmt=None))[1] == (
        "refunds[0].date_created_gmt"
    )
    assert held(an_order(1), a_refund(9, "5.00", line_items=[{"id": 1}]))[1] == "refunds[0].line_items[0].total"


def test_the_echo_of_a_change_that_changed_nothing_has_the_same_hash() -> None:
    before = read(an_order(1))
    echo = an_order(1) | {"date_modified_gmt": "2026-06-05T00:00:00"}

    assert read(echo).content_hash == before.content_hash
    assert read(echo | {"status": "completed"}).content_hash != before.content_hash
    assert read(echo, a_refund(9, "5.00")).content_hash != before.content_hash


TWO_RATES = [{"rate_id": 1, "rate_percent": 25}, {"rate_id": 2, "rate_percent": 6}]


def shared(cost: Json, *vats: str) -> Json:
    """A cost that the shop charged over the rates of the goods."""
    return cost | {"taxes": [{"id": tax, "total": vat} for tax, vat in zip((1, 2), vats, strict=True)]}


def parts(body: Json, kind: str) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    return [(line.id, line.vat_rate, line.net, line.vat) for line in read(body).lines if line.kind == kind]


def test_freight_charged_over_two_rates_is_a_line_for_each_of_them() -> None:
    freight = shared(a_cost(5, "method_title", "GLS", "50.00", "8.70"), "7.50", "1.20")
    body = an_order(1, line_items=[], shipping_lines=[freight], fee_lines=[], tax_lines=TWO_RATES, total="58.70")

    assert parts(body, "freight") == [
        ("5", Decimal(25), Decimal("30.00"), Decimal("7.50")),
        ("5/6", Decimal(6), Decimal("20.00"), Decimal("1.20")),
    ]


def test_a_deduction_is_spread_over_the_rates_of_the_goods_and_what_bears_no_vat() -> None:
    """WooCommerce spreads a negative fee over the goods by their worth."""
    fee = shared(a_cost(6, "name", "Mængderabat", "-100.00", "-14.30"), "-12.50", "-1.80")
    untaxed = shared(a_cost(6, "name", "Rabat", "-100.00", "-12.50"), "-12.50", "")
    for cost, expected in (
        (fee, [(25, "-50.00", "-12.50"), (6, "-30.00", "-1.80"), (0, "-20.00", "0.00")]),
        (untaxed, [(25, "-50.00", "-12.50"), (0, "-50.00", "0.00")]),
    ):
        body = an_order(1, line_items=[], shipping_lines=[], fee_lines=[cost], tax_lines=TWO_RATES)
        found = [(rate, net, vat) for _, rate, net, vat in parts(body, "fee")]
        assert found == [(Decimal(rate), Decimal(net), Decimal(vat)) for rate, net, vat in expected]


def test_shares_of_awkward_amounts_add_up_to_the_line() -> None:
    freight = shared(a_cost(5, "method_title", "GLS", "39.99", "6.29"), "5.5421", "0.7479")
    body = an_order(1, line_items=[], shipping_lines=[freight], fee_lines=[], tax_lines=TWO_RATES)

    found = parts(body, "freight")
    assert (sum(net for _, _, net, _ in found), sum(vat for *_, vat in found)) == (Decimal("39.99"), Decimal("6.29"))
    assert [rate for _, rate, _, _ in found] == [Decimal(25), Decimal(6), Decimal(0)]


def test_two_vats_on_the_whole_line_count_together_and_make_no_shares() -> None:
    body = an_order(
        1,
        line_items=[],
        shipping_lines=[shared(a_cost(5, "method_title", "Post", "100.00", "31.00"), "25.00", "6.00")],
        fee_lines=[],
        tax_lines=TWO_RATES,
    )
    assert parts(body, "freight") == [("5", Decimal(31), Decimal("100.00"), Decimal("31.00"))]


def test_freight_with_too_little_vat_is_a_mistake_and_no_share() -> None:
    freight = shared(a_cost(5, "method_title", "GLS", "40.00", "8.00"), "8.00", "")
    body = an_order(1, line_items=[], shipping_lines=[freight], fee_lines=[], tax_lines=TWO_RATES)
    assert parts(body, "freight") == [("5", Decimal(25), Decimal("40.00"), Decimal("8.00"))]


def test_goods_have_one_rate_and_a_wrong_vat_on_them_is_no_share() -> None:
    line = shared(a_line(1, "Te", "100.00", "20.00"), "20.00", "")
    (found,) = read(only_line(line, tax_lines=TWO_RATES)).lines
    assert (found.vat_rate, found.vat) == (Decimal(25), Decimal("20.00"))


def test_a_share_that_is_given_back_is_that_share() -> None:
    freight = shared(a_cost(5, "method_title", "GLS", "50.00", "8.70"), "7.50", "1.20")
    body = an_order(1, line_items=[], shipping_lines=[freight], fee_lines=[], tax_lines=TWO_RATES, total="58.70")
    given = shared(a_cost(9, "method_title", "GLS", "-50.00", "-8.70"), "-7.50", "-1.20")
    given |= {"meta_data": [{"key": "_refunded_item_id", "value": "5"}]}

    (refund,) = read(body, a_refund(3, "58.70", shipping_lines=[given])).refunds

    assert [(line.id, line.vat_rate, line.net, line.vat) for line in refund.lines] == parts(body, "freight")
