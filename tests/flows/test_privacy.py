"""What Prefect keeps of a run names orders, customers and fields, never a person, a number of theirs or a secret."""

import base64
import io
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.results import ResultRecord
from prefect.settings import (
    PREFECT_RESULTS_LOCAL_STORAGE_PATH,
    PREFECT_SERVER_DATABASE_CONNECTION_URL,
    temporary_settings,
)
from pydantic import ValidationError

from deployments.demo.numbers import made_up_cvr, made_up_ean
from flows.backfill_orders import backfill_orders
from flows.sync_hinted import sync_hinted
from tests.contract.dispatching import DROPFOLDER, application_response
from tests.flows.business import Business
from tests.flows.runs import Run
from tests.flows.test_economic import on_economic
from tests.orders import Goods, Json, woo_order
from tests.simulators.economic import APP_SECRET, GRANT, EconomicSimulator
from tests.simulators.economic_errors import Shape
from tests.simulators.orders import times
from tests.simulators.woocommerce import KEY, SECRET, WooCommerceSimulator

FIRST = date(2026, 10, 30)
CPR = "0101701234"
CVR, EAN, SHORT_CVR = made_up_cvr(61234), made_up_ean(61234), "9761234"
BUYER = {
    "first_name": "Ulvhilde",
    "last_name": "Kvastgaard",
    "address_1": "Tidselbakken 8",
    "city": "Ravnsholtby",
    "email": "ulvhilde@kvastgaard.example.dk",
    "phone": "29 97 61 23",
}
COMPANY = BUYER | {"company": "Kvastgaards Binderi ApS"}
SAID = ("REKV-7QX1", "Fejespecialet", "Bag om huset", "Birkeris")
PERSONAL = (*COMPANY.values(), CVR, EAN, SHORT_CVR, *SAID)
SECRETS = (KEY, SECRET)
ORDERS = (
    woo_order(id=1001, billing=BUYER, customer_note="Bag om huset", lines=[Goods("Fejespecialet", "99.00")]),
    woo_order(id=1002, billing=COMPANY, meta={"_billing_cvr": CVR}),
    woo_order(id=1003, billing=COMPANY, meta={"_billing_cvr": SHORT_CVR}),
    woo_order(id=1004, billing=COMPANY, meta={"_billing_cvr": CPR}),
    woo_order(id=1005, billing=COMPANY, meta={"_billing_ean": EAN, "_billing_ean_reference": "REKV-7QX1"}),
    woo_order(id=1006, billing=BUYER, total="Fejespecialet"),
    woo_order(id=1007, billing=BUYER | {"email": "twice@kvastgaard.example.dk"}),
)
NOES: tuple[tuple[Shape, int], ...] = (
    *(("properties", 400), ("objects", 400), ("sentences", 400), ("message", 400)),
    *(("message", 500), ("properties", 403)),
)
REFUSED = {"POST /customers/N/contacts": 1, "POST /invoices/drafts": 3}
"""So many of these calls of each run, and at first all new customers."""
NOT_SENT = {SHORT_CVR, "Birkeris", "Bag om huset"}
"""Of what is personal e-conomic gets all but these."""
EDITED = woo_order(id=1001, billing=BUYER | {"last_name": "Birkeris"}, lines=[Goods("Fejespecialet", "98.00")])


@dataclass
class Ran:
    """What two runs have left behind: the business, Prefect's results and every line that was logged anywhere."""

    business: Business
    results: Path
    log: io.StringIO


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """Orders of every fate, one of them edited after it was booked, from a shop that is down for a moment."""
    found = Ran(Business(tmp_path_factory.mktemp("private")), tmp_path_factory.mktemp("results"), io.StringIO())
    handler = logging.StreamHandler(found.log)
    logging.getLogger().addHandler(handler)
    with pytest.MonkeyPatch.context() as environment, WooCommerceSimulator() as shop:
        environment.setenv("AFSTEM_WEBSHOP_KEY", KEY)
        environment.setenv("AFSTEM_WEBSHOP_SECRET", SECRET)
        with temporary_settings({PREFECT_RESULTS_LOCAL_STORAGE_PATH: found.results}):
            sync_twice(found.business, shop)
        yield found
    logging.getLogger().removeHandler(handler)


def sync_twice(business: Business, shop: WooCommerceSimulator) -> None:
    business.set_up(DROPFOLDER, webshop=f'kind = "woocommerce"\nurl = "{shop.url}"')
    for name in ("Ulvhilde Kvastgaard", "U. Kvastgaard"):
        business.add_customer(name=name, email="twice@kvastgaard.example.dk")
    shop.put(*ORDERS)
    shop.faults.append(("status", 503))
    business.run().logs()
    shop.put(EDITED | times("modified", datetime.now(UTC)))
    business.run().logs()
    number = next(one["number"] for one in business.documents() if one["recipient"]["ean"])
    answered = business.folder / "einvoices" / "receipts" / "answer.xml"
    answered.write_bytes(application_response(number, "BusinessReject", "Kvastgaard er her ikke mere"))
    business.follow().logs()
    Run(backfill_orders(str(business.config), FIRST, FIRST + timedelta(days=9), 5, return_state=True)).logs()
    business.integration.store.hints.keep(business.name, ["1001", "1003"])
    Run(sync_hinted(str(business.config), return_state=True)).logs()


def prefects_tables() -> dict[str, str]:
    """Everything in Prefect's database, by table."""
    with closing(sqlite3.connect(PREFECT_SERVER_DATABASE_CONNECTION_URL.value().partition(":///")[2])) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: "\n".join(map(str, database.execute(f'SELECT * FROM "{name}"'))) for name in tables}


def prefects_results(folder: Path) -> str:
    """Everything in the persisted results, as they are and unpacked."""
    return "\n".join(unpacked(path.read_bytes()) for path in filter(Path.is_file, folder.rglob("*")))


def unpacked(kept: bytes) -> str:
    """What a step gave; what a whole run raised lies there without a record around it."""
    try:
        record = ResultRecord.deserialize(kept)
    except ValidationError:
        return base64.b64decode(kept).decode("utf-8", "replace")
    return f"{record.metadata}\n{record.result!r}\n{getattr(record.result, '__dict__', '')}"


@pytest.fixture(scope="module")
def refused(specs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ran, EconomicSimulator]]:
    """Orders that e-conomic refuses at every step, each time in words that repeat all that it was sent."""
    found = Ran(Business(tmp_path_factory.mktemp("refused")), tmp_path_factory.mktemp("results"), io.StringIO())
    (found.business.folder / "orders" / "refunds").mkdir(parents=True)
    handler = logging.StreamHandler(found.log)
    logging.getLogger().addHandler(handler)
    with pytest.MonkeyPatch.context() as environment, EconomicSimulator(specs / "economic" / "schemas") as books:
        environment.setenv("AFSTEM_ACCOUNTING_APP_SECRET", APP_SECRET)
        environment.setenv("AFSTEM_ACCOUNTING_GRANT", GRANT)
        on_economic(found.business, books)
        with temporary_settings({PREFECT_RESULTS_LOCAL_STORAGE_PATH: found.results}):
            for place, (shape, status) in enumerate(NOES):
                books.faults.clear()
                customers = 1 if place else 3
                for kind, count in {"POST /customers": customers, **REFUSED}.items():
                    books.faults += [("repeats", shape, status, kind)] * count
                found.business.sell(*to_be_refused(place))
                found.business.run().logs()
        yield found, books
    logging.getLogger().removeHandler(handler)


def to_be_refused(place: int) -> list[Json]:
    """Three orders: of a new person, a new company and a public buyer."""
    first = 2000 + 10 * place
    bought = {"customer_note": "Bag om huset", "lines": [Goods("Fejespecialet", "99.00")]}
    numbers: list[dict[str, Any]] = [
        {},
        {"_billing_cvr": made_up_cvr(61234 + place)},
        {"_billing_ean": EAN, "_billing_ean_reference": "REKV-7QX1"},
    ]
    return [
        woo_order(id=first + n, billing=COMPANY | {"email": f"{first + n}{BUYER['email']}"}, meta=meta, **bought)
        for n, meta in enumerate(numbers)
    ]


@pytest.mark.slow
def test_what_the_books_repeat_of_a_buyer_goes_no_further(refused: tuple[Ran, EconomicSimulator]) -> None:
    ran, books = refused
    repeated = "\n".join(books.refusals)
    assert {mark for mark in PERSONAL if mark not in repeated} == NOT_SENT

    told = prefects_tables() | {"results": prefects_results(ran.results), "the log": ran.log.getvalue()}

    assert "books_refuse" in told["log"]
    assert "books_refuse" in told["the log"]
    marks = (*PERSONAL, APP_SECRET, GRANT)
    assert {(where, mark) for where, text in told.items() for mark in marks if mark in text} == set()


def test_prefect_is_told_nothing_of_people_and_no_secret(ran: Ran) -> None:
    assert ran.business.holds() == {
        "1001": "changed_after_booking",
        "1003": "cvr_length",
        "1004": "cpr_in_cvr",
        "1005": "einvoice_rejected",
        "1006": "bad_amount",
        "1007": "ambiguous_customer",
    }
    kept = prefects_tables()
    told = kept | {"results": prefects_results(ran.results), "the log": ran.log.getvalue()}

    assert all(kept[name] for name in ("flow_run", "task_run", "task_run_state", "artifact", "log", "events"))
    assert "1003" in kept["artifact"]
    assert "changed_after_booking" in kept["log"]
    assert "einvoice_rejected" in kept["log"]
    assert "afstem.einvoice.rejected" in kept["events"]
    assert "changed_after_booking" in told["the log"]
    assert "orders need attention" in told["results"]
    leaks = {(where, mark) for where, text in told.items() for mark in (*PERSONAL, *SECRETS, CPR) if mark in text}
    assert leaks == set()


def test_a_backfill_and_a_hinted_run_tell_prefect_no_more(ran: Ran) -> None:
    names = ("flow_run", "task_run", "task_run_state", "artifact", "log", "events")
    told = prefects_tables()

    ran_too = set(re.findall("backfill-orders|sync-period|sync-hinted", told["flow"]))
    assert ran_too == {"backfill-orders", "sync-period", "sync-hinted"}
    assert all(told[name] for name in names)
    assert [name for name, text in told.items() for mark in (*PERSONAL, *SECRETS, CPR) if mark in text] == []


def test_the_store_and_the_books_know_the_buyers_but_no_cpr_number_and_no_secret(ran: Ran) -> None:
    files = [path for path in ran.business.folder.iterdir() if path.name.startswith(("afstem.db", "books.db"))]
    for path in files:
        with closing(sqlite3.connect(path.with_name(path.name.split("-")[0]))) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = b"".join(path.read_bytes() for path in files if path.suffix == ".db").decode("utf-8", "replace")

    assert [mark for mark in PERSONAL if mark not in held] == []
    assert [mark for mark in (CPR, f"{CPR[:6]}-{CPR[6:]}", *SECRETS) if mark in held] == []
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
