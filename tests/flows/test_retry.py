"""From a served deployment: Retry does only what is left to do, and neither a crash nor a rival costs an invoice."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.bench.engine import ROOT
from tests.flows.business import Business
from tests.flows.runs import Run, wait_until
from tests.flows.serving import Served, served, served_from
from tests.flows.test_sync_orders import BATCHES_OF_FIVE, company, private
from tests.orders import woo_orders, write_orders
from tests.simulators.woocommerce import KEY, SECRET, WooCommerceSimulator

SYNC = "import sys; from flows.sync_orders import sync_orders; sync_orders(sys.argv[1], return_state=True)"


class MeetingPlace(WooCommerceSimulator):
    """A shop that answers nobody before two have called."""

    def __init__(self) -> None:
        super().__init__()
        self.two_have_called = threading.Event()

    def answer(self, path: str, query: dict[str, str]) -> tuple[object, dict[str, str]]:
        if len(self.calls) > 1:
            self.two_have_called.set()
        self.two_have_called.wait(60)
        return super().answer(path, query)


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    usual = Business(folder)
    (folder / "orders").mkdir()
    usual.set_up()
    with served(folder / "prefect", usual.config) as running:
        yield running


def states(run: Run, attempt: int) -> dict[str, list[str]]:
    """The steps of each state, sorted, in one attempt of a run with four batches.

    What is to be dispatched is looked at in each attempt: it may have booked more.
    """
    found: dict[str, list[str]] = {}
    for name, task in run.tasks(11, attempt).items():
        found.setdefault(str(task.state_name), []).append(" ".join(name.split()[:2]))
    return {state: sorted(names) for state, names in found.items()}


@pytest.mark.slow
def test_retry_does_again_only_what_is_unfinished(business: Business, deployment: Served) -> None:
    """One order waits for the settings and is held by the third step, another for the books and by the fourth."""
    business.set_up(BATCHES_OF_FIVE)
    business.sell(private(1000, created="2026-09-30T12:00:00"), *(private(1000 + place) for place in range(1, 14)))
    business.sell(company(1014), private(1015))
    business.books.close_period(date(2026, 9, 30))

    flow_run = deployment.start(business.config)
    run = deployment.ended(flow_run)
    assert (run.state, run.message) == ("Failed", "2 of 16 orders need attention")
    assert business.holds() == {"1000": "period_closed", "1014": "cvr_length"}
    assert states(run, 1)["Failed"] == ["create invoices", "create invoices", "reconcile customers"]

    business.set_up(BATCHES_OF_FIVE + '\n[customers]\non_bad_number = "treat_as_b2c"')
    deployment.retry(flow_run)
    run = deployment.ended(flow_run)
    assert (run.state, run.message) == ("Failed", "1 of 16 orders need attention")
    assert business.holds() == {"1000": "period_closed"}
    again = states(run, 2)
    assert again["Completed"] == ["create invoices", "dispatch e-invoices", "reconcile customers"]
    assert again["Failed"] == ["create invoices"]
    assert len(again["Cached"]) == 7

    business.books.close_period(None)
    deployment.retry_by_command(flow_run)
    run = deployment.ended(flow_run)
    assert (run.state, run.message) == ("Completed", "16 orders in order")
    at_last = states(run, 3)
    assert at_last["Completed"] == ["create invoices", "dispatch e-invoices"]
    assert len(at_last["Cached"]) == 9
    assert business.invoices() == {str(1000 + place): 1 for place in range(16)}
    assert len(business.customers()) == 16


def test_an_order_whose_customer_was_deleted_is_matched_afresh_in_the_same_run(business: Business) -> None:
    a_customer_is_known_and_then_deleted(business)

    run = business.run()

    assert (run.state, business.stages()["1001"]) == ("Completed", "booked")
    assert len(business.customers()) == 2


@pytest.mark.slow
def test_retry_matches_it_afresh_too(business: Business, deployment: Served) -> None:
    """The step that found the customer is done, and Retry doesn't do it again."""
    a_customer_is_known_and_then_deleted(business)
    business.set_up("[customers]\ncreate = false")
    flow_run = deployment.start(business.config)
    run = deployment.ended(flow_run)
    assert (run.state, business.holds()) == ("Failed", {"1001": "creating_off"})

    business.set_up()
    deployment.retry(flow_run)
    run = deployment.ended(flow_run)

    assert (run.state, business.stages()["1001"]) == ("Completed", "booked")
    assert len(business.customers()) == 2


def a_customer_is_known_and_then_deleted(business: Business) -> None:
    """And has bought again, with nothing to change about them; no system tells of what was deleted there."""
    business.set_up()
    for order in (private(1000), private(1002)):
        business.sell(order)
        business.run()
    business.books.delete_customer(business.customers()[0]["number"])
    business.sell(private(1001, billing={"email": "buyer1000@example.dk"}))


@pytest.mark.slow
def test_a_retry_waits_for_the_run_at_work_and_of_the_clocks_own_no_queue_is_left(
    business: Business, deployment: Served, tmp_path: Path
) -> None:
    business.sell(private(1000), company(1001))
    failed = deployment.start(business.config)
    assert deployment.ended(failed).message == "1 of 2 orders need attention"
    business.set_up('[customers]\non_bad_number = "treat_as_b2c"')
    busy = Business(tmp_path / "busy")
    (busy.folder / "orders" / "refunds").mkdir(parents=True)
    busy.set_up()
    busy.sell(private(2000))

    with busy.integration.store.together():
        at_work = deployment.start(busy.config)
        wait_until(lambda: deployment.state(at_work).is_running(), "one is at work")
        clock = [deployment.start(busy.config) for _ in range(3)]
        asked = deployment.start(busy.config)
        deployment.by_the_clock(failed, *clock)
        deployment.retry(failed)
        for run in (asked, failed):
            wait_until(lambda run=run: deployment.state(run).name == "AwaitingConcurrencySlot", "it waits")

    assert [deployment.ended(run).state for run in (at_work, asked, failed)] == ["Completed"] * 3
    left = [deployment.ended(run).state for run in clock if deployment.there(run)]
    assert left in ([], ["Completed"])  # none where the one that a person asked for came first, which reads for them
    assert business.invoices() == {"1000": 1, "1001": 1}


@pytest.mark.slow
def test_neither_mended_code_nor_lost_results_make_a_second_invoice(
    business: Business, deployment: Served, tmp_path: Path
) -> None:
    """The step is edited before Retry, so that what it did before counts no more; then all results are lost."""
    source = copy_of_the_code(tmp_path / "mended")
    business.set_up(BATCHES_OF_FIVE)
    business.sell(*(private(1000 + place) for place in range(6)), company(1006))
    with served_from(source, deployment.environment, business.config) as mended:
        run = mended.ended(mended.start(business.config))
        assert (run.state, run.message) == ("Failed", "1 of 7 orders need attention")

        edit(
            source / "tasks" / "create_invoices.py", "    return all_well(", "    told = 'mended'\n    return all_well("
        )
        assert again(mended, run).message == "1 of 7 orders need attention"
        assert "Cached" not in {task.state_name for task in run.batch_tasks(2, 2).values() if "create" in task.name}

        shutil.rmtree(Path(deployment.environment["PREFECT_HOME"]) / "storage")
        business.set_up(BATCHES_OF_FIVE + '\n[customers]\non_bad_number = "treat_as_b2c"')
        assert again(mended, run).state == "Completed"

    assert business.invoices() == {str(1000 + place): 1 for place in range(7)}
    assert len(business.customers()) == 7


def copy_of_the_code(folder: Path) -> Path:
    """The whole code, for a test to edit."""
    for floor in ("deployments", "flows", "tasks", "adapters", "domain"):
        shutil.copytree(ROOT / floor, folder / floor, ignore=shutil.ignore_patterns("demo", "__pycache__"))
    return folder


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def again(served: Served, run: Run) -> Run:
    """Press Retry, and wait for the end."""
    served.retry(run.id)
    return served.ended(run.id)


@pytest.mark.slow
def test_a_run_that_was_killed_is_finished_by_the_next_one(business: Business, deployment: Served) -> None:
    business.set_up(BATCHES_OF_FIVE)
    write_orders(business.folder / "orders", 200, 80)
    killed = deployment.start(business.config)
    wait_until(lambda: len(business.documents()) > 20, "some orders are invoiced")

    deployment.kill()

    assert len(business.documents()) < 200
    assert deployment.ended(killed).state == "Crashed"
    run = deployment.ended(deployment.start(business.config))
    assert run.state == "Completed"
    assert sorted(business.invoices().values()) == [1] * 200
    assert len(business.customers()) == 80
    assert set(business.stages().values()) == {"booked"}


@pytest.mark.slow
def test_two_runs_at_once_make_each_invoice_and_each_customer_once(
    business: Business, deployment: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {"AFSTEM_WEBSHOP_KEY": KEY, "AFSTEM_WEBSHOP_SECRET": SECRET}
    for name, secret in secrets.items():
        monkeypatch.setenv(name, secret)
    sold = [order for order in woo_orders(300, 120) if not order["refunds"]]
    with MeetingPlace() as shop:
        shop.put(*sold)
        business.set_up("[run]\nbatch_size = 20", f'kind = "woocommerce"\nurl = "{shop.url}"')
        command = [sys.executable, "-c", SYNC, str(business.config)]
        both = [subprocess.Popen(command, cwd=ROOT, env=deployment.environment | secrets) for _ in range(2)]
        assert [process.wait(timeout=120) for process in both] == [0, 0]
        assert shop.two_have_called.is_set()

    assert business.invoices() == {order["number"]: 1 for order in sold}
    assert len(business.customers()) == len({order["billing"]["email"] for order in sold})
