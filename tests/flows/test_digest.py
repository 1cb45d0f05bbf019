"""The night's one message: what waits for a person, by cause, through the block that the settings name."""

from collections.abc import Iterator

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock

from tests.flows.business import Business
from tests.flows.runs import Run
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


def test_a_message_that_reaches_nobody_is_logged_and_the_night_goes_on(held: Business) -> None:
    with Messages() as gone:
        nobody = gone.url
    CustomWebhookNotificationBlock(name="night", url=nobody, allow_private_urls=True).save("night", overwrite=True)

    run = swept(held)

    assert logged(run) == [f"the digest could not be sent by {BLOCK}: ConnectError"]
    assert "Orders and books agree." in run.page("shop-dk-proof")


def logged(run: Run) -> list[str]:
    return [log.message for log in run.logs() if "digest" in log.message]
