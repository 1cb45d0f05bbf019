"""Drafts that a bookkeeper deleted or changed: held, never overwritten, made again by a person's word alone."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.invoices import Invoice
from tasks.classify_customers import cut_into_batches, make_again
from tasks.mirror import sweep
from tests.contract.changing import BOOK, INVOICE, THREE_MUGS, failing_at, order, proof, refund, sell, totals
from tests.contract.shopkeeping import Shop, opened, sync, work


@pytest.fixture
def shop(tmp_path: Path, store_url: str) -> Iterator[Shop]:
    """A shop without orders, and empty books."""
    with opened(tmp_path / "shop", store_url) as one:
        yield one


def try_again(shop: Shop) -> None:
    """What `afstem retry` does."""
    make_again(shop.integration, lambda row: True)
    for batch in cut_into_batches(shop.integration, "retry", at_once=True):
        list(work(shop.integration, batch))


def sweep_is_due(shop: Shop) -> None:
    """A day has passed since all of the books was read."""
    shop.integration.documents.swept_at(datetime.now(UTC) - timedelta(days=1))


class TestDraftsThatABookkeeperDeleted:
    def test_a_sweep_finds_it_out_and_holds_the_order(self, shop: Shop) -> None:
        shop.set_up(book=False)
        sell(shop, order())
        shop.sync()
        shop.books.delete_draft(shop.documents()[INVOICE]["number"])
        shop.sync("second")
        assert shop.hold(1) == "invoiced"

        sweep_is_due(shop)
        assert len(shop.sync("third")) == 1
        assert shop.sync("fourth") == []

        assert (shop.hold(1), totals(shop)) == ("draft_gone", {})

    def test_the_report_finds_it_out_too_and_names_it(self, shop: Shop) -> None:
        shop.set_up(book=False)
        sell(shop, order())
        shop.sync()
        shop.books.delete_draft(shop.documents()[INVOICE]["number"])

        found = proof(shop)

        assert shop.hold(1) == "draft_gone"
        assert [(one.kind, one.reference) for one in found.discrepancies] == [("missing", INVOICE)]

    @pytest.mark.parametrize("found_out_by", ["a sweep", "an edit"])
    def test_no_run_makes_it_again_and_a_person_who_retries_does(self, shop: Shop, found_out_by: str) -> None:
        shop.set_up(book=False)
        sell(shop, order())
        shop.sync()
        shop.books.delete_draft(shop.documents()[INVOICE]["number"])
        if found_out_by == "a sweep":
            sweep(shop.integration)
        else:
            sell(shop, order(BOOK, day=9))
        shop.sync("second")
        shop.sync("third")
        assert (shop.hold(1), totals(shop)) == ("draft_gone", {})

        try_again(shop)

        total = "125.00" if found_out_by == "a sweep" else "250.00"
        assert (shop.hold(1), totals(shop)) == ("invoiced", {INVOICE: total})

    def test_one_deleted_before_its_lost_answer_was_looked_up_is_no_other_matter(self, shop: Shop) -> None:
        shop.set_up(book=False)
        sell(shop, order())
        sync(failing_at(shop.integration, 1, "after"), "unlucky")
        shop.books.delete_draft(shop.documents()[INVOICE]["number"])
        shop.sync("second")
        shop.sync("third")
        assert (shop.hold(1), totals(shop)) == ("draft_gone", {})

        try_again(shop)

        assert totals(shop) == {INVOICE: "125.00"}

    def test_a_deleted_credit_note_is_held_and_made_again_alike(self, shop: Shop) -> None:
        shop.set_up(book=False)
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=3), refund(77, "25.00"))
        shop.sync("second")
        shop.books.delete_draft(shop.documents()[f"{INVOICE}-R77"]["number"])
        sweep(shop.integration)
        shop.sync("third")
        assert (shop.hold(1), totals(shop)) == ("draft_gone", {INVOICE: "125.00"})

        try_again(shop)

        assert totals(shop) == {INVOICE: "125.00", f"{INVOICE}-R77": "25.00"}

    def test_a_changed_draft_that_is_then_deleted_is_made_again_by_a_retry(self, shop: Shop) -> None:
        shop.set_up(book=False)
        sell(shop, order())
        shop.sync()
        rewrite_as_a_bookkeeper(shop)
        sell(shop, order(THREE_MUGS, day=9))
        shop.sync("second")
        assert shop.hold(1) == "draft_changed"
        shop.books.delete_draft(shop.documents()[INVOICE]["number"])
        shop.sync("third")
        assert (shop.hold(1), totals(shop)) == ("draft_gone", {})

        try_again(shop)

        assert totals(shop) == {INVOICE: "375.00"}

    def test_one_that_is_back_in_the_books_is_no_hold(self, shop: Shop) -> None:
        sell(shop, order())
        shop.sync()
        put_back = take_away(shop)
        sweep(shop.integration)
        assert shop.hold(1) == "booked_gone"

        put_back()
        assert shop.sync("second") == []

        assert (shop.hold(1), totals(shop)) == ("booked", {INVOICE: "125.00"})


def rewrite_as_a_bookkeeper(shop: Shop) -> None:
    """A person changes a draft: it is written anew with another note."""
    row = shop.integration.documents.by_reference([INVOICE])[INVOICE]
    changed = Invoice.model_validate_json(row.wanted).model_copy(update={"note": "Rettet i hånden"})
    shop.books.update_drafts([("by hand", row.number, changed)])


def take_away(shop: Shop) -> Callable[[], None]:
    """The books are another copy for a while, without any document; gives what puts them back."""
    path = shop.folder / "books.db"
    away = path.with_suffix(".away")
    shop.books.statement()
    for name in ("", "-wal", "-shm"):
        part = path.with_name(path.name + name)
        if part.exists():
            part.rename(away.with_name(away.name + name))
    shop.close()

    def put_back() -> None:
        for name in ("", "-wal", "-shm"):
            path.with_name(path.name + name).unlink(missing_ok=True)
            part = away.with_name(away.name + name)
            if part.exists():
                part.rename(path.with_name(path.name + name))
        shop.close()

    return put_back


class TestDraftsThatABookkeeperChanged:
    def test_an_order_that_did_not_change_leaves_it_alone(self, shop: Shop) -> None:
        shop.set_up(book=False)
        sell(shop, order())
        shop.sync()
        rewrite_as_a_bookkeeper(shop)

        assert shop.sync("second") == []

        assert (shop.hold(1), shop.documents()[INVOICE]["note"]) == ("invoiced", "Rettet i hånden")

    def test_an_order_that_changed_is_held_and_the_draft_is_not_overwritten(self, shop: Shop) -> None:
        shop.set_up(book=False)
        sell(shop, order())
        shop.sync()
        rewrite_as_a_bookkeeper(shop)
        sell(shop, order(THREE_MUGS, day=9))

        shop.sync("second")
        try_again(shop)

        assert (shop.hold(1), shop.documents()[INVOICE]["note"]) == ("draft_changed", "Rettet i hånden")
