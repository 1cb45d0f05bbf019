"""`afstem backfill`: the orders of a period, whenever they were last changed."""

from datetime import datetime
from typing import Annotated

import typer

from deployments import engine
from deployments.commands.sync import tell
from deployments.commands.telling import DEFAULT, FIRST, LAST, AsJson, Config, opened


def backfill(
    first: Annotated[datetime, FIRST],
    last: Annotated[datetime, LAST],
    days: Annotated[int, typer.Option(help="How many days make a shard, which is a run of its own.")] = 7,
    config: Config = DEFAULT,
    json: AsJson = False,
) -> None:
    """Bring the orders that were sold in a period into the books; safe beside the schedule, and to do again."""
    engine.prepare(config)
    with opened(config) as integration:
        from deployments.commands.watching import run_flow

        period = {"first": first.date(), "last": last.date(), "days": days}
        message = run_flow(integration, config, "flows.backfill_orders:backfill_orders", **period)
        tell(integration, config, message, as_json=json)
