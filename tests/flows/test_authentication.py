"""A Prefect server that is to be reached from elsewhere asks who is there: `PREFECT_SERVER_API_AUTH_STRING`."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.bench.engine import ROOT, prefect_server
from tests.flows.business import Business
from tests.orders import woo_order

AUTH = "afstem:en-lang-hemmelighed"
RUN = "import sys; from flows.sync_orders import sync_orders; print(sync_orders(sys.argv[1], return_state=True).name)"


def run(business: Business, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN, str(business.config)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_who_does_not_know_the_password_reads_and_starts_nothing(business: Business, tmp_path: Path) -> None:
    business.sell(woo_order(id=1001))
    with prefect_server(tmp_path / "server", {"PREFECT_SERVER_API_AUTH_STRING": AUTH}) as environment:
        url = environment["PREFECT_API_URL"]
        user, password = AUTH.split(":")
        stranger, failed = httpx.post(f"{url}/flow_runs/filter", json={}), run(business, environment)
        known = httpx.post(f"{url}/flow_runs/filter", json={}, auth=(user, password))
        done = run(business, environment | {"PREFECT_API_AUTH_STRING": AUTH})

    assert (stranger.status_code, known.status_code) == (401, 200)
    assert failed.returncode != 0
    assert AUTH.split(":")[1] not in failed.stderr + done.stderr
    assert done.stdout.strip() == "Completed"
    assert business.invoices() == {"1001": 1}
