"""The deployments of one integration, served from this process: a scheduled run, and the rerun of what failed."""

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron

from flows.rerun_failed import rerun_failed
from flows.sync_orders import sync_orders

EVERY_FIVE_MINUTES = "*/5 * * * *"


def serve_integration(name: str, config: str) -> None:
    """Serve until interrupted. A run that would start while another is at work is left out: the next one catches up."""
    one_at_a_time = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
    serve(
        RunnerDeployment.from_flow(
            sync_orders,
            name,
            parameters={"integration": config},
            schedules=[Cron(EVERY_FIVE_MINUTES, timezone="Europe/Copenhagen")],
            concurrency_limit=one_at_a_time,
            tags=["afstem", name],
            description=f"What is new in the shop of {name} becomes customers and invoices.",
        ),
        RunnerDeployment.from_flow(
            rerun_failed,
            name,
            parameters={"integration": config},
            tags=["afstem", name],
            description=f"Held and failed orders of {name} are tried again.",
        ),
        pause_on_shutdown=False,
        print_starting_message=False,
    )
