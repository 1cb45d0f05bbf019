"""The ways of an e-invoice when something goes wrong: an answer is lost, a process is killed, the books don't send."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from adapters.einvoicing.channels import ByAccounting
from adapters.einvoicing.ruleset import take_in
from adapters.integration import Integration, compose
from adapters.settings import Secrets, load
from domain.outcomes import Misconfigured, NeedsAttention, Transient
from domain.ports import Accounting, Booking
from tasks.answers import follow
from tasks.resolve import settle_by_hand
from tasks.send_einvoices import send_now
from tests.contract.dispatching import (
    DROPFOLDER,
    SELLER,
    dispatch_of,
    dropped,
    follow_after,
    history,
    hours_from_now,
    public,
    states,
)
from tests.contract.shopkeeping import NAME, THREE_MUGS, Shop, in_another_process, sent_off, sold, sync, with_refund
from tests.simulators.einvoicing import TOKEN, EinvoicingSimulator

SECRETS = Secrets(einvoicing_token=SecretStr(TOKEN))


@pytest.fixture
def service() -> Iterator[EinvoicingSimulator]:
    with EinvoicingSimulator() as running:
        yield running


@pytest.fixture
def shop(shop: Shop, service: EinvoicingSimulator) -> Shop:
    shop.set_up(f'[einvoicing]\non = true\nchannel = "http"\nurl = "{service.url}"\n{SELLER}')
    shop._opened = compose(load(shop.folder / "afstem.toml"), SECRETS)
    return shop


class TestOverHttp:
    def test_a_document_whose_answer_was_lost_is_asked_for_and_not_posted_again(
        self, shop: Shop, service: EinvoicingSimulator
    ) -> None:
        service.faults.append(("lost",))
        shop.sell(public(1))
        (fault,) = shop.sync()
        assert isinstance(fault, Transient)
        assert (shop.row(1).stage, shop.row(1).code) == ("failed", "einvoice_try_again")

        assert shop.sync("second") == []

        assert (service.posts, len(service.taken)) == (1, 1)
        assert (shop.hold(1), states(shop)) == ("dispatched", {"1": "handed"})
        assert len(shop.documents()) == 1

    def test_a_service_that_is_down_costs_a_try_of_the_dispatch_alone(
        self, shop: Shop, service: EinvoicingSimulator
    ) -> None:
        service.faults.append(("status", 503))
        shop.sell(public(1))
        shop.sync()
        (booked,) = shop.documents().values()
        operations = _operations(shop)

        assert sent_off(shop.integration, "again") == []

        assert list(shop.documents().values()) == [booked]
        assert len(service.taken) == 1
        assert _operations(shop) == operations, "the same operation, and none of an invoice"

    def test_what_was_posted_is_kept_to_the_letter_though_the_settings_change(
        self, shop: Shop, service: EinvoicingSimulator
    ) -> None:
        service.faults.append(("lost",))
        shop.sell(public(1))
        shop.sync()
        config = shop.folder / "afstem.toml"
        shop.close()
        config.write_text(config.read_text().replace("Havnegade 4", "Havnegade 6"))
        shop._opened = compose(load(shop.folder / "afstem.toml"), SECRETS)

        assert shop.sync("second") == []

        ((key, taken),) = service.taken.items()
        kept = dispatch_of(shop, 1)
        assert (kept.key, kept.document.encode()) == (key, taken.content)
        assert "BuildingNumber>4<" in kept.document

    def test_a_refused_document_is_held_and_goes_when_it_is_taken(
        self, shop: Shop, service: EinvoicingSimulator
    ) -> None:
        service.faults.append(("refuse", "unknown_receiver", "no such EAN"))
        shop.sell(public(1), public(2))
        shop.sync()
        assert (shop.hold(1), shop.hold(2)) == ("einvoice_refused", "dispatched")

        assert shop.sync("second") == []

        assert (shop.hold(1), len(service.taken)) == ("dispatched", 2)

    def test_delivered_and_rejected_later(self, shop: Shop, service: EinvoicingSimulator) -> None:
        shop.sell(public(1))
        shop.sync()
        (key,) = service.taken
        service.tells(key, "delivered")
        follow_after(shop)
        service.tells(key, "rejected")
        assert follow_after(shop, 1)["asked"] == 0, "what was delivered is asked for once a day"
        with pytest.raises(NeedsAttention):
            follow_after(shop, 26, "later")
        assert history(dispatch_of(shop, 1)) == ["due", "handed", "delivered", "rejected"]

    def test_a_service_that_does_not_answer_keeps_nobody_from_knowing_that_it_is_silent(
        self, shop: Shop, service: EinvoicingSimulator
    ) -> None:
        shop.sell(public(1))
        shop.sync()
        service.faults.append(("status", 503))
        with pytest.raises(Transient):
            follow_after(shop, 73)
        assert shop.hold(1) == "einvoice_silent"


def _operations(shop: Shop) -> set[tuple[str, str]]:
    with shop.integration.store.database.reading() as connection:
        return {tuple(row) for row in connection.execute(text("SELECT kind, key FROM operations"))}  # type: ignore[misc]


def dispatch_and_die(config: Path, after: bool) -> None:
    """Run, and be killed as the document is dropped: before that, or after it and before anybody noted it."""
    integration = compose(load(config), Secrets())
    channel = integration.einvoicing["dropfolder"]

    def send(letters: Any) -> Any:
        if after:
            type(channel).send(channel, letters)
        os.kill(os.getpid(), signal.SIGKILL)

    channel.send = send  # type: ignore[method-assign]
    sync(integration, "dying")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("picked_up", [False, True])
def test_a_run_killed_as_it_drops_a_document_drops_it_once(shop: Shop, after: bool, picked_up: bool) -> None:
    shop.set_up(DROPFOLDER)
    shop.sell(public(1))
    process = in_another_process(dispatch_and_die, shop.folder / "afstem.toml", after)
    process.join()
    assert process.exitcode == -9
    assert len(dropped(shop)) == after
    for path in dropped(shop) if picked_up else ():
        path.unlink()

    assert shop.sync("next") == []

    assert len(dropped(shop)) == (not (after and picked_up))
    assert shop.hold(1) == "dispatched"
    assert len(shop.documents()) == 1


def test_with_the_official_rules_a_document_keeps_them_and_the_store_says_which(shop: Shop, specs: Path) -> None:
    (rules,) = (specs / "oioubl").glob("*.zip")
    taken = take_in(rules, shop.folder / "oioubl-rules", trust=False)
    shop.set_up(DROPFOLDER)
    order = public(1, person="Bente Skovgård")
    shop.sell(order)
    shop.sync()
    order, refunds = with_refund(order, 77)
    shop.sell(order, refunds=refunds)

    assert shop.sync("second") == []

    kept = shop.integration.dispatches.of_orders(["1"])["1"]
    assert [(one.state, one.rules, one.rules_sha256) for one in kept] == [("handed", taken.version, taken.sha256)] * 2
    assert len(dropped(shop)) == 2


class SendingBooks:
    """Books that send what they book, as e-conomic does; `sends` says for whom it works."""

    def __init__(self, books: Accounting, sends: Callable[[str], bool]) -> None:
        self._books = books
        self._sends = sends
        self.capabilities = books.capabilities.model_copy(update={"einvoicing": True})
        self.asked_to_send: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._books, name)

    def book(self, drafts: list[Booking]) -> Any:
        outcomes = self._books.book(drafts)
        sent = [found.number for one, found in zip(drafts, outcomes, strict=True) if one.send]  # type: ignore[union-attr]
        self.asked_to_send += sent
        return outcomes

    def sent(self, numbers: list[str]) -> list[bool]:
        return [number in self.asked_to_send and self._sends(number) for number in numbers]


class TestByTheBooks:
    @pytest.fixture
    def works(self) -> dict[str, bool]:
        return {"sending": True}

    @pytest.fixture
    def books(self, shop: Shop, works: dict[str, bool]) -> SendingBooks:
        self.set_up(shop, "")
        return SendingBooks(shop.integration.books, lambda number: works["sending"])

    def set_up(self, shop: Shop, more: str, rules: str = "") -> None:
        shop.set_up(f'{rules}\n[einvoicing]\non = true\nchannel = "accounting"\n{more}')

    def integration(self, shop: Shop, books: SendingBooks) -> Integration:
        ways = {**shop.integration.einvoicing, "accounting": ByAccounting(books)}  # type: ignore[arg-type]
        return replace(shop.integration, books=books, einvoicing=ways)  # type: ignore[arg-type]

    def test_the_call_that_books_it_sends_it_and_the_order_is_dispatched(self, shop: Shop, books: SendingBooks) -> None:
        shop.sell(public(1))
        integration = self.integration(shop, books)

        assert sync(integration, "run") == []

        assert books.asked_to_send == [shop.documents()[f"{NAME}-1"]["number"]]
        assert shop.hold(1) == "dispatched"
        follow(integration, "following")
        assert dispatch_of(shop, 1).state == "sent"
        assert sync(integration, "second") == []
        assert len(books.asked_to_send) == 1

    def test_others_are_booked_and_not_sent(self, shop: Shop, books: SendingBooks) -> None:
        shop.sell(sold(2))
        sync(self.integration(shop, books), "run")
        assert (books.asked_to_send, shop.hold(2)) == ([], "booked")

    def test_what_the_books_did_not_send_is_told_to_be_sent_by_hand(
        self, shop: Shop, books: SendingBooks, works: dict[str, bool]
    ) -> None:
        works["sending"] = False
        shop.sell(public(1))
        integration = self.integration(shop, books)
        sync(integration, "run")
        with pytest.raises(NeedsAttention):
            follow(integration, "following", hours_from_now(73))
        assert shop.hold(1) == "einvoice_not_sent"
        with pytest.raises(Misconfigured, match="einvoice_only_by_hand"):
            send_now(integration, "1")

        works["sending"] = True
        follow(integration, "later", hours_from_now(74))

        assert (shop.hold(1), dispatch_of(shop, 1).state) == ("dispatched", "sent")

    def test_what_the_books_did_not_send_waits_for_a_person_where_the_order_was_settled(
        self, shop: Shop, books: SendingBooks, works: dict[str, bool]
    ) -> None:
        works["sending"] = False
        self.set_up(shop, f'fallback = "dropfolder"\n{SELLER}')
        shop.sell(public(1))
        integration = self.integration(shop, books)
        sync(integration, "run")
        shop.sell(public(1, lines=[THREE_MUGS], modified="2026-11-03T08:00:00"))
        sync(integration, "edited")
        settle_by_hand(integration, "1", "Krediteret i regnskabet", "Kirsten")

        with pytest.raises(NeedsAttention):
            follow(integration, "following", hours_from_now(73))

        assert (shop.hold(1), dispatch_of(shop, 1).state) == ("einvoice_not_sent", "silent")
        send_now(integration, "1")
        assert (shop.hold(1), len(dropped(shop))) == ("dispatched", 1)

    def test_what_the_books_did_not_send_goes_on_our_own_way_where_there_is_one(
        self, shop: Shop, books: SendingBooks, works: dict[str, bool]
    ) -> None:
        works["sending"] = False
        self.set_up(shop, f'fallback = "dropfolder"\n{SELLER}')
        shop.sell(public(1))
        integration = self.integration(shop, books)
        sync(integration, "run")

        follow(integration, "following", hours_from_now(73))
        assert shop.hold(1) == "booked"
        assert sync(integration, "second") == []

        assert (shop.hold(1), len(dropped(shop))) == ("dispatched", 1)
        assert dispatch_of(shop, 1).channel == "dropfolder"

    def test_a_collecting_customer_that_would_need_a_contact_holds_the_order(
        self, shop: Shop, books: SendingBooks
    ) -> None:
        number = shop.add_customer({"name": "Diverse offentlige"})
        self.set_up(shop, "", rules=f'[customers.ean]\ncollecting_customer = "{number}"')
        shop.sell(public(1, person="Bente Skovgård"))
        sync(self.integration(shop, books), "run")

        row = shop.row(1)
        assert (row.code, row.field, row.expected) == (
            "einvoice_contact_not_there",
            "meta:_billing_ean_person",
            number,
        )
        assert shop.documents() == {}

        shop.books.change_customer(number, {}, contacts=["Bente Skovgård"])
        assert sync(self.integration(shop, books), "second") == []
        assert shop.hold(1) == "dispatched"

    def test_on_our_own_way_a_collecting_customer_needs_no_contact(self, shop: Shop) -> None:
        number = shop.add_customer({"name": "Diverse offentlige"})
        shop.set_up(f'[customers.ean]\ncollecting_customer = "{number}"\n{DROPFOLDER}')
        shop.sell(public(1, person="Bente Skovgård"))
        assert shop.sync() == []
        assert shop.hold(1) == "dispatched"
