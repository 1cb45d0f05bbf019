"""What every accounting adapter promises: customers. What it promises of documents stands in `test_documents.py`."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from domain.customers import Customer, CustomerChange, CustomerField
from domain.outcomes import AfstemError, NeedsAttention
from domain.ports import Accounting
from tests.contract.bookkeeping import Bookkeeper, a_customer, needs

T = TypeVar("T")


def good(outcomes: Sequence[T | AfstemError]) -> list[T]:
    """The outcomes, none of which is a refusal."""
    refusals = [outcome for outcome in outcomes if isinstance(outcome, AfstemError)]
    assert refusals == []
    return [outcome for outcome in outcomes if not isinstance(outcome, AfstemError)]


def codes(outcomes: Sequence[object]) -> list[str]:
    """One code an outcome; empty for the ones that went well."""
    return [outcome.finding.code if isinstance(outcome, NeedsAttention) else "" for outcome in outcomes]


def standing(books: Accounting) -> dict[str, Customer]:
    """All customers of the books, by number."""
    return {customer.number: customer for page in books.customers(None) for customer in page}


def test_what_is_created_is_found(books: Accounting) -> None:
    wanted = a_customer("a", {"name": "Tømrer Ørsted ApS", "cvr": "25313763", "zip": "0900"}, contacts=["Åse Åkjær"])
    (created,) = good(books.create_customers([wanted]))
    assert standing(books) == {created.number: created}
    assert wanted.values.items() <= created.values.items()
    assert created.contacts == (("Åse Åkjær",) if books.capabilities.contacts else ())
    assert not created.barred


def test_everything_a_field_can_hold_comes_back_as_it_was_written(books: Accounting) -> None:
    odd = "Ærø'; DROP TABLE customers;-- “×” 🛒 \u202eabc <b>&amp;</b>"
    (created,) = good(books.create_customers([a_customer("a", {"name": odd})]))
    assert standing(books)[created.number].values["name"] == odd


def test_outcomes_come_one_an_item_and_in_order(books: Accounting, bookkeeper: Bookkeeper) -> None:
    many = bookkeeper.many
    created = good(books.create_customers([a_customer(f"k{place}") for place in range(many)]))
    assert [customer.values["name"] for customer in created] == [f"Kunde k{place}" for place in range(many)]
    assert len({customer.number for customer in created}) == many
    assert standing(books) == {customer.number: customer for customer in created}


def test_nothing_wanted_is_nothing_done(books: Accounting) -> None:
    assert list(books.create_customers([])) == []
    assert list(books.update_customers([])) == []
    assert standing(books) == {}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", " ", "customer_name_missing"),
        ("currency", "XTS", "currency_unknown"),
        ("customer_group", "9999", "customer_group_unknown"),
        ("payment_terms", "9999", "payment_terms_unknown"),
        ("vat_zone", "the moon", "vat_zone_unknown"),
        ("city", "half a \ud83d pair", "text_unreadable"),
        ("city", "x" * 20_000, "value_too_long"),
    ],
)
def test_a_bad_customer_is_refused_alone(books: Accounting, field: CustomerField, value: str, code: str) -> None:
    if field not in books.capabilities.fields:
        pytest.skip(f"these books hold no {field} of a customer")
    outcomes = books.create_customers([a_customer("a"), a_customer("bad", {field: value}), a_customer("c")])
    assert codes(outcomes) == ["", code, ""]
    assert sorted(one.values["name"] for one in standing(books).values()) == ["Kunde a", "Kunde c"]


def test_a_value_may_be_as_long_as_the_system_says_and_no_longer(books: Accounting) -> None:
    for field, longest in books.capabilities.lengths.items():
        if field == "contact":
            fits, over = (
                a_customer("f-contact", contacts=["x" * longest]),
                a_customer("o-contact", contacts=["x" * (longest + 1)]),
            )
        else:
            fits, over = (
                a_customer(f"f-{field}", {field: "x" * longest}),
                a_customer(f"o-{field}", {field: "x" * (longest + 1)}),
            )
        assert codes(books.create_customers([fits, over])) == ["", "value_too_long"], field


def test_the_same_key_makes_one_customer(books: Accounting) -> None:
    first, again = good(books.create_customers([a_customer("a"), a_customer("a")]))
    (later,) = good(books.create_customers([a_customer("a")]))
    assert first == again == later
    assert list(standing(books)) == [first.number]


def test_the_same_key_at_once_from_many_sides_makes_one_customer(bookkeeper: Bookkeeper) -> None:
    with ThreadPoolExecutor(8) as sides:
        outcomes = list(sides.map(lambda _: bookkeeper.books().create_customers([a_customer("a")]), range(8)))
    assert len({good(outcome)[0].number for outcome in outcomes}) == 1
    assert len(standing(bookkeeper.books())) == 1


def test_a_customer_that_was_deleted_is_not_made_again_under_its_key(books: Accounting, bookkeeper: Bookkeeper) -> None:
    needs(books, "remembers_keys")
    (created,) = good(books.create_customers([a_customer("a")]))
    bookkeeper.delete_customer(created.number)
    assert codes(books.create_customers([a_customer("a")])) == ["customer_gone"]
    assert standing(books) == {}


def test_customers_are_found_by_number_as_they_stand_and_those_who_are_gone_are_left_out(
    books: Accounting, bookkeeper: Bookkeeper
) -> None:
    here, barred, gone = good(
        books.create_customers([a_customer("a", {"city": "Odense"}), a_customer("b"), a_customer("c")])
    )
    bookkeeper.bar(barred.number)
    bookkeeper.delete_customer(gone.number)
    found = books.find_customers([here.number, barred.number, gone.number, "987654", "0", ""])
    assert {one.number: one.barred for one in found} == {here.number: False, barred.number: True}
    assert found[0].values == here.values


def test_a_refused_customer_may_be_tried_again_under_its_key(books: Accounting) -> None:
    assert codes(books.create_customers([a_customer("a", {"name": " "})])) == ["customer_name_missing"]
    assert codes(books.create_customers([a_customer("a")])) == [""]


def test_a_wanted_number_is_given_where_it_is_free_and_refused_where_it_is_taken(books: Accounting) -> None:
    outcomes = books.create_customers([a_customer("a", number="4711"), a_customer("b", number="4711")])
    assert codes(outcomes) == ["", "customer_number_taken"]
    assert list(standing(books)) == ["4711"]


def test_a_wanted_number_never_meets_a_number_that_the_books_give(books: Accounting) -> None:
    wanted = [a_customer(f"w{number}", number=str(number)) for number in (2, 3, 5)]
    created = good(books.create_customers(wanted)) + good(
        books.create_customers([a_customer(f"g{n}") for n in range(5)])
    )
    assert len({customer.number for customer in created}) == 8


@pytest.mark.parametrize("number", ["A-17", "0", "007", "-1", "1000000000", "١٢", "1e3"])
def test_an_impossible_number_is_refused(books: Accounting, number: str) -> None:
    if books.capabilities.any_number:
        pytest.skip("these books take any number")
    assert codes(books.create_customers([a_customer("a", number=number)])) == ["customer_number_impossible"]


def test_only_the_named_fields_change(books: Accounting, bookkeeper: Bookkeeper) -> None:
    wanted = a_customer("a", {"address": "Ærøvej 1", "cvr": "25313763"}, contacts=["Åse"])
    (before,) = good(books.create_customers([wanted]))
    bookkeeper.pass_time()
    change = CustomerChange(key="u", number=before.number, values={"address": "Østergade 2"})
    (after,) = good(books.update_customers([change]))
    assert after.values == {**before.values, "address": "Østergade 2"}
    assert (after.number, after.contacts, after.barred) == (before.number, before.contacts, before.barred)
    assert after.updated_at > before.updated_at
    assert standing(books) == {after.number: after}


def test_an_empty_value_erases_nothing(books: Accounting) -> None:
    (before,) = good(books.create_customers([a_customer("a", {"phone": "70101010"})]))
    (after,) = good(books.update_customers([CustomerChange(key="u", number=before.number, values={"phone": ""})]))
    assert after.values["phone"] == "70101010"


def test_a_contact_person_is_added_once(books: Accounting) -> None:
    needs(books, "contacts")
    (before,) = good(books.create_customers([a_customer("a", contacts=["Åse", "Åse"])]))
    change = CustomerChange(key="u1", number=before.number, values={}, new_contacts=("Bjørn", "Åse"))
    once, twice = good(books.update_customers([change, change.model_copy(update={"key": "u2"})]))
    assert once.contacts == twice.contacts == standing(books)[before.number].contacts == ("Åse", "Bjørn")


def test_two_changes_of_one_customer_in_one_call_both_count(books: Accounting) -> None:
    (before,) = good(books.create_customers([a_customer("a")]))
    changes = [
        CustomerChange(key="u1", number=before.number, values={"phone": "70101010"}),
        CustomerChange(key="u2", number=before.number, values={"city": "Ærøskøbing"}),
    ]
    after = good(books.update_customers(changes))[-1]
    assert (after.values["phone"], after.values["city"]) == ("70101010", "Ærøskøbing")
    assert standing(books)[before.number] == after


def test_a_change_that_was_answered_is_not_laid_over_what_came_later(books: Accounting) -> None:
    needs(books, "remembers_keys")
    (before,) = good(books.create_customers([a_customer("a")]))
    ours = CustomerChange(key="u1", number=before.number, values={"phone": "70101010"})
    theirs = CustomerChange(key="u2", number=before.number, values={"phone": "33333333"})
    good(books.update_customers([ours]))
    good(books.update_customers([theirs]))
    assert good(books.update_customers([ours]))[0].values["phone"] == "33333333"


def test_a_bad_change_is_refused_alone(books: Accounting, bookkeeper: Bookkeeper) -> None:
    a, gone, c = good(books.create_customers([a_customer("a"), a_customer("b"), a_customer("c")]))
    bookkeeper.delete_customer(gone.number)
    changes = [
        CustomerChange(key=f"u{number}", number=number, values={"phone": phone})
        for number, phone in (
            (a.number, "1"),
            (gone.number, "2"),
            ("no-number", "3"),
            (c.number, "4" * 9999),
            (c.number, "5"),
        )
    ]
    changes[-1] = changes[-1].model_copy(update={"key": "other"})
    assert codes(books.update_customers(changes)) == ["", "customer_gone", "customer_gone", "value_too_long", ""]
    assert {one.values["phone"] for one in standing(books).values()} == {"1", "5"}


def test_a_barred_customer_is_seen_to_be_barred(books: Accounting, bookkeeper: Bookkeeper, customer: str) -> None:
    before = standing(books)[customer]
    bookkeeper.pass_time()
    bookkeeper.bar(customer)
    (seen,) = [one for page in books.customers(before.updated_at) for one in page]
    assert seen.barred
    assert seen.updated_at > before.updated_at


def test_reading_goes_on_from_the_newest_change_that_was_seen(books: Accounting, bookkeeper: Bookkeeper) -> None:
    created = good(books.create_customers([a_customer(f"k{place}") for place in range(5)]))
    newest = max(customer.updated_at for customer in created)
    change = CustomerChange(key="u", number=created[2].number, values={"city": "Odense"})
    bookkeeper.pass_time()
    (changed,) = good(books.update_customers([change]))
    bookkeeper.pass_time()
    (added,) = good(books.create_customers([a_customer("later")]))
    read = {one.number: one for page in books.customers(newest) for one in page}
    assert read[changed.number] == changed
    assert read[added.number] == added
    assert changed.updated_at > newest
    assert {one.number for page in books.customers(added.updated_at) for one in page} == {added.number}


def test_a_reader_who_goes_on_from_the_newest_misses_no_writer(bookkeeper: Bookkeeper) -> None:
    def write(side: int) -> list[str]:
        books = bookkeeper.books()
        calls = [[a_customer(f"{side}-{call}-{n}") for n in range(7)] for call in range(15)]
        return [customer.number for wanted in calls for customer in good(books.create_customers(wanted))]

    books, seen = bookkeeper.books(), dict[str, Customer]()
    with ThreadPoolExecutor(3) as sides:
        writers = [sides.submit(write, side) for side in range(3)]
        while not all(writer.done() for writer in writers):
            newest = max((customer.updated_at for customer in seen.values()), default=None)
            seen |= {one.number: one for page in books.customers(newest) for one in page}
    newest = max((customer.updated_at for customer in seen.values()), default=None)
    seen |= {one.number: one for page in books.customers(newest) for one in page}
    assert set(seen) == {number for writer in writers for number in writer.result()}


def test_the_books_say_what_settings_may_name(books: Accounting) -> None:
    master = books.master_data()
    assert {"DKK", "EUR"} <= master.currencies
    assert {"domestic", "eu", "abroad"} <= master.vat_zones
    for group, terms in zip(sorted(master.customer_groups), sorted(master.payment_terms), strict=False):
        wanted = a_customer(f"{group}-{terms}", {"customer_group": group, "payment_terms": terms})
        assert codes(books.create_customers([wanted])) == [""]


def test_healthy_books_have_nothing_to_complain_of(books: Accounting) -> None:
    assert list(books.check()) == []
    assert books.name
