"""From a served deployment: Retry does only what is left to do, and neither a crash nor a rival costs an invoice."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client

from tests.bench.engine import ROOT
from tests.flows.business import Business
from tests.flows.runs import Run, wait_until
from tests.flows.serving import Served, served
from tests.flows.test_sync_orders import BATCHES_OF_FIVE, company, private
from tests.orders import write_orders

SYNC_ON_SIGNAL = """
import pathlib, sys, time
from flows.sync_orders import sync_orders
print("ready", flush=True)
sys.stdin.readline()
print(sync_orders(sys.argv[1], return_state=True).state_details.flow_run_id)
"""


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    usual = Business(folder)
    (folder / "orders").mkdir()
    usual.set_up()
    with served(folder / "prefect", usual.config) as running:
        yield running


def states(run: Run, attempt: int) -> dict[str, list[str]]:
    """The steps of each state, sorted, in one attempt of a run with four batches."""
    found: dict[str, list[str]] = {}
    for name, task in run.tasks(10, attempt).items():
        found.setdefault(str(task.state_name), []).append(" ".join(name.split()[:2]))
    return {state: sorted(names) for state, names in found.items()}


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
    assert again["Completed"] == ["create invoices", "reconcile customers"]
    assert again["Failed"] == ["create invoices"]
    assert len(again["Cached"]) == 7

    business.books.close_period(None)
    deployment.retry(flow_run)
    run = deployment.ended(flow_run)
    assert (run.state, run.message) == ("Completed", "16 orders in order")
    at_last = states(run, 3)
    assert at_last["Completed"] == ["create invoices"]
    assert len(at_last["Cached"]) == 9
    assert business.invoices() == {str(1000 + place): 1 for place in range(16)}
    assert len(business.customers()) == 16


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


def test_two_runs_started_together_make_each_invoice_and_each_customer_once(
    business: Business, deployment: Served
) -> None:
    business.set_up("[run]\nbatch_size = 20")
    write_orders(business.folder / "orders", 400, 150)
    command = [sys.executable, "-c", SYNC_ON_SIGNAL, str(business.config)]
    both = [
        subprocess.Popen(
            command, cwd=ROOT, env=deployment.environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"

    for process in both:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[0] for process in both]

    assert sorted(business.invoices().values()) == [1] * 400
    assert len(business.customers()) == 150
    with get_client(sync_client=True) as client:
        one, other = (client.read_flow_run(UUID(line.split()[-1])) for line in said)
    assert [one.state_name, other.state_name] == ["Completed", "Completed"]
