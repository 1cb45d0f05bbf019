"""The deployments of `afstem up`, served from a process of its own against a Prefect server of its own."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import UUID

import httpx
import psutil
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import State

from tests.bench.engine import ROOT, prefect_server
from tests.flows.runs import Run, wait_until

SERVE = "import sys; from deployments.serve import serve_integration; serve_integration(*sys.argv[1:])"
NAME = "served"
FIRST, LAST = "sync-orders", "sync-hinted"
"""Of the deployments, in the order in which they are registered. The first is paused at once: its clock may strike."""
EAGER = {"PREFECT_RUNNER_POLL_FREQUENCY": "1"}
SOON = {"PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "1"}


class Served:
    """What a person does in the UI with the deployments called `name`."""

    def __init__(self, process: subprocess.Popen[bytes], environment: dict[str, str], name: str) -> None:
        self.environment = environment
        self._process = process
        self._name = name

    def start(self, config: Path, flow: str = "sync-orders", **parameters: object) -> UUID:
        """Run it now, for this integration; gives the flow run's id."""
        with get_client(sync_client=True) as client:
            deployment = client.read_deployment_by_name(f"{flow}/{self._name}").id
            told = {"integration": str(config), **parameters}
            return client.create_flow_run_from_deployment(deployment, parameters=told).id

    def by_the_clock(self, *runs: UUID) -> None:
        """Have these be what the schedule started, for which it takes its time."""
        database = Path(self.environment["PREFECT_HOME"]) / "prefect.db"
        with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
            for run in runs:
                connection.execute("UPDATE flow_run SET auto_scheduled = 1 WHERE id = ?", (str(run),))

    def there(self, run: UUID) -> bool:
        """Whether Prefect still knows it."""
        with get_client(sync_client=True) as client, suppress(ObjectNotFound):
            return bool(client.read_flow_run(run))
        return False

    def retry(self, run: UUID) -> None:
        """Click on Retry, as the UI does it."""
        state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}
        url = f"{PREFECT_API_URL.value()}/flow_runs/{run}/set_state"
        answer = httpx.post(url, json={"state": state}).raise_for_status().json()
        assert answer["status"] == "ACCEPT", answer

    def retry_by_command(self, run: UUID) -> None:
        """Retry it with Prefect's own command."""
        command = [sys.executable, "-m", "prefect", "flow-run", "retry", str(run)]
        subprocess.run(command, env=self.environment, check=True, capture_output=True, timeout=60)

    def ended(self, run: UUID) -> Run:
        """The flow run, once it has ended."""
        wait_until(lambda: self.state(run).is_final(), f"flow run {run} has ended")
        return Run(self.state(run), run)

    def kill(self) -> None:
        """End the processes of all flow runs, in the middle of whatever they do."""
        for process in psutil.Process(self._process.pid).children(recursive=True):
            process.kill()

    def state(self, run: UUID) -> State[None]:
        """What it is now."""
        with get_client(sync_client=True) as client:
            state = client.read_flow_run(run).state
        assert state is not None
        return state


@contextmanager
def served(home: Path, config: Path) -> Iterator[Served]:
    """Server and deployments for as long as the block lasts; their schedule is paused."""
    with (
        prefect_server(home, SOON) as environment,
        temporary_settings({PREFECT_API_URL: environment["PREFECT_API_URL"]}),
    ):
        with (home / "serve.log").open("w") as log:
            process = _serve(ROOT, environment, NAME, config, log)
        with _ended(process):
            yield _once_there(Served(process, environment, NAME), process, NAME)


@contextmanager
def served_from(source: Path, environment: dict[str, str], config: Path) -> Iterator[Served]:
    """The same by the code of another folder, beside it on the same server, until the block ends."""
    process = _serve(source, {**environment, "PYTHONPATH": str(source)}, source.name, config, subprocess.DEVNULL)
    with _ended(process):
        yield _once_there(Served(process, environment, source.name), process, source.name)


def _serve(
    source: Path, environment: dict[str, str], name: str, config: Path, log: IO[str] | int
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", SERVE, name, str(config)]
    return subprocess.Popen(command, cwd=source, env={**environment, **EAGER}, stdout=log, stderr=log)


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The process, ended when the block ends."""
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _once_there(served: Served, process: subprocess.Popen[bytes], name: str) -> Served:
    """The same, once its deployments are there, the one that runs the whole way no longer by the clock."""

    def is_there(flow: str) -> bool:
        with get_client(sync_client=True) as client, suppress(ObjectNotFound):
            deployment = client.read_deployment_by_name(f"{flow}/{name}")
            if flow == FIRST:
                client.pause_deployment(deployment.id)
            return True
        return process.poll() is not None

    for flow in (FIRST, LAST):
        wait_until(lambda flow=flow: is_there(flow), f"{flow}/{name} is served")
    return served
