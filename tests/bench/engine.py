"""A Prefect server of the benchmark's own, and runs in processes of their own against it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from deployments.engine import QUIET
from tests.bench.figures import WrongResult

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 180


@contextmanager
def prefect_server(home: Path, more: Mapping[str, str] | None = None) -> Iterator[dict[str, str]]:
    """A server with an empty database of its own, or that of `more`; gives the environment of its clients."""
    home.mkdir(parents=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "AFSTEM_"))}
    url = f"http://127.0.0.1:{port}/api"
    environment = {**kept, **QUIET, "PREFECT_HOME": str(home), "PREFECT_API_URL": url}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port, "--no-ui"]
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=environment | dict(more or {}), stdout=log, stderr=log)
        try:
            _wait_until_up(server, url)
            yield environment
        finally:
            server.terminate()
            server.wait(timeout=60)


def run_apart(
    module: str, *arguments: str, environment: dict[str, str], meanwhile: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Run a module of the benchmark in a process of its own; gives the JSON that it prints last.

    `meanwhile` is called every few seconds. Raises `WrongResult` with what the process said when it broke.
    """
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    while True:
        try:
            said, _ = process.communicate(timeout=10)
            break
        except subprocess.TimeoutExpired:
            meanwhile()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise WrongResult(f"{module} ended with {process.returncode}:\n{said[-4000:]}")
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def _wait_until_up(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise WrongResult("the Prefect server did not come up")
