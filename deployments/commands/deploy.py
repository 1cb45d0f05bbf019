"""`afstem deploy`: an integration's deployments and alerts for a Prefect server of your own, whose workers run them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from deployments import engine
from deployments.commands.alerting import watch
from deployments.commands.telling import DEFAULT, Config, console, settings_in, told
from domain.outcomes import Misconfigured
from domain.words import Words


def deploy(
    config: Config = DEFAULT,
    pool: Annotated[str, typer.Option(help="The work pool that runs them; made, for processes, if it isn't there.")] = (
        "afstem"
    ),
) -> None:
    """Deploy to the Prefect server that PREFECT_API_URL names; `afstem up` needs none of this."""
    engine.prepare(config)
    with told(config):
        settings = settings_in(config)
        if not os.environ.get("PREFECT_API_URL"):
            raise Misconfigured("prefect_server_unnamed", "PREFECT_API_URL")
        from deployments.serve import PREFECT_FILE, for_integration

        for_integration(settings.name, as_workers_find_it(config), pool)
        make_pool(pool)
        command = [
            sys.executable,
            "-m",
            "prefect",
            "--no-prompt",
            "deploy",
            "--all",
            "--prefect-file",
            str(PREFECT_FILE),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Misconfigured("deploy_failed", "PREFECT_API_URL", done.stdout[-300:] + done.stderr[-300:])
        watch(settings)
    words = Words(settings.language)
    console().print(words("deployed", name=settings.name, pool=pool))


def as_workers_find_it(config: Path) -> str:
    """A name stays a name, which each worker looks up in its own AFSTEM_CONFIG_DIR; a path is one for all of them."""
    return str(config.resolve()) if config.is_file() else str(config)


def make_pool(name: str) -> None:
    """Have a work pool of this name; one that is there stays as it is."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound

    with get_client(sync_client=True) as client:
        try:
            client.read_work_pool(name)
        except ObjectNotFound:
            client.create_work_pool(WorkPoolCreate(name=name, type="process"))
