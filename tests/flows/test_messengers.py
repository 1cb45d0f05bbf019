"""Slack, Teams, Sendgrid and e-mail: what a person sets up in Prefect under Blocks reaches them as they want it.

The real blocks send, to hosts that a proxy on loopback answers for, and to a mail server on loopback.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.notifications import MicrosoftTeamsWebhook, SendgridEmail, SlackWebhook

from tests.flows.business import Business
from tests.flows.test_digest import HELD, logged
from tests.flows.test_sweeps import swept
from tests.flows.test_sync_orders import company
from tests.simulators.mail import MailServer
from tests.simulators.messengers import Messengers

pytestmark = pytest.mark.slow

SLACK, TEAMS, SENDGRID = "hooks.slack.com", "prod-01.westeurope.logic.azure.com", "api.sendgrid.com"
WORKFLOW = f"https://{TEAMS}:443/workflows/643e69f83c8944438d68119179a10a64/triggers/manual/paths/invoke"
SIGNED = "api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu6Rj8aUKz7108W3wrNJZxFE5A"
BLOCKS = {
    SLACK: (
        "slack-webhook",
        SlackWebhook(url=f"https://{SLACK}/services/T0A1B2C3D/B0A1B2C3D/ABCDEFGHIJKLMNOPQRSTUVWX"),
    ),
    TEAMS: ("ms-teams-webhook", MicrosoftTeamsWebhook(url=f"{WORKFLOW}?{SIGNED}")),
    SENDGRID: (
        "sendgrid-email",
        SendgridEmail(api_key="SG.abcdefghijk", sender_email="afstem@example.dk", to_emails=["karen@example.dk"]),
    ),
}
CAUSE, MEND = "4 × The CVR number in meta:_billing_cvr", "→ Correct"


@pytest.fixture
def messengers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Messengers]:
    """Their hosts, for as long as the test lasts."""
    with Messengers(tmp_path, *BLOCKS) as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found


def digest_by(business: Business, kind: str, block: NotificationBlock) -> None:
    """A night with four held orders and this block."""
    block.save("bookkeeping", overwrite=True)
    business.set_up(f'[alerts]\nblock = "{kind}/bookkeeping"')
    business.sell(*(company(number) for number in range(1001, 1005)))
    assert logged(swept(business)) == []


@pytest.mark.parametrize("host", BLOCKS)
def test_a_messenger_is_sent_the_digest(host: str, business: Business, messengers: Messengers) -> None:
    digest_by(business, *BLOCKS[host])

    (message,) = messengers.received
    assert message.host == host
    assert all(said in message.text for said in (HELD, CAUSE, MEND))


def test_a_mail_server_of_ones_own_is_sent_it_as_plain_text(business: Business) -> None:
    with MailServer() as post:
        url = f"mailto://127.0.0.1:{post.port}?from=afstem@example.dk&to=karen@example.dk&format=text"
        digest_by(business, "slack-webhook", SlackWebhook(url=url))

    (mail,) = post.received
    assert (mail["To"], mail["Subject"]) == ("karen@example.dk", HELD)
    assert mail.get_content_type() == "text/plain"
    first, second = mail.get_content().splitlines()[:2]
    assert first.startswith(CAUSE)
    assert second.startswith(MEND)
