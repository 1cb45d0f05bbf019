"""The night's one message: what waits for a person, by cause, through the block that the settings name."""

from collections.abc import Iterator
from datetime import datetime
from typing import NoReturn

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock

from adapters.accounting.local import LocalBooks
from domain.outcomes import Transient
from flows.nightly_sweep import nightly_sweep
from tests.flows.business import Business
from tests.flows.runs import Run, name_of, retried
from tests.flows.test_privacy import COMPANY, PERSONAL, SAID, SHORT_CVR
from tests.flows.test_sweeps import swept
from tests.flows.test_sync_orders import private
from tests.orders import woo_order
from tests.simulators.messages import Messages

BLOCK = "custom-webhook/night"
TOLD = f'[alerts]\nblock = "{BLOCK}"'
HELD = "shop-dk: 4 orders need attention"


@pytest.fixture
def messages() -> Iterator[Messages]:
    """Whoever is told; their block is there."""
    with Messages() as found:
        found.block().save("night", overwrite=True)
        yield found


@pytest.fixture
def held(business: Business) -> Business:
    """Four orders of a company that are held for three causes, and one that isn't."""
    business.set_up(TOLD)
    business.sell(
        private(1001),
        woo_order(id=1002, billing=COMPANY, meta={"_billing_cvr": SHORT_CVR}),
        woo_order(id=1003, billing=COMPANY, meta={"_billing_cvr": SHORT_CVR}),
        woo_order(id=1004, billing=COMPANY, total=SAID[1]),
        woo_order(id=1005, billing=COMPANY, currency=SAID[2]),
    )
    return business


def test_orders_that_wait_make_one_message_a_night_by_cause(held: Business, messages: Messages) -> None:
    assert swept(held).state == "Failed"

    (text,) = messages.about(HELD)
    assert len(messages.received) == 1
    causes = [part.splitlines() for part in text.split("\n\n")]
    assert [said.partition(" ")[0] for said, _ in causes] == ["2", "1", "1"]
    assert causes[0][0].startswith("2 × The CVR number in meta:_billing_cvr")
    assert all(mend.startswith("→ ") for _, mend in causes)


def test_orders_that_were_told_last_night_and_still_wait_are_told_again(held: Business, messages: Messages) -> None:
    held.run()
    assert messages.received == []

    assert swept(held).state == "Completed"
    assert len(messages.about(HELD)) == 1


def test_the_message_names_no_person_and_nothing_that_they_wrote(held: Business, messages: Messages) -> None:
    swept(held)

    (message,) = messages.received
    assert [value for value in PERSONAL if value in str(message)] == []


def test_a_night_when_nothing_waits_is_silent(business: Business, messages: Messages) -> None:
    business.set_up(TOLD)
    business.sell(private(1001), private(1002))

    run = swept(business)

    assert (run.state, run.message) == ("Completed", "2 orders in order")
    assert messages.received == []


def test_whoever_is_not_to_be_told_is_not(held: Business, messages: Messages) -> None:
    held.set_up()

    run = swept(held)

    assert messages.received == []
    assert logged(run) == []


def test_a_night_when_the_shop_cannot_be_read_tells_and_forgets_all_the_same(
    held: Business, messages: Messages
) -> None:
    held.sell(private(1000, created="2026-09-01T12:00:00"))
    held.run()
    held.set_up(f"{TOLD}\n[privacy]\nretention_days = 30", webshop='kind = "files"\npath = "nowhere"')

    run = swept(held)

    assert (run.state, name_of(run)) == ("Failed", "nightly-sweep shop-dk: The folder in webshop.path doesn't exist")
    assert run.message.endswith("→ Make the folder, or correct the path.")
    assert len(messages.about(HELD)) == 1
    assert held.orders()["1000"].is_forgotten
    proof = run.page("shop-dk-proof")
    assert proof.startswith("**The webshop could not be read in this run")
    assert "The folder in webshop.path doesn't exist" in proof
    assert "Orders and books agree." not in proof


def test_a_night_when_the_books_cannot_be_read_tells_all_the_same(
    held: Business, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(books: LocalBooks, since: datetime | None) -> NoReturn:
        raise Transient("unreachable", "accounting")

    held.run()
    monkeypatch.setattr(LocalBooks, "customers", down)
    monkeypatch.setattr("tasks.sweep_books.sweep_books.retries", 0)

    run = swept(held)

    assert (run.state, run.message.split(" → ")[0]) == ("Failed", "The system in [accounting] can't be reached.")
    assert len(messages.about(HELD)) == 1
    assert run.page("shop-dk-proof").startswith("**The run stopped before all was read and written")


def test_retry_of_a_night_reads_the_shop_when_it_is_there_again(held: Business, messages: Messages) -> None:
    held.run()
    held.set_up(TOLD, webshop='kind = "files"\npath = "nowhere"')
    run = swept(held)
    held.set_up(TOLD)

    again = retried(run, nightly_sweep, held)

    assert (again.state, again.message) == ("Completed", "nothing new; 4 orders still need attention")
    assert len(messages.about(HELD)) == 2


def test_a_message_that_reaches_nobody_is_logged_and_the_night_goes_on(held: Business) -> None:
    with Messages() as gone:
        nobody = gone.url
    CustomWebhookNotificationBlock(name="night", url=nobody, allow_private_urls=True).save("night", overwrite=True)

    run = swept(held)

    assert logged(run) == [f"the digest could not be sent by {BLOCK}: ConnectError"]
    assert "Orders and books agree." in run.page("shop-dk-proof")


def logged(run: Run) -> list[str]:
    return [log.message for log in run.logs() if "digest" in log.message]
