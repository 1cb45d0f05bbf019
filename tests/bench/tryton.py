"""Into a real Tryton: the whole flow over HTTP, drafts in bulk, and posting measured apart, with one server process.

Afterwards the books are held against the shop's files: each order one invoice of its total, each buyer one customer.
"""

import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr

from adapters.accounting.tryton import TrytonBooks
from adapters.accounting.tryton_settings import TrytonAccounting
from domain.customers import Customer
from domain.invoices import Document
from domain.ports import Booking
from tests.bench.engine import run_apart
from tests.bench.figures import Figure, expect
from tests.bench.integration import FILES, NAME, write_settings
from tests.bench.whole_way import orders_of
from tests.contract.bookkeeping import a_customer, a_line, an_invoice
from tests.databases import running_postgresql
from tests.orders import documents_due, write_orders
from tests.servers.tryton import PASSWORD, SETTINGS, Tryton, start

BUYERS_OF_TEN = 4
DRAFTS_A_SECOND = 30
POSTED = 60


def tryton(folder: Path, environment: dict[str, str], orders: int) -> Iterator[Figure]:
    """Every figure, as soon as it is known. Raises `WrongResult`."""
    with running_postgresql() as postgresql:
        server = start(postgresql)
        try:
            yield _whole_way(folder, environment, orders, server)
            server.reset()
            yield from _in_bulk(_connected(server), min(orders, 400))
        finally:
            server.stop()


def _whole_way(folder: Path, environment: dict[str, str], orders: int, server: Tryton) -> Figure:
    buyers = orders * BUYERS_OF_TEN // 10
    write_orders(folder / "orders", orders, buyers)
    accounting = SETTINGS.format(url=server.url).replace('kind = "tryton"', 'kind = "tryton"\nbook = false')
    settings = write_settings(folder, FILES, accounting)
    said = run_apart("measured_run", str(settings), environment={**environment, "AFSTEM_ACCOUNTING_KEY": PASSWORD})
    expect(said["state"].startswith("Completed"), f"the run ended as {said['state']}")
    written = _prove(_connected(server), folder, buyers)
    return Figure(
        what=f"{orders:,} orders of {buyers:,} buyers into Tryton, start to end of the flow",
        found=f"{orders / said['seconds']:.0f} orders/s",
        more=f"{said['seconds']:.0f} s; {written:,} drafts, {buyers:,} customers; one server process; books proven",
    )


def _prove(books: TrytonBooks, folder: Path, buyers: int) -> int:
    """Hold the books against the shop's own files; gives how many documents there are. Raises `WrongResult`."""
    due = dict(documents_due(NAME, orders_of(folder / "orders")))
    found = [one for page in books.documents(None) for one in page]
    times = Counter(one.reference for one in found)
    totals: dict[str, Decimal] = {one.reference: one.total for one in found}
    wrong = sorted(name for name in due.keys() | totals.keys() if due.get(name) != totals.get(name))
    expect(not wrong, f"{len(wrong)} documents are missing, too many or of another total: {', '.join(wrong[:5])}")
    expect(set(times.values()) == {1}, "a reference stands twice")
    customers = sum(len(page) for page in books.customers(None))
    expect(customers == buyers, f"{buyers} buyers became {customers} customers")
    expect(not [name for name in due if not name.startswith(f"{NAME}-")], "a reference of another name")
    return len(found)


def _in_bulk(books: TrytonBooks, count: int) -> Iterator[Figure]:
    """Drafts of two lines each, fifty a call, by one caller; then some of them posted."""
    customers = books.create_customers([a_customer(f"c{n}") for n in range(count // 2)])
    numbers = [one.number for one in customers if isinstance(one, Customer)]
    wanted = [
        (f"k{n}", an_invoice(f"r{n}", numbers[n % len(numbers)], a_line("10.01", "3"), a_line("80.00")))
        for n in range(count)
    ]
    began = time.perf_counter()
    drafts = _good(books.create_documents(wanted))
    speed = count / (time.perf_counter() - began)
    yield Figure(
        what=f"{count} drafts in bulk, one server process",
        found=f"{speed:.0f} drafts/s",
        target=f"≥ {DRAFTS_A_SECOND} drafts/s",
        met=speed >= DRAFTS_A_SECOND,
        more="fifty a call, each looked for first, by one caller",
    )
    began = time.perf_counter()
    _good(books.book([Booking("", draft.number) for draft in drafts[:POSTED]]))
    yield Figure(
        what=f"{min(POSTED, count)} of them posted, one server process",
        found=f"{min(POSTED, count) / (time.perf_counter() - began):.1f} a second",
        more="twenty a call; printing is left to a worker",
    )


def _good(outcomes: Sequence[object]) -> list[Document]:
    written = [one for one in outcomes if isinstance(one, Document)]
    expect(len(written) == len(outcomes), f"{len(outcomes) - len(written)} documents were refused")
    return written


def _connected(server: Tryton) -> TrytonBooks:
    settings = tomllib.loads(SETTINGS.format(url=server.url))["accounting"]
    return TrytonBooks(TrytonAccounting(**settings), SecretStr(PASSWORD))
