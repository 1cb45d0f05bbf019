"""`afstem einvoice show` and `send`, and what `check`, `explain`, `attention` and `report` tell of e-invoices."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.outcomes import NeedsAttention
from tests.contract.dispatching import DROPFOLDER, SELLER, answer, dispatch_of, dropped, follow_after, public
from tests.contract.shopkeeping import Shop, opened, sold
from tests.contract.test_cli import Told, afstem


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop that sends e-invoices into a drop folder."""
    with opened(tmp_path, "sqlite:///afstem.db") as one:
        one.set_up(DROPFOLDER)
        yield one


@pytest.fixture
def config(shop: Shop) -> Path:
    return shop.folder / "afstem.toml"


@pytest.fixture
def rejected(shop: Shop) -> Shop:
    """One order whose e-invoice was rejected."""
    shop.sell(public(1, person="Bente Skovgård"))
    shop.sync()
    answer(shop, dispatch_of(shop, 1).number, "BusinessReject", "Vi kender ikke rekvisitionen")
    with pytest.raises(NeedsAttention):
        follow_after(shop)
    return shop


def test_show_tells_state_history_and_document(rejected: Shop, config: Path) -> None:
    told = afstem("einvoice", "show", "1", "--config", config, "--json")

    assert told.code == 1
    assert told.document["hold"]["code"] == "einvoice_rejected"
    assert "Vi kender ikke" in told.document["hold"]["what"]
    (einvoice,) = told.document["einvoices"]
    assert [one["state"] for one in einvoice["history"]] == ["due", "handed", "rejected"]
    assert (einvoice["state"], einvoice["channel"], einvoice["code"]) == ("rejected", "dropfolder", "BusinessReject")
    document = afstem("einvoice", "show", "1", "--config", config, "--xml").out
    assert document == einvoice["document"] == dropped(rejected)[0].read_text(encoding="utf-8")


def test_show_is_a_page_too(rejected: Shop, config: Path) -> None:
    told = afstem("einvoice", "show", "1", "--config", config)
    assert told.code == 1
    assert "afvist af modtageren" in told.out
    assert "Vi kender ikke" in told.out


def test_send_sends_a_rejected_one_again_and_says_where_it_is(rejected: Shop, config: Path) -> None:
    told = afstem("einvoice", "send", "1", "--config", config, "--json")
    assert told.code == 0
    assert told.document["stage"] == "dispatched"
    assert [one["state"] for one in told.document["einvoices"]] == ["handed"]
    assert len(dropped(rejected)) == 2


def test_send_by_hand_notes_it_and_sends_nothing(rejected: Shop, config: Path) -> None:
    told = afstem("einvoice", "send", "1", "--by-hand", "--config", config, "--json")
    assert (told.code, told.document["einvoices"][0]["state"]) == (0, "by_hand")
    assert len(dropped(rejected)) == 1
    assert afstem("einvoice", "send", "1", "--by-hand", "--config", config).code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "4711"), "Der er ingen ordre 4711"),
        (("send", "4711"), "Der er ingen ordre 4711"),
        (("send", "2"), "ingen bogført faktura"),
        (("send", "3"), "er sendt allerede"),
    ],
)
def test_what_can_not_be_shown_or_sent_is_one_sentence(
    shop: Shop, config: Path, words: tuple[str, ...], said: str
) -> None:
    shop.sell(sold(2), public(3))
    shop.sync()
    told = afstem("einvoice", *words, "--config", config)
    assert told.code == 2
    assert said in told.err
    assert len(dropped(shop)) == 1


def test_an_order_without_einvoice_is_shown_as_one(shop: Shop, config: Path) -> None:
    shop.sell(sold(2))
    shop.sync()
    told = afstem("einvoice", "show", "2", "--config", config, "--json")
    assert (told.code, told.document["einvoices"]) == (0, [])


def test_explain_attention_and_report_tell_of_it(rejected: Shop, config: Path) -> None:
    explained = afstem("explain", "1", "--config", config, "--json")
    assert explained.document["einvoices"][0]["state"] == "rejected"
    assert explained.document["code"] == "einvoice_rejected"
    assert "E-faktura" in afstem("explain", "1", "--config", config).out
    attention = afstem("attention", "--config", config, "--json")
    assert (attention.code, [one["code"] for one in attention.document]) == (1, ["einvoice_rejected"])
    assert afstem("report", "--config", config, "--json").document["differences"] == []


def test_what_was_dispatched_is_invoiced_in_the_report(shop: Shop, config: Path) -> None:
    shop.sell(public(1), sold(2))
    shop.sync()
    told = afstem("report", "--config", config, "--json")
    assert (told.code, told.document["orders"]["invoiced"], told.document["differences"]) == (0, 2, [])


class TestCheck:
    def codes(self, told: Told) -> dict[str, bool]:
        return {one["code"]: one["harmless"] for one in told.document["findings"]}

    def check(self, shop: Shop, text: str, *, book: bool = True) -> tuple[int, dict[str, bool]]:
        shop.set_up(text, book=book)
        shop.sell(sold(2))
        told = afstem("check", "--config", shop.folder / "afstem.toml", "--json")
        return told.code, self.codes(told)

    def test_off_says_nothing(self, shop: Shop) -> None:
        assert self.check(shop, "") == (0, {})

    def test_without_the_official_rules_it_is_worth_knowing_and_works(self, shop: Shop) -> None:
        assert self.check(shop, DROPFOLDER) == (0, {"einvoice_rules_missing": True})

    def test_books_that_can_not_send_are_refused(self, shop: Shop) -> None:
        code, found = self.check(shop, '[einvoicing]\non = true\nchannel = "accounting"', book=False)
        assert code == 2
        assert found.keys() >= {"einvoicing_not_by_system", "einvoicing_without_booking", "einvoicing_not_carried"}

    def test_a_missing_seller_is_refused(self, shop: Shop) -> None:
        code, found = self.check(shop, "[einvoicing]\non = true")
        assert (code, found["einvoice_seller_incomplete"]) == (2, False)

    def test_a_folder_that_is_a_file_is_refused(self, shop: Shop) -> None:
        (shop.folder / "einvoices").write_text("")
        code, found = self.check(shop, DROPFOLDER)
        assert (code, found["dropfolder_unusable"]) == (2, False)

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("http://einvoices.example.dk", "https://"),
            ("https://user:secret@einvoices.example.dk", "https://"),
            ("", "einvoicing.url"),
        ],
    )
    def test_the_service_is_reached_over_tls_alone(self, shop: Shop, url: str, said: str) -> None:
        shop.set_up(f'[einvoicing]\non = true\nchannel = "http"\nurl = "{url}"\n{SELLER}')
        told = afstem("check", "--config", shop.folder / "afstem.toml")
        assert told.code == 2
        assert said in told.err

    def test_a_service_without_a_token_is_told_to_need_one(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AFSTEM_EINVOICING_TOKEN", raising=False)
        shop.set_up(f'[einvoicing]\non = true\nchannel = "http"\nurl = "https://einvoices.example.dk"\n{SELLER}')
        told = afstem("check", "--config", shop.folder / "afstem.toml")
        assert (told.code, "AFSTEM_EINVOICING_TOKEN" in told.err) == (2, True)
