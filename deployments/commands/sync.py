"""`afstem sync`: a run here and now."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from deployments import engine
from deployments.commands.telling import ATTENTION, DEFAULT, AsJson, Config, console, opened, write_json
from deployments.phrases import Phrases

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
    words = Phrases(integration.settings.language)
    if as_json:
        write_json({"message": message, "orders": dict(stages), "attention": waiting})
    else:
        told = ", ".join(f"{count} {words(stage)}" for stage, count in sorted(stages.items()))
        console().print(f"{told or words('plan_nothing')}")
        console().print(words("see_attention", config=config) if waiting else words("all_well"))
    raise typer.Exit(ATTENTION if waiting else 0)
