"""`afstem up`: Prefect's server and UI on this machine, with the integration's runs deployed, scheduled and watched."""

import signal
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from deployments import engine
from deployments.commands.telling import DEFAULT, UNUSABLE, Config, complain, console, opened, told
from domain.outcomes import Misconfigured
from domain.words import Words

if TYPE_CHECKING:
    from adapters.settings import Settings


def up(
    config: Config = DEFAULT,
    port: Annotated[int, typer.Option(help="The port of the Prefect UI, on this machine alone.")] = 4200,
) -> None:
    """Start Prefect here, with a run every five minutes; Ctrl-C stops it, and nothing is lost."""
    home = engine.prepare(config)
    with opened(config) as integration:
        settings = integration.settings
    words = Words(settings.language)
    with socket.socket() as probe:
        if probe.connect_ex((engine.HOST, port)) == 0:
            console(stderr=True).print(words("up_port", port=port))
            raise typer.Exit(UNUSABLE)
    console(stderr=True).print(words("starting_prefect"))
    for stop in (signal.SIGINT, signal.SIGTERM):  # also where it was started in the background, or by a service manager
        signal.signal(stop, signal.default_int_handler)
    with engine.server(home, port) as url, told(config):
        from deployments.recovery import bury_dead_runs, drop_late_runs
        from deployments.serve import register, serve

        bury_dead_runs(settings.name)
        drop_late_runs(settings.name)
        deployments = register(settings.name, str(config.resolve()))
        watch(settings)
        console().print(words("up_ready", url=url, name=f"sync-orders/{settings.name}"))
        serve(deployments)
    console(stderr=True).print(words("up_stopped"))


def watch(settings: "Settings") -> None:
    """Have the alerts that the settings name. Where their block isn't there, say so and go on without it.

    It can only be made in the UI that is starting, and it is gone with `.prefect`.
    """
    from deployments.alerts import set_alerts

    words = Words(settings.language)
    try:
        set_alerts(settings.name, settings.alerts)
    except Misconfigured as missing:
        set_alerts(settings.name, settings.alerts.model_copy(update={"block": ""}))
        complain(missing.findings, settings.language)
        console(stderr=True).print(words("up_untold"))
