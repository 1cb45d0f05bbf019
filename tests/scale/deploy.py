"""The deployment that a work pool needs for a backfill: `sync-period`, by its module, for whichever worker is free."""

from prefect.deployments.runner import EntrypointType, RunnerDeployment

from deployments.commands.deploy import make_pool
from flows.backfill_orders import sync_period
from tests.bench.engine import ROOT


def deploy(name: str, pool: str) -> None:
    """Make the pool, and the deployment in it."""
    make_pool(pool)
    deployment = RunnerDeployment.from_flow(
        sync_period,
        name,
        work_pool_name=pool,
        entrypoint_type=EntrypointType.MODULE_PATH,
        job_variables={"working_dir": str(ROOT)},
    )
    deployment.apply()
