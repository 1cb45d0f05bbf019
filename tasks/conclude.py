"""The end of a run: its artifacts, and the state that says how many orders need attention."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from prefect import State
from prefect.artifacts import create_table_artifact
from prefect.futures import PrefectFuture
from prefect.states import Completed, Failed

from adapters.integration import Integration, open_integration
from adapters.store import ChangeRow, Standing
from domain.outcomes import AfstemError, Misconfigured
from domain.sentences import SENTENCES
from domain.stages import UNFINISHED
from domain.words import Words
from tasks.attention import log_causes, publish_attention
from tasks.causes import causes_of
from tasks.happenings import tell_happenings
from tasks.progress import wait_for
from tasks.runs import call_it, this_run
from tasks.tidy import drop_old_results
from tasks.verdicts import by_cause

LONG = 8
"""From so many batches on, a run shows how far it is."""
MOST_CUSTOMERS = 500
"""An artifact is to be read by a person; a first run may make a hundred thousand."""


def conclude(integration: str, batches: Sequence[PrefectFuture[Any]]) -> State[None]:
    """Wait for all batches, publish what was done and what needs a person, and give the run's final state.

    Failed when this run met something new that needs a person, or something to be tried again.
    Raises `Misconfigured` as a batch did: with wrong settings or rights it is one alert, not one for each order. Where
    no order needs anybody, what else stopped a batch is raised too: somebody who could not be asked, say.
    """
    opened, run = open_integration(integration), this_run()
    words = opened.words
    await_all(batches, words)
    opened.store.orders.release_run(opened.name, run)
    standing = opened.store.orders.standing_of(opened.name, run)
    causes = causes_of(opened)
    drop_old_results()
    if standing:
        publish_customers(opened, run)
        publish_attention(opened, causes)
        tell_happenings(opened, run)
    stop_if(Misconfigured, batches)
    if not any(one.stage in UNFINISHED for one in standing):
        stop_if(AfstemError, batches)
    if any(batch.state.is_failed() or batch.state.is_crashed() for batch in batches):
        log_causes(opened, causes)
        told = need_attention(standing, words)
        call_it(told.partition(": ")[0])
        return Failed(message=told)
    told = in_short(standing, words)
    call_it(told)
    return Completed(message=told)


def await_all(batches: Sequence[PrefectFuture[Any]], words: Words) -> None:
    """Wait until every batch has ended, however it did; long work shows how far it is."""
    if len(batches) >= LONG:
        wait_for(batches, words("batches"))
    for batch in batches:
        batch.wait()


def stop_if(kind: type[AfstemError], batches: Sequence[PrefectFuture[Any]]) -> None:
    """Raise what made a batch stop altogether, if that happened; what only counts its orders is no such thing."""
    for batch in batches:
        fault = batch.state.result(raise_on_failure=False) if batch.state.is_failed() else None
        if isinstance(fault, kind) and fault.finding.code in SENTENCES:
            raise fault


def need_attention(standing: Counter[Standing], words: Words) -> str:
    """A run that met something new: `3 of 120 orders need attention: 2 × cvr_length, 1 × bad_amount`."""
    causes: Counter[str] = Counter()
    for one, count in standing.items():
        if one.stage in UNFINISHED:
            causes[one.code or words("elsewhere")] += count
    told = words("need_attention", count=causes.total(), total=standing.total())
    return f"{told}: {by_cause(causes, words)}"


def in_short(standing: Counter[Standing], words: Words) -> str:
    """A run that met nothing new to worry about: `nothing new`, `3 orders in order; 1 order still needs attention`."""
    held = sum(count for one, count in standing.items() if one.stage == "held")
    elsewhere = sum(count for one, count in standing.items() if one.stage in UNFINISHED) - held
    finished = standing.total() - held - elsewhere
    told = [words.counted("in_order", finished) if finished else words("nothing_new")]
    if held:
        told.append(words.counted("still_wait", held))
    if elsewhere:
        told.append(words.counted("left_elsewhere", elsewhere))
    return "; ".join(told)


def publish_customers(integration: Integration, run: str) -> None:
    """Customers created and changed by this run, with the names of the fields; values are for `explain`."""
    words = integration.words
    total, written = integration.store.customers_written(run, MOST_CUSTOMERS)
    rows = [
        {
            words("customer"): number,
            words("change_made"): words("created" if any(map(made_it, changes)) else "altered"),
            words("fields"): ", ".join(words.field(field) for field in sorted({one.field for one in changes})),
        }
        for number, changes in written.items()
    ]
    shown = words("first_shown", count=len(rows)) if total > len(rows) else ""
    if rows:
        create_table_artifact(
            table=rows,
            key=f"{integration.name}-customers",
            description=words("customers_written", count=total) + shown,
        )


def made_it(change: ChangeRow) -> bool:
    """Whether this change made the customer: no customer of any books is without a name."""
    return change.field == "name" and not change.before
