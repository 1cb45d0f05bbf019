"""The commands that tell, as people and programs call them: pages, documents, exit codes, and sentences for faults."""

import json
import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer
from typer.testing import CliRunner

from adapters.settings import Settings, load
from deployments import engine
from deployments.cli import main
from deployments.commands.sync import tell
from deployments.commands.telling import as_json, console, pairs, table
from deployments.demo.numbers import made_up_cvr, made_up_ean
from tests.contract.bookkeeping import an_invoice
from tests.contract.economic_shopkeeping import EconomicShop
from tests.contract.shopkeeping import ECONOMIC_TOKENS, NAME, Shop, end_rest, opened
from tests.orders import Goods, Json, woo_order, woo_refund
from tests.simulators.economic import EconomicSimulator

PRODUCTS = """\
[invoices.products]
fee = "NOWHERE"
fees = {"Gaveæske" = "NEITHER"}
sku = {"KRUS-30" = "vare", "KRUS-31" = "vaer"}
rounding = "oerer"
by_rate = {0 = "momsfri"}
"""
README = Path(__file__).parent.parent.parent / "README.md"
KEYS = ("eligible", "invoiced", "skipped", "held", "failed", "pending", "ignored")


@dataclass(frozen=True)
class Told:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


def afstem(*words: str | Path, typed: str | None = None) -> Told:
    """Call the command line as a process would, without starting one."""
    result = CliRunner().invoke(main, [str(word) for word in words], input=typed)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Told(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop without orders, and empty books."""
    with opened(tmp_path, "sqlite:///afstem.db") as one:
        yield one


@pytest.fixture
def config(shop: Shop) -> Path:
    return shop.folder / "afstem.toml"


def company(order_id: int, cvr: str, **told: Any) -> Json:
    return woo_order(id=order_id, billing={"company": "Egholm Tømrer ApS"}, meta={"_billing_cvr": cvr}, **told)


class TestReport:
    def test_a_shop_where_all_is_well_exits_with_0(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1), company(2, made_up_cvr(1)), woo_order(id=3, status="pending"))
        shop.sync()

        told = afstem("report", "--config", config, "--json")

        assert told.code == 0
        orders = dict.fromkeys(KEYS, 0) | {"eligible": 2, "invoiced": 2, "ignored": 1}
        assert told.document["orders"] == orders
        sums = dict.fromkeys(KEYS, "0.00") | {"eligible": "250.00", "invoiced": "250.00", "ignored": "125.00"}
        assert told.document["sums"] == {"DKK": sums}
        assert told.document["read_back"]["DKK"]["invoices"] == "250.00"
        assert told.document["differences"] == told.document["attention"] == []

    def test_orders_that_need_a_person_are_listed_and_exit_with_1(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1), company(2, "12345678"))
        shop.sync()

        told = afstem("report", "--config", config, "--json")

        assert told.code == 1
        (waiting,) = told.document["attention"]
        assert (waiting["order"], waiting["code"], waiting["field"], waiting["found"]) == (
            "2",
            "cvr_check_digit",
            "meta:_billing_cvr",
            "12345678",
        )
        assert waiting["fix"]
        assert told.document["sums"]["DKK"]["held"] == "125.00"

    def test_days_are_danish_days(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1, created="2026-06-02T00:30:00"), woo_order(id=2, created="2026-06-02T23:30:00"))
        shop.sync()

        def eligible(first: str, last: str) -> int:
            told = afstem("report", "--config", config, "--from", first, "--to", last, "--json").document
            return int(told["orders"]["eligible"])

        assert eligible("2026-06-02", "2026-06-02") == 2
        assert eligible("2026-06-01", "2026-06-01") == eligible("2026-06-03", "2026-06-03") == 0

    def test_drafts_are_counted_apart(self, shop: Shop, config: Path) -> None:
        shop.set_up(book=False)
        shop.sell(woo_order(id=1))
        shop.sync()

        told = afstem("report", "--config", config, "--json").document

        assert (told["orders"]["invoiced"], told["drafts"]) == (1, 1)

    def test_a_refund_and_its_credit_note_are_read_back(self, shop: Shop, config: Path) -> None:
        order = woo_order(id=1)
        refund = woo_refund(order, refund_id=7, amount="25.00")
        shop.sell(order | {"refunds": [{"id": 7, "total": "-25.00"}]}, refunds={1: [refund]})
        shop.sync()

        told = afstem("report", "--config", config, "--json").document

        assert told["read_back"]["DKK"] == {
            "ordered": "125.00",
            "refunded": "25.00",
            "invoices": "125.00",
            "credit_notes": "25.00",
            "difference": "0.00",
        }

    def test_an_invoice_that_somebody_deleted_is_named_as_missing(self, shop: Shop, config: Path) -> None:
        shop.set_up(book=False)
        shop.sell(woo_order(id=1))
        shop.sync()
        shop.books.delete_draft(shop.documents()[f"{NAME}-1"]["number"])

        told = afstem("report", "--config", config, "--json")

        assert told.code == 1
        assert told.document["differences"] == [
            {
                "kind": "missing",
                "order": "1",
                "reference": f"{NAME}-1",
                "currency": "DKK",
                "expected": "125.00",
                "found": "0.00",
            }
        ]
        assert "mangler i regnskabet" in afstem("report", "--config", config).out

    def test_an_invoice_under_our_name_that_no_order_accounts_for_is_named(self, shop: Shop, config: Path) -> None:
        shop.books.create_documents([("by hand", an_invoice(f"{NAME}-99", shop.add_customer({})))], book=True)

        told = afstem("report", "--config", config, "--json")

        assert told.code == 1
        assert [(one["kind"], one["reference"]) for one in told.document["differences"]] == [("surplus", f"{NAME}-99")]

    def test_another_integration_of_the_same_books_is_not_held_against_us(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1))
        shop.sync()
        with opened(shop.folder / "elsewhere", f"sqlite:///{shop.folder / 'afstem.db'}") as second:
            text = (second.folder / "afstem.toml").read_text("utf-8").replace(f'name = "{NAME}"', f'name = "{NAME}-b"')
            text = text.replace('path = "books.db"', f"path = {json.dumps(str(shop.folder / 'books.db'))}")
            (second.folder / "afstem.toml").write_text(text, "utf-8")
            second.sell(woo_order(id=1, billing={"email": "b@example.dk"}))
            second.sync()
            assert set(second.documents()) == {f"{NAME}-1", f"{NAME}-b-1"}

        assert afstem("report", "--config", config, "--json").document["differences"] == []

    def test_a_period_that_ends_before_it_begins_is_refused(self, config: Path) -> None:
        assert afstem("report", "--config", config, "--from", "2026-12-01", "--to", "2026-11-01").code == 2

    @pytest.mark.parametrize(
        ("language", "word", "sum_"), [("da", "faktureret", "1.250,00"), ("en", "invoiced", "1,250.00")]
    )
    def test_the_page_is_in_the_settings_language(
        self, shop: Shop, config: Path, language: str, word: str, sum_: str
    ) -> None:
        config.write_text(f'language = "{language}"\n' + config.read_text("utf-8"), "utf-8")
        shop.close()
        shop.sell(*(woo_order(id=number) for number in range(1, 11)))
        shop.sync()

        told = afstem("report", "--config", config)

        assert told.code == 0
        assert word in told.out
        assert sum_ in told.out


class TestExplain:
    def test_a_new_customer_is_explained_by_the_number_that_identifies_it(self, shop: Shop, config: Path) -> None:
        cvr = made_up_cvr(5)
        shop.sell(company(1, f"DK {cvr}"))
        shop.sync()

        told = afstem("explain", "1", "--config", config, "--json").document

        assert (told["order"], told["type"], told["stage"], told["decision"]) == ("1", "b2b", "booked", "new")
        assert told["identity"] == {"rank": 0, "field": "cvr", "value": cvr}
        assert told["customer"] == shop.customers()[0]["number"]
        seen = next(one for one in told["evidence"] if one["field"] == "cvr")
        assert (seen["key"], seen["verdict"], seen["number"]) == ("meta:_billing_cvr", "valid", cvr)
        assert {"field": "name", "before": "", "after": "Egholm Tømrer ApS", "customer": told["customer"]} in told[
            "changed"
        ]
        assert told["invoice"]["reference"] == f"{NAME}-1"
        assert told["invoice"]["total"] == "125.00"
        assert told["invoice"]["lines"]
        assert {"candidates", "protected", "credit_notes", "warnings"} <= told.keys()
        assert "code" not in told

    def test_what_was_written_stays_told_after_later_runs(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1))
        shop.sync()
        before = afstem("explain", "1", "--config", config, "--json").document["changed"]
        shop.sell(woo_order(id=1, note="ring på"))
        shop.sync("again")

        assert afstem("explain", "1", "--config", config, "--json").document["changed"] == before != []

    def test_what_was_left_alone_is_told_with_the_reason(self, shop: Shop, config: Path) -> None:
        shop.set_up("[customers]\nupdate = false")
        shop.add_customer({"email": "astrid.noerskov@example.dk", "city": "Ribe"})
        shop.sell(woo_order(id=1))
        shop.sync()

        told = afstem("explain", "1", "--config", config, "--json").document

        assert {"field": "city", "kept": "Ribe", "shop": "Ølstykke", "why": "update_off"} in told["protected"]
        assert told["decision"] == "matched"
        assert "opdatering er slået fra" in afstem("explain", "1", "--config", config).out

    def test_an_ambiguous_order_names_its_candidates(self, shop: Shop, config: Path) -> None:
        numbers = [shop.add_customer({"name": name, "email": "astrid.noerskov@example.dk"}) for name in ("A", "B")]
        shop.sell(woo_order(id=1))
        shop.sync()

        told = afstem("explain", "1", "--config", config, "--json")

        assert told.code == 0
        document = told.document
        assert (document["decision"], document["customer"], document["stage"]) == ("ambiguous", None, "held")
        assert document["candidates"] == numbers
        assert document["identity"]["value"] == "astrid.noerskov@example.dk"
        assert document["code"] == "ambiguous_customer"
        assert "resolve" in document["fix"]

    def test_a_hold_before_any_decision_still_shows_the_evidence(self, shop: Shop, config: Path) -> None:
        shop.sell(company(1, made_up_ean(1)))
        shop.sync()

        told = afstem("explain", "1", "--config", config, "--json").document

        assert (told["code"], told["field"], told["found"]) == ("ean_in_cvr", "meta:_billing_cvr", made_up_ean(1))
        assert [one["verdict"] for one in told["evidence"] if one["field"] == "cvr"] == ["impossible"]
        assert told["decision"] is told["customer"] is told["invoice"] is None

    def test_an_order_edited_while_it_waits_shows_the_evidence_of_now(self, shop: Shop, config: Path) -> None:
        shop.sell(company(1, made_up_cvr(1), currency="PLN"))
        shop.sync()
        shop.sell(company(1, "12345678", currency="PLN"))
        shop.sync("again")

        told = afstem("explain", "1", "--config", config, "--json").document

        assert told["code"] == "cvr_check_digit"
        assert [one["verdict"] for one in told["evidence"] if one["field"] == "cvr"] == ["impossible"]

    def test_an_order_that_the_books_refused_says_when_they_are_asked_again(self, shop: Shop, config: Path) -> None:
        shop.books.close_period(date(2026, 12, 31))
        shop.sell(woo_order(id=1))
        shop.sync()
        ends = shop.row(1).again_at
        assert ends is not None

        told = afstem("explain", "1", "--config", config)

        assert f"Prøves igen senest {ends.astimezone(ZoneInfo('Europe/Copenhagen')):%Y-%m-%d %H:%M}" in told.out
        document = afstem("explain", "1", "--config", config, "--json").document
        assert datetime.fromisoformat(document["again_at"]) == ends
        end_rest(shop.integration)
        assert "Prøves igen ved næste kørsel." in afstem("explain", "1", "--config", config).out

    def test_an_order_of_a_barred_customer_says_so_and_offers_no_choice(self, shop: Shop, config: Path) -> None:
        shop.add_customer({"email": "astrid.noerskov@example.dk"}, barred=True)
        shop.sell(woo_order(id=1))
        shop.sync()

        told = afstem("explain", "1", "--config", config, "--json").document

        assert (told["decision"], told["candidates"], told["customer"]) == ("barred", [], None)

    def test_a_cpr_number_is_never_shown(self, shop: Shop, config: Path) -> None:
        shop.sell(company(1, "010190-1234"))
        shop.sync()

        pages = [afstem(*words, "--config", config) for words in (("explain", "1"), ("attention",), ("report",))]

        assert not any("1234" in page.out for page in pages)

    def test_an_order_that_could_not_be_read_is_explained_as_far_as_it_goes(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1, total="mange penge"))
        shop.sync()

        told = afstem("explain", "1", "--config", config, "--json").document

        assert (told["stage"], told["code"], told["total"], told["evidence"]) == ("held", "bad_amount", None, [])

    def test_a_refunded_order_shows_its_credit_note(self, shop: Shop, config: Path) -> None:
        order = woo_order(id=1)
        refund = woo_refund(order, refund_id=7, amount="25.00")
        shop.sell(order | {"refunds": [{"id": 7, "total": "-25.00"}]}, refunds={1: [refund]})
        shop.sync()

        told = afstem("explain", "1", "--config", config, "--json").document

        assert [(one["reference"], one["total"]) for one in told["credit_notes"]] == [(f"{NAME}-1-R7", "25.00")]
        assert "Kreditnota" in afstem("explain", "1", "--config", config).out

    def test_an_unknown_order_is_a_sentence(self, config: Path) -> None:
        told = afstem("explain", "4711", "--config", config)
        assert (told.code, told.out) == (2, "")
        assert "4711" in told.err

    def test_values_of_a_shop_are_no_markup_and_no_terminal_commands(self, shop: Shop, config: Path) -> None:
        name = "[red]Bo[/red] [/] :smile: \x1b[31m\x9b2J\u202eGnu"
        shop.sell(woo_order(id=1, number="[b]1\x1b[0m", billing={"first_name": name, "last_name": ""}))
        shop.sell(company(2, f"{name} 7"))
        shop.sync()

        for words in (("explain", "1"), ("explain", "2"), ("attention",), ("report",), ("books",)):
            for form in ((), ("--json",)):
                told = afstem(*words, *form, "--config", config)
                assert not any(character in told.out for character in "\x1b\x9b\u202e"), words
        assert "[red]Bo[/red]" in afstem("books", "--config", config).out
        assert ":smile:" in afstem("explain", "2", "--config", config).out


class TestAttention:
    def test_orders_are_listed_by_cause_with_the_fix(self, shop: Shop, config: Path) -> None:
        shop.sell(
            company(1, "12345678"), company(2, "87654321"), woo_order(id=3, billing={"email": ""}), woo_order(id=4)
        )
        shop.sync()

        told = afstem("attention", "--config", config, "--json")

        assert told.code == 1
        assert [(one["code"], one["orders"]) for one in told.document] == [
            ("cvr_check_digit", ["1", "2"]),
            ("nothing_to_identify_by", ["3"]),
        ]
        assert told.document[0]["found"] == {"1": "12345678", "2": "87654321"}
        assert all(one["fix"] and one["what"] for one in told.document)
        page = afstem("attention", "--config", config)
        assert page.code == 1
        assert "87654321" in page.out

    def test_where_nothing_waits_it_exits_with_0(self, config: Path) -> None:
        told = afstem("attention", "--config", config, "--json")
        assert (told.code, told.document) == (0, [])
        assert "Ingen ordrer" in afstem("attention", "--config", config).out


class TestBooks:
    def test_they_tell_customers_and_invoices(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1))
        shop.sync()

        told = afstem("books", "--config", config, "--json")

        assert told.code == 0
        assert [one["name"] for one in told.document["customers"]] == ["Astrid Nørskov"]
        (invoice,) = told.document["invoices"]
        assert {
            "number",
            "reference",
            "customer",
            "recipient",
            "currency",
            "net",
            "vat",
            "total",
            "lines",
        } <= invoice.keys()
        assert (invoice["net"], invoice["vat"], invoice["total"]) == ("100.00", "25.00", "125.00")
        assert "125,00" in afstem("books", "--config", config).out

    def test_empty_books_are_told_without_making_a_file(self, shop: Shop, config: Path) -> None:
        assert afstem("books", "--config", config, "--json").document == {"customers": [], "invoices": []}
        assert not (shop.folder / "books.db").exists()

    def test_a_customer_can_be_added_changed_and_barred(self, config: Path) -> None:
        added = afstem(
            "books", "--config", config, "add", "name=Holm = Søn", "phone=20304050", "--contact", "Bo", "--json"
        )
        number = added.document["number"]
        assert (added.document["name"], added.document["contacts"]) == ("Holm = Søn", ["Bo"])

        afstem("books", "change", number, "email=bo@example.dk", "phone=", "--barred", "--config", config)

        (customer,) = afstem("books", "--config", config, "--json").document["customers"]
        assert (customer["email"], customer["phone"], customer["barred"]) == ("bo@example.dk", "", True)
        afstem("books", "change", number, "--not-barred", "--config", config)
        assert not afstem("books", "--config", config, "--json").document["customers"][0]["barred"]

    @pytest.mark.parametrize("words", [["name"], ["colour=red"], ["contact=Bo"]])
    def test_what_is_no_field_is_refused_with_the_ones_there_are(self, config: Path, words: list[str]) -> None:
        told = afstem("books", "add", *words, "--config", config)
        assert told.code == 2
        assert "customer_group" in told.err

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("change", "77", "name=A"), "77"),
            (("add", "city=Ribe"), "navn"),
            (("add", "name=A", "customer_group=9"), "9"),
            (("add", "name=A", "--number", "A7"), "A7"),
        ],
    )
    def test_what_the_books_refuse_is_a_sentence(self, config: Path, words: tuple[str, ...], said: str) -> None:
        told = afstem("books", *words, "--config", config)
        assert (told.code, told.out) == (2, "")
        assert said in told.err


class TestCheck:
    def test_settings_that_fit_both_systems_exit_with_0(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1))
        told = afstem("check", "--config", config, "--json")
        assert (told.code, told.document["findings"]) == (0, [])
        assert told.document["look"]["types"] == {"b2c": 1}

    def test_it_writes_nothing_to_the_books(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1))
        afstem("check", "--config", config)
        assert not (shop.folder / "books.db").exists()

    @pytest.mark.parametrize(
        ("more", "code", "field"),
        [
            ('[customers]\ncustomer_group = "99"', "code_unknown", "customers.customer_group"),
            ('[customers.ean]\npayment_terms = "99"', "code_unknown", "customers.ean.payment_terms"),
            ('[invoices.payments.cod]\nterms = "99"', "code_unknown", "invoices.payments.cod.terms"),
            ('[customers]\ncollecting_customer = "99"', "collecting_missing", "customers.collecting_customer"),
            ('[customers.b2c]\ncollecting_customer = "1"', "collecting_barred", "customers.b2c.collecting_customer"),
        ],
    )
    def test_what_the_books_lack_is_told_with_its_place(
        self, shop: Shop, config: Path, more: str, code: str, field: str
    ) -> None:
        shop.add_customer({}, barred=True)
        shop.set_up(more)
        told = afstem("check", "--config", config, "--json")
        assert told.code == 2
        assert (code, field) in [(one["code"], one["field"]) for one in told.document["findings"]]

    def test_books_that_make_products_as_they_are_used_need_none_beforehand(self, shop: Shop, config: Path) -> None:
        shop.set_up(PRODUCTS)
        told = afstem("check", "--config", config, "--json")
        assert (told.code, [one["code"] for one in told.document["findings"]]) == (0, ["folder_empty"])

    @pytest.mark.parametrize(("makes", "lacking"), [("", ["fee", "fees.Gaveæske", "sku.KRUS-31"]), ("1", [])])
    def test_a_product_that_the_settings_name_and_the_books_lack_is_told_unless_it_would_be_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, makes: str, lacking: list[str]
    ) -> None:
        for name, secret in ECONOMIC_TOKENS.items():
            monkeypatch.setenv(f"AFSTEM_{name.upper()}", secret.get_secret_value())
        with EconomicSimulator() as agreement:
            shop = EconomicShop(tmp_path, "sqlite:///afstem.db", agreement=agreement)
            shop.set_up(PRODUCTS)
            config, usual = shop.folder / "afstem.toml", 'product = "vare"\n'
            more = f"create_products_in = {makes}\n" if makes else ""
            config.write_text(config.read_text("utf-8").replace(usual, usual + more), "utf-8")
            told = afstem("check", "--config", config, "--json")

        products = [one for one in told.document["findings"] if one["code"] == "product_unknown"]
        assert sorted(one["field"] for one in products) == [f"invoices.products.{name}" for name in lacking]
        assert told.code == (2 if lacking else 0)

    def test_a_collecting_customer_for_ean_orders_is_worth_telling_and_no_fault(self, shop: Shop, config: Path) -> None:
        shop.set_up(f'[customers]\ncollecting_customer = "{shop.add_customer({})}"')
        told = afstem("check", "--config", config, "--json")
        assert told.code == 0
        assert [(one["code"], one["harmless"]) for one in told.document["findings"]] == [
            ("folder_empty", True),
            ("collecting_with_ean", True),
        ]

    def test_a_shop_that_is_not_there_is_told(self, shop: Shop, config: Path) -> None:
        config.write_text(config.read_text("utf-8").replace('path = "orders"', 'path = "nowhere"'), "utf-8")
        told = afstem("check", "--config", config, "--json")
        assert told.code == 2
        assert [one["code"] for one in told.document["findings"]] == ["folder_missing"]
        assert told.document["look"] is None

    def test_fields_with_numbers_that_nobody_named_come_with_the_line_to_add(self, shop: Shop, config: Path) -> None:
        shop.sell(*(woo_order(id=number, meta={"_x_vat": made_up_cvr(number)}) for number in range(1, 4)))

        (found,) = afstem("check", "--config", config, "--json").document["look"]["unnamed"]

        assert (found["key"], found["holds"], found["matching"]) == ("meta:_x_vat", "cvr", 3)
        assert found["line"] in afstem("check", "--config", config).out
        text = config.read_text("utf-8").replace('cvr = ["meta:_billing_cvr"]', found["line"])
        assert Settings.model_validate(tomllib.loads(text)).webshop.fields.cvr == ("meta:_billing_cvr", "meta:_x_vat")
        config.write_text(text, "utf-8")
        assert afstem("check", "--config", config, "--json").document["look"]["unnamed"] == []

    def test_without_a_start_the_whole_history_is_told(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1, created="2019-03-01T12:00:00"), woo_order(id=2), woo_order(id=3, status="cancelled"))
        shop.sell(woo_order(id=4, total="?"))
        told = afstem("check", "--config", config, "--json").document
        assert told["history"] == {"orders": 3, "from": "2019-03-01"}
        text = config.read_text("utf-8").replace('path = "orders"', 'path = "orders"\nstart = 2026-01-01')
        config.write_text(text, "utf-8")
        assert afstem("check", "--config", config, "--json").document["history"] is None

    def test_empty_and_impossible_values_are_counted(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1, billing={"email": ""}), company(2, "12345678"), woo_order(id=3, total="?"))
        look = afstem("check", "--config", config, "--json").document["look"]
        assert look["without"] == {"b2c": {"email": 1}}
        assert (look["impossible"], look["unreadable"], look["orders"]) == ({"cvr": 1}, 1, 3)


class TestPlan:
    @pytest.fixture
    def planned(self, shop: Shop, config: Path, monkeypatch: pytest.MonkeyPatch) -> str:
        """What the page says of two orders of one new buyer, one that is held and one that is skipped."""
        for name in ("PREFECT_HOME", *engine.QUIET):
            monkeypatch.setenv(name, os.environ.get(name, engine.QUIET.get(name, str(shop.folder))))
        shop.set_up('[invoices]\nzero_total = "skip"')
        shop.sell(*(woo_order(id=number, billing={"email": "astrid@example.dk"}) for number in (1, 2)))
        shop.sell(company(3, "9000141"), woo_order(id=4, lines=[Goods("Gave", "0.00")]))
        return " ".join(afstem("plan", "--config", config).out.split())

    def test_each_order_is_counted_once(self, planned: str) -> None:
        assert "4 ordrer: 2 fakturaer, 1 venter, 1 sprunget over." in planned

    def test_a_customer_that_does_not_exist_yet_has_no_number(self, planned: str) -> None:
        assert "new-" not in planned
        assert "ordre ovenfor" in planned

    def test_fields_and_zones_have_their_words(self, planned: str) -> None:
        assert "momszone: Danmark" in planned


class TestSync:
    def test_where_no_order_counts_it_says_so(
        self, shop: Shop, config: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(typer.Exit) as ended:
            tell(shop.integration, config, "nothing new", as_json=False)
        assert ended.value.exit_code == 0
        assert capsys.readouterr().out == "Der er ingen ordrer, der tæller med.\nAlt er i orden.\n"


class TestInit:
    @pytest.mark.parametrize("preset", ["recommended", "one-customer", "match-only"])
    @pytest.mark.parametrize("language", ["da", "en"])
    def test_each_preset_becomes_a_file_that_can_be_used(self, tmp_path: Path, preset: str, language: str) -> None:
        output = tmp_path / "afstem.toml"
        told = afstem("init", "--preset", preset, "--language", language, "--output", output)
        assert told.code == 0
        settings = load(output)
        assert (settings.customers.preset, settings.language) == (preset, language)
        assert settings.webshop.start == datetime.now(ZoneInfo("Europe/Copenhagen")).date()
        assert "#" in output.read_text("utf-8")

    def test_a_collecting_customer_that_nobody_named_holds_the_orders(self, shop: Shop, config: Path) -> None:
        config.unlink()
        afstem("init", "--preset", "one-customer", "--output", config)
        told = afstem("check", "--config", config, "--json")
        assert told.code == 2
        assert "collecting_missing" in [one["code"] for one in told.document["findings"]]

    @pytest.mark.parametrize("language", ["da", "en"])
    def test_the_commands_that_it_names_work_as_they_stand(self, shop: Shop, tmp_path: Path, language: str) -> None:
        output = tmp_path / "the other shop" / "afstem.toml"
        (output.parent / "orders").mkdir(parents=True)
        (output.parent / "orders" / "1.json").write_text(json.dumps(woo_order(id=1)), "utf-8")

        told = afstem("init", "--preset", "recommended", "--language", language, "--output", output)

        first, second = (shlex.split(line) for line in told.out.splitlines()[-2:])
        assert first[1:] == ["check", "--config", str(output)]
        assert second[1:] == ["plan", "--config", str(output)]
        assert afstem(*first[1:]).code == 0

    def test_an_existing_file_is_never_overwritten(self, config: Path) -> None:
        before = config.read_text("utf-8")
        told = afstem("init", "--preset", "match-only", "--config", config)
        assert told.code == 2
        assert "afstem.toml" in told.err
        assert config.read_text("utf-8") == before

    def test_it_asks_for_what_a_file_says(self, tmp_path: Path) -> None:
        output = tmp_path / "shop.toml"
        answers = [
            "en",
            "shop-7",
            "woocommerce",
            "https://shop.example.dk",
            "economic",
            "19",
            "2",
            "3",
            "VARE",
            "meta:_my_cvr",
            "-",
            "one-customer",
            "42",
            "n",
        ]
        told = afstem("init", "--output", output, typed="\n".join(answers) + "\n")
        assert told.code == 0
        document = tomllib.loads(output.read_text("utf-8"))
        assert document["name"] == "shop-7"
        assert document["webshop"]["url"] == "https://shop.example.dk"
        assert document["webshop"]["fields"] == {"cvr": ["meta:_my_cvr"]}
        assert document["customers"] == {"preset": "one-customer", "collecting_customer": "42"}
        books = document["accounting"]
        assert (books["kind"], books["layout"], books["customer_group"], books["payment_terms"]) == (
            "economic",
            19,
            2,
            3,
        )
        assert (books["product"], books["book"]) == ("VARE", False)
        assert "AFSTEM_WEBSHOP_KEY" in told.out
        assert "AFSTEM_ACCOUNTING_GRANT" in told.out

    def test_a_question_without_an_answer_writes_nothing(self, tmp_path: Path) -> None:
        told = afstem("init", "--output", tmp_path / "afstem.toml", typed="da\n")
        assert told.code == 2
        assert "--preset" in told.err
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "wrong", [("--name", "Min Butik"), ("--webshop", "woocommerce"), ("--url", "http://shop.example.dk")]
    )
    def test_answers_that_make_no_usable_file_leave_none(self, tmp_path: Path, wrong: tuple[str, str]) -> None:
        told = afstem("init", "--preset", "recommended", *wrong, "--output", tmp_path / "afstem.toml")
        assert told.code == 2
        assert list(tmp_path.iterdir()) == []


class TestFaults:
    COMMANDS = (("report",), ("attention",), ("explain", "1"), ("books",), ("check",))

    @pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
    def test_a_missing_settings_file_is_a_sentence(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        told = afstem(*words, "--config", tmp_path / "afstem.toml", "--json")
        assert (told.code, told.out) == (2, "")
        assert told.err.count("\n") == 1

    @pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
    def test_every_fault_of_the_settings_is_told_in_their_language(self, config: Path, words: tuple[str, ...]) -> None:
        text = config.read_text("utf-8").replace("book = true", "bok = true")
        config.write_text(f'language = "en"\ncolour = "red"\n{text}', "utf-8")
        told = afstem(*words, "--config", config)
        assert (told.code, told.out) == (2, "")
        assert "accounting.bok is not a setting" in told.err
        assert "colour is not a setting" in told.err

    @pytest.mark.parametrize(
        "words", [("report",), ("attention",), ("explain", "1"), ("check",)], ids=lambda words: words[0]
    )
    def test_a_store_that_is_none_is_a_sentence(self, shop: Shop, config: Path, words: tuple[str, ...]) -> None:
        (shop.folder / "afstem.db").write_text("this is a letter to my aunt, and no database at all\n" * 100)
        told = afstem(*words, "--config", config)
        assert (told.code, told.out) == (2, "")
        assert "store.url" in told.err

    def test_books_that_are_none_are_a_sentence(self, shop: Shop, config: Path) -> None:
        (shop.folder / "books.db").write_text("this is a letter to my aunt, and no database at all\n" * 100)
        for words in (("books",), ("report",)):
            told = afstem(*words, "--config", config)
            assert (told.code, told.out) == (2, "")
            assert "accounting.path" in told.err

    def test_a_missing_secret_is_a_sentence(self, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AFSTEM_WEBSHOP_KEY", raising=False)
        shop = 'kind = "woocommerce"\nurl = "https://shop.example.dk"'
        text = config.read_text("utf-8").replace('kind = "files"\npath = "orders"', shop)
        config.write_text(text, "utf-8")
        told = afstem("check", "--config", config)
        assert told.code == 2
        assert "AFSTEM_WEBSHOP_KEY" in told.err


class TestShowing:
    HOSTILE = "a\x1b[31m\x07\x7f\x9b2J\u202e\u2028\ud83d[red]"

    def test_no_control_character_reaches_a_page(self) -> None:
        page = console()
        with page.capture() as captured:
            page.print(table(self.HOSTILE, ["x"], [[self.HOSTILE]]), pairs([("x", self.HOSTILE)]))
        assert "[red]" in captured.get()
        assert all(character.isprintable() or character == "\n" for character in captured.get())

    def test_json_loses_nothing_and_holds_no_control_character(self) -> None:
        text = as_json({"value": self.HOSTILE, "name": "Ærø 😀"})
        assert json.loads(text) == {"value": self.HOSTILE, "name": "Ærø 😀"}
        assert all(character.isprintable() or character == "\n" for character in text)
        assert "Ærø" in text


class TestTheWhole:
    def test_naming_the_commands_loads_nothing_heavy(self) -> None:
        """`afstem --help` answers at once only as long as nobody imports these to name a command."""
        heavy = ("prefect", "pandas", "sqlalchemy", "sqlmodel", "httpx", "alembic")
        script = f"import sys, deployments.cli; print([name for name in {heavy} if name in sys.modules])"
        root = Path(__file__).parent.parent.parent
        told = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
        assert told.stdout == "[]\n"

    def test_every_command_of_the_readme_is_there_and_the_other_way_round(self) -> None:
        named = {
            line.split("`")[1].split()[1]
            for line in README.read_text("utf-8").splitlines()
            if line.startswith("| `afstem ")
        }
        there = set(typer.main.get_command(main).commands)  # type: ignore[attr-defined]
        assert named <= there
        assert there - named <= {"up"}

    def test_every_command_and_option_is_explained(self) -> None:
        commands = typer.main.get_command(main).commands  # type: ignore[attr-defined]
        for name, command in commands.items():
            assert command.help, name
            for parameter in command.params:
                assert parameter.help, f"{name} {parameter.name}"
