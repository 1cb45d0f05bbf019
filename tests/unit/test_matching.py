"""Finding customers: many orders against the whole directory at once."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from domain.customers import Customer, directory_keys
from domain.matching import DIRECTORY, WANTED, match

Row = tuple[str, str, str]


def hits(wanted: list[tuple[str, int, str, str]], directory: list[Row]) -> list[tuple[Any, ...]]:
    found = match(pd.DataFrame(wanted, columns=WANTED), pd.DataFrame(directory, columns=DIRECTORY))
    return list(found.itertuples(index=False, name=None))


def test_none_one_and_several() -> None:
    directory = [("email", "a@example.dk", "1"), ("email", "b@example.dk", "2"), ("email", "b@example.dk", "3")]
    wanted = [
        ("o1", 0, "email", "x@example.dk"),
        ("o2", 0, "email", "a@example.dk"),
        ("o3", 0, "email", "b@example.dk"),
    ]
    assert hits(wanted, directory) == [
        ("o1", (), "", ""),
        ("o2", ("1",), "email", "a@example.dk"),
        ("o3", ("2", "3"), "email", "b@example.dk"),
    ]


def test_the_first_field_with_a_hit_decides() -> None:
    directory = [("email", "mette@example.dk", "1"), ("email", "mette@example.dk", "2"), ("phone", "86123456", "3")]
    wanted = [("o1", 0, "phone", "86123456"), ("o1", 1, "email", "mette@example.dk")]
    wanted += [("o2", 0, "phone", "20304050"), ("o2", 1, "email", "mette@example.dk")]
    assert hits(wanted, directory) == [
        ("o1", ("3",), "phone", "86123456"),
        ("o2", ("1", "2"), "email", "mette@example.dk"),
    ]


def test_the_order_of_the_rows_does_not_matter_but_that_of_the_ranks() -> None:
    directory = [("phone", "86123456", "3"), ("email", "mette@example.dk", "1")]
    wanted = [("o1", 1, "email", "mette@example.dk"), ("o1", 0, "phone", "86123456")]
    assert hits(wanted, directory) == [("o1", ("3",), "phone", "86123456")]


def test_one_customer_hit_by_two_emails_of_an_order_is_one_hit() -> None:
    directory = [("email", "a@example.dk", "1"), ("email", "b@example.dk", "1")]
    wanted = [("o1", 0, "email", "a@example.dk"), ("o1", 0, "email", "b@example.dk")]
    assert hits(wanted, directory) == [("o1", ("1",), "email", "a@example.dk")]


@pytest.mark.parametrize("nothing", ["", None, float("nan")])
def test_an_empty_value_never_equals_an_empty_one(nothing: Any) -> None:
    assert hits([("o1", 0, "email", nothing), ("o2", 0, "email", "a@example.dk")], [("email", nothing, "1")]) == [
        ("o1", (), "", ""),
        ("o2", (), "", ""),
    ]


def test_a_value_in_another_field_is_no_hit() -> None:
    assert hits([("o1", 0, "phone", "13585628")], [("cvr", "13585628", "1")]) == [("o1", (), "", "")]


def test_nothing_wanted_and_an_empty_directory() -> None:
    assert hits([], [("cvr", "13585628", "1")]) == []
    assert hits([("o1", 0, "cvr", "13585628")], []) == [("o1", (), "", "")]


def test_the_answer_keeps_the_order_of_the_orders() -> None:
    wanted = [(f"o{number}", 0, "cvr", str(number)) for number in (5, 3, 9, 1)]
    directory = [("cvr", str(number), f"c{number}") for number in range(10)]
    assert [(order, found) for order, found, *_ in hits(wanted, directory)] == [
        ("o5", ("c5",)),
        ("o3", ("c3",)),
        ("o9", ("c9",)),
        ("o1", ("c1",)),
    ]


def customer(number: str = "1001", **values: str) -> Customer:
    return Customer(number=number, values=values, updated_at=datetime(2026, 10, 26, tzinfo=UTC))  # type: ignore[arg-type]


def test_a_customer_is_found_by_every_field_in_any_spelling() -> None:
    books = customer(
        name="Vinduespudseren ApS",
        email="bog@example.dk; Mette@Example.dk",
        phone="+45 86 12 34 56",
        cvr="DK 13 58 56 28",
        ean="5790 0004 3597 5",
        country="DK",
    )
    assert directory_keys(books) == [
        ("customer_number", "1001"),
        ("email", "bog@example.dk"),
        ("email", "mette@example.dk"),
        ("phone", "86123456"),
        ("ean", "5790000435975"),
        ("name", "vinduespudseren aps"),
        ("cvr", "13585628"),
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"cvr": "DE136695976", "country": "DE"},
        {"vat_number": "136 695 976", "country": "DE"},
        {"vat_number": "DE 136695976"},
        {"cvr": "DE136695976", "vat_number": "DE136695976", "country": "DK"},
    ],
)
def test_a_foreign_company_is_found_by_its_vat_number_wherever_it_stands(values: dict[str, str]) -> None:
    assert directory_keys(customer(**values))[1:] == [("cvr", "DE136695976")]


def test_a_bare_customer_is_found_by_its_number_only() -> None:
    assert directory_keys(customer("K-7", name="", email="ingen", phone="0", cvr=" ")) == [("customer_number", "k-7")]
