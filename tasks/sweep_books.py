"""All of the books read again: every customer, and every document, so that what was deleted there is noticed."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from adapters.integration import open_integration
from tasks.mirror import sweep
from tasks.retrying import RETRYING


@task(task_run_name="sweep the books", cache_policy=NO_CACHE, **RETRYING)
def sweep_books(integration: str) -> None:
    """Mirror all of the books; an order whose document is gone from them is held.

    A Retry reads them again: it is pressed because something was mended there.
    """
    sweep(open_integration(integration))
