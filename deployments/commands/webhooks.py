"""`afstem webhooks`: orders reach the books as soon as the shop speaks of them."""

from typing import TYPE_CHECKING, Annotated

import typer

from deployments import engine
from deployments.commands.telling import DEFAULT, Config, console, opened
from domain.outcomes import Misconfigured

if TYPE_CHECKING:
    from pydantic import SecretStr

    from adapters.integration import Integration

FLOW = "sync-hinted"


def webhooks(
    config: Config = DEFAULT,
    port: Annotated[int, typer.Option(help="Where to listen.")] = 4280,
    host: Annotated[str, typer.Option(help="On which address; another than loopback is for a trusted network.")] = (
        engine.HOST
    ),
) -> None:
    """Receive the shop's webhooks, and run for the orders that they name; Ctrl-C stops it, and nothing is lost.

    The secret that the shop signs with stands in AFSTEM_WEBHOOK_SECRET.
    """
    engine.prepare(config)
    with opened(config) as integration:
        import uvicorn

        from deployments.webhooks import Follower, receiver

        secret = secret_for(integration)
        follower = Follower(lambda: follow(integration, str(config.resolve())))
        app = receiver(integration.name, integration.store.hints, secret, follower.hinted)
        words = integration.words
        console().print(words("webhooks_ready", url=f"http://{host}:{port}/woocommerce"))
        follower.start()
        try:
            uvicorn.run(app, host=host, port=port, log_level="critical", access_log=False, server_header=False)
        finally:
            follower.stop()


def secret_for(integration: "Integration") -> "SecretStr":
    """What the shop signs with. Raises `Misconfigured` where there is none, or the shop sends no webhooks."""
    from adapters.settings import Secrets

    if integration.settings.webshop.kind != "woocommerce":
        raise Misconfigured("no_webhooks", "webshop.kind", integration.settings.webshop.kind, "woocommerce")
    secret = Secrets.from_environment().webhook_secret
    if not secret.get_secret_value():
        raise Misconfigured("secret_missing", "AFSTEM_WEBHOOK_SECRET")
    return secret


def follow(integration: "Integration", config: str) -> float | None:
    """Run for the hints, if there are any: as the deployment of this integration where there is one, else here.

    Gives in how many seconds to look again, None where no hint waits. Raises what kept a run here from them.
    """
    first = integration.store.hints.waiting(integration.name, 1)
    if not first:
        return None
    if _left_to_deployment(integration):
        from deployments.webhooks import AGAIN_SECONDS

        return AGAIN_SECONDS

    from flows.sync_hinted import sync_hinted

    state = sync_hinted(config, return_state=True)
    left = integration.store.hints.waiting(integration.name, 1)
    if left == first:
        state.result()  # a run that failed for what became of the orders has followed its hints
    return 0 if left else None


def _left_to_deployment(integration: "Integration") -> bool:
    """Have the deployment run, if there is one; no second run while one has not begun. False where there is none."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.exceptions import ObjectNotFound

    with get_client(sync_client=True) as client:
        try:
            deployment = client.read_deployment_by_name(f"{FLOW}/{integration.name}")
        except ObjectNotFound:
            return False
        to_come = {"deployment_id": {"any_": [deployment.id]}, "state": {"type": {"any_": ["SCHEDULED", "PENDING"]}}}
        if not client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(to_come), limit=1):
            client.create_flow_run_from_deployment(deployment.id)
        return True
