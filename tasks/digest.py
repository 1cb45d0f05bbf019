"""One message a night: what needs a person, by cause, through the notification block that the settings name."""

from collections.abc import Sequence

from prefect import get_run_logger
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block

from adapters.integration import Integration
from domain.outcomes import AfstemError
from tasks.attention import digest
from tasks.causes import Cause


def send_digest(integration: Integration, causes: Sequence[Cause]) -> None:
    """Tell what waits, if anything does and a block is named; a message that can't be sent is logged, no more."""
    slug = integration.settings.alerts.block
    if not slug or not causes:
        return
    words = integration.words
    waiting = words.counted("waiting", sum(len(cause.orders) for cause in causes))
    subject = f"{integration.name}: {waiting}"
    try:
        block = Block.load(slug)
        if not isinstance(block, NotificationBlock):
            raise TypeError(slug)
        block.notify(digest(causes, words), subject)  # type: ignore[unused-coroutine]
    except Exception as error:  # noqa: BLE001 - each block has faults of its own, and none of them is the run's
        fault = error if isinstance(error, AfstemError) else type(error).__name__
        get_run_logger().warning("the digest could not be sent by %s: %s", slug, fault)
