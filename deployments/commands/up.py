"""`afstem up`: Prefect's server and UI on this machine, with the integration's runs deployed and scheduled."""

import socket
from typing import Annotated

import typer

from deployments import engine
from deployments.commands.telling import DEFAULT, UNUSABLE, Config, console, opened
from deployments.phrases import Phrases


def up(
    config: Config = DEFAULT,
    port: Annotated[int, typer.Option(help="The port of the Prefect UI, on this machine alone.")] = 4200,
) -> None:
    """Start Prefect here, with a run every five minutes; Ctrl-C stops it, and nothing is lost."""
    home = engine.prepare(config)
    with opened(config) as integration:
        name, words = integration.name, Phrases(integration.settings.language)
    with socket.socket() as probe:
        if probe.connect_ex((engine.HOST, port)) == 0:
            console(stderr=True).print(words("up_port", port=port))
            raise typer.Exit(UNUSABLE)
    console(stderr=True).print(words("starting_prefect"))
    with engine.server(home, port) as url:
        from deployments.serve import serve_integration

        console().print(words("up_ready", url=url, name=f"sync-orders/{name}"))
        serve_integration(name, str(config.resolve()))
