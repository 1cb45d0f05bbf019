"""`afstem resolve`: a person says which customer an order is for, or that it is settled by other means."""

import getpass
from typing import Annotated

import typer

from deployments import engine
from deployments.commands.retry import retry
from deployments.commands.telling import DEFAULT, AsJson, Config, console, opened, shown, write_json


def resolve(
    order: Annotated[str, typer.Argument(help="The number of an order that is held.")],
    customer: Annotated[
        str, typer.Option(metavar="NUMBER", help="Which of several customers it is for; remembered for those to come.")
    ] = "",
    settled: Annotated[
        str, typer.Option(metavar="WHY", help="It was settled by hand, and how: it leaves the list of those that wait.")
    ] = "",
    config: Config = DEFAULT,
    json: AsJson = False,
) -> None:
    """Decide about an order that is held: which customer it is for, or that it needs nothing more from here.

    A settled order is not invoiced, and counts as skipped with your reason, your name and the time. An edit in the
    shop takes it up again, and so does `afstem retry ORDER`.
    """
    if bool(customer) == bool(settled.strip()):
        raise typer.BadParameter("give one of the two", param_hint="--customer, --settled")
    if settled:
        settle(order, settled, config, json=json)
    else:
        choose(order, customer, config, json=json)


def choose(order: str, customer: str, config: Config, *, json: bool) -> None:
    """Choose the customer of an ambiguous order, and try all again that waited for it."""
    engine.prepare(config)
    with opened(config) as integration:
        from tasks.resolve import choose_customer

        waited = choose_customer(integration, order, customer)
        words = integration.words
        console(stderr=json).print(words("resolved", count=len(waited), orders=", ".join(waited)))
    retry(orders=waited, cause="", config=config, json=json)


def settle(order: str, why: str, config: Config, *, json: bool) -> None:
    """Take a person's word for it that an order is done."""
    with opened(config) as integration:
        from tasks.resolve import settle_by_hand

        settle_by_hand(integration, order, why, whoever())
        if json:
            write_json({"order": order, "settled": why})
        else:
            console().print(integration.words("settled", order=shown(order)))


def whoever() -> str:
    """The name of whoever sits at the machine, where it has one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "?"
