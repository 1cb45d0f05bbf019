"""What a run's log says of our own errors: they are expected, and told in one line."""

import logging

from prefect.exceptions import FailedRun

from domain.outcomes import AfstemError

RUNS = ("prefect.flow_runs", "prefect.task_runs")
"""The loggers that Prefect tells of runs on: what is left out here is left out in the terminal and in the UI."""


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


def tell_briefly() -> None:
    """Have Prefect log the errors that we expect in one line; asking for it twice changes nothing."""
    for name in RUNS:
        logger = logging.getLogger(name)
        if not any(isinstance(filter_, OneLine) for filter_ in logger.filters):
            logger.addFilter(OneLine())
