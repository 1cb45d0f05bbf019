"""The alerts of an integration, set by whichever command hands Prefect its deployments."""

from typing import TYPE_CHECKING

from deployments.commands.telling import complain, console
from domain.outcomes import Misconfigured
from domain.words import Words

if TYPE_CHECKING:
    from adapters.settings import Settings


def watch(settings: "Settings") -> None:
    """Have the alerts that the settings name. Where their block isn't there, say so and go on without it.

    It can only be made in the UI of a server that is up. What needs nobody told, such as the place of a run that died
    being free, is had all the same.
    """
    from deployments.alerts import set_alerts

    words = Words(settings.language)
    try:
        set_alerts(settings.name, settings.alerts)
    except Misconfigured as missing:
        set_alerts(settings.name, settings.alerts.model_copy(update={"block": ""}))
        complain(missing.findings, settings.language)
        console(stderr=True).print(words("untold"))
