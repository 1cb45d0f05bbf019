"""`afstem retry`: held and failed orders are tried again, without asking the shop."""

from typing import Annotated

import typer

from deployments import engine
from deployments.commands.sync import tell
from deployments.commands.telling import DEFAULT, AsJson, Config, opened


def retry(
    orders: Annotated[list[str] | None, typer.Argument(help="Order numbers; none for all.")] = None,
    cause: Annotated[str, typer.Option(help="Only orders held with this code, such as cvr_length.")] = "",
    config: Config = DEFAULT,
    json: AsJson = False,
) -> None:
    """Try held and failed orders again: all of them, those of one cause, or these."""
    engine.prepare(config)
    with opened(config) as integration:
        from deployments.commands.watching import run_flow

        message = run_flow(integration, config, "flows.rerun_failed:rerun_failed", cause=cause, orders=orders or [])
        tell(integration, config, message, as_json=json)
