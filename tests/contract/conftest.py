"""Each accounting system in turn, with fresh books; each database in turn, with an empty store."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapters.store import Store
from domain.customers import Customer
from domain.ports import Accounting
from tests.contract.bookkeeping import BOOKKEEPERS, Bookkeeper, a_customer
from tests.databases import postgresql, store_url  # noqa: F401 (fixtures of the store's suites)
from tests.rulesets import authority, examples, official, rules, ruleset  # noqa: F401 (fixtures of the e-invoices)

if TYPE_CHECKING:
    from tests.contract.shopkeeping import Shop


SLOW = {"tryton": pytest.mark.tryton}
"""Left to a target of their own."""


@pytest.fixture(params=[pytest.param(name, marks=SLOW.get(name, ())) for name in sorted(BOOKKEEPERS)])
def system(request: pytest.FixtureRequest) -> str:
    """The name of the accounting system."""
    return str(request.param)


@pytest.fixture
def bookkeeper(system: str, tmp_path: Path) -> Iterator[Bookkeeper]:
    """The person who works in that system, beside us."""
    one = BOOKKEEPERS[system](str(tmp_path))
    yield one
    one.close()


@pytest.fixture
def books(bookkeeper: Bookkeeper) -> Accounting:
    """Our connection to it."""
    return bookkeeper.books()


@pytest.fixture
def customer(books: Accounting) -> str:
    """The number of a customer who can be invoiced."""
    (created,) = books.create_customers([a_customer("the-customer")])
    assert isinstance(created, Customer)
    return created.number


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:  # noqa: F811
    """An empty store, as one process has it."""
    opened = Store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def other(store_url: str, store: Store) -> Iterator[Store]:  # noqa: F811
    """The same store, as another living process has it."""
    opened = Store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def shop(tmp_path: Path, store_url: str) -> "Iterator[Shop]":  # noqa: F811
    """A shop without orders, and empty books; its store lies in each kind of database in turn."""
    from tests.contract.shopkeeping import opened

    with opened(tmp_path / "shop", store_url) as one:
        yield one
