"""What a run's log says of our own errors: they are expected, and told in one line."""

import logging

from domain.outcomes import AfstemError

RUNS = ("prefect.flow_runs", "prefect.task_runs")
"""The loggers that Prefect tells of runs on: what is left out here is left out in the terminal and in the UI."""


class OneLine(logging.Filter):
    """Lets everything through, an error of our own tree without its traceback; a mistake of ours keeps it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the traceback off a record that is about an `AfstemError`."""
        if record.exc_info and isinstance(record.exc_info[1], AfstemError):
            record.exc_info = None
        return True


def tell_briefly() -> None:
    """Have Prefect log the errors that we expect in one line; asking for it twice changes nothing."""
    for name in RUNS:
        logger = logging.getLogger(name)
        if not any(isinstance(filter_, OneLine) for filter_ in logger.filters):
            logger.addFilter(OneLine())
