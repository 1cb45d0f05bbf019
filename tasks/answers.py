"""What became of the e-invoices that were handed over: the channels are asked, and nobody waits in silence."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from adapters.integration import Integration, open_integration
from adapters.store import Batch, DispatchRow
from domain.dispatches import FOLLOWED, Progress, may_become, waited_in_vain
from domain.outcomes import Transient
from domain.ports import Letter
from tasks.dispatch_einvoices import TAKEN_UP, settle, taken_up
from tasks.happenings import happened
from tasks.retrying import RETRYING
from tasks.runs import this_run
from tasks.verdicts import OrdersNeedAttention, Verdicts

AT_ONCE = 100
Tell = Callable[[Integration, DispatchRow, str], None]
"""How news of a dispatch is told, with the number of its order."""
NOTEWORTHY = frozenset({"sent", "delivered", "rejected", "silent", "due"})
"""What is told as an event; `due` once more is what goes another way than the accounting system's."""


@task(task_run_name="gather answers", cache_policy=NO_CACHE, **RETRYING)
def gather_answers(integration: str) -> dict[str, int]:
    """Ask what became of the e-invoices that are on their way, and note what was answered, or that nothing was.

    Raises `Transient` where a channel could not be asked, and `NeedsAttention` where an answer is for a person.
    """
    return follow(open_integration(integration), this_run(), tell=tell)


def follow(integration: Integration, run: str, now: datetime | None = None, tell: Tell | None = None) -> dict[str, int]:
    """The step itself. `now` is what the clock says; `tell` is told each piece of news, after it was committed."""
    if not integration.settings.einvoicing.on:
        return {}
    now = now or datetime.now(UTC)
    ids = integration.dispatches.followed(now)
    tell = tell or (lambda integration, row, order: None)
    followers = [Follower(integration, run, now, ids[start : start + AT_ONCE]) for start in range(0, len(ids), AT_ONCE)]
    news = sum(one.follow(tell) for one in followers)
    for fault in (*(one.fault for one in followers), *(one.attention for one in followers)):
        if fault:
            raise fault
    return {"asked": len(ids), "news": news}


class Follower:
    """Follows the e-invoices of some orders, which are claimed while it does."""

    def __init__(self, integration: Integration, run: str, now: datetime, orders: Sequence[str]) -> None:
        self._integration = integration
        (made,) = integration.store.orders.make_batches(integration.name, run, [orders])
        self._batch = Batch(made, integration.name, run, tuple(orders))
        self._verdicts = Verdicts(integration, self._batch)
        self._now = now
        self.fault: Transient | None = None
        """A channel that could not be asked."""
        self.attention: OrdersNeedAttention | None = None
        """New answers that are for a person."""

    def follow(self, tell: Tell) -> int:
        """Ask, note, settle and tell; gives how many had news."""
        orders = self._integration.store.orders
        self._batch = orders.open(self._batch.id, TAKEN_UP)
        try:
            rows = taken_up(self._integration, self._batch)
            dispatches = self._integration.dispatches.of_orders(row.order_id for row in rows)
            asked = [one for listed in dispatches.values() for one in listed if one.state in FOLLOWED]
            answers = list(self._asked(asked))
            with self._integration.store.together() as connection:
                news = [one for one, found in answers if self._noted(connection, one, found)]
                for row in rows:
                    settle(self._integration, row, dispatches.get(row.order_id, []), self._verdicts)
                self._verdicts.commit(connection)
            self._verdicts.conclude()
        except OrdersNeedAttention as found:
            self.attention = found
        finally:
            orders.release(self._batch)
        numbers = {row.order_id: row.number for row in rows}
        for one in news:
            tell(self._integration, one, numbers[one.order_id])
        return len(news)

    def _asked(self, dispatches: Sequence[DispatchRow]) -> Iterator[tuple[DispatchRow, Progress | None]]:
        """Each with what its channel knows; None where it can't say, or isn't one of the settings' any more."""
        by_channel: dict[str, list[DispatchRow]] = defaultdict(list)
        for one in dispatches:
            by_channel[one.channel].append(one)
        for name, those in by_channel.items():
            channel = self._integration.einvoicing.get(name)  # type: ignore[call-overload]
            found = channel.progress([_letter(one) for one in those]) if channel else [None] * len(those)
            for one, progress in zip(those, found, strict=True):
                if isinstance(progress, Transient):
                    self.fault = progress
                yield one, progress if isinstance(progress, Progress) else None

    def _noted(self, connection: Connection, row: DispatchRow, found: Progress | None) -> bool:
        """Commit the news of a dispatch, if there is any."""
        dispatches = self._integration.dispatches
        if found and may_become(row.state, found.state):  # type: ignore[arg-type]
            words = {"code": found.code, "told": found.told, "place": found.place or row.place}
            dispatches.move(connection, row, found.state, asked_at=self._now, **words)
            return True
        rules = self._integration.settings.einvoicing
        if not waited_in_vain(row.state, row.channel, row.handed_at, self._now, rules):  # type: ignore[arg-type]
            dispatches.note(connection, row, asked_at=self._now)
            return False
        if row.channel == "accounting" and rules.fallback:
            dispatches.move(connection, row, "due", asked_at=self._now, channel=rules.fallback, key="")
        else:
            dispatches.move(connection, row, "silent", asked_at=self._now)
        return True


def _letter(row: DispatchRow) -> Letter:
    return Letter(row.key, row.kind, row.number, row.reference)  # type: ignore[arg-type]


def tell(integration: Integration, row: DispatchRow, order: str) -> None:
    """An event for Prefect's automations: which order, and what became of its e-invoice; nothing of people."""
    if row.state in NOTEWORTHY:
        told = {"integration": integration.name, "order": order, "channel": row.channel, "code": row.code}
        happened(
            f"afstem.einvoice.{row.state}",
            f"afstem.einvoice.{row.reference}",
            f"{row.key} {row.handed_at} {row.code}",
            **told,
        )
