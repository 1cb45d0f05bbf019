"""What a step decided about each order of its batch, kept until it can be committed in one go."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prefect import State
from prefect.states import Completed
from sqlalchemy import Connection

from adapters.integration import Integration
from adapters.store import Batch, OrderRow
from domain.outcomes import AfstemError, Finding, NeedsAttention, Transient
from domain.stages import Stage
from domain.words import Words
from tasks.chains import LOOKED_AT_AGAIN
from tasks.logs import tell_order
from tasks.resting import AWAKE, put_to_rest

NO_CUSTOMER = {"customer": ""}
"""An order that was stopped before it had its customer has none: no invoice may be written for it."""
MOST_CAUSES = 4
NO_FINDING: dict[str, Any] = {"code": "", "field": "", "found": "", "expected": "", "run": "", **AWAKE}


class OrdersNeedAttention(NeedsAttention):
    """A batch holds orders that this run found to need a person; `told` counts them by cause, and says no more."""

    def __init__(self, told: str, count: int = 0) -> None:
        super().__init__("orders_need_attention", found=count)
        self.args = (told,)


class Verdicts:
    """Collects verdicts, commits them together, and says at the end whether the batch is all well.

    `when_stopped` are columns to set on each order that this step holds or fails, `failed_as` is how a
    fault that may pass is told.
    """

    def __init__(
        self,
        integration: Integration,
        batch: Batch,
        when_stopped: Mapping[str, str] | None = None,
        failed_as: Callable[[Finding], Finding] = lambda finding: finding,
    ) -> None:
        self._integration = integration
        self._batch = batch
        self._when_stopped = when_stopped or {}
        self._failed_as = failed_as
        self._moves: list[tuple[OrderRow, Stage, dict[str, Any]]] = []
        self._failed: dict[str, str] = {}
        self.stopped: set[str] = set()
        """Orders that were held, skipped or failed in this step."""

    def passed(self, row: OrderRow, stage: Stage, **values: Any) -> None:
        """This order has come so far. What once held it is forgotten when it reaches the books."""
        self._moves.append((row, stage, values))

    def held(self, row: OrderRow, finding: Finding, **values: Any) -> None:
        """This order needs a person. The same finding as before keeps the run that first met it."""
        self.stopped.add(row.order_id)
        run = row.run if row.finding == finding and row.run else self._batch.run
        values = {**finding.model_dump(), "run": run, **AWAKE, **self._when_stopped, **values}
        if row.stage != "held" or any(getattr(row, name) != value for name, value in values.items()):
            self._moves.append((row, "held", values))

    def skipped(self, row: OrderRow, finding: Finding) -> None:
        """By the settings this order gets no invoice."""
        self.stopped.add(row.order_id)
        self._moves.append((row, "skipped", {**NO_FINDING, **finding.model_dump()}))

    def failed(self, row: OrderRow, fault: Transient) -> None:
        """A fault that may pass stopped this order: the next try takes it up again."""
        self.stopped.add(row.order_id)
        finding = self._failed_as(fault.finding)
        values = {**finding.model_dump(), "run": self._batch.run, "customer": row.customer, **self._when_stopped}
        self._moves.append((row, "failed", values))
        self._failed[row.order_id] = str(fault)

    def refused(self, row: OrderRow, error: AfstemError, **values: Any) -> None:
        """Whichever of the two an outcome was."""
        if isinstance(error, Transient):
            self.failed(row, error)
        elif isinstance(error, NeedsAttention):
            self.held(row, error.finding, **values)
        else:
            raise error

    def refused_by_books(self, row: OrderRow, error: AfstemError, **values: Any) -> None:
        """The same of an answer of the books: what they refuse rests before they are asked for it again.

        What is held for a document that stands otherwise than we knew is looked at by name instead.
        """
        rests = isinstance(error, NeedsAttention) and error.finding.code not in LOOKED_AT_AGAIN
        self.refused(row, error, **values, **(put_to_rest(self._integration, row) if rests else {}))

    def commit(self, connection: Connection) -> None:
        """Write the verdicts collected so far, within a transaction of the caller's."""
        self._integration.store.orders.move(connection, self._moves)
        for row, stage, values in self._moves:
            for name, value in {"stage": stage, **values}.items():
                setattr(row, name, value)
            tell_order(self._integration.name, self._batch.run, row.number, stage, values)
        self._moves.clear()

    def conclude(self) -> dict[str, int]:
        """Give the counts of a batch that is all well, or whose holds are old and known; else raise.

        `Transient` while something may still pass, `OrdersNeedAttention` where this run found a new hold.
        """
        words = self._integration.words
        if self._failed:
            told = words.counted("to_be_tried_again", len(self._failed))
            raise Transient(f"{told}: {by_cause(Counter(self._failed.values()), words)}")
        unfinished = self._integration.store.orders.of_batch(self._batch, frozenset({"held", "failed"}))
        news = [row for row in unfinished if row.stage == "failed" or row.run == self._batch.run]
        if news:
            told = words.counted("waiting", len(news))
            raise OrdersNeedAttention(f"{told}: {by_cause(Counter(row.code for row in news), words)}", len(news))
        return {"held": len(unfinished)}


def all_well(counts: Mapping[str, int], words: Words) -> State[dict[str, int]]:
    """The state of a batch that is all well, with what was done in its message: `12 invoices, 1 held`."""
    told = [f"{count} {words.of('done', thing)}" for thing, count in counts.items() if count]
    return Completed(message=", ".join(told) or words("nothing_to_do"), data=dict(counts))


def kept(values: Sequence[Any]) -> str:
    """A list of domain values as the store keeps it."""
    return json.dumps([value.model_dump(mode="json") for value in values], ensure_ascii=False)


def by_cause(causes: Counter[str], words: Words) -> str:
    """How many of each, the most first: `2 × cvr_length, 1 × bad_amount`, at most so many that a line holds them."""
    told = ", ".join(f"{count} × {cause}" for cause, count in causes.most_common(MOST_CAUSES))
    return told + (f" {words('and_more_causes', count=rest)}" if (rest := len(causes) - MOST_CAUSES) > 0 else "")
