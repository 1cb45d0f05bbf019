"""What became of the e-invoices that were handed over: the channels are asked, and nobody waits in silence."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from adapters.integration import Integration, open_integration
from adapters.store import DispatchRow, OrderRow
from domain.dispatches import FOLLOWED, Progress, may_become, waited_in_vain, waits_for_einvoice
from domain.outcomes import Transient
from domain.ports import Letter
from domain.stages import STAGES
from tasks.dispatch_einvoices import claimed, settle
from tasks.happenings import happened
from tasks.late_runs import read_for_those_who_wait
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
    read_for_those_who_wait()
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
    """Follows the e-invoices of some orders, which are claimed while it does, however far they are."""

    def __init__(self, integration: Integration, run: str, now: datetime, orders: Sequence[str]) -> None:
        self._integration = integration
        self._run = run
        self._orders = orders
        self._now = now
        self.fault: Transient | None = None
        """A channel that could not be asked."""
        self.attention: OrdersNeedAttention | None = None
        """New answers that are for a person."""

    def follow(self, tell: Tell) -> int:
        """Ask, note, settle and tell; gives how many had news."""
        with claimed(self._integration, self._run, self._orders) as batch:
            rows = {row.order_id: row for row in self._integration.store.orders.of_batch(batch, STAGES)}
            verdicts = Verdicts(self._integration, batch)
            news = self._heard(rows, verdicts)
            try:
                verdicts.conclude()
            except OrdersNeedAttention as found:
                self.attention = found
        for one in news:
            tell(self._integration, one, rows[one.order_id].number)
        return len(news)

    def _heard(self, rows: Mapping[str, OrderRow], verdicts: Verdicts) -> list[DispatchRow]:
        """Commit what the channels say of these orders' e-invoices, and what follows for the orders; gives the news."""
        dispatches = self._integration.dispatches.of_orders(rows)
        asked = [one for listed in dispatches.values() for one in listed if one.state in FOLLOWED]
        answers = list(self._asked(asked))
        with self._integration.store.together() as connection:
            news = [one for one, found in answers if self._noted(connection, rows[one.order_id], one, found)]
            for order, row in rows.items():
                settle(self._integration, row, dispatches.get(order, []), verdicts)
            verdicts.commit(connection)
        return news

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

    def _noted(self, connection: Connection, order: OrderRow, row: DispatchRow, found: Progress | None) -> bool:
        """Commit the news of a dispatch, if there is any.

        It takes the fallback only where nothing but the e-invoice is waited for: else nobody would send it.
        """
        dispatches = self._integration.dispatches
        if found and may_become(row.state, found.state):  # type: ignore[arg-type]
            words = {"code": found.code, "told": found.told, "place": found.place or row.place}
            dispatches.move(connection, row, found.state, asked_at=self._now, **words)
            return True
        rules = self._integration.settings.einvoicing
        if not waited_in_vain(row.state, row.channel, row.handed_at, self._now, rules):  # type: ignore[arg-type]
            dispatches.note(connection, row, asked_at=self._now)
            return False
        goes_on = waits_for_einvoice(order.stage, order.code)  # type: ignore[arg-type]
        if row.channel == "accounting" and rules.fallback and goes_on:
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
