"""The store on each kind of database: orders saved and claimed, writes intended, all or nothing."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from adapters.store import Store
from domain.stages import STEPS, Stage
from tests.contract.storekeeping import BOOKS, NOON, a_customer, an_order, batch_of, claimed, move, stored, unfinished


class TestOrders:
    def test_an_order_is_saved_once_and_replaced_when_it_changes(self, store: Store) -> None:
        store.orders.save([an_order("1"), an_order("2")])
        store.orders.save([an_order("1", content_hash="edited", total="99.00")])

        assert sorted(unfinished(store)) == ["1", "2"]
        assert (stored(store, "1").content_hash, stored(store, "1").total) == ("edited", "99.00")
        assert stored(store, "2").content_hash == "as sold"

    def test_two_shops_may_have_orders_of_one_id(self, store: Store) -> None:
        store.orders.save([an_order("1"), an_order("1", integration="shop-se", total="10.00")])

        assert stored(store, "1").total == "125.00"
        assert store.orders.known("shop-se", ["1"])["1"].total == "10.00"

    def test_times_come_back_aware_and_in_utc(self, store: Store) -> None:
        store.orders.save([an_order("1", ordered_at=NOON.astimezone(tz=None))])

        assert stored(store, "1").ordered_at == NOON
        assert stored(store, "1").ordered_at.utcoffset() == timedelta(0)

    def test_reading_the_shop_leaves_alone_what_a_batch_wrote_meanwhile(self, store: Store) -> None:
        store.orders.save([an_order("1")])
        read_before = stored(store, "1")
        store.orders.open(batch_of(store, "1"))
        move(store, read_before, "classified", customer="7", reference="shop-dk-1")

        read_before.content_hash = "edited"
        store.orders.save([read_before])

        now = stored(store, "1")
        assert (now.content_hash, now.customer, now.reference) == ("edited", "7", "shop-dk-1")
        assert now.batch

    def test_an_order_that_changed_in_the_shop_is_not_overwritten_by_the_result_for_its_old_content(
        self, store: Store
    ) -> None:
        store.orders.save([an_order("1"), an_order("2")])
        batch = store.orders.open(batch_of(store, "1", "2"))
        one, two = store.orders.of_batch(batch, frozenset({"fetched"}))
        store.orders.save([an_order("1", content_hash="edited")])

        move(store, one, "classified", customer="7")
        move(store, two, "classified", customer="8")

        assert (stored(store, "1").stage, stored(store, "1").customer) == ("fetched", "")
        assert (stored(store, "2").stage, stored(store, "2").customer) == ("classified", "8")

    @pytest.mark.parametrize("before", sorted(STEPS))
    def test_an_order_goes_only_where_the_table_lets_it(self, store: Store, before: Stage) -> None:
        store.orders.save([an_order("1", stage=before)])

        for after in STEPS:
            if after in STEPS[before] or after == before:
                move(store, an_order("1", stage=before), after)
                assert stored(store, "1").stage == after
            else:
                with pytest.raises(ValueError, match=f"from {before} to {after}"):
                    move(store, an_order("1", stage=before), after)

    def test_a_verdict_refused_takes_its_whole_transaction_with_it(self, store: Store) -> None:
        store.orders.save([an_order("1"), an_order("2", stage="booked")])

        def move_both() -> None:
            with store.together() as connection:
                store.orders.move(connection, [(an_order("1"), "classified", {})])
                store.orders.move(connection, [(an_order("2", stage="booked"), "classified", {})])

        with pytest.raises(ValueError, match="from booked"):
            move_both()

        assert stored(store, "1").stage == "fetched"

    def test_every_unfinished_order_is_seen_once_though_all_were_sold_in_the_same_second(self, store: Store) -> None:
        ids = [str(number) for number in range(1, 1203)]
        store.orders.save([an_order(order) for order in ids])

        found = unfinished(store)

        assert sorted(found) == sorted(ids)

    def test_unfinished_orders_come_oldest_first_and_leave_out_what_is_done_or_does_not_count(
        self, store: Store
    ) -> None:
        store.orders.save([an_order("2", ordered_at=NOON), an_order("1", ordered_at=NOON - timedelta(days=1))])
        store.orders.save([an_order(stage, stage=stage) for stage in ("booked", "invoiced", "skipped")])
        store.orders.save([an_order("3", eligible=False), an_order("4", integration="shop-se")])

        assert unfinished(store) == ["1", "2"]

    def test_moving_orders_while_they_are_read_skips_none(self, store: Store) -> None:
        store.orders.save([an_order(f"{number:04}") for number in range(1100)])

        seen = []
        for rows in store.orders.unfinished("shop-dk"):
            seen += [row.order_id for row in rows]
            with store.together() as connection:
                store.orders.move(connection, [(row, "skipped", {}) for row in rows])

        assert len(seen) == len(set(seen)) == 1100

    def test_a_shown_number_tells_which_orders_that_count_carry_it(self, store: Store) -> None:
        store.orders.save([an_order("1", number="A"), an_order("2", number="A"), an_order("3", number="B")])
        store.orders.save([an_order("4", number="B", eligible=False)])

        assert store.orders.numbers_in_use("shop-dk", ["A", "B", "C"]) == {"A": {"1", "2"}, "B": {"3"}}


class TestClaims:
    def test_an_order_in_the_batch_of_a_living_run_is_left_to_it(self, store: Store, other: Store) -> None:
        store.orders.save([an_order("1"), an_order("2")])
        theirs = other.orders.open(batch_of(other, "1"))

        assert unfinished(store) == ["2"]
        mine = store.orders.open(batch_of(store, "1", "2"))

        assert claimed(store, mine) == ["2"]
        assert claimed(other, theirs) == ["1"]

    def test_a_released_order_is_anybodys(self, store: Store, other: Store) -> None:
        store.orders.save([an_order("1")])
        theirs = other.orders.open(batch_of(other, "1"))

        other.orders.release(theirs)

        assert unfinished(store) == ["1"]
        assert claimed(store, store.orders.open(batch_of(store, "1"))) == ["1"]

    def test_a_run_that_ends_lets_go_of_all_it_still_holds(self, store: Store, other: Store) -> None:
        store.orders.save([an_order("1"), an_order("2")])
        other.orders.open(batch_of(other, "1"))
        other.orders.open(batch_of(other, "2"))

        other.orders.release_run("shop-dk", "run")

        assert unfinished(store) == ["1", "2"]

    def test_who_has_left_claims_nothing(self, store: Store, other: Store) -> None:
        store.orders.save([an_order("1")])
        other.orders.open(batch_of(other, "1"))

        other.close()

        assert claimed(store, store.orders.open(batch_of(store, "1"))) == ["1"]

    def test_a_batch_may_be_opened_again_by_whoever_retries_it(self, store: Store, other: Store) -> None:
        store.orders.save([an_order("1"), an_order("2", stage="booked")])
        made = batch_of(store, "1", "2")
        store.orders.open(made)

        again = other.orders.open(made)

        assert again.orders == ("1", "2")
        assert claimed(other, again) == ["1"]

    def test_a_run_tells_how_far_the_orders_are_that_it_took_up(self, store: Store) -> None:
        store.orders.save([an_order("1"), an_order("2", stage="booked"), an_order("3")])
        batch_of(store, "1", "2")

        assert store.orders.standing_of("shop-dk", "run") == {("fetched", ""): 1, ("booked", ""): 1}


class TestOperations:
    def test_an_intent_is_kept_before_the_call_and_known_at_the_next_try(self, store: Store, other: Store) -> None:
        operations = store.operations(BOOKS)

        assert operations.intend("document", [("key-1", "shop-dk-1")], "batch-1") == set()
        again = other.operations(BOOKS).intend("document", [("key-1", "shop-dk-1"), ("key-2", "shop-dk-2")], "batch-2")

        assert again == {"key-1"}

    def test_only_what_succeeded_counts_as_finished(self, store: Store) -> None:
        operations = store.operations(BOOKS)
        operations.intend("change", [(key, "customer 1") for key in ("a", "b", "c", "d")], "batch")

        with store.together() as connection:
            operations.done(connection, [("a", "done", "1"), ("b", "done", "1"), ("c", "refused", "code")])

        assert operations.finished("change", ["customer 1", "customer 2"]) == {"customer 1": 2}


def test_an_outcome_and_its_order_are_kept_together_or_not_at_all(store: Store) -> None:
    store.orders.save([an_order("1")])
    directory = store.directory(BOOKS)

    def keep() -> None:
        with store.together() as connection:
            directory.write(connection, [a_customer("1")])
            store.orders.move(connection, [(an_order("1"), "classified", {})])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep()

    assert directory.by_number(["1"]) == {}
    assert stored(store, "1").stage == "fetched"


def test_many_threads_write_one_after_the_other_and_lose_nothing(store: Store) -> None:
    def write(worker: int) -> Sequence[str]:
        ids = [f"{worker}-{number}" for number in range(20)]
        for order in ids:
            store.orders.save([an_order(order)])
        return ids

    with ThreadPoolExecutor(6) as threads:
        written = [order for ids in threads.map(write, range(6)) for order in ids]

    assert sorted(unfinished(store)) == sorted(written)
