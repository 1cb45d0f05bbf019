"""`afstem up` as a process: stopped in the middle of its work, started again, and who is told when a run fails."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import psutil
import pytest
from prefect.client.orchestration import get_client
from prefect.events import emit_event
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Running

from adapters.settings import AlertSettings
from deployments.alerts import Telling, block_of, death, keep, set_alerts, silence
from domain.outcomes import Misconfigured
from tests.flows.business import Business
from tests.flows.runs import wait_until
from tests.flows.test_sync_orders import BATCHES_OF_FIVE, company
from tests.operated import Operated, operated
from tests.orders import write_orders
from tests.simulators.messages import Messages

ORDERS, BUYERS = 400, 100
BLOCK = "custom-webhook/bookkeeping"
NOT_THERE = '[alerts]\nblock = "slack-webhook/nobody"'


def shift_into_the_past(home: Path) -> int:
    """The machine was off for two hours: what was planned for then is late now. Gives how many runs that are."""
    with closing(sqlite3.connect(home / "prefect.db")) as database, database:
        earlier = (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S.%f")
        planned = "UPDATE flow_run SET expected_start_time = ?, next_scheduled_start_time = ? WHERE auto_scheduled"
        return database.execute(planned, (earlier, earlier)).rowcount


@dataclass
class Restarted:
    """A business whose `afstem up` was stopped in the middle of a run, and is up again."""

    business: Business
    afstem: Operated
    log: Path
    stopped: str
    """The run that was at work."""
    invoiced: int
    """So many orders had their invoice then."""
    orphans: list[psutil.Process]
    late: int


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    folder = tmp_path_factory.mktemp("up")
    business, log = Business(folder / "business"), folder / "up.log"
    (business.folder / "orders" / "refunds").mkdir(parents=True)
    business.set_up(f"{BATCHES_OF_FIVE}\n{NOT_THERE}")
    write_orders(business.folder / "orders", ORDERS, BUYERS)
    with operated(business.config, business.name, log) as afstem:
        stopped = afstem.start("sync-orders")
        wait_until(lambda: len(business.documents()) > 20, "some orders are invoiced", 120)
        wait_until(lambda: len(afstem.runs("SCHEDULED")) > 5, "the next runs are planned", 120)
        orphans = afstem.stop()
    invoiced, late = len(business.documents()), shift_into_the_past(business.folder / ".prefect")
    with operated(business.config, business.name, log) as afstem, at(afstem):
        afstem.pause()
        yield Restarted(business, afstem, log, stopped, invoiced, orphans, late)


@contextmanager
def at(afstem: Operated) -> Iterator[None]:
    """Prefect's own client speaks to this server."""
    with temporary_settings({PREFECT_API_URL: afstem.api}):
        yield


def test_ctrl_c_leaves_no_process_and_no_traceback(restarted: Restarted) -> None:
    assert restarted.orphans == []
    assert "Traceback" not in restarted.log.read_text(encoding="utf-8")


def test_a_block_that_is_not_there_keeps_nothing_from_running_and_is_said_at_each_start(restarted: Restarted) -> None:
    said = restarted.log.read_text(encoding="utf-8")

    assert said.count("Prefect has no block slack-webhook/nobody") == said.count("Prefect is up at") == 2


def test_the_ui_is_served_where_afstem_itself_may_not_be_written_to(restarted: Restarted) -> None:
    page = httpx.get(restarted.afstem.url, headers={"Accept": "text/html"}, follow_redirects=True)

    assert page.is_success
    assert "<title>" in page.text
    assert (restarted.business.folder / ".prefect" / "ui" / "v1" / "index.html").is_file()


def test_late_runs_are_cleared_and_the_clock_goes_on(restarted: Restarted) -> None:
    now = datetime.now(UTC)
    planned = [datetime.fromisoformat(run["expected_start_time"]) for run in restarted.afstem.runs("SCHEDULED")]

    assert restarted.late > 5
    assert [moment for moment in planned if moment < now - timedelta(minutes=5)] == []


def test_the_run_that_was_stopped_is_crashed_and_a_retry_finishes_it(restarted: Restarted) -> None:
    business, afstem = restarted.business, restarted.afstem
    assert restarted.invoiced < ORDERS
    assert afstem.run(restarted.stopped)["state"]["type"] == "CRASHED"

    afstem.retry(restarted.stopped)

    assert afstem.ended(restarted.stopped, attempt=2)["state"]["type"] == "COMPLETED"
    assert sorted(business.invoices().values()) == [1] * ORDERS
    assert len(business.customers()) == BUYERS


def test_who_is_told_of_a_failed_run_hears_of_it_once_and_of_silence_too(restarted: Restarted) -> None:
    business, afstem = restarted.business, restarted.afstem
    with Messages() as messages:
        messages.block().save("bookkeeping", overwrite=True)
        set_alerts(business.name, AlertSettings(block=BLOCK))
        for order in (990001, 990002):
            business.sell(company(order))
            assert afstem.ended(afstem.start("sync-orders"))["state"]["type"] == "FAILED"
        with get_client(sync_client=True) as client:
            sync, tell = UUID(afstem.deployment("sync-orders")["id"]), Telling(block_of(client, BLOCK))
            keep(client, silence(business.name, sync, timedelta(seconds=10), tell))
        wait_until(lambda: messages.about("no successful run"), "silence is told of")

        (told,) = messages.about("Failed")
        assert "orders need attention: 1 × cvr_length" in told
        assert f"{afstem.url}/runs/flow-run/" in told


def test_a_run_whose_heartbeat_stops_is_marked_as_crashed(restarted: Restarted) -> None:
    """A run that nobody works on any more: it says that it is alive, once."""
    with get_client(sync_client=True) as client:
        keep(client, death(after=timedelta(seconds=10)))
        deployment = UUID(restarted.afstem.deployment("nightly-sweep")["id"])
        zombie = client.create_flow_run_from_deployment(deployment, state=Running()).id
        tags = [{"prefect.resource.id": "prefect.tag.afstem", "prefect.resource.role": "tag"}]
        emit_event("prefect.flow-run.heartbeat", {"prefect.resource.id": f"prefect.flow-run.{zombie}"}, related=tags)

        wait_until(lambda: restarted.afstem.run(str(zombie))["state"]["type"] == "CRASHED", "the dead run is known")


def test_a_block_that_prefect_does_not_have_is_one_sentence(restarted: Restarted) -> None:
    with pytest.raises(Misconfigured) as refused:
        set_alerts(restarted.business.name, AlertSettings(block="slack-webhook/nobody"))
    assert refused.value.finding.code == "alert_block_missing"
