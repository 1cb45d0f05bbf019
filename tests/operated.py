"""`afstem up` as a process of its own, started and stopped as a person does it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil

AFSTEM = Path(sys.executable).with_name("afstem")
START_SECONDS = 150
PATIENCE_SECONDS = 120
ENDS = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
STOP_SECONDS = 60


class Operated:
    """A running `afstem up`, and what its Prefect says."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, name: str) -> None:
        self.process = process
        self.url = url
        self._name = name
        self._known: dict[str, str] = {}

    @property
    def api(self) -> str:
        return f"{self.url}/api"

    def deployment(self, flow: str) -> dict[str, Any]:
        """One of its deployments, as Prefect tells of it."""
        found: dict[str, Any] = self._ask("GET", f"{self.api}/deployments/name/{flow}/{self._name}").json()
        return found

    def start(self, flow: str, **parameters: Any) -> str:
        """Run it now; gives the flow run's id."""
        where = f"{self.api}/deployments/{self.deployment(flow)['id']}/create_flow_run"
        return str(self._ask("POST", where, json={"parameters": parameters}).json()["id"])

    def run(self, run: str) -> dict[str, Any]:
        """A flow run as it is now."""
        found: dict[str, Any] = self._ask("GET", f"{self.api}/flow_runs/{run}").json()
        return found

    def runs(self, *states: str) -> list[dict[str, Any]]:
        """All flow runs in states of these types."""
        these = {"flow_runs": {"state": {"type": {"any_": list(states)}}}, "sort": "EXPECTED_START_TIME_ASC"}
        found: list[dict[str, Any]] = self._ask("POST", f"{self.api}/flow_runs/filter", json=these).json()
        return found

    def ended(self, run: str, attempt: int = 1) -> dict[str, Any]:
        """A flow run, once it has ended; each Retry of it is another attempt."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self.run(run))["state"]["type"] not in ENDS or found["run_count"] < attempt:
            if time.monotonic() > deadline:
                raise TimeoutError(f"attempt {attempt} has not ended: {found['state']['name']}")
            time.sleep(0.2)
        return found

    def artifact(self, key: str) -> str:
        """The id of the latest artifact under this key."""
        these = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC"}
        return str(self._ask("POST", f"{self.api}/artifacts/filter", json=these).json()[0]["id"])

    def retry(self, run: str) -> None:
        """Press Retry, as the UI does it."""
        state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}
        self._ask("POST", f"{self.api}/flow_runs/{run}/set_state", json={"state": state})

    def _ask(self, method: str, url: str, json: Any = None) -> httpx.Response:
        """As Prefect's own client does: with a token, and a database that is locked for a moment is asked again."""
        if method != "GET" and not self._known:
            self._known = csrf_headers(self.api)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (answer := httpx.request(method, url, json=json, headers=self._known, timeout=30)).status_code == 503:
            if time.monotonic() > deadline:
                break
            time.sleep(1)
        return answer.raise_for_status()

    def pause(self, flow: str = "sync-orders") -> None:
        """No run by the clock while a test is at work."""
        where = f"{self.api}/deployments/{self.deployment(flow)['id']}/pause_deployment"
        self._ask("POST", where)

    def stop(self) -> list[psutil.Process]:
        """Press Ctrl-C, and wait until it has stopped; gives processes of it that are still there."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        self.process.wait(STOP_SECONDS)
        _, orphans = psutil.wait_procs(family, timeout=5)
        return orphans


def csrf_headers(api: str) -> dict[str, str]:
    """What a client that has asked for a token sends with whatever changes something."""
    client = str(uuid4())
    token = httpx.get(f"{api}/csrf-token", params={"client": client}, timeout=30).raise_for_status().json()["token"]
    return {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": client}


@contextmanager
def operated(config: Path, name: str, log: Path) -> Iterator[Operated]:
    """`afstem up` for this settings file, until the block ends; what it says goes to `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    command = [str(AFSTEM), "up", "--config", str(config), "--port", str(port)]
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=kept | {"PREFECT_RUNNER_POLL_FREQUENCY": "1"}, stdout=out, stderr=out)
    try:
        _wait_until_ready(process, log, f":{port}")
        yield Operated(process, f"http://127.0.0.1:{port}", name)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path, port: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while port not in log.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise TimeoutError(log.read_text(encoding="utf-8"))
        time.sleep(0.1)
