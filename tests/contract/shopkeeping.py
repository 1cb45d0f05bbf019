"""A shop of files with embedded books and a store of any kind, worked step by step and without Prefect.

`Worker` does the same in a process of its own, which can be killed at any instant.
"""

import json
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import update

from adapters.accounting.local import LocalBooks
from adapters.integration import Integration, compose
from adapters.settings import Secrets, load
from adapters.store import OrderRow
from adapters.store.orders import orders
from domain.customers import Values
from domain.identity import normalise
from domain.outcomes import AfstemError, NeedsAttention, Transient
from domain.ports import Accounting, Booking
from domain.stages import INVOICED, UNFINISHED
from tasks.classify_customers import cut_into_batches
from tasks.create_invoices import invoice_batch
from tasks.dispatch_einvoices import dispatch
from tasks.fetch_orders import fetch
from tasks.reconcile_customers import reconcile_batch
from tests.orders import Goods, Json, woo_order, woo_refund
from tests.simulators.economic import APP_SECRET, GRANT

NAME = "shop-dk"
THREE_MUGS = Goods("Krus, 30 cl", "125.00", 3, sku="KRUS-30", product_id=501)
SETTINGS = """\
name = "{name}"
[webshop]
kind = "files"
path = "orders"
[webshop.fields]
cvr = ["meta:_billing_cvr"]
ean = ["meta:_billing_ean"]
requisition = ["meta:_billing_ean_reference"]
reference_person = ["meta:_billing_ean_person"]
[accounting]
{accounting}
[store]
url = {url}
{more}
"""


ECONOMIC_TOKENS = {"accounting_app_secret": SecretStr(APP_SECRET), "accounting_grant": SecretStr(GRANT)}
"""Of the simulated agreement; who keeps other books leaves them alone."""


def all_secrets() -> Secrets:
    """What a process of its own needs, whichever the books are."""
    return Secrets.from_environment().model_copy(update=ECONOMIC_TOKENS)


@dataclass
class Shop:
    """What a test does to the world outside, and what it sees there afterwards."""

    folder: Path
    store_url: str
    name: str = NAME
    books_path: str = "books.db"
    _opened: Integration | None = None

    def __post_init__(self) -> None:
        (self.folder / "orders" / "refunds").mkdir(parents=True, exist_ok=True)
        self.set_up()

    def set_up(self, more: str = "", *, book: bool = True) -> None:
        """Write the settings anew: the usual ones, and `more`."""
        told = {"accounting": self.accounting(book=book), "url": json.dumps(self.store_url)}
        text = SETTINGS.format(name=self.name, more=more, **told)
        (self.folder / "afstem.toml").write_text(text, encoding="utf-8")
        self.close()

    def beside(self, folder: Path, name: str) -> "Shop":
        """Another shop that sells into the same books."""
        return Shop(folder, self.store_url, name, str(self.folder / self.books_path))

    @property
    def secrets(self) -> Secrets:
        """What the settings file may not hold."""
        return Secrets()

    def accounting(self, *, book: bool) -> str:
        """What stands in the settings file of its books."""
        return f'kind = "local"\npath = {json.dumps(self.books_path)}\nbook = {json.dumps(book)}'

    def sell(self, *orders: Json, refunds: Mapping[int, list[Json]] | None = None) -> None:
        """Each order in a file of its own; one of an id that is there already takes its place."""
        for order in orders:
            (self.folder / "orders" / f"{order['id']}.json").write_text(json.dumps(order), encoding="utf-8")
        for order_id, listed in (refunds or {}).items():
            (self.folder / "orders" / "refunds" / f"{order_id}.json").write_text(json.dumps(listed), encoding="utf-8")

    @property
    def integration(self) -> Integration:
        """The integration as its settings are now."""
        if self._opened is None:
            self._opened = compose(load(self.folder / "afstem.toml"), self.secrets)
        return self._opened

    def close(self) -> None:
        """Leave the store, as a process does that ends."""
        if self._opened:
            self._opened.close()
            self._opened = None

    def sync(self, run: str = "run") -> list[AfstemError]:
        """One run; gives what its batches raised."""
        return sync(self.integration, run)

    @property
    def books(self) -> LocalBooks:
        """The books, seen by a person."""
        return LocalBooks(self.integration.settings.accounting)

    def add_customer(self, values: Values, **more: Any) -> str:
        """A customer that a person creates; gives its number."""
        filled: Values = {"name": "Hans Ottosen", **values}
        return self.books.add_customer(filled, **more).number

    def book_by_hand(self, reference: str) -> None:
        """A person books a draft."""
        self.books.book([Booking("by hand", self.documents()[reference]["number"])])

    def customers(self) -> list[dict[str, Any]]:
        """The books' customers."""
        return list(self.books.told_customers())

    def documents(self) -> dict[str, dict[str, Any]]:
        """The books' invoices and credit notes by reference."""
        return {one["reference"]: one for one in self.books.told_invoices()}

    def row(self, order: int) -> OrderRow:
        """What the store says of an order."""
        return self.integration.store.orders.known(self.name, [str(order)])[str(order)]

    def hold(self, order: int) -> str:
        """The code by which an order is held; its stage where it isn't."""
        row = self.row(order)
        return row.code if row.stage == "held" else row.stage

    def stages(self) -> Counter[str]:
        """How many orders stand at each stage."""
        return Counter(row.stage for row in self.integration.store.orders.every(self.name))


@contextmanager
def opened(folder: Path, store_url: str, **more: str) -> Iterator[Shop]:
    """A shop that is closed at the end."""
    shop = Shop(folder, store_url, **more)
    try:
        yield shop
    finally:
        shop.close()


def sync(
    integration: Integration, run: str, chosen: Callable[[OrderRow], bool] = lambda row: True
) -> list[AfstemError]:
    """The steps of a run, one after the other; gives what its batches raised."""
    fetch(integration)
    faults = [fault for batch in cut_into_batches(integration, run, chosen) for fault in work(integration, batch)]
    return faults + sent_off(integration, run)


def end_rest(integration: Integration) -> None:
    """The time has come at which the books are asked again for what they have refused."""
    with integration.store.together() as connection:
        over = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(update(orders).where(orders.c.again_at.is_not(None)).values(again_at=over))


def sent_off(integration: Integration, run: str) -> list[AfstemError]:
    """The last step, by which e-invoices go out; gives what it raised."""
    try:
        dispatch(integration, run)
    except (Transient, NeedsAttention) as fault:
        return [fault]
    return []


def work(integration: Integration, batch: str) -> Iterator[AfstemError]:
    """The two steps of one batch, as a flow goes on past what they raise."""
    for step in (reconcile_batch, invoice_batch):
        try:
            step(integration, batch)
        except (Transient, NeedsAttention) as fault:
            yield fault


class Unlucky:
    """Books to which the line fails at one call: `before` it got there, or `after`, so that the answer is lost."""

    def __init__(self, books: Accounting, call: str, when: str, fail: Callable[[], None]) -> None:
        self._books = books
        self._call, self._when, self._fail = call, when, fail

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._books, name)
        return self._failing(found) if name == self._call else found

    def _failing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def failing(*told: Any, **more: Any) -> Any:
            if self._when == "before":
                self._fail()
            answer = call(*told, **more)
            self._fail()
            return answer

        return failing


def lose_the_line() -> None:
    """What an adapter says when the connection breaks."""
    raise Transient("connection_lost", "accounting")


def unlucky(integration: Integration, call: str, when: str, fail: Callable[[], None] = lose_the_line) -> Integration:
    """The same integration, with books whose line fails."""
    return replace(integration, books=Unlucky(integration.books, call, when, fail))


PROCESSES = multiprocessing.get_context("forkserver")
"""Processes of their own that start in a moment: what they import was imported once, by the server they come from."""
PROCESSES.set_forkserver_preload(["__main__", "tests.contract.shopkeeping"])


def in_another_process(target: Callable[..., None], *told: Any) -> Any:
    """Start a process that does this."""
    process = PROCESSES.Process(target=target, args=told, daemon=True)
    process.start()
    return process


def kill(process: Any) -> None:
    """Kill -9, and wait until it is gone."""
    process.kill()
    process.join()


def run_until_done(config: Path, start: float = 0, of: int = 1, mine: int = 0) -> None:
    """Run at `start`, over every `of`-th order from `mine` on, until none of them is unfinished."""
    integration = compose(load(config), all_secrets())
    chance = random.Random(mine)
    time.sleep(max(0.0, start - time.time()))
    while True:
        sync(integration, f"run-{os.getpid()}", lambda row: int(row.order_id) % of == mine)
        left = [
            row
            for row in integration.store.orders.every(integration.name)
            if int(row.order_id) % of == mine and row.stage in UNFINISHED
        ]
        if not left:
            break
        time.sleep(chance.uniform(0, 0.1))
    integration.close()


def run_and_die(config: Path, call: str, when: str) -> None:
    """Run, and be killed at the first such call to the books."""
    integration = compose(load(config), all_secrets())
    sync(unlucky(integration, call, when, lambda: os.kill(os.getpid(), signal.SIGKILL)), "dying")


def claim_and_wait(config: Path, lease: str, told: Any) -> None:
    """Claim all unfinished orders and lease an identity, say so, and go on living."""
    integration = compose(load(config), all_secrets())
    fetch(integration)
    for batch in cut_into_batches(integration, "waiting"):
        integration.store.orders.open(batch)
        integration.directory.lease([lease], batch)
    told.set()
    time.sleep(600)


def sold(order_id: int, buyer: str = "astrid", **told: Any) -> Json:
    """An order of a private buyer of that name."""
    billing = {"email": f"{buyer}@example.dk", **told.pop("billing", {})}
    return woo_order(id=order_id, billing=billing, **told)


def with_refund(order: Json, refund_id: int, amount: str = "25.00", **told: Any) -> tuple[Json, dict[int, list[Json]]]:
    """The order as the shop shows it once so much was paid back, and its refund list by its id."""
    refund = woo_refund(order, refund_id=refund_id, amount=amount, created="2026-11-03T09:00:00")
    return order | {"refunds": [{"id": refund_id, "reason": "", "total": f"-{amount}"}], **told}, {
        order["id"]: [refund]
    }


def sell_a_backlog(shop: Shop) -> None:
    """New buyers and known ones, some of whom have moved."""
    shop.add_customer({"name": "Bente", "email": "bente@example.dk", "city": "Ribe"})
    shop.sell(sold(1), sold(2), sold(3, "bente"), sold(4, "cecilie"), sold(5, "bente", billing={"city": "Skive"}))


def prove(shop: Shop) -> None:
    """The books hold one invoice for each order of the shop's files, of its total, and one customer for each email."""
    rows = list(shop.integration.store.orders.every(NAME))
    assert {row.stage for row in rows} <= INVOICED
    invoices = {name: one for name, one in shop.documents().items() if one["kind"] == "invoice"}
    assert {name: Decimal(one["total"]) for name, one in invoices.items()} == {
        f"{NAME}-{row.number}": Decimal(row.total) for row in rows
    }
    assert {row.reference: row.customer for row in rows} == {name: one["customer"] for name, one in invoices.items()}
    emails = Counter(key for one in shop.customers() for key in normalise("email", one["email"]))
    assert set(emails.values()) == {1}


def prove_backlog(shop: Shop, orders: int, buyers: int | None = None) -> None:
    """No order is lost, and each stands in the books once, on the one customer of its buyer."""
    rows = [row for row in shop.integration.store.orders.every(NAME) if row.stage != "skipped"]
    assert shop.integration.store.orders.stages(NAME).total() == orders
    assert {row.stage for row in rows} <= INVOICED
    invoices = {name: one for name, one in shop.documents().items() if one["kind"] == "invoice"}
    totals = {name: Decimal(one["total"]) for name, one in invoices.items()}
    assert totals == {f"{NAME}-{row.number}": Decimal(row.total) for row in rows}
    identities = Counter(one["ean"] or one["cvr"] or one["email"] for one in shop.customers())
    assert set(identities.values()) == {1}
    assert len({row.customer for row in rows}) == len(identities)
    if buyers is not None:
        assert len(identities) == buyers
