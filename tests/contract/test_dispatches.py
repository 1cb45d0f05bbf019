"""The way of an e-invoice: sent once for what is booked, tried again as a dispatch alone, and known to have arrived."""

import hashlib
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, update

from adapters.integration import compose
from adapters.settings import Secrets, load
from adapters.store import tables
from domain.dispatches import WAITING
from domain.outcomes import Misconfigured, NeedsAttention, Transient
from domain.ports import Booking
from domain.sentences import SENTENCES
from tasks.dispatch_einvoices import claimed
from tasks.rehearse import rehearsed
from tasks.resolve import settle_by_hand
from tasks.send_einvoices import send_now, sent_by_hand
from tests.contract.dispatching import (
    DROPFOLDER,
    EAN,
    answer,
    dispatch_of,
    dropped,
    follow_after,
    history,
    public,
    states,
    text_of,
)
from tests.contract.shopkeeping import NAME, THREE_MUGS, Shop, sold, sync, unlucky, with_refund


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.set_up(DROPFOLDER)
    return shop


def test_the_einvoice_of_a_booked_ean_order_lies_in_the_drop_folder_and_the_order_says_so(shop: Shop) -> None:
    shop.sell(public(1, person="Bente Skovgård"), sold(2))

    assert shop.sync() == []

    assert (shop.hold(1), shop.hold(2)) == ("dispatched", "booked")
    (document,) = dropped(shop)
    assert text_of(document, "EndpointID[@schemeID='GLN']") == EAN
    assert text_of(document, "ID") == shop.documents()[f"{NAME}-1"]["number"]
    kept = dispatch_of(shop, 1)
    assert (kept.state, kept.channel, kept.rules) == ("handed", "dropfolder", "")
    assert kept.document.encode() == document.read_bytes()
    assert kept.sha256 == hashlib.sha256(document.read_bytes()).hexdigest()
    assert oct(document.stat().st_mode & 0o777) == "0o600"


def test_later_runs_send_nothing_again(shop: Shop) -> None:
    shop.sell(public(1))
    shop.sync()
    (document,) = dropped(shop)
    document.unlink()

    assert shop.sync("second") == []
    shop.sell(public(1, modified="2026-11-03T08:00:00", customer_note="Tak"))
    assert shop.sync("third") == []

    assert dropped(shop) == []
    assert shop.hold(1) == "dispatched"


def test_with_einvoicing_off_nothing_is_held_and_nothing_is_sent(shop: Shop) -> None:
    shop.set_up()
    shop.sell(public(1, requisition="", billing={"address_1": ""}))

    assert shop.sync() == []

    assert shop.hold(1) == "booked"
    assert dropped(shop) == []
    assert states(shop) == {}


def test_what_was_booked_before_einvoicing_was_on_goes_only_when_a_person_says_so(shop: Shop) -> None:
    shop.set_up()
    shop.sell(public(1), public(2))
    shop.sync()
    shop.set_up(DROPFOLDER)
    shop.sell(public(3))

    shop.sync("second")
    assert [text_of(path, "ID") for path in dropped(shop)] == [shop.documents()[f"{NAME}-3"]["number"]]
    assert (shop.hold(1), shop.hold(2), shop.hold(3)) == ("booked", "booked", "dispatched")

    send_now(shop.integration, "1")
    assert len(dropped(shop)) == 2
    assert (shop.hold(1), shop.hold(2)) == ("dispatched", "booked")
    assert shop.sync("third") == []
    assert len(dropped(shop)) == 2


def test_an_order_without_requisition_and_person_is_held_before_it_is_booked(shop: Shop) -> None:
    shop.sell(public(1, requisition=""))

    shop.sync()

    assert shop.hold(1) == "requisition_or_person_missing"
    assert "meta:_billing_ean_reference" in shop.row(1).field
    assert shop.documents() == {}

    shop.sell(public(1, person="Bente Skovgård"))
    assert shop.sync("second") == []
    assert shop.hold(1) == "dispatched"


def test_a_draft_that_a_person_books_is_sent_then(shop: Shop) -> None:
    shop.set_up(DROPFOLDER, book=False)
    shop.sell(public(1))
    shop.sync()
    assert (shop.hold(1), dropped(shop)) == ("invoiced", [])

    (draft,) = shop.documents().values()
    shop.books.book([Booking("by hand", draft["number"])])
    assert shop.sync("second") == []

    assert shop.hold(1) == "dispatched"
    assert len(dropped(shop)) == 1


def test_a_credit_note_goes_too_and_names_the_invoice_that_it_credits(shop: Shop) -> None:
    shop.sell(public(1))
    shop.sync()
    order, refunds = with_refund(public(1), 77)
    shop.sell(order, refunds=refunds)

    assert shop.sync("second") == []

    note = next(path for path in dropped(shop) if "R77" in path.name)
    assert text_of(note, "InvoiceDocumentReference/{*}ID") == shop.documents()[f"{NAME}-1"]["number"]
    assert states(shop) == {"1": "handed", "1-R77": "handed"}
    assert shop.hold(1) == "dispatched"


def test_a_folder_that_can_not_be_used_stops_the_run_and_loses_nothing(shop: Shop) -> None:
    (shop.folder / "einvoices").write_text("a file where the folder should be")
    shop.sell(public(1))
    with pytest.raises(Misconfigured, match="dropfolder_unusable"):
        shop.sync()
    assert shop.hold(1) == "booked"

    (shop.folder / "einvoices").unlink()
    assert shop.sync("second") == []
    assert (shop.hold(1), len(dropped(shop))) == ("dispatched", 1)
    assert len(shop.documents()) == 1


def test_what_breaks_a_rule_is_held_with_rule_and_field_and_goes_once_it_is_mended(shop: Shop) -> None:
    shop.set_up(DROPFOLDER, book=False)
    shop.sell(public(1))
    shop.sync()
    shop.set_up("[einvoicing]\non = true\n")
    (draft,) = shop.documents().values()
    shop.books.book([Booking("by hand", draft["number"])])

    (fault,) = shop.sync("second")

    row = shop.row(1)
    assert (row.stage, row.code) == ("held", "einvoice_breaks_rule")
    assert (row.found, row.field) == ("einvoice_seller_incomplete", "einvoicing.seller")
    assert "1 × einvoice_breaks_rule" in str(fault)
    assert shop.sync("third") == [], "an old hold is no news"
    shop.set_up(DROPFOLDER)
    assert shop.sync("fourth") == []
    assert shop.hold(1) == "dispatched"


def test_an_order_that_waits_for_its_einvoice_is_never_reconciled_or_invoiced_again(shop: Shop) -> None:
    shop.sell(public(1))
    shop.sync()
    answer(shop, dispatch_of(shop, 1).number, "BusinessReject", "Forkert rekvisition")
    with pytest.raises(NeedsAttention):
        follow_after(shop)
    assert shop.hold(1) == "einvoice_rejected"

    assert [row.order_id for rows in shop.integration.store.orders.unfinished(NAME) for row in rows] == []
    assert shop.sync("second") == []
    assert shop.hold(1) == "einvoice_rejected"


class TestAnAnswer:
    def test_that_accepts_makes_it_delivered(self, shop: Shop) -> None:
        shop.sell(public(1))
        shop.sync()
        answer(shop, dispatch_of(shop, 1).number)

        assert follow_after(shop) == {"asked": 1, "news": 1}

        assert dispatch_of(shop, 1).state == "delivered"
        assert shop.hold(1) == "dispatched"

    def test_that_rejects_holds_the_order_with_the_receivers_words(self, shop: Shop) -> None:
        shop.sell(public(1))
        shop.sync()
        answer(shop, dispatch_of(shop, 1).number, "BusinessReject", "Vi kender ikke rekvisitionen")

        with pytest.raises(NeedsAttention):
            follow_after(shop)

        row = shop.row(1)
        assert (row.code, row.field, row.found) == (
            "einvoice_rejected",
            "BusinessReject",
            "Vi kender ikke rekvisitionen",
        )

    def test_that_rejects_after_it_was_delivered_is_heard_too(self, shop: Shop) -> None:
        shop.sell(public(1))
        shop.sync()
        answer(shop, dispatch_of(shop, 1).number, "TechnicalAccept", name="a.xml")
        follow_after(shop)
        answer(shop, dispatch_of(shop, 1).number, "BusinessReject", name="b.xml")

        with pytest.raises(NeedsAttention):
            follow_after(shop, 30, "later")

        assert shop.hold(1) == "einvoice_rejected"
        assert history(dispatch_of(shop, 1)) == ["due", "handed", "delivered", "rejected"]

    @pytest.mark.parametrize(
        ("code", "hold"),
        [("TechnicalReject", "einvoice_unreadable_there"), ("ProfileReject", "einvoice_not_taken_there")],
    )
    def test_of_a_machine_is_told_as_such(self, shop: Shop, code: str, hold: str) -> None:
        shop.sell(public(1))
        shop.sync()
        answer(shop, dispatch_of(shop, 1).number, code)
        with pytest.raises(NeedsAttention):
            follow_after(shop)
        assert shop.hold(1) == hold

    def test_to_another_document_or_of_another_kind_is_none_to_ours(self, shop: Shop) -> None:
        shop.sell(public(1))
        shop.sync()
        answer(shop, "4711", "BusinessReject")
        assert follow_after(shop)["news"] == 0
        assert shop.hold(1) == "dispatched"

    def test_that_never_comes_is_told_after_the_hours_of_the_settings(self, shop: Shop) -> None:
        shop.sell(public(1))
        shop.sync()
        assert follow_after(shop, 71)["news"] == 0

        with pytest.raises(NeedsAttention):
            follow_after(shop, 73)

        assert (shop.hold(1), shop.row(1).expected) == ("einvoice_silent", "72")

        answer(shop, dispatch_of(shop, 1).number)
        follow_after(shop, 80, "later")
        assert shop.hold(1) == "dispatched"


class TestAPerson:
    def test_sends_a_rejected_one_again(self, shop: Shop) -> None:
        shop.sell(public(1))
        shop.sync()
        (first,) = dropped(shop)
        first.unlink()
        answer(shop, dispatch_of(shop, 1).number, "BusinessReject")
        with pytest.raises(NeedsAttention):
            follow_after(shop)

        (again,) = send_now(shop.integration, "1")

        assert (again.state, again.attempt) == ("handed", 2)
        assert len(dropped(shop)) == 1
        assert shop.hold(1) == "dispatched"
        assert follow_after(shop)["news"] == 0, "the old answer is none to the new one"

    def test_does_not_send_twice_by_mistake(self, shop: Shop) -> None:
        shop.sell(public(1))
        shop.sync()
        with pytest.raises(Misconfigured, match="einvoice_on_its_way"):
            send_now(shop.integration, "1")
        assert len(dropped(shop)) == 1

        send_now(shop.integration, "1", again=True)
        assert len(dropped(shop)) == 2

    def test_notes_what_was_sent_by_hand(self, shop: Shop) -> None:
        shop.sell(public(1))
        shop.sync()
        with pytest.raises(NeedsAttention):
            follow_after(shop, 73)

        sent_by_hand(shop.integration, "1")

        assert (dispatch_of(shop, 1).state, shop.hold(1)) == ("by_hand", "dispatched")

    def test_can_not_send_what_is_no_ean_order(self, shop: Shop) -> None:
        shop.sell(sold(2))
        shop.sync()
        with pytest.raises(Misconfigured, match="einvoice_not_owed"):
            send_now(shop.integration, "2")


def test_switching_it_off_lets_go_of_what_waited(shop: Shop) -> None:
    shop.sell(public(1))
    shop.sync()
    with pytest.raises(NeedsAttention):
        follow_after(shop, 73)
    shop.set_up()

    assert shop.sync("second") == []

    assert shop.hold(1) == "booked"


def test_what_was_still_to_go_when_it_was_switched_off_is_asked_for_when_it_is_on_again(shop: Shop) -> None:
    shop.sell(public(1))
    (shop.folder / "einvoices").write_text("a file where the folder should be")
    with pytest.raises(Misconfigured):
        shop.sync()
    shop.set_up()
    assert shop.sync("off") == []
    (shop.folder / "einvoices").unlink()
    shop.set_up(DROPFOLDER)

    shop.sync("on again")

    assert (shop.hold(1), dropped(shop)) == ("einvoice_unsure", []), "a person may have sent it meanwhile"


def test_a_field_that_the_settings_name_later_sends_no_rejected_order_back_to_be_invoiced(shop: Shop) -> None:
    shop.sell(public(1))
    shop.sync()
    answer(shop, dispatch_of(shop, 1).number, "BusinessReject", "Forkert rekvisition")
    with pytest.raises(NeedsAttention):
        follow_after(shop)
    settings = shop.folder / "afstem.toml"
    settings.write_text(settings.read_text("utf-8").replace("_billing_ean_reference", "_billing_ean_person"), "utf-8")
    shop.close()

    assert shop.sync("second") == []

    assert shop.hold(1) == "einvoice_rejected"


def test_who_asks_after_weeks_still_learns_that_nobody_answered(shop: Shop) -> None:
    shop.sell(public(1))
    shop.sync()

    with pytest.raises(NeedsAttention):
        follow_after(shop, 24 * 40)

    assert shop.hold(1) == "einvoice_silent"


def test_an_order_that_nobody_could_be_asked_about_is_asked_about_by_the_next_run(shop: Shop) -> None:
    shop.sell(public(1))
    shop.sync()
    lose_the_store(shop)
    shutil.rmtree(shop.folder / "einvoices")
    shop.sync("after")
    with shop.integration.store.database.writing() as connection:
        told = {"stage": "failed", "code": "einvoice_try_again"}
        connection.execute(update(tables.table_of(tables.OrdersTable)).values(**told))

    shop.sync("asked again")

    assert shop.hold(1) == "einvoice_unsure"


def test_an_edited_order_is_credited_and_sent_anew(shop: Shop) -> None:
    shop.set_up(DROPFOLDER.replace("[einvoicing]", '[invoices]\nchanged_after_booking = "credit"\n[einvoicing]'))
    shop.sell(public(1))
    shop.sync()
    shop.sell(public(1, lines=[THREE_MUGS], modified="2026-11-03T08:00:00"))

    assert shop.sync("second") == []

    assert states(shop) == {"1": "handed", "1-C": "handed", "1-2": "handed"}
    assert shop.hold(1) == "dispatched"


def test_an_order_that_waits_for_something_else_is_let_be(shop: Shop) -> None:
    shop.sell(public(1))
    shop.sync()
    answer(shop, dispatch_of(shop, 1).number)
    shop.sell(public(1, lines=[THREE_MUGS], modified="2026-11-03T08:00:00"))
    shop.sync("second")
    assert shop.hold(1) == "changed_after_booking"

    follow_after(shop)
    with pytest.raises(Misconfigured, match="einvoice_not_owed"):
        send_now(shop.integration, "1", again=True)

    assert shop.hold(1) == "changed_after_booking"
    assert len(dropped(shop)) == 1


class TestAnEditAfterBooking:
    """It holds the order for another cause; its e-invoice is out in the world all the same."""

    @pytest.fixture
    def edited(self, shop: Shop) -> Shop:
        shop.sell(public(1))
        shop.sync()
        edit(shop)
        return shop

    def test_keeps_no_rejection_from_being_noted(self, edited: Shop) -> None:
        answer(edited, dispatch_of(edited, 1).number, "BusinessReject", "Vi kender ikke rekvisitionen")

        assert follow_after(edited)["news"] == 1

        assert (dispatch_of(edited, 1).state, edited.hold(1)) == ("rejected", "changed_after_booking")

    def test_that_was_settled_by_hand_is_held_again_for_a_rejection(self, edited: Shop) -> None:
        settle_by_hand(edited.integration, "1", "Krediteret i regnskabet", "Kirsten")
        answer(edited, dispatch_of(edited, 1).number, name="a.xml")
        follow_after(edited)
        assert (dispatch_of(edited, 1).state, edited.row(1).settled) == ("delivered", True)

        answer(edited, dispatch_of(edited, 1).number, "BusinessReject", name="b.xml")
        with pytest.raises(NeedsAttention):
            follow_after(edited, 30, "later")

        assert edited.hold(1) == "einvoice_rejected"
        send_now(edited.integration, "1")
        assert len(dropped(edited)) == 2

    def test_is_not_settled_while_a_rejected_einvoice_is_open(self, edited: Shop) -> None:
        answer(edited, dispatch_of(edited, 1).number, "BusinessReject")
        follow_after(edited)
        with pytest.raises(Misconfigured, match="einvoice_left_behind"):
            settle_by_hand(edited.integration, "1", "Krediteret i regnskabet", "Kirsten")

        sent_by_hand(edited.integration, "1")
        assert (dispatch_of(edited, 1).state, edited.hold(1)) == ("by_hand", "changed_after_booking")
        settle_by_hand(edited.integration, "1", "Krediteret i regnskabet", "Kirsten")
        assert edited.row(1).settled

    def test_is_not_settled_while_its_einvoice_never_went(self, shop: Shop) -> None:
        (shop.folder / "einvoices").write_text("a file where the folder should be")
        shop.sell(public(1))
        with pytest.raises(Misconfigured, match="dropfolder_unusable"):
            shop.sync()
        edit(shop)

        with pytest.raises(Misconfigured, match="einvoice_left_behind"):
            settle_by_hand(shop.integration, "1", "Krediteret i regnskabet", "Kirsten")

        shop.set_up()
        settle_by_hand(shop.integration, "1", "Krediteret i regnskabet", "Kirsten")
        assert shop.row(1).settled, "with e-invoicing off nothing is owed"


def edit(shop: Shop) -> None:
    """Three mugs, where the invoice says one: a person must see to it."""
    shop.sell(public(1, lines=[THREE_MUGS], modified="2026-11-03T08:00:00"))
    shop.sync("edited")
    assert shop.hold(1) == "changed_after_booking"


class TestTwoAtOnce:
    """An answer is noted while a person, who saw none, says that the e-invoice shall go or went."""

    @pytest.fixture
    def silent(self, shop: Shop) -> Shop:
        shop.sell(public(1))
        shop.sync()
        with pytest.raises(NeedsAttention):
            follow_after(shop, 73)
        answer(shop, dispatch_of(shop, 1).number)
        return shop

    @pytest.mark.parametrize("say", [send_now, sent_by_hand])
    def test_what_was_delivered_meanwhile_is_left_at_that(self, silent: Shop, say: Callable[..., object]) -> None:
        just_before_a_claim(silent, lambda: follow_after(silent, 80, "meanwhile"))

        with pytest.raises(Misconfigured, match="einvoice_on_its_way"):
            say(silent.integration, "1")

        assert history(dispatch_of(silent, 1)) == ["due", "handed", "silent", "delivered"]
        assert (silent.hold(1), len(dropped(silent))) == ("dispatched", 1)

    @pytest.mark.parametrize("say", [send_now, sent_by_hand])
    def test_while_a_run_is_at_the_order_nothing_is_said_of_it(self, silent: Shop, say: Callable[..., object]) -> None:
        with claimed(silent.integration, "a run", ["1"]), pytest.raises(Transient, match="order_busy"):
            say(silent.integration, "1")

        assert dispatch_of(silent, 1).state == "silent"


def just_before_a_claim(shop: Shop, happens: Callable[[], object]) -> None:
    """What happens between a person's word and the claim that it needs, once."""
    orders = shop.integration.store.orders
    make = orders.make_batches

    def made(*told: Any) -> list[str]:
        orders.make_batches = make  # type: ignore[method-assign]
        happens()
        return make(*told)

    orders.make_batches = made  # type: ignore[method-assign]


def test_what_lies_with_a_way_that_is_closed_since_is_for_a_person(shop: Shop) -> None:
    shop.sell(public(1))
    (shop.folder / "einvoices").write_text("")
    with pytest.raises(Misconfigured):
        shop.sync()
    shop.set_up(DROPFOLDER.replace('"dropfolder"', '"http"\nurl = "http://127.0.0.1:9"'))
    shop._opened = compose(load(shop.folder / "afstem.toml"), Secrets(einvoicing_token=SecretStr("a token")))
    shop.sync("second")
    assert shop.hold(1) == "einvoice_unsure"

    (shop.folder / "einvoices").unlink()
    shop.set_up(DROPFOLDER)
    assert shop.sync("third") == []
    assert (shop.hold(1), len(dropped(shop))) == ("dispatched", 1)


def test_a_plan_sends_nothing(shop: Shop) -> None:
    shop.sell(public(1))
    with rehearsed(shop.integration) as rehearsal:
        assert [row.stage for row in rehearsal.store.orders.every(NAME)] == ["booked"]
    assert not (shop.folder / "einvoices").exists()
    assert states(shop) == {}


def test_a_lost_answer_of_the_books_costs_no_einvoice(shop: Shop) -> None:
    shop.sell(public(1))
    sync(unlucky(shop.integration, "create_documents", "after"), "unlucky")

    assert shop.sync("next") == []

    assert states(shop) == {"1": "handed"}
    assert len(dropped(shop)) == 1


def test_of_a_lost_store_the_folder_still_knows_what_it_was_given(shop: Shop) -> None:
    shop.sell(public(1))
    shop.sync()
    (document,) = dropped(shop)
    document.unlink()
    lose_the_store(shop)

    shop.sync("after")

    assert states(shop) == {"1": "sent"}
    assert dropped(shop) == []


def test_of_a_lost_store_and_folder_a_person_says_what_was_sent(shop: Shop) -> None:
    shop.sell(public(1))
    shop.sync()
    lose_the_store(shop)
    shutil.rmtree(shop.folder / "einvoices")

    shop.sync("after")

    assert shop.hold(1) == "einvoice_unsure"
    assert dropped(shop) == []
    sent_by_hand(shop.integration, "1")
    assert shop.hold(1) == "dispatched"


def lose_the_store(shop: Shop) -> None:
    """As if the store had never been: its tables are emptied."""
    with shop.integration.store.database.writing() as connection:
        for table in tables.SQLModel.metadata.sorted_tables:
            connection.execute(delete(table))
    shop.close()


def test_codes_that_wait_for_an_einvoice_have_their_sentences() -> None:
    assert SENTENCES.keys() >= WAITING
