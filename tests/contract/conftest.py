"""Each accounting system in turn, with fresh books; each database in turn, with an empty store."""

from pathlib import Path

import pytest

from domain.customers import Customer
from domain.ports import Accounting
from tests.contract.bookkeeping import BOOKKEEPERS, Bookkeeper, a_customer
from tests.databases import postgresql, store_url  # noqa: F401 (fixtures of the store's suites)


@pytest.fixture(params=sorted(BOOKKEEPERS))
def system(request: pytest.FixtureRequest) -> str:
    """The name of the accounting system."""
    return str(request.param)


@pytest.fixture
def bookkeeper(system: str, tmp_path: Path) -> Bookkeeper:
    """The person who works in that system, beside us."""
    return BOOKKEEPERS[system](str(tmp_path))


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
