"""The store on each kind of database: orders saved and claimed, customers mirrored and leased, writes intended."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.store import OrderRow, Store
from domain.customers import Customer, Values
from domain.identity import normalise
from domain.stages import STEPS, Stage

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
BOOKS = "local:books"


CHANCE = random.Random(1)
LONG_TEXTS = (
    "".join(chr(CHANCE.randrange(0x4E00, 0x9FFF)) for _ in range(10_000)),
    "".join(CHANCE.choices("0123456789", k=10_000)),
    ", ".join(f"{CHANCE.randbytes(20).hex()}@example.dk" for _ in range(300)),
    f"{CHANCE.randbytes(5000).hex()}@example.dk",
)
"""None of them can be compressed: what a database can squeeze into its index proves nothing."""


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store, as one process has it."""
    opened = Store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def other(store_url: str, store: Store) -> Iterator[Store]:
    """The same store, as another living process has it."""
    opened = Store(store_url)
    yield opened
    opened.close()


def an_order(order_id: str, **told: Any) -> OrderRow:
    empty = {name: "" for name, column in OrderRow.model_fields.items() if column.annotation is str}
    content = {
        "integration": "shop-dk",
        "order_id": order_id,
        "number": order_id,
        "total": "125.00",
        "currency": "DKK",
        "status": "processing",
        "content_hash": "as sold",
        "eligible": True,
        "stage": "fetched",
        "ordered_at": NOON,
        "fetched_at": NOON,
        "changed_at": NOON,
    }
    return OrderRow(**{**empty, **content, **told})


def a_customer(number: str, **values: str) -> Customer:
    filled: Values = {"name": f"Kunde {number}", "country": "DK", **values}  # type: ignore[typeddict-item]
    return Customer(number=number, values=filled, updated_at=NOON)


def unfinished(store: Store) -> list[str]:
    return [row.order_id for rows in store.orders.unfinished("shop-dk") for row in rows]


def batch_of(store: Store, *orders: str) -> str:
    (made,) = store.orders.make_batches("shop-dk", "run", [orders])
    return made


def move(store: Store, row: OrderRow, stage: Stage, **values: str) -> None:
    with store.together() as connection:
        store.orders.move(connection, [(row, stage, values)])


def stored(store: Store, order: str) -> OrderRow:
    return store.orders.known("shop-dk", [order])[order]


class TestOrders:
    def test_an_order_is_saved_once_and_replaced_when_it_changes(self, store: Store) -> None:
        store.orders.save([an_order("1"), an_order("2")])
        store.orders.save([an_order("1", content_hash="edited", total="99.00")])

        assert store.orders.count("shop-dk") == 2
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

        with pytest.raises(ValueError, match="from booked"), store.together() as connection:
            store.orders.move(connection, [(an_order("1"), "classified", {})])
            store.orders.move(connection, [(an_order("2", stage="booked"), "classified", {})])

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

        assert store.orders.stages_of("shop-dk", "run") == {"fetched": 1, "booked": 1}


def claimed(store: Store, batch: Any) -> list[str]:
    return [row.order_id for row in store.orders.of_batch(batch, frozenset({"fetched"}))]


class TestDirectory:
    def test_a_customer_is_found_by_each_of_several_emails_in_one_field(self, store: Store) -> None:
        directory = store.directory(BOOKS)
        directory.save([a_customer("1", email="A@example.dk; b@example.dk"), a_customer("2", email="b@example.dk")])

        found = directory.having("email", ["a@example.dk", "b@example.dk", "c@example.dk"])

        assert sorted(found) == [
            ("email", "a@example.dk", "1"),
            ("email", "b@example.dk", "1"),
            ("email", "b@example.dk", "2"),
        ]

    def test_a_changed_customer_is_no_longer_found_by_what_it_was(self, store: Store) -> None:
        directory = store.directory(BOOKS)
        directory.save([a_customer("1", email="old@example.dk")])
        directory.save([a_customer("1", email="new@example.dk")])

        assert directory.having("email", ["old@example.dk", "new@example.dk"]) == [("email", "new@example.dk", "1")]
        assert directory.by_number(["1", "2"]).keys() == {"1"}

    def test_a_sweep_forgets_the_customers_that_are_gone_from_the_books(self, store: Store) -> None:
        directory = store.directory(BOOKS)
        directory.save([a_customer("1", email="a@example.dk"), a_customer("2", email="b@example.dk")])

        sweep = directory.begin_sweep()
        directory.save([a_customer("2", email="b@example.dk")])
        directory.end_sweep(sweep)

        assert directory.by_number(["1", "2"]).keys() == {"2"}
        assert directory.having("email", ["a@example.dk"]) == []

    def test_two_sweeps_at_once_forget_nobody_who_is_there(self, store: Store, other: Store) -> None:
        mine, theirs = store.directory(BOOKS), other.directory(BOOKS)
        first = mine.begin_sweep()
        mine.save([a_customer("1")])
        second = theirs.begin_sweep()
        theirs.save([a_customer("1"), a_customer("2")])
        mine.save([a_customer("2")])

        mine.end_sweep(first)
        theirs.end_sweep(second)

        assert mine.by_number(["1", "2"]).keys() == {"1", "2"}

    def test_a_customer_made_during_a_sweep_stays(self, store: Store, other: Store) -> None:
        directory = store.directory(BOOKS)
        sweep = directory.begin_sweep()
        other.directory(BOOKS).save([a_customer("9")])

        directory.end_sweep(sweep)

        assert directory.by_number(["9"]).keys() == {"9"}

    def test_two_sets_of_books_share_no_customer(self, store: Store) -> None:
        store.directory(BOOKS).save([a_customer("1", email="a@example.dk")])
        directory = store.directory("local:other")

        assert directory.having("email", ["a@example.dk"]) == []
        assert directory.by_number(["1"]) == {}
        directory.end_sweep(directory.begin_sweep())
        assert store.directory(BOOKS).by_number(["1"])

    def test_the_mirror_remembers_how_far_it_was_read(self, store: Store) -> None:
        directory = store.directory(BOOKS)
        assert directory.cursor() is None

        directory.seen_until(NOON + timedelta(microseconds=7))

        assert directory.cursor() == NOON + timedelta(microseconds=7)
        assert store.directory("local:other").cursor() is None

    @pytest.mark.parametrize("field", ["name", "email", "phone", "cvr", "ean", "vat_number"])
    @pytest.mark.parametrize("text", LONG_TEXTS, ids=["letters", "digits", "addresses", "one address"])
    def test_a_value_of_any_length_can_be_kept_and_asked_for(self, store: Store, field: str, text: str) -> None:
        directory = store.directory(BOOKS)
        customer = a_customer("1", **{field: text})
        directory.save([customer])
        keys = normalise(field, text)  # type: ignore[arg-type]

        assert {number for _, _, number in directory.having(field, keys)} <= {"1"}
        with store.together() as connection:
            directory.link(connection, [(f"{field}:{key}", customer) for key in keys])
        assert directory.links(f"{field}:{key}" for key in keys).keys() == {f"{field}:{key}" for key in keys}
        assert directory.lease([f"{field}:{key}" for key in keys], "batch") == set()

    def test_a_name_of_10_kb_is_found_by_the_same_name(self, store: Store) -> None:
        name = "Foreningen til Æblernes Fremme " * 350
        directory = store.directory(BOOKS)
        directory.save([a_customer("1", name=name), a_customer("2", name=name[:255])])

        (key,) = normalise("name", name.upper())

        assert {number for _, _, number in directory.having("name", [key])} == {"1", "2"}

    @pytest.mark.parametrize("text", ["A\x00S", "\x00", "\x00" * 300])
    def test_a_customer_comes_back_as_the_books_hold_it_even_with_characters_that_no_database_holds(
        self, store: Store, text: str
    ) -> None:
        directory = store.directory(BOOKS)
        customer = a_customer("1", name=text, email=f"{text}@example.dk")
        directory.save([customer])

        assert directory.by_number(["1"]) == {"1": customer}


class TestLinks:
    def test_an_identity_is_remembered_and_the_last_one_counts(self, store: Store) -> None:
        directory = store.directory(BOOKS)
        for number in ("1", "2"):
            with store.together() as connection:
                directory.link(connection, [("email:a@example.dk", a_customer(number))])

        link = directory.links(["email:a@example.dk", "email:b@example.dk"])["email:a@example.dk"]

        assert (link.customer, link.chosen) == ("2", False)

    def test_a_persons_choice_stays_a_choice_while_it_is_that_customer(self, store: Store) -> None:
        directory = store.directory(BOOKS)

        def link(number: str, *, chosen: bool = False) -> bool:
            with store.together() as connection:
                directory.link(connection, [("email:a@example.dk", a_customer(number))], chosen=chosen)
            return directory.links(["email:a@example.dk"])["email:a@example.dk"].chosen

        assert link("1", chosen=True)
        assert link("1")
        assert not link("2")


class TestLeases:
    def test_a_customer_is_written_to_by_one_batch_at_a_time(self, store: Store, other: Store) -> None:
        mine, theirs = store.directory(BOOKS), other.directory(BOOKS)

        assert mine.lease(["email:a@example.dk", "number 1"], "batch-1") == set()
        assert mine.lease(["email:a@example.dk"], "batch-1") == set()
        assert theirs.lease(["number 1", "number 2"], "batch-2") == {"number 1"}
        assert mine.lease(["number 2"], "batch-1") == {"number 2"}

    def test_a_lease_given_back_is_free(self, store: Store, other: Store) -> None:
        store.directory(BOOKS).lease(["number 1"], "batch-1")

        with store.together() as connection:
            store.directory(BOOKS).release(connection, "batch-1")

        assert other.directory(BOOKS).lease(["number 1"], "batch-2") == set()

    def test_the_lease_of_one_who_has_left_is_taken_over(self, store: Store, other: Store) -> None:
        other.directory(BOOKS).lease(["number 1"], "batch-2")
        assert store.directory(BOOKS).lease(["number 1"], "batch-1") == {"number 1"}

        other.close()

        assert store.directory(BOOKS).lease(["number 1"], "batch-1") == set()

    def test_other_books_have_customers_of_the_same_number(self, store: Store, other: Store) -> None:
        store.directory(BOOKS).lease(["number 1"], "batch-1")

        assert other.directory("local:other").lease(["number 1"], "batch-2") == set()


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
    from concurrent.futures import ThreadPoolExecutor

    def write(worker: int) -> Sequence[str]:
        ids = [f"{worker}-{number}" for number in range(20)]
        for order in ids:
            store.orders.save([an_order(order)])
        return ids

    with ThreadPoolExecutor(6) as threads:
        written = [order for ids in threads.map(write, range(6)) for order in ids]

    assert sorted(unfinished(store)) == sorted(written)
