"""One `afstem up` to a folder: a second one is told where the first is, and takes nothing from it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Running

from deployments import engine
from tests.flows.business import Business
from tests.flows.runs import wait_until
from tests.operated import AFSTEM, STOP_SECONDS, operated
from tests.servers.tryton import free_port

pytestmark = pytest.mark.slow


@contextmanager
def started(business: Business, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`afstem up` on a port of its own, whether it comes up or not; killed when the block ends."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    command = [str(AFSTEM), "up", "--config", str(business.config), "--port", str(free_port())]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=kept, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.kill()
        process.wait(STOP_SECONDS)


def test_a_second_one_says_where_the_first_is_and_leaves_its_run_and_its_server_alone(
    business: Business, tmp_path: Path
) -> None:
    with operated(business.config, business.name, tmp_path / "first.log") as first:
        with temporary_settings({PREFECT_API_URL: first.api}), get_client(sync_client=True) as client:
            sweep = client.read_deployment_by_name(f"nightly-sweep/{business.name}").id
            at_work = str(client.create_flow_run_from_deployment(sweep, state=Running()).id)

        with started(business, tmp_path / "second.log") as second:
            assert second.wait(60) == 2

        said = (tmp_path / "second.log").read_text(encoding="utf-8")
        assert f"Afstem already runs here, and Prefect is at {first.url}." in said
        assert "Traceback" not in said
        assert first.run(at_work)["state"]["type"] == "RUNNING"
        assert engine.running_server(business.folder / ".prefect") == first.api

    assert engine.running_server(business.folder / ".prefect") == ""


def test_of_two_that_start_at_once_one_comes_up(business: Business, tmp_path: Path) -> None:
    logs = [tmp_path / "one.log", tmp_path / "other.log"]
    with started(business, logs[0]) as one, started(business, logs[1]) as other:
        wait_until(lambda: {one.poll(), other.poll()} != {None}, "one of them has given up", 60)
        wait_until(lambda: any("Prefect is up at" in log.read_text(encoding="utf-8") for log in logs), "one is up", 150)

        assert {one.poll(), other.poll()} == {None, 2}


def test_one_that_was_killed_takes_its_server_with_it_and_the_next_one_starts(
    business: Business, tmp_path: Path
) -> None:
    with operated(business.config, business.name, tmp_path / "killed.log") as killed:
        family = psutil.Process(killed.process.pid).children(recursive=True)
        killed.process.kill()
        assert psutil.wait_procs(family, timeout=10)[1] == []

    with operated(business.config, business.name, tmp_path / "next.log") as after:
        assert engine.running_server(business.folder / ".prefect") == after.api
