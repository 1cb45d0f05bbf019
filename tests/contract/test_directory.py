"""The customer directory on each kind of database: mirrored, swept, remembered and leased."""

import random
from datetime import timedelta

import pytest

from adapters.store import Store
from domain.identity import KeyField, normalise
from tests.contract.storekeeping import BOOKS, NOON, a_customer

FIELDS: tuple[KeyField, ...] = ("name", "email", "phone", "cvr", "ean", "vat_number")
CHANCE = random.Random(1)
LONG_TEXTS = (
    "".join(chr(CHANCE.randrange(0x4E00, 0x9FFF)) for _ in range(10_000)),
    "".join(CHANCE.choices("0123456789", k=10_000)),
    ", ".join(f"{CHANCE.randbytes(20).hex()}@example.dk" for _ in range(300)),
    f"{CHANCE.randbytes(5000).hex()}@example.dk",
)
"""None of them can be compressed: what a database can squeeze into its index proves nothing."""


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

    @pytest.mark.parametrize("text", LONG_TEXTS, ids=["letters", "digits", "addresses", "one address"])
    def test_a_value_of_any_length_can_be_kept_and_asked_for(self, store: Store, text: str) -> None:
        directory = store.directory(BOOKS)
        for field in FIELDS:
            customer = a_customer(field, **{field: text})
            directory.save([customer])
            keys = normalise(field, text)
            identities = {f"{field}:{key}" for key in keys}
            with store.together() as connection:
                directory.link(connection, [(identity, customer) for identity in identities])

            assert {number for _, _, number in directory.having(field, keys)} <= {field}
            assert directory.links(identities).keys() == identities
            assert directory.lease(identities, "batch") == set()

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
