"""`afstem sync`: a run here and now."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from deployments import engine
from deployments.commands.telling import ATTENTION, DEFAULT, AsJson, Config, console, opened, stages_told, write_json
from deployments.commands.typed import command

if TYPE_CHECKING:
    from adapters.integration import Integration


def sync(config: Config = DEFAULT, json: AsJson = False) -> None:
    """Fetch what is new in the shop, and bring it into the books."""
    engine.prepare(config)
    with opened(config) as integration:
        from deployments.commands.watching import run_flow

        message = run_flow(integration, config, "flows.sync_orders:sync_orders")
        tell(integration, config, message, as_json=json)


def tell(integration: "Integration", config: Path, message: str, *, as_json: bool) -> None:
    """Say how a run ended, and how far every order is; exit code 1 while orders need attention."""
    stages = integration.store.orders.stages(integration.name)
    waiting = stages["held"] + stages["failed"]
    words = integration.words
    if as_json:
        write_json({"message": message, "orders": dict(stages), "attention": waiting})
    else:
        told = stages_told(dict(sorted(stages.items())), words)
        see = words("see_attention", command=command("attention", config))
        console().print(told or words("no_orders"))
        console().print(see if waiting else words("all_well"), soft_wrap=True)
    raise typer.Exit(ATTENTION if waiting else 0)
