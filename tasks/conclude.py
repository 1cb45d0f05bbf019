"""The end of a run: its artifacts, and the state that says how many orders need attention."""

from collections.abc import Sequence
from typing import Any

from prefect import State
from prefect.artifacts import create_table_artifact
from prefect.futures import PrefectFuture
from prefect.states import Completed, Failed

from adapters.integration import Integration, open_integration
from domain.outcomes import Finding
from domain.sentences import fix, what
from domain.stages import UNFINISHED
from tasks.runs import this_run
from tasks.verdicts import orders

MOST_NAMED = 20


def conclude(integration: str, batches: Sequence[PrefectFuture[Any]]) -> State[None]:
    """Wait for all batches, publish what was done and what needs a person, and give the run's final state.

    Failed when this run met something new that needs a person, or something to be tried again.
    """
    for batch in batches:
        batch.wait()
    opened, run = open_integration(integration), this_run()
    opened.store.orders.release_run(opened.name, run)
    stages = opened.store.orders.stages_of(opened.name, run)
    if stages:
        publish_customers(opened, run)
        publish_attention(opened)
    unfinished = sum(count for stage, count in stages.items() if stage in UNFINISHED)
    if any(batch.state.is_failed() or batch.state.is_crashed() for batch in batches):
        return Failed(message=f"{unfinished} of {stages.total()} orders need attention")
    return Completed(message=in_short(stages.total() - unfinished, unfinished))


def in_short(finished: int, held: int) -> str:
    """A run that met nothing new to worry about: `nothing new`, `3 orders in order; 1 order still needs attention`."""
    done = f"{orders(finished)} in order" if finished else "nothing new"
    need = "needs" if held == 1 else "need"
    return f"{done}; {orders(held)} still {need} attention" if held else done


def publish_customers(integration: Integration, run: str) -> None:
    """Customers created and changed by this run, with the names of the fields; values are for `explain`."""
    fields: dict[str, set[str]] = {}
    created: set[str] = set()
    for change in integration.store.changes(run=run):
        fields.setdefault(change.customer, set()).add(change.field)
        if change.field == "name" and not change.before:  # no customer of any books is without a name
            created.add(change.customer)
    rows = [
        {
            "customer": number,
            "change": "created" if number in created else "changed",
            "fields": ", ".join(sorted(names)),
        }
        for number, names in fields.items()
    ]
    if rows:
        create_table_artifact(
            table=rows, key=f"{integration.name}-customers", description="Customers created and changed by this run"
        )


def publish_attention(integration: Integration) -> None:
    """Orders that need a person, by cause: which, what is wrong in which field, and what to do."""
    causes: dict[Finding, list[str]] = {}
    for row in integration.store.orders.needing_attention(integration.name):
        causes.setdefault(Finding(code=row.code, field=row.field, expected="…"), []).append(row.number)
    language = integration.settings.language
    rows = [
        {
            "orders": named(numbers),
            "cause": what(finding, language, with_values=False),
            "fix": fix(finding, language),
        }
        for finding, numbers in sorted(causes.items(), key=lambda cause: -len(cause[1]))
    ]
    total = sum(map(len, causes.values()))
    create_table_artifact(
        table=rows,
        key=f"{integration.name}-attention",
        description=f"Orders that need attention, by cause: {total} in all",
    )


def named(numbers: Sequence[str]) -> str:
    """The first order numbers of a cause, and how many more there are."""
    rest = len(numbers) - MOST_NAMED
    return ", ".join(numbers[:MOST_NAMED]) + (f" … and {rest} more" if rest > 0 else "")
