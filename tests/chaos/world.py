"""A shop that sells while Afstem dies again and again, its books, and what must be true in the end."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from adapters.integration import Integration, compose
from adapters.settings import Secrets, load
from domain.stages import INVOICED
from tasks.proof import proof_of
from tests.chaos.books import BOOKS, Books
from tests.chaos.lives import COMPLETED, Life
from tests.orders import Json, documents_due, woo_orders_and_refunds
from tests.simulators.orders import times
from tests.simulators.woocommerce import WooCommerceSimulator

NAME = "chaos"
SETTINGS = """\
name = "{name}"
[webshop]
kind = "woocommerce"
url = "{shop}"
statuses = ["processing", "completed"]
[webshop.fields]
cvr = ["meta:_billing_cvr"]
ean = ["meta:_billing_ean"]
requisition = ["meta:_billing_ean_reference"]
reference_person = ["meta:_billing_ean_person"]
{accounting}
[store]
url = "sqlite:///afstem.db"
[run]
batch_size = 8
"""
MOST_TRIES = 12
BUYERS_OF_TEN = 4
"""Of ten orders, four are some buyer's first."""


@dataclass
class World:
    """One seed's shop and books in one folder. `sold` are the orders that the shop has, by their id."""

    folder: Path
    shop: WooCommerceSimulator
    books: Books
    orders: Iterator[tuple[Json, list[Json]]]
    sold: dict[int, Json] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "afstem.toml"

    def set_up(self) -> None:
        """Write the settings."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = SETTINGS.format(name=NAME, shop=self.shop.url, accounting=self.books.accounting)
        self.config.write_text(text, encoding="utf-8")

    def sell(self, count: int) -> None:
        """So many more orders come in, now."""
        for order, refunds in islice(self.orders, count):
            self.sold[order["id"]] = order | times("modified", datetime.now(UTC))
            self.shop.refunds[order["id"]] = refunds
            self.shop.put(self.sold[order["id"]])

    def trouble(self, chance: random.Random) -> None:
        """What befalls the books in the next run."""
        self.books.trouble(chance)

    def lose_the_store(self) -> None:
        """The disk with the store is gone; the books are not."""
        for path in self.folder.glob("afstem.db*"):
            path.unlink()

    def listen(self, watch: Callable[[str, str], bool] | None) -> None:
        """Tell of each call to shop and books, or nobody any more."""
        self.shop.after_page = (lambda page: bool(watch("page", "GET orders"))) if watch else (lambda page: None)
        self.books.listen(watch)

    def finish(self) -> None:
        """Let runs end in peace until nothing is left to do. Raises `AssertionError` where that never comes."""
        self.books.calm()
        for _ in range(MOST_TRIES):
            if Life(self.config).ended() == COMPLETED and not self.unfinished():
                return
        raise AssertionError(f"not done after {MOST_TRIES} runs: {self.unfinished()}")

    def unfinished(self) -> Counter[str]:
        """What each order that hasn't arrived waits for: its code, or its stage where it has none."""
        integration = self.integration()
        try:
            rows = [row for row in integration.store.orders.every(NAME) if row.eligible]
        finally:
            integration.close()
        return Counter(row.code or row.stage for row in rows if row.stage not in INVOICED and row.stage != "skipped")

    def prove(self) -> None:
        """Each order one invoice, each refund one credit note, each buyer one customer, no draft left, sums agree."""
        documents, customers = self.books.documents(), self.books.customers()
        due = dict(documents_due(NAME, self.sold.values()))
        assert more_than_one(one.reference for one in documents) == [], "documents that stand there twice"
        assert {one.reference: one.total for one in documents} == due
        assert [one.reference for one in documents if not one.booked] == [], "drafts that were forgotten"
        assert more_than_one(customers.values()) == [], "buyers who became two customers"
        assert more_than_one(self.books.contacts()) == [], "persons who became two contacts"
        owed, sent = self.books.owed_and_sent()
        assert sorted(sent) == sorted(owed), "e-invoices that were sent twice, or never"
        buyers = {f"{NAME}-{order['number']}": order["billing"]["email"] for order in self.sold.values()}
        billed = {one.reference: customers[one.customer] for one in documents if one.reference in buyers}
        assert billed == {reference: buyers[reference] for reference in billed}
        integration = self.integration()
        try:
            proof = proof_of(integration)
        finally:
            integration.close()
        assert proof.complete, (proof.counts, proof.discrepancies[:5])

    def integration(self) -> Integration:
        """The integration as a person opens it who looks at what came out."""
        return compose(load(self.config), Secrets.from_environment())


def more_than_one(names: Iterable[str]) -> list[str]:
    """Those that are there more than once."""
    return [name for name, count in Counter(names).items() if count > 1]


@contextmanager
def opened(folder: Path, kind: str, orders: int, seed: int) -> Iterator[World]:
    """A world of up to so many orders; the same for the same seed."""
    with WooCommerceSimulator() as shop, BOOKS[kind](folder) as books:
        orders_and_refunds = woo_orders_and_refunds(orders, orders * BUYERS_OF_TEN // 10, seed)
        world = World(folder, shop, books, orders_and_refunds)
        world.set_up()
        yield world
