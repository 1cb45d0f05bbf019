"""The steps of a run, called one after the other, on each kind of store: what becomes of an order over its life."""

from datetime import date
from typing import Any

from deployments.demo.numbers import made_up_cvr, made_up_ean
from domain.invoices import Invoice
from tests.contract.shopkeeping import NAME, THREE_MUGS, Shop, end_rest
from tests.orders import Json, woo_order, woo_refund

CVR = made_up_cvr(12)
OTHER_EAN, EAN = made_up_ean(2), made_up_ean(1)


def private(order_id: int, email: str = "astrid@example.dk", **told: Any) -> Json:
    billing = {"email": email, **told.pop("billing", {})}
    return woo_order(id=order_id, billing=billing, **told)


def customer_of(shop: Shop, order: int) -> dict[str, Any]:
    number = shop.row(order).customer
    return next(one for one in shop.customers() if one["number"] == number)


def test_an_edited_order_rewrites_its_draft(shop: Shop) -> None:
    shop.set_up(book=False)
    shop.sell(private(1))
    shop.sync()
    (draft,) = shop.documents().values()
    shop.sell(private(1, lines=[THREE_MUGS], modified="2026-11-03T08:00:00"))

    assert shop.sync("second") == []

    (again,) = shop.documents().values()
    assert (again["number"], again["state"], again["total"]) == (draft["number"], "draft", "375.00")
    assert shop.hold(1) == "invoiced"


def test_an_edit_that_is_taken_back_and_made_again_is_written_each_time(shop: Shop) -> None:
    shop.set_up(book=False)
    totals = []
    for time, lines in enumerate([None, [THREE_MUGS]] * 3):
        told = {"lines": lines} if lines else {}
        shop.sell(private(1, modified=f"2026-11-03T08:00:0{time}", **told))
        assert shop.sync(f"run {time}") == []
        totals += [one["total"] for one in shop.documents().values()]

    assert totals == ["125.00", "375.00"] * 3


def test_a_draft_that_a_bookkeeper_changed_is_held_and_not_overwritten(shop: Shop) -> None:
    shop.set_up(book=False)
    shop.sell(private(1))
    shop.sync()
    (standing,) = shop.integration.documents.by_reference([f"{NAME}-1"]).values()
    changed = Invoice.model_validate_json(standing.wanted).model_copy(update={"note": "Ring først"})
    shop.books.update_drafts([("by hand", standing.number, changed)])
    shop.sell(private(1, lines=[THREE_MUGS], modified="2026-11-03T08:00:00"))

    shop.sync("second")

    assert shop.hold(1) == "draft_changed"
    (draft,) = shop.documents().values()
    assert (draft["note"], draft["total"]) == ("Ring først", "125.00")


def test_drafts_are_booked_by_the_first_run_that_may(shop: Shop) -> None:
    shop.set_up(book=False)
    shop.books.close_period(date(2026, 11, 30))
    shop.sell(private(1), private(2, "bente@example.dk", created="2026-12-02T10:00:00"))
    shop.sync()
    assert (shop.hold(1), shop.hold(2)) == ("period_closed", "invoiced")
    shop.set_up(book=True)
    shop.sell(private(2, "bente@example.dk", created="2026-12-02T10:00:00", lines=[THREE_MUGS]))
    shop.books.close_period(None)

    assert shop.sync("second") == []

    assert {one["reference"]: (one["state"], one["total"]) for one in shop.documents().values()} == {
        f"{NAME}-1": ("booked", "125.00"),
        f"{NAME}-2": ("booked", "375.00"),
    }


def test_a_draft_that_a_bookkeeper_deleted_is_held_and_not_made_again(shop: Shop) -> None:
    shop.set_up(book=False)
    shop.sell(private(1))
    shop.sync()
    shop.books.delete_draft(shop.documents()[f"{NAME}-1"]["number"])
    shop.sell(private(1, lines=[THREE_MUGS], modified="2026-11-03T08:00:00"))

    shop.sync("second")
    shop.sync("third")

    assert shop.hold(1) == "draft_gone"
    assert shop.documents() == {}


def test_an_order_edited_after_booking_is_held_and_never_invoiced_twice(shop: Shop) -> None:
    shop.sell(private(1))
    shop.sync()
    shop.sell(private(1, lines=[THREE_MUGS], modified="2026-11-03T08:00:00"))

    shop.sync("second")
    shop.sync("third")

    assert shop.hold(1) == "changed_after_booking"
    assert [one["total"] for one in shop.documents().values()] == ["125.00"]

    shop.sell(private(1, modified="2026-11-03T09:00:00"))
    shop.sync("fourth")
    assert shop.hold(1) == "booked"


def test_an_order_cancelled_after_invoicing_is_held(shop: Shop) -> None:
    shop.sell(private(1))
    shop.sync()
    shop.sell(private(1, status="cancelled"))

    shop.sync("second")

    assert shop.hold(1) == "cancelled_after_invoicing"
    assert len(shop.documents()) == 1


def test_an_order_cancelled_before_it_was_invoiced_is_skipped(shop: Shop) -> None:
    shop.set_up("[customers]\ncreate = false")
    shop.sell(private(1), private(2, status="on-hold"))
    shop.sync()
    shop.sell(private(1, status="cancelled"))

    assert shop.sync("second") == []

    assert (shop.row(1).stage, shop.row(1).code) == ("skipped", "no_longer_counts")
    assert not shop.row(2).eligible

    shop.set_up()
    shop.sell(private(1, status="processing", modified="2026-11-04T08:00:00"))
    shop.sync("third")
    assert shop.hold(1) == "booked"


def test_a_refund_becomes_one_credit_note_however_often_it_is_read(shop: Shop) -> None:
    order = private(1)
    shop.sell(order)
    shop.sync()
    refund = woo_refund(order, refund_id=77, amount="25.00", created="2026-11-03T09:00:00")
    shop.sell(order | {"refunds": [{"id": 77, "reason": "", "total": "-25.00"}]}, refunds={1: [refund]})

    assert shop.sync("second") == []
    shop.sell(order | {"refunds": [{"id": 77, "reason": "", "total": "-25.00"}], "customer_note": "Tak"})
    assert shop.sync("third") == []

    assert {name: one["total"] for name, one in shop.documents().items()} == {
        f"{NAME}-1": "125.00",
        f"{NAME}-1-R77": "25.00",
    }


def test_what_the_books_refuse_is_held_until_it_can_be_written(shop: Shop) -> None:
    shop.books.close_period(date(2026, 11, 30))
    shop.sell(private(1), private(2, "bente@example.dk", created="2026-12-02T10:00:00"))
    shop.sync()
    assert (shop.hold(1), shop.hold(2)) == ("period_closed", "booked")

    shop.books.close_period(None)
    end_rest(shop.integration)
    shop.sync("second")

    assert shop.hold(1) == "booked"


def test_an_order_held_for_its_invoice_and_then_sold_to_another_is_invoiced_to_the_other(shop: Shop) -> None:
    shop.books.close_period(date(2026, 11, 30))
    shop.sell(private(1))
    shop.sync()
    shop.books.close_period(None)
    shop.sell(private(1, "bente@example.dk", modified="2026-11-03T08:00:00"))

    shop.sync("second")

    assert customer_of(shop, 1)["email"] == "bente@example.dk"
    assert shop.documents()[f"{NAME}-1"]["customer"] == shop.row(1).customer


def test_orders_that_show_one_number_are_both_held_before_anything_is_written(shop: Shop) -> None:
    shop.sell(private(1, number="F-77"), private(2, "bente@example.dk", number="F-77"), private(3, "c@example.dk"))

    shop.sync()

    assert (shop.hold(1), shop.hold(2), shop.hold(3)) == ("number_shared", "number_shared", "booked")
    assert [one["email"] for one in shop.customers()] == ["c@example.dk"]


def test_an_order_that_is_invoiced_keeps_its_number_and_the_newcomer_is_held(shop: Shop) -> None:
    shop.sell(private(1, number="F-77"))
    shop.sync()
    shop.sell(private(2, "bente@example.dk", number="F-77"))

    shop.sync("second")

    assert (shop.hold(1), shop.hold(2)) == ("booked", "number_shared")
    assert len(shop.customers()) == 1


def test_what_was_refused_under_other_settings_is_asked_for_by_the_next_run(shop: Shop) -> None:
    shop.books.close_period(date(2026, 11, 30))
    shop.sell(private(1))
    shop.sync()
    shop.books.close_period(None)

    shop.sync("second")
    assert shop.hold(1) == "period_closed"
    shop.set_up('[invoices]\nclosed_until = 2026-11-30\nclosed_period = "first_open_day"')
    shop.sync("third")

    assert shop.hold(1) == "booked"
    assert shop.row(1).again_at is None
