"""What is peculiar to Tryton: no idempotency keys, so a look-up and what keeps it true; its own rounding and dates.

It runs on a real server. The first class is part of every `make test`; the others come with `make tryton`.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from adapters.accounting.tryton import TrytonBooks
from adapters.accounting.tryton_settings import TrytonAccounting
from adapters.integration import Integration, compose
from adapters.settings import Secrets, load
from deployments.commands.check import settings_findings
from domain.customers import Customer, CustomerChange
from domain.identity import normalise
from domain.invoice_rules import InvoiceRules, ProductRules
from domain.invoices import Document, Recipient
from domain.outcomes import Misconfigured, NeedsAttention, Transient
from domain.ports import Booking
from domain.stages import INVOICED
from tests.contract.bookkeeping import a_credit_note, a_customer, a_line, an_invoice
from tests.contract.shopkeeping import in_another_process, run_until_done, sync, unlucky
from tests.contract.test_accounting import codes, good
from tests.contract.tryton_bookkeeping import TrytonBookkeeper, connected
from tests.orders import write_orders
from tests.servers.tryton import DATABASE, PASSWORD, SETTINGS, of_database, of_this_session

HURRIED = httpx.Timeout(connect=10, read=2, write=10, pool=10)
NAME = "shop-dk"


@pytest.fixture
def keeper(tmp_path: Path) -> TrytonBookkeeper:
    """Who works in an empty Tryton."""
    return TrytonBookkeeper(str(tmp_path))


@pytest.fixture
def tryton(keeper: TrytonBookkeeper) -> TrytonBooks:
    """Our connection to it."""
    return keeper.books()


@contextmanager
def busy(statement: str) -> Iterator[None]:
    """Somebody's transaction has written this and takes its time to commit."""
    address = of_database(of_this_session().postgresql, DATABASE)
    with psycopg.connect(address) as connection:
        connection.execute(statement)
        yield
        connection.rollback()


class TestOnEveryRun:
    def test_an_invoice_and_its_credit_note_are_posted_to_the_ore_that_was_wanted(self, tryton: TrytonBooks) -> None:
        (buyer,) = good(tryton.create_customers([a_customer("a", {"cvr": "25313763", "ean": "5798009811578"})]))
        invoice = an_invoice("shop-dk-1", buyer.number, a_line("0.50"), a_line("10.01", "3"), a_line("-5.00"))

        booked, note = good(tryton.create_documents([("i", invoice), ("n", a_credit_note(invoice, "7"))], book=True))

        assert (booked.state, booked.net, booked.vat, booked.total) == (
            "booked",
            invoice.net,
            invoice.vat,
            invoice.total,
        )
        assert (note.kind, note.state, note.total) == ("credit_note", "booked", invoice.total)

    def test_half_an_ore_of_vat_goes_up_where_tryton_would_go_to_the_even_one(self, tryton: TrytonBooks) -> None:
        (buyer,) = good(tryton.create_customers([a_customer("a")]))
        invoice = an_invoice("shop-dk-1", buyer.number, a_line("0.50"))

        (booked,) = good(tryton.create_documents([("k", invoice)], book=True))

        assert (invoice.vat, booked.vat) == (Decimal("0.13"), Decimal("0.13"))

    def test_a_create_that_was_given_up_as_lost_and_comes_through_late_makes_no_second_invoice(
        self, keeper: TrytonBookkeeper, tryton: TrytonBooks
    ) -> None:
        (buyer,) = good(tryton.create_customers([a_customer("a")]))
        wanted = [("k", an_invoice("shop-dk-1", buyer.number))]
        hurried = connected(keeper.url, HURRIED)
        hurried.master_data()

        with busy(f"UPDATE party_party SET name = name WHERE code = '{buyer.number}'"):
            (lost,) = hurried.create_documents(wanted)
            again = in_the_background(lambda: tryton.create_documents(wanted))
            time.sleep(1)
        again.join()

        assert isinstance(lost, Transient)
        assert [one.reference for one in documents(tryton)] == ["shop-dk-1"]

    def test_a_create_that_was_given_up_as_lost_and_comes_through_late_makes_no_second_customer(
        self, keeper: TrytonBookkeeper, tryton: TrytonBooks
    ) -> None:
        hurried = connected(keeper.url, HURRIED)
        address = hurried._records.terms().company_address

        with busy(f"UPDATE party_address SET city = city WHERE id = {address}"):
            (lost,) = hurried.create_customers([a_customer("a")])
            again = in_the_background(lambda: tryton.create_customers([a_customer("a")]))
            time.sleep(1)
        again.join()

        assert isinstance(lost, Transient)
        assert [one.values["name"] for one in customers(tryton)] == ["Kunde a"]
        assert good(tryton.create_customers([a_customer("a")])) == customers(tryton)

    def test_check_tells_of_a_product_that_the_settings_name_and_nobody_has(self, shop: Integration) -> None:
        products = ProductRules(sku={"KRUS-30": "VARE", "KRUS-31": "VAER"})
        settings = shop.settings.model_copy(update={"invoices": InvoiceRules(products=products)})

        (told,) = settings_findings(replace(shop, settings=settings))

        assert (told.code, told.field, told.found) == ("product_unknown", "invoices.products.sku.KRUS-31", "VAER")

    def test_a_wrong_password_stops_the_run(self, keeper: TrytonBookkeeper) -> None:
        settings = connected(keeper.url)._settings
        with pytest.raises(Misconfigured) as refused:
            TrytonBooks(settings, SecretStr("wrong")).master_data()
        assert refused.value.finding.code == "credentials_refused"


def in_the_background(work: object) -> threading.Thread:
    """Start it, and go on."""
    thread = threading.Thread(target=work)  # type: ignore[arg-type]
    thread.start()
    return thread


def documents(books: TrytonBooks) -> list[Document]:
    """All documents of the books."""
    return [one for page in books.documents(None) for one in page]


def customers(books: TrytonBooks) -> list[Customer]:
    """All customers of the books."""
    return [one for page in books.customers(None) for one in page]


@pytest.mark.tryton
class TestItsOwnWays:
    def test_the_check_names_each_setting_that_the_company_has_not(self, keeper: TrytonBookkeeper) -> None:
        right = connected(keeper.url)._settings
        wrong = right.model_copy(
            update={
                "product": "INGEN",
                "vat_zones": {"eu": "Ukendt"},
                "taxes": {"domestic": {Decimal(25): "Ukendt"}},
            }
        )
        found = TrytonBooks(wrong, SecretStr(PASSWORD)).check()
        assert [(one.code, one.field) for one in found] == [
            ("code_unknown", "accounting.product"),
            ("settings_missing_key", "accounting.product"),
            ("code_unknown", "accounting.vat_zones.eu"),
            ("code_unknown", "accounting.taxes.domestic.25"),
        ]

    @pytest.mark.parametrize(
        ("place", "found", "code"),
        [
            ("database", "nowhere", "database_missing"),
            ("company", "Andre ApS", "code_unknown"),
            ("journal", "INGEN", "code_unknown"),
            ("receivable", "0000", "code_unknown"),
            ("user", "nobody", "credentials_refused"),
        ],
    )
    def test_the_check_names_what_no_invoice_can_do_without(
        self, keeper: TrytonBookkeeper, place: str, found: str, code: str
    ) -> None:
        settings = connected(keeper.url)._settings.model_copy(update={place: found})
        assert [one.code for one in TrytonBooks(settings, SecretStr(PASSWORD)).check()] == [code]

    def test_the_check_says_that_nobody_answers(self) -> None:
        settings = TrytonAccounting(kind="tryton", url="http://127.0.0.1:9", database="books")
        assert [one.code for one in TrytonBooks(settings, SecretStr("x")).check()] == ["unreachable"]

    def test_a_session_that_the_server_has_forgotten_is_made_anew(self, tryton: TrytonBooks) -> None:
        good(tryton.create_customers([a_customer("a")]))
        with psycopg.connect(of_database(of_this_session().postgresql, DATABASE)) as connection:
            connection.execute("DELETE FROM ir_session")
        good(tryton.create_customers([a_customer("b")]))

    def test_a_day_before_the_newest_invoice_is_posted_on_its_own_and_bears_the_newest(
        self, tryton: TrytonBooks
    ) -> None:
        (buyer,) = good(tryton.create_customers([a_customer("a")]))
        late = an_invoice("shop-dk-2", buyer.number, date=date(2025, 5, 20))
        early = an_invoice("shop-dk-1", buyer.number, date=date(2025, 4, 3))
        good(tryton.create_documents([("k2", late)], book=True))

        (booked,) = good(tryton.create_documents([("k1", early)], book=True))

        assert (booked.state, booked.date) == ("booked", date(2025, 5, 20))
        (row,) = tryton._server.search_read(
            "account.invoice", [["reference", "=", "shop-dk-1"]], ["accounting_date", "move.date"]
        )
        assert row["accounting_date"] == row["move."]["date"] == date(2025, 4, 3)

    def test_by_setting_such_a_day_is_held(self, keeper: TrytonBookkeeper) -> None:
        settings = connected(keeper.url)._settings.model_copy(update={"back_dated": "hold"})
        books = TrytonBooks(settings, SecretStr(PASSWORD))
        (buyer,) = good(books.create_customers([a_customer("a")]))
        good(books.create_documents([("k2", an_invoice("b", buyer.number, date=date(2025, 5, 20)))], book=True))
        (draft,) = good(books.create_documents([("k1", an_invoice("a", buyer.number, date=date(2025, 4, 3)))]))
        assert codes(books.book([Booking("b", draft.number)])) == ["back_dated"]

    def test_a_day_to_come_is_for_a_person(self, tryton: TrytonBooks) -> None:
        (buyer,) = good(tryton.create_customers([a_customer("a")]))
        tomorrow = datetime.now(UTC).date() + timedelta(days=2)
        (draft,) = good(tryton.create_documents([("k", an_invoice("a", buyer.number, date=tomorrow))]))
        assert codes(tryton.book([Booking("b", draft.number)])) == ["date_in_future"]

    def test_a_collecting_customers_buyers_stand_on_their_invoices_and_it_stays_as_it_is(
        self, tryton: TrytonBooks
    ) -> None:
        (collecting,) = good(tryton.create_customers([a_customer("a", {"name": "Websalg", "city": "Odense"})]))
        buyers = [Recipient(name=name, street="Vej 1", zip="5000", city="Odense", country="DK") for name in "ABA"]
        wanted = [(f"k{n}", an_invoice(f"r{n}", collecting.number, recipient=buyer)) for n, buyer in enumerate(buyers)]
        good(tryton.create_documents(wanted))

        rows = tryton._server.search_read(
            "account.invoice", [["reference", "!=", None]], ["invoice_address.party_name"], order=[["id", "ASC"]]
        )
        assert [row["invoice_address."]["party_name"] for row in rows] == ["A", "B", "A"]
        assert len({row["invoice_address."]["id"] for row in rows}) == 2
        (after,) = customers(tryton)
        assert after.values == collecting.values

    def test_an_unnamed_rate_that_two_taxes_have_is_held(self, keeper: TrytonBookkeeper) -> None:
        settings = connected(keeper.url)._settings.model_copy(update={"taxes": {}})
        books = TrytonBooks(settings, SecretStr(PASSWORD))
        (buyer,) = good(books.create_customers([a_customer("a")]))
        lines = [a_line(vat_rate="7")], [a_line(vat_rate="12")]
        wanted = [(f"k{n}", an_invoice(f"r{n}", buyer.number, *some)) for n, some in enumerate(lines)]
        assert codes(books.create_documents(wanted)) == ["tax_unmapped", ""]

    def test_a_country_that_the_books_lack_is_held(self, tryton: TrytonBooks) -> None:
        assert codes(tryton.create_customers([a_customer("a", {"country": "ZW"})])) == ["country_unknown"]

    def test_a_customer_is_known_by_its_mobile_too_and_only_its_phone_is_written(
        self, keeper: TrytonBookkeeper, tryton: TrytonBooks
    ) -> None:
        (customer,) = good(tryton.create_customers([a_customer("a", {"phone": "33112233"})]))
        keeper.add_mobile(customer.number, "+4540404040")
        (known,) = customers(tryton)
        assert set(normalise("phone", known.values["phone"])) == {"33112233", "40404040"}

        change = CustomerChange(key="u", number=customer.number, values={"phone": "50505050"})
        (changed,) = good(tryton.update_customers([change]))
        assert set(normalise("phone", changed.values["phone"])) == {"50505050", "40404040"}

    def test_a_cvr_number_that_tryton_refuses_is_refused_alone(self, tryton: TrytonBooks) -> None:
        wanted = [a_customer("a"), a_customer("b", {"cvr": "12345678"}), a_customer("c")]
        outcomes = tryton.create_customers(wanted)
        assert codes(outcomes) == ["", "books_refuse", ""]
        assert isinstance(outcomes[1], NeedsAttention)
        assert "12345678" in outcomes[1].finding.found
        assert len(customers(tryton)) == 2


SHOP = """\
name = "{name}"
[webshop]
kind = "files"
path = "orders"
[webshop.fields]
cvr = ["meta:_billing_cvr"]
ean = ["meta:_billing_ean"]
[store]
url = "sqlite:///afstem.db"
[run]
batch_size = 10
{accounting}
book = false
"""


@pytest.fixture
def shop(keeper: TrytonBookkeeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Integration]:
    """Thirty orders of twelve buyers, that lead into an empty Tryton."""
    monkeypatch.setenv("AFSTEM_ACCOUNTING_KEY", PASSWORD)
    accounting, _, tables = SETTINGS.format(url=keeper.url).strip().partition("\n\n")
    text = SHOP.format(name=NAME, accounting=accounting)
    (tmp_path / "afstem.toml").write_text(f"{text}\n{tables}", encoding="utf-8")
    write_orders(tmp_path / "orders", 30, 12, seed=5)
    integration = compose(load(tmp_path / "afstem.toml"), Secrets.from_environment())
    yield integration
    integration.close()


def prove(shop: Integration, buyers: int = 12) -> None:
    """Each order stands in the books once, of its total, and each buyer is one customer."""
    books = connected(shop.settings.accounting.url)  # type: ignore[union-attr]
    rows = [row for row in shop.store.orders.every(NAME) if row.stage != "skipped"]
    assert {row.stage for row in rows} <= INVOICED
    invoices = [one for one in documents(books) if one.kind == "invoice"]
    assert Counter(one.reference for one in invoices) == Counter(f"{NAME}-{row.number}" for row in rows)
    assert {one.reference: one.total for one in invoices} == {
        f"{NAME}-{row.number}": Decimal(row.total) for row in rows
    }
    told = [one.values for one in customers(books)]
    identities = Counter(one.get("ean") or one.get("cvr") or one.get("email") for one in told)
    assert set(identities.values()) == {1}
    assert len(identities) == buyers


@pytest.mark.tryton
class TestExactlyOnce:
    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("call", ["create_customers", "create_documents"])
    def test_a_lost_answer_makes_nothing_twice(self, shop: Integration, call: str, when: str) -> None:
        faults = sync(unlucky(shop, call, when), "unlucky")
        assert any(isinstance(fault, Transient) for fault in faults)

        assert sync(shop, "next") == []

        prove(shop)

    def test_a_customer_whose_order_was_edited_after_the_answer_was_lost_is_found_again(
        self, shop: Integration
    ) -> None:
        """The next try has another key; the directory knows the customer by its identity."""
        sync(unlucky(shop, "create_customers", "after"), "unlucky")
        before = len(customers(shop.books))  # type: ignore[arg-type]

        sync(shop, "next")

        assert before == len(customers(shop.books)) == 12  # type: ignore[arg-type]

    def test_two_processes_with_half_the_backlog_each_make_one_customer_and_one_invoice(
        self, shop: Integration, tmp_path: Path
    ) -> None:
        start = time.time() + 3
        told = [(tmp_path / "afstem.toml", PASSWORD, start, 2, half) for half in (0, 1)]
        processes = [in_another_process(run_with_key, *one) for one in told]
        for process in processes:
            process.join(180)

        assert [process.exitcode for process in processes] == [0, 0]
        prove(shop)

    def test_two_stores_that_know_nothing_of_each_other_write_each_reference_once(
        self, shop: Integration, tmp_path: Path
    ) -> None:
        """A restored copy of the store runs beside the one it was taken from."""
        second = compose(
            shop.settings.model_copy(
                update={"store": shop.settings.store.model_copy(update={"url": f"sqlite:///{tmp_path / 'other.db'}"})}
            ),
            Secrets.from_environment(),
        )
        with ThreadPoolExecutor(2) as sides:
            list(sides.map(lambda one: sync(one, "at once"), (shop, second)))
        for _ in range(3):
            sync(shop, "after")
        second.close()

        references = Counter(one.reference for one in documents(replace(shop).books))  # type: ignore[arg-type]
        assert set(references.values()) == {1}


def run_with_key(config: Path, key: str, *rest: object) -> None:
    """The process's own environment holds no key."""
    os.environ["AFSTEM_ACCOUNTING_KEY"] = key
    run_until_done(config, *rest)  # type: ignore[arg-type]
