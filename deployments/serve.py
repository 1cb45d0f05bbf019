"""The deployments of `prefect.yaml`, served from this process for as long as it lives."""

import asyncio
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import yaml
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import load_flow_from_entrypoint
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType
from prefect.utilities.templating import apply_values

PREFECT_FILE = Path(__file__).with_name("prefect.yaml")


def for_integration(name: str, integration: str, pool: str = "") -> None:
    """Set what `prefect.yaml` asks of the environment: whose deployments they are, and which work pool runs them."""
    os.environ.update(AFSTEM_NAME=name, AFSTEM_INTEGRATION=integration, AFSTEM_POOL=pool)


def declared() -> Iterator[dict[str, Any]]:
    """Each deployment as `prefect.yaml` declares it, the variables of the environment filled in."""
    for one in yaml.safe_load(PREFECT_FILE.read_text(encoding="utf-8"))["deployments"]:
        yield cast("dict[str, Any]", apply_values(one, {}, remove_notset=False))


def served(told: Mapping[str, Any]) -> RunnerDeployment:
    """One declared deployment for this very process to run, which needs no work pool."""
    schedules = [Cron(one["cron"], timezone=one["timezone"]) for one in told.get("schedules", ())]
    limit = ConcurrencyLimitConfig(**told["concurrency_limit"]) if "concurrency_limit" in told else None
    return RunnerDeployment.from_flow(
        load_flow_from_entrypoint(told["entrypoint"]),
        told["name"],
        entrypoint_type=EntrypointType.MODULE_PATH,
        parameters=told["parameters"],
        schedules=schedules,
        concurrency_limit=limit,
        tags=told["tags"],
        description=told["description"],
    )


def register(name: str, integration: str) -> list[RunnerDeployment]:
    """Have Prefect know an integration's deployments; scheduled runs that are late are dropped, the next ones planned.

    `integration` is its settings file as the runs are to find it.
    """
    for_integration(name, integration)
    deployments = [served(told) for told in declared()]
    for deployment in deployments:
        deployment.apply()
    return deployments


class Server(Runner):
    """Prefect's own, which a service manager stops as Ctrl-C does."""

    def handle_sigterm(self, *_args: Any, **_kwargs: Any) -> None:
        """Prefect's way out of a SIGTERM leaves its runs behind."""
        signal.raise_signal(signal.SIGINT)


def serve(deployments: Sequence[RunnerDeployment]) -> None:
    """Run them by their schedules and at a person's word, until interrupted; the schedules stay as they are."""
    server = Server(pause_on_shutdown=False)
    for deployment in deployments:
        server.add_deployment(deployment)
    with suppress(KeyboardInterrupt):
        asyncio.run(server.start())


def serve_integration(name: str, integration: str) -> None:
    """Both, for a server that is there already."""
    serve(register(name, integration))
