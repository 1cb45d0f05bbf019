"""What a run's log says: our own errors in one line, and with `AFSTEM_LOG=json` a line of JSON for whatever happens.

A JSON line carries integration, run and task, and for each order that moved its number, stage and code: never a name,
and nothing from a shop as it came, so that no order can write a line of its own.
"""

import json
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from prefect.exceptions import FailedRun
from prefect.runtime import flow_run, task_run

from adapters.settings import find, load
from domain.identity import visible
from domain.outcomes import AfstemError, Misconfigured

RUNS = ("prefect.flow_runs", "prefect.task_runs")
"""The loggers that Prefect tells of runs on: what is left out here is left out in the terminal and in the UI."""
CONSOLES = (None, "prefect._internal", "uvicorn", "fastapi")
"""The loggers, None being the root, where Prefect writes to the console for all the others."""
OURS = "afstem"
ORDERS = logging.getLogger(f"{OURS}.orders")
CARRIED = ("integration", "run", "order", "stage", "code")


ONCE_MORE = "Engine execution exited with unexpected exception"
"""What Prefect says of a run that failed after it has said how; a run that ends as it should is no surprise."""


class OneLine(logging.Filter):
    """Lets everything through once, an error of our own tree without its traceback; a mistake of ours keeps it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the traceback off a record that is about an `AfstemError`, or about a run's own failed state."""
        if record.exc_info and isinstance(record.exc_info[1], AfstemError | FailedRun):
            record.exc_info = None
            return record.getMessage() != ONCE_MORE
        return True


class AsJson(logging.Formatter):
    """A record as one line of JSON; what it can't hold in a line is escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Time in UTC, level, logger, message, and what the record or the run around it is about."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_of_run(),
            **{name: getattr(record, name) for name in CARRIED if hasattr(record, name)},
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=True, default=str)


def tell_briefly() -> None:
    """Have Prefect log the errors that we expect in one line; asking for it twice changes nothing."""
    for name in RUNS:
        logger = logging.getLogger(name)
        if not any(isinstance(filter_, OneLine) for filter_ in logger.filters):
            logger.addFilter(OneLine())


def tell_as_asked() -> None:
    """Where the environment asks for JSON, write it to stderr, and nothing else; asking twice changes nothing."""
    if os.environ.get("AFSTEM_LOG", "") != "json":
        return
    for name in (*RUNS, OURS):
        logger = logging.getLogger(name)
        if not any(isinstance(handler.formatter, AsJson) for handler in logger.handlers):
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(AsJson())
            logger.addHandler(handler)
        logger.propagate = False  # Prefect's console would tell it once more; what the UI shows, its own handler takes
    logging.getLogger(OURS).setLevel(logging.INFO)
    logging.captureWarnings(True)
    for console in (handler for name in CONSOLES for handler in logging.getLogger(name).handlers):
        if isinstance(console, logging.StreamHandler):
            console.setFormatter(AsJson())


def tell_order(integration: str, run: str, number: str, stage: str, values: Mapping[str, Any]) -> None:
    """An order has come to this stage; `values` may hold the code that says why."""
    if ORDERS.isEnabledFor(logging.INFO):
        about = {"integration": integration, "run": run, "order": visible(number)[:60], "stage": stage}
        ORDERS.info("order %s", stage, extra={**about, "code": values.get("code", "")})


def _of_run() -> dict[str, str]:
    """The run that we are in, by Prefect's own word; nothing outside of one."""
    integration = str((flow_run.parameters or {}).get("integration", "")) if flow_run.id else ""
    found = {
        "integration": _name_of(integration) if integration else "",
        "run": str(flow_run.id or ""),
        "flow": str(flow_run.flow_name or ""),
        "task": str(task_run.name or ""),
    }
    return {name: value for name, value in found.items() if value}


@cache
def _name_of(integration: str) -> str:
    """The integration's own name, as everybody else calls it; its file's where that can't be read."""
    try:
        return load(find(integration)).name
    except Misconfigured:
        return Path(integration).stem
