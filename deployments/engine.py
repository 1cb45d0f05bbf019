"""Prefect as Afstem starts it: on loopback, telling nobody, and quiet in the terminal."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}


def prepare(home: Path | None = None) -> None:
    """Set the environment before Prefect is first imported: it reads it only then.

    What the user has set stays. `home` keeps Prefect's own database and results apart from the user's.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if home is not None:
        os.environ["PREFECT_HOME"] = str(home)


@contextmanager
def server() -> Iterator[str]:
    """A Prefect API to run against: the user's own where one is set, else a temporary one that ends with us."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        client.hello()
        yield str(client.api_url)


def run(flow: Callable[..., Any], **parameters: Any) -> Any:
    """Run a flow here and now, and give its final state rather than its exception."""
    return flow(**parameters, return_state=True)
