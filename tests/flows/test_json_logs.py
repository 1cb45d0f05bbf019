"""With `AFSTEM_LOG=json` every line is JSON that says which integration, run and order; no order writes its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench.engine import ROOT
from tests.flows.business import Business
from tests.orders import woo_order

RUN = "import sys; from flows.sync_orders import sync_orders; sync_orders(sys.argv[1], return_state=True)"
HOSTILE = '1003"}\n{"level": "info", "message": "all is well", "order": "9'


@pytest.fixture
def lines(business: Business, results: Path) -> list[dict[str, Any]]:
    """What a run in a process of its own has written to stderr; its orders are of every fate."""
    business.sell(
        woo_order(id=1001),
        woo_order(id=1002, meta={"_billing_cvr": "1234567"}),
        woo_order(id=1003, number=HOSTILE, billing={"first_name": "Ulvhilde\n{}", "email": "ulvhilde@example.dk"}),
    )
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME

    environment = {
        **os.environ,
        "AFSTEM_LOG": "json",
        "PREFECT_API_URL": PREFECT_API_URL.value() or "",
        "PREFECT_HOME": str(PREFECT_HOME.value()),
        "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(results),
    }
    command = [sys.executable, "-c", RUN, str(business.config)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True)
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_each_line_says_which_integration_run_and_order(lines: list[dict[str, Any]]) -> None:
    orders = [line for line in lines if line["logger"] == "afstem.orders"]
    last = {line["order"][:4]: (line["stage"], line["code"]) for line in orders}

    assert last["1001"] == ("booked", "")
    assert last["1002"] == ("held", "cvr_length")
    assert {line["integration"] for line in lines if "run" in line} == {"shop-dk"}
    assert len({line["run"] for line in lines if "run" in line}) == 1
    assert {line["level"] for line in lines} <= {"info", "error", "warning"}
    assert [line for line in lines if line["logger"] == "prefect.flow_runs"]


def test_no_order_writes_a_line_of_its_own_and_nobody_is_named(lines: list[dict[str, Any]]) -> None:
    assert not [line for line in lines if line["message"] == "all is well"]
    assert "Ulvhilde" not in json.dumps(lines)
    assert "ulvhilde@example.dk" not in json.dumps(lines)


def test_nothing_is_told_twice(lines: list[dict[str, Any]]) -> None:
    told = [json.dumps(line) for line in lines]
    assert [line for line in told if told.count(line) > 1] == []
