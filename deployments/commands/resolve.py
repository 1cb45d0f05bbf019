"""`afstem resolve`: a person says which customer an order is for."""

from typing import Annotated

import typer

from deployments import engine
from deployments.commands.retry import retry
from deployments.commands.telling import DEFAULT, AsJson, Config, console, opened
from deployments.phrases import Phrases


def resolve(
    order: Annotated[str, typer.Argument(help="The number of an order that is held because several customers fit.")],
    customer: Annotated[str, typer.Option(help="The number of the customer that it is for.")],
    config: Config = DEFAULT,
    json: AsJson = False,
) -> None:
    """Choose the customer of an ambiguous order, once: the choice is remembered for all that come after it."""
    engine.prepare(config)
    with opened(config) as integration:
        from tasks.resolve import choose_customer

        waited = choose_customer(integration, order, customer)
        words = Phrases(integration.settings.language)
        console(stderr=json).print(words("resolved", count=len(waited), orders=", ".join(waited)))
    retry(orders=waited, cause="", config=config, json=json)
