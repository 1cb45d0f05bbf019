"""What several machines would be: PostgreSQL, a Prefect server on it, and workers, each a process of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil
from sqlalchemy import make_url

from tests.bench.engine import ROOT, prefect_server
from tests.bench.figures import expect
from tests.databases import administer

EAGER = {"PREFECT_WORKER_QUERY_SECONDS": "1", "PREFECT_WORKER_PREFETCH_SECONDS": "0"}
UP_SECONDS = 120
ONLINE = """
import json
from prefect.client.orchestration import get_client
with get_client(sync_client=True) as client:
    workers = client.request("POST", "/work_pools/{{name}}/workers/filter", path_params={{"name": {pool!r}}}, json={{}})
print(json.dumps([one["status"] for one in workers.json()]))
"""

Worker = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Site:
    """A PostgreSQL and a Prefect server on it. `environment` is what its clients run in."""

    postgresql: str
    environment: Mapping[str, str]
    folder: Path
    python: tuple[str, ...] = (sys.executable,)

    @contextmanager
    def workers(self, count: int, pool: str, more: Mapping[str, str]) -> Iterator[list[Worker]]:
        """So many workers of a pool, one run at a time each; each has a folder of results that no other sees."""
        with ExitStack() as stack:
            yield [stack.enter_context(self._worker(f"{pool}-{number}", pool, more)) for number in range(1, count + 1)]

    def command(self, *arguments: str) -> str:
        """Run Python with these arguments as a client of this site; gives what it printed."""
        command = [*self.python, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=dict(self.environment), capture_output=True, text=True, check=False
        )
        expect(done.returncode == 0, done.stderr[-3000:])
        return done.stdout

    @contextmanager
    def _worker(self, name: str, pool: str, more: Mapping[str, str]) -> Iterator[Worker]:
        home = self.folder / name
        home.mkdir()
        environment = {**self.environment, **EAGER, **more, "PREFECT_HOME": str(home)}
        command = [*self.python, "-m", "prefect", "worker", "start", "--pool", pool, "--name", name]
        command += ["--type", "process", "--limit", "1"]
        with (home / "worker.log").open("w") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            try:
                yield process
            finally:
                kill(process)


def kill(worker: Worker) -> None:
    """Kill -9 a worker, and all that it has started."""
    started = psutil.Process(worker.pid).children(recursive=True) if worker.poll() is None else []
    worker.kill()
    for process in started:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    worker.wait()


def process_of(owner: str) -> int:
    """The process that an owner of claims is, by its name: place, process, start and a word of chance."""
    return int(owner.split("|")[-3])


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL of this system's own on a socket in the folder, with its usual settings; gives its URL.

    The one of the other suites won't do: Prefect's tables want the extension pg_trgm.
    """
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin/postgres"), default=None)
    expect(binaries is not None, "PostgreSQL with its contrib modules is missing: apt-get install postgresql")
    owner: dict[str, Any] = {}
    if os.getuid() == 0:  # PostgreSQL won't run as root
        owner = {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres", "postgres")
    data, initdb = folder / "data", cast("Path", binaries).with_name("initdb")
    subprocess.run([initdb, "-D", data, "-U", "afstem", "-A", "trust"], check=True, stdout=subprocess.DEVNULL, **owner)
    command = [cast("Path", binaries), "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "max_connections=200"]
    with (folder / "postgresql.log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **owner)
        try:
            _wait_for_socket(folder)
            yield f"postgresql://afstem@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=60)


def _wait_for_socket(folder: Path) -> None:
    deadline = time.monotonic() + UP_SECONDS
    while not list(folder.glob(".s.PGSQL.*")):
        expect(time.monotonic() < deadline, (folder / "postgresql.log").read_text()[-2000:])
        time.sleep(0.1)
    time.sleep(1)


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Everything but the workers, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="pg-") as data, postgresql(Path(data)) as server:
        administer(server, "CREATE DATABASE prefect")
        url = make_url(server).set(drivername="postgresql+asyncpg", database="prefect")
        own = {"PREFECT_API_DATABASE_CONNECTION_URL": url.render_as_string(hide_password=False)}
        with prefect_server(folder / "prefect", own) as environment:
            yield Site(server, environment, folder)


def wait_until_online(site: Site, pool: str, workers: int) -> None:
    """Wait until the server has heard of so many workers."""
    deadline = time.monotonic() + UP_SECONDS
    while json.loads(site.command("-c", ONLINE.format(pool=pool))).count("ONLINE") < workers:
        expect(time.monotonic() < deadline, f"{workers} workers did not come up")
