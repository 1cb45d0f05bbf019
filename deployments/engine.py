"""Prefect as Afstem starts it: on loopback, telling nobody, and quiet in the terminal."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from domain.outcomes import Misconfigured

HOST = "127.0.0.1"
START_SECONDS = 120
STOP_SECONDS = 20
NOTE = "afstem-server"
"""In Prefect's home: the API of the server that `afstem up` runs there, which keeps this file locked meanwhile."""

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # runs that ended go after 90 days
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(START_SECONDS),
}
CLOSED = {  # to other websites in a browser on this machine, of what we start: a temporary server has no pages
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "",
    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
}


def prepare(config: Path) -> Path:
    """Set the environment before Prefect is first imported, which reads it only then; gives Prefect's home.

    Prefect's own database and results lie in `.prefect` beside the settings file, unless the user has said
    otherwise (`PREFECT_HOME`, `PREFECT_API_URL`, a profile); a server that `afstem up` runs there is used.
    """
    for name, value in (QUIET | CLOSED).items():
        os.environ.setdefault(name, value)
    own = Path.home() / ".prefect" / "profiles.toml"
    if own.is_file():
        os.environ.setdefault("PREFECT_PROFILES_PATH", str(own))
    home = Path(os.environ.setdefault("PREFECT_HOME", str(config.resolve().parent / ".prefect")))
    if "PREFECT_API_URL" not in os.environ and (url := running_server(home)):
        os.environ["PREFECT_API_URL"] = url
    return home


def running_server(home: Path) -> str:
    """The API of the server that `afstem up` runs on this home; empty where none answers."""
    note = home / NOTE
    url = note.read_text().strip() if note.is_file() else ""
    return url if url and answers(url) else ""


def answers(url: str) -> bool:
    """Whether a Prefect server answers there."""
    import httpx

    try:
        return httpx.get(f"{url}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False


@contextmanager
def connected() -> Iterator[None]:
    """A Prefect API to run against: the user's own where one is set, else a temporary one that ends with us."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        client.hello()
        yield


@contextmanager
def alone(home: Path, port: int) -> Iterator[None]:
    """Be this home's only `afstem up`, which others find by its note, for as long as the block lasts.

    The lock is the process's own: one that was killed leaves its note, and no lock. Raises `Misconfigured` where
    another one is there.
    """
    home.mkdir(0o700, parents=True, exist_ok=True)
    with (home / NOTE).open("a+") as note:
        note.seek(0)
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured("up_already", found=note.read().strip().removesuffix("/api")) from None
        note.truncate(0)
        note.write(f"{address(port)}/api")
        note.flush()
        try:
            yield
        finally:
            note.truncate(0)


def address(port: int) -> str:
    """Where the UI of a server of ours is."""
    return f"http://{HOST}:{port}"


@contextmanager
def server(home: Path, port: int) -> Iterator[str]:
    """A Prefect server with its UI on loopback for as long as the block lasts; gives the UI's address.

    It is in a session of its own: a Ctrl-C reaches the runs, which can still tell it how they ended. Its stdin is open
    as long as we live.
    """
    url = address(port)
    command = [sys.executable, "-m", "deployments.own_server", str(port)]
    environment = {
        # The UI's pages are laid out at the first start, by default where Afstem is installed: a service may not write
        # there, and would have no UI.
        "PREFECT_UI_STATIC_DIRECTORY": str(home / "ui"),
        **os.environ,
        # Else the UI asks port 4200, whatever ours is, and a message links to nowhere.
        "PREFECT_UI_API_URL": f"{url}/api",
        "PREFECT_UI_URL": url,
        **CLOSED,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join(own_origins(port)),
    }
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True
    ) as process:
        try:
            _wait_for(process, f"{url}/api")
            os.environ["PREFECT_API_URL"] = f"{url}/api"
            yield url
        finally:
            _end(process)


def own_origins(port: int) -> list[str]:
    """The origins of the UI's own pages: a person types either, and the UI's pages ask the first."""
    return [f"http://{name}:{port}" for name in (HOST, "localhost")]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Stop a server and all that it has started, with a second Ctrl-C at once."""
    try:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _wait_for(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise TimeoutError(url)
        time.sleep(0.2)
