"""Orders that change after they were invoiced, step by step: never a second invoice in silence, nothing made twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from deployments.commands.explain import explanation
from deployments.commands.plan import planned
from tasks.rehearse import rehearsed
from tests.contract.changing import (
    AGAIN,
    BOOK,
    CREDIT,
    INVOICE,
    MUG,
    THREE_MUGS,
    UNDONE,
    failing_at,
    order,
    proof,
    refund,
    sell,
    totals,
)
from tests.contract.shopkeeping import NAME, Shop, opened, sync
from tests.orders import woo_order, woo_refund


@pytest.fixture
def shop(tmp_path: Path, store_url: str) -> Iterator[Shop]:
    """A shop without orders, and empty books."""
    with opened(tmp_path / "shop", store_url) as one:
        yield one


class TestAnOrderEditedAfterBooking:
    def test_it_is_credited_and_invoiced_anew_where_the_settings_say_so(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(THREE_MUGS, day=9))

        assert shop.sync("second") == []
        assert shop.sync("third") == []

        assert totals(shop) == {INVOICE: "125.00", UNDONE: "125.00", AGAIN: "375.00"}
        assert (shop.hold(1), shop.row(1).reference) == ("booked", AGAIN)

    def test_the_credit_note_mirrors_the_invoice_and_refers_to_it(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order(MUG, BOOK))
        shop.sync()
        sell(shop, order(BOOK, day=9))
        shop.sync("second")

        documents = shop.documents()
        assert documents[UNDONE]["lines"] == documents[INVOICE]["lines"]
        assert documents[UNDONE]["credits"] == INVOICE
        assert (documents[UNDONE]["kind"], documents[UNDONE]["note"]) == ("credit_note", "Ordren er ændret")

    def test_what_follows_bears_no_day_before_the_credit_note(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(THREE_MUGS, day=9))
        shop.sync("second")

        assert [one["date"] for one in map(shop.documents().get, (UNDONE, AGAIN)) if one] == ["2026-11-09"] * 2

    def test_every_further_edit_undoes_the_newest_invoice(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        for day, lines in ((2, [MUG]), (9, [THREE_MUGS]), (10, [BOOK]), (11, [MUG])):
            sell(shop, order(*lines, day=day))
            assert shop.sync(f"day {day}") == []

        assert totals(shop) == {
            INVOICE: "125.00",
            UNDONE: "125.00",
            AGAIN: "375.00",
            f"{AGAIN}-C": "375.00",
            f"{NAME}-1-3": "250.00",
            f"{NAME}-1-3-C": "250.00",
            f"{NAME}-1-4": "125.00",
        }
        assert proof(shop).complete

    def test_a_new_buyer_is_invoiced_and_the_old_one_credited(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=9) | {"billing": order()["billing"] | {"email": "bente@example.dk", "last_name": "Bay"}})
        assert shop.sync("second") == []

        documents = shop.documents()
        assert documents[UNDONE]["customer"] == documents[INVOICE]["customer"] != documents[AGAIN]["customer"]

    def test_what_matters_to_no_bookkeeper_undoes_nothing(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=9, customer_note="Ring først"))

        assert shop.sync("second") == []

        assert totals(shop) == {INVOICE: "125.00"}

    def test_an_order_that_shows_another_number_keeps_its_invoice(self, shop: Shop) -> None:
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=9, number="F-77"))

        assert shop.sync("second") == []

        assert totals(shop) == {INVOICE: "125.00"}

    def test_nothing_is_undone_where_the_next_reference_is_anothers(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sell(woo_order(id=2, number="1-2", billing={"email": "bente@example.dk"}))
        shop.sync()
        sell(shop, order(THREE_MUGS, day=9))

        shop.sync("second")

        assert shop.hold(1) == "reference_taken"
        assert sorted(totals(shop)) == [INVOICE, f"{NAME}-1-2"]

    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("call", [1, 2])
    def test_a_lost_answer_makes_nothing_twice(self, shop: Shop, call: int, when: str) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(THREE_MUGS, day=9))

        sync(failing_at(shop.integration, call, when), "unlucky")
        shop.sync("second")

        assert totals(shop) == {INVOICE: "125.00", UNDONE: "125.00", AGAIN: "375.00"}
        assert shop.hold(1) == "booked"
        assert proof(shop).complete

    def test_what_was_begun_is_finished_under_other_settings_too(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(THREE_MUGS, day=9))
        sync(failing_at(shop.integration, 2, "before"), "unlucky")
        shop.set_up()

        shop.sync("second")

        assert totals(shop)[AGAIN] == "375.00"

    def test_a_lost_store_finds_the_whole_chain_in_the_books(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(THREE_MUGS, day=9))
        shop.sync("second")
        before = totals(shop)

        lose_the_store(shop)
        assert shop.sync("again") == []

        assert totals(shop) == before
        assert (shop.hold(1), shop.row(1).reference) == ("booked", AGAIN)
        assert proof(shop).complete


def test_the_plan_and_the_explanation_show_what_was_undone_and_what_follows(shop: Shop) -> None:
    shop.set_up(CREDIT)
    sell(shop, order())
    shop.sync()
    sell(shop, order(THREE_MUGS, day=9))

    with rehearsed(shop.integration) as rehearsal:
        (plan,) = planned(rehearsal)
    assert totals(shop) == {INVOICE: "125.00"}
    shop.sync("second")
    told = explanation(shop.integration, shop.row(1))

    for shown in (plan, told):
        assert [one["reference"] for one in shown["earlier_invoices"]] == [INVOICE]
        assert [one["reference"] for one in shown["credit_notes"]] == [UNDONE]
        assert (shown["invoice"]["reference"], shown["invoice"]["total"]) == (AGAIN, "375.00")


def lose_the_store(shop: Shop) -> None:
    """Every order and document of the store is forgotten; the books are as they were."""
    with shop.integration.store.database.writing() as connection:
        for table in ("orders", "documents", "operations", "cursors", "customer_links"):
            connection.execute(text(f"DELETE FROM {table}"))
    shop.close()


class TestAnOrderCancelledAfterBooking:
    @pytest.mark.parametrize("status", ["cancelled", "failed", "trash", "refunded"])
    def test_what_is_left_is_credited_where_the_settings_say_so(self, shop: Shop, status: str) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=9, status=status))

        assert shop.sync("second") == []
        assert shop.sync("third") == []

        assert totals(shop) == {INVOICE: "125.00", UNDONE: "125.00"}
        assert shop.hold(1) == "booked"
        assert shop.documents()[UNDONE]["note"] == "Ordren er annulleret"
        assert proof(shop).complete

    def test_an_order_that_only_waits_again_is_held_all_the_same(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=9, status="on-hold"))

        shop.sync("second")

        assert shop.hold(1) == "cancelled_after_invoicing"
        assert totals(shop) == {INVOICE: "125.00"}

    def test_what_was_refunded_before_is_not_credited_again(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order(MUG, BOOK))
        shop.sync()
        part = woo_refund(order(MUG, BOOK), refund_id=77, quantities={0: 1}, created="2026-11-03T09:00:00")
        sell(shop, order(MUG, BOOK, day=3), part)
        shop.sync("second")
        sell(shop, order(MUG, BOOK, day=9, status="cancelled"), part)

        assert shop.sync("third") == []

        assert totals(shop) == {INVOICE: "375.00", f"{INVOICE}-R77": "125.00", UNDONE: "250.00"}
        assert [line["text"] for line in shop.documents()[UNDONE]["lines"]] == ["Bog"]
        assert proof(shop).complete

    def test_a_refund_that_follows_credits_nothing_more(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=9, status="cancelled"))
        shop.sync("second")
        sell(shop, order(day=10, status="refunded"), refund(77, "125.00"))

        assert shop.sync("third") == []

        assert totals(shop) == {INVOICE: "125.00", UNDONE: "125.00"}
        assert proof(shop).complete

    def test_one_that_is_taken_up_again_is_invoiced_anew(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=9, status="cancelled"))
        shop.sync("second")
        sell(shop, order(day=10))

        assert shop.sync("third") == []

        assert totals(shop) == {INVOICE: "125.00", UNDONE: "125.00", AGAIN: "125.00"}
        assert proof(shop).complete

    def test_by_default_it_is_held_and_nothing_is_written(self, shop: Shop) -> None:
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=9, status="cancelled"), refund(77, "25.00"))

        shop.sync("second")

        assert shop.hold(1) == "cancelled_after_invoicing"
        assert totals(shop) == {INVOICE: "125.00"}

    def test_its_untouched_draft_is_held_until_a_person_deletes_it(self, shop: Shop) -> None:
        shop.set_up(CREDIT, book=False)
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=9, status="cancelled"))
        shop.sync("second")
        assert shop.hold(1) == "cancelled_with_draft"

        shop.books.delete_draft(shop.documents()[INVOICE]["number"])
        shop.sync("third")
        assert (shop.row(1).stage, shop.row(1).code) == ("skipped", "no_longer_counts")

        sell(shop, order(day=10))
        assert shop.sync("fourth") == []
        assert totals(shop) == {INVOICE: "125.00"}

    def test_one_cancelled_and_taken_up_again_before_it_was_invoiced_is_invoiced(self, shop: Shop) -> None:
        shop.set_up("[customers]\ncreate = false")
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=3, status="cancelled"))
        shop.sync("second")
        shop.set_up()
        sell(shop, order(day=4))

        assert shop.sync("third") == []

        assert totals(shop) == {INVOICE: "125.00"}


class TestRepeatedChanges:
    @pytest.mark.parametrize("settings", ["", CREDIT])
    def test_an_edit_taken_back_before_the_next_run_does_nothing(self, shop: Shop, settings: str) -> None:
        shop.set_up(settings)
        sell(shop, order())
        shop.sync()
        sell(shop, order(THREE_MUGS, day=9))
        sell(shop, order(day=10))

        assert shop.sync("second") == []

        assert (totals(shop), shop.hold(1)) == ({INVOICE: "125.00"}, "booked")

    def test_a_draft_edited_back_and_forth_is_what_the_order_is(self, shop: Shop) -> None:
        shop.set_up(book=False)
        for day, lines in ((2, [MUG]), (3, [THREE_MUGS]), (4, [MUG]), (5, [THREE_MUGS]), (6, [THREE_MUGS])):
            sell(shop, order(*lines, day=day))
            assert shop.sync(f"day {day}") == []
            (draft,) = shop.documents().values()
            assert draft["lines"][0]["quantity"] == ("1.00" if lines == [MUG] else "3.00")
