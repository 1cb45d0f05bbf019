"""The proof as a bookkeeper files it: order by order for a spreadsheet, and as a page to print."""

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from deployments.commands.report_csv import defused
from deployments.demo.numbers import made_up_cvr
from tests.contract.shopkeeping import NAME, Shop, opened
from tests.contract.test_cli import afstem
from tests.orders import woo_order, woo_refund


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop without orders, and empty books."""
    with opened(tmp_path, "sqlite:///afstem.db") as one:
        yield one


@pytest.fixture
def config(shop: Shop) -> Path:
    return shop.folder / "afstem.toml"


def in_english(shop: Shop, config: Path) -> None:
    config.write_text('language = "en"\n' + config.read_text("utf-8"), "utf-8")
    shop.close()


def a_day(shop: Shop) -> None:
    """A sale, one partly given back, one on hold and one of a company."""
    refunded = woo_order(id=2, billing={"email": "b@example.dk"})
    shop.sell(
        woo_order(id=1),
        refunded | {"refunds": [{"id": 7, "total": "-25.00"}]},
        woo_order(id=3, billing={"company": "=HYPERLINK(1)"}, meta={"_billing_cvr": "=1+1"}),
        woo_order(id=4, billing={"company": "Egholm ApS"}, meta={"_billing_cvr": made_up_cvr(1)}),
        woo_order(id=5, status="pending"),
        refunds={2: [woo_refund(refunded, refund_id=7, amount="25.00")]},
    )
    shop.sync()


class TestSpreadsheet:
    def rows(self, text: str, delimiter: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))

    def test_each_eligible_order_has_one_row_with_both_sides_sums(self, shop: Shop, config: Path) -> None:
        in_english(shop, config)
        a_day(shop)

        told = afstem("report", "--config", config, "--csv", "-")

        rows = self.rows(told.out, ",")
        assert told.code == 1
        assert [row["Order"] for row in rows] == ["1", "2", "3", "4"]
        assert [row["Counts as"] for row in rows] == ["invoiced", "invoiced", "held", "invoiced"]
        two = rows[1]
        figures = ("Total", "Refunded", "Invoices", "Credit notes", "Difference", "Net in the books")
        assert [two[name] for name in figures] == ["125.00", "25.00", "125.00", "25.00", "0.00", "80.00"]
        assert two["References"] == f"{NAME}-2, {NAME}-2-R7"
        assert rows[3]["Customer type"] == "company"

    def test_in_danish_it_is_as_danish_spreadsheets_read_it(self, shop: Shop, config: Path, tmp_path: Path) -> None:
        a_day(shop)
        afstem("report", "--config", config, "--csv", tmp_path / "r.csv")

        text = (tmp_path / "r.csv").read_bytes().decode("utf-8")
        assert text.startswith("\ufeffOrdre;Dato;Kundetype")
        assert self.rows(text.removeprefix("\ufeff"), ";")[0]["I alt"] == "125,00"

    def test_what_a_shop_sends_is_never_a_formula(self, shop: Shop, config: Path) -> None:
        shop.sell(
            woo_order(id=1, meta={"_billing_cvr": "@SUM(1)"}) | {"number": "=cmd|' /C calc'!A1"},
            woo_order(id=2, meta={"_billing_cvr": "12"}) | {"number": "-2+3"},
        )
        shop.sync()

        out = afstem("report", "--config", config, "--csv", "-").out

        cells = [cell for row in csv.reader(io.StringIO(out), delimiter=";") for cell in row]
        assert "'=cmd|' /C calc'!A1" in cells
        assert "'-2+3" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]

    @pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1", "  =1", "\uff1d1"])
    def test_whatever_begins_a_formula_is_defused(self, text: str) -> None:
        assert defused(text) == f"'{text}"

    def test_other_texts_stay_as_they_are(self) -> None:
        assert [defused(text) for text in ("", "1042", "a=b", "shop-dk-1")] == ["", "1042", "a=b", "shop-dk-1"]

    def test_a_surplus_document_has_a_row_too(self, shop: Shop, config: Path) -> None:
        from tests.contract.bookkeeping import an_invoice

        shop.books.create_documents([("by hand", an_invoice(f"{NAME}-99", shop.add_customer({})))], book=True)
        out = afstem("report", "--config", config, "--csv", "-").out
        (row,) = self.rows(out, ";")
        assert (row["Tælles som"], row["Referencer"]) == ("overskydende i regnskabet", f"{NAME}-99")


class Page(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


class TestPage:
    def test_it_is_whole_by_itself_and_runs_nothing(self, shop: Shop, config: Path, tmp_path: Path) -> None:
        a_day(shop)
        afstem("report", "--config", config, "--html", tmp_path / "r.html")

        text = (tmp_path / "r.html").read_text("utf-8")
        page = Page(text)
        assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form", "base"}
        assert not [name for _, attributes in page.tags for name in attributes if name in {"src", "href", "onload"}]
        assert not re.search(r"https?://|url\(|@import", text)

    def test_what_a_shop_sends_is_never_markup(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1, meta={"_billing_cvr": "<script>alert(1)</script>"}))
        shop.sync()

        text = afstem("report", "--config", config, "--html", "-").out

        assert "&lt;script&gt;alert(1)" in text
        assert "<script" not in text

    @pytest.mark.parametrize(
        ("language", "told"),
        [
            ("da", ("Afstemning", "1 ordre venter på dig. Alt andet stemmer.", "Moms efter zone og sats", "250,00")),
            ("en", ("Report", "1 order needs attention. All else agrees.", "VAT by zone and rate", "250.00")),
        ],
    )
    def test_it_is_in_the_settings_language(
        self, shop: Shop, config: Path, language: str, told: tuple[str, ...]
    ) -> None:
        if language == "en":
            in_english(shop, config)
        a_day(shop)
        page = afstem("report", "--config", config, "--html", "-").out
        assert f'<html lang="{language}">' in page
        assert [one for one in told if one not in page] == []


class TestVatByRate:
    def test_it_is_told_by_type_zone_and_rate_and_confirmed_by_the_books(self, shop: Shop, config: Path) -> None:
        a_day(shop)
        told = afstem("report", "--config", config, "--json").document
        rates = {(one["type"], one["zone"], one["rate"]): (one["vat"], one["confirmed_vat"]) for one in told["by_rate"]}
        assert rates == {
            ("b2c", "domestic", "25"): ("45.00", "45.00"),
            ("b2b", "domestic", "25"): ("25.00", "25.00"),
        }
        assert {one["type"]: (one["orders"], one["difference"]) for one in told["by_type"]} == {
            "b2c": (2, "0.00"),
            "b2b": (1, "0.00"),
        }
        assert {(one["type"], one["documents"], one["net"], one["total"]) for one in told["in_books"]} == {
            ("b2c", 3, "180.00", "225.00"),
            ("b2b", 1, "100.00", "125.00"),
        }


class TestWhereItGoes:
    def test_only_one_thing_goes_to_stdout(self, config: Path) -> None:
        assert afstem("report", "--config", config, "--csv", "-", "--html", "-").code == 2
        assert afstem("report", "--config", config, "--csv", "-", "--json").code == 2

    def test_a_file_that_can_not_be_written_is_one_sentence(self, shop: Shop, config: Path, tmp_path: Path) -> None:
        for option in ("--csv", "--html"):
            told = afstem("report", "--config", config, option, tmp_path / "nowhere" / "r")
            assert told.code == 2
            assert "kan ikke skrives" in told.err
            assert told.out == ""

    def test_files_beside_the_page_leave_it_as_it_is(self, shop: Shop, config: Path, tmp_path: Path) -> None:
        a_day(shop)
        plain = afstem("report", "--config", config)
        files = afstem("report", "--config", config, "--csv", tmp_path / "a", "--html", tmp_path / "b")
        assert (files.out, files.code) == (plain.out, plain.code)
        assert {path.name for path in tmp_path.iterdir() if path.name in "ab"} == {"a", "b"}


class TestSettledByHand:
    def hold(self, shop: Shop) -> None:
        shop.sell(woo_order(id=1), woo_order(id=2, meta={"_billing_cvr": "12"}))
        shop.sync()

    def test_a_persons_word_takes_an_order_off_the_list_with_who_when_and_why(self, shop: Shop, config: Path) -> None:
        self.hold(shop)
        assert afstem("attention", "--config", config).code == 1

        told = afstem("resolve", "2", "--settled", "Faktureret på nota 5", "--config", config)

        assert told.code == 0
        assert afstem("attention", "--config", config).code == 0
        document = afstem("report", "--config", config, "--json").document
        assert (document["complete"], document["orders"]["skipped"]) == (True, 1)
        (settled,) = document["settled"]
        assert (settled["order"], settled["why"], settled["total"]) == ("2", "Faktureret på nota 5", "125.00")
        assert re.fullmatch(r".+, \d{4}-\d\d-\d\d \d\d:\d\d", settled["by"])
        assert "Faktureret på nota 5" in afstem("explain", "2", "--config", config).out
        assert "klaret i hånden" in afstem("report", "--config", config).out

    def test_no_run_takes_it_up_again_and_no_other_settings_do(self, shop: Shop, config: Path) -> None:
        self.hold(shop)
        afstem("resolve", "2", "--settled", "x", "--config", config)
        shop.sync("second")
        text = config.read_text("utf-8").replace("meta:_billing_ean_person", "meta:_person")
        config.write_text(text, "utf-8")
        shop.close()
        shop.sync("third")
        assert shop.row(2).settled
        assert set(shop.documents()) == {f"{NAME}-1"}

    def test_an_edit_in_the_shop_takes_it_up_again(self, shop: Shop, config: Path) -> None:
        self.hold(shop)
        afstem("resolve", "2", "--settled", "x", "--config", config)
        shop.sell(woo_order(id=2, modified="2026-11-20T10:00:00"))
        shop.sync("second")
        assert shop.hold(2) == "booked"

    def test_an_order_that_could_never_be_read_can_be_settled_until_it_changes(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1) | {"total": "mange"})
        shop.sync()
        assert afstem("resolve", "1", "--settled", "x", "--config", config).code == 0
        shop.sync("second")
        assert shop.row(1).settled
        shop.sell(woo_order(id=1) | {"total": "flere"})
        shop.sync("third")
        assert shop.hold(1) == "bad_amount"

    def test_what_we_had_invoiced_of_it_is_neither_surplus_nor_a_difference(self, shop: Shop, config: Path) -> None:
        shop.sell(woo_order(id=1))
        shop.sync()
        shop.sell(woo_order(id=1, status="cancelled", modified="2026-11-20T10:00:00"))
        shop.sync("second")
        assert shop.hold(1) == "cancelled_after_invoicing"
        afstem("resolve", "1", "--settled", "Krediteret i hånden", "--config", config)

        told = afstem("report", "--config", config, "--json")

        assert told.code == 0
        assert told.document["settled"][0]["in_books"] == [f"{NAME}-1"]
        assert told.document["read_back"] == {}

    def test_an_order_that_does_not_wait_can_not_be_settled(self, shop: Shop, config: Path) -> None:
        self.hold(shop)
        for number, says in (("1", "venter ikke på nogen"), ("99", "ingen ordre 99")):
            told = afstem("resolve", number, "--settled", "x", "--config", config)
            assert told.code == 2
            assert says in told.err

    def test_an_order_that_a_run_works_on_is_left_to_it(self, shop: Shop, config: Path) -> None:
        self.hold(shop)
        (batch,) = shop.integration.store.orders.make_batches(NAME, "run", [["2"]])
        shop.integration.store.orders.open(batch)
        told = afstem("resolve", "2", "--settled", "x", "--config", config)
        assert (told.code, shop.hold(2)) == (2, "cvr_length")
        assert "arbejder på ordre 2" in told.err

    @pytest.mark.parametrize("words", [(), ("--settled", " "), ("--settled", "x", "--customer", "1")], ids=len)
    def test_it_wants_exactly_one_decision(self, config: Path, words: tuple[str, ...]) -> None:
        assert afstem("resolve", "1", *words, "--config", config).code == 2

    def test_a_retry_by_name_takes_it_up_again(self, shop: Shop, config: Path) -> None:
        self.hold(shop)
        afstem("resolve", "2", "--settled", "x", "--config", config)
        shop.integration.store.orders.take_up_settled(NAME, ["1", "2"])
        assert (shop.hold(1), shop.hold(2)) == ("booked", "fetched")
