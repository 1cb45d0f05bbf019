"""`afstem webhooks`: orders reach the books as soon as the shop speaks of them."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from deployments import engine
from deployments.commands.telling import DEFAULT, Config, console, opened
from domain.outcomes import AfstemError, Misconfigured

if TYPE_CHECKING:
    from pydantic import SecretStr

    from adapters.integration import Integration
    from adapters.store.hints import Hint

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
        integration.store.presence.announce()  # the store is not restored under it
        follower = Follower(Following(integration, str(config.resolve())))
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


class Following:
    """Runs for the hints, if there are any: as the deployment of this integration where there is one, else here.

    While a hint waits for which there was a run already, the shop is asked for its order before there is another: a
    shop that doesn't answer costs one failed run, not one a minute.
    """

    def __init__(self, integration: "Integration", config: str) -> None:
        self._integration = integration
        self._config = config
        self._met: tuple[Hint, float] | None = None
        self._shop_was_away = False

    def __call__(self) -> float | None:
        """Gives in how many seconds to look again, None where no hint waits.

        Raises what kept a run here, or the shop, from answering, and `HintsLeft` where a deployment's run left them.
        """
        first = self._first()
        if first is None:
            return None
        had_a_run = self._had_a_run(first)
        if had_a_run:
            self._ask_shop(first)
        if _left_to_deployment(self._integration):
            return self._while_it_runs(had_a_run)
        return self._run_here(first)

    def _first(self) -> "Hint | None":
        return next(iter(self._integration.store.hints.waiting(self._integration.name, 1)), None)

    def _had_a_run(self, first: "Hint") -> bool:
        """Whether this hint has been the first one for so long that a run should have followed it."""
        from deployments.webhooks import AGAIN_SECONDS

        now = time.monotonic()
        if self._met is None or self._met[0] != first:
            self._met = (first, now)
            return False
        return now - self._met[1] >= AGAIN_SECONDS

    def _ask_shop(self, first: "Hint") -> None:
        """Raise what the shop, or the way to it, says to the question for this order."""
        try:
            list(self._integration.webshop.orders([first.order]))
        except AfstemError:
            self._shop_was_away = True
            raise

    def _while_it_runs(self, had_a_run: bool) -> float:
        from deployments.webhooks import AGAIN_SECONDS, HintsLeft

        was_away, self._shop_was_away = self._shop_was_away, False
        if had_a_run and not was_away:
            raise HintsLeft
        return AGAIN_SECONDS

    def _run_here(self, first: "Hint") -> float | None:
        from flows.sync_hinted import sync_hinted

        state = sync_hinted(self._config, return_state=True)
        left = self._first()
        if left == first:
            state.result()  # a run that failed for what became of the orders has followed its hints
        return None if left is None else 0


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
