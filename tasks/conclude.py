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


def conclude(integration: str, batches: Sequence[PrefectFuture[Any]]) -> State[None]:
    """Wait for all batches, publish what was done and what needs a person, and give the run's final state.

    Failed when this run met something new that needs a person, or something to be tried again.
    """
    for batch in batches:
        batch.wait()
    opened, run = open_integration(integration), this_run()
    opened.store.orders.release_run(opened.name, run)
    publish_changes(opened, run)
    stages = opened.store.orders.stages_of(opened.name, run)
    attention = sum(count for stage, count in stages.items() if stage in UNFINISHED)
    publish_attention(opened)
    message = (
        f"{attention} of {stages.total()} orders need attention" if attention else f"{stages.total()} orders in order"
    )
    failed = any(batch.state.is_failed() or batch.state.is_crashed() for batch in batches)
    return Failed(message=message) if failed else Completed(message=message)


def publish_changes(integration: Integration, run: str) -> None:
    """Customers created and changed by this run, with the names of the fields; values are for `explain`."""
    fields: dict[str, set[str]] = {}
    for change in integration.store.changes(run=run):
        fields.setdefault(change.customer, set()).add(change.field)
    rows = [{"customer": number, "fields": ", ".join(sorted(names))} for number, names in fields.items()]
    if rows:
        create_table_artifact(
            table=rows, key=f"{integration.name}-customers", description="Customers created and changed by this run"
        )


def publish_attention(integration: Integration) -> None:
    """Orders that need a person, by cause: what, in which field, and what to do."""
    language = integration.settings.language
    causes: dict[tuple[str, str], list[str]] = {}
    for row in integration.store.orders.needing_attention(integration.name):
        causes.setdefault((row.code, row.field), []).append(row.number)
    rows = [
        {
            "orders": len(numbers),
            "first": ", ".join(numbers[:20]),
            "what": what(Finding(code=code, field=field), language, with_values=False),
            "fix": fix(Finding(code=code, field=field), language),
        }
        for (code, field), numbers in sorted(causes.items(), key=lambda cause: -len(cause[1]))
    ]
    create_table_artifact(
        table=rows, key=f"{integration.name}-attention", description="Orders that need attention, by cause"
    )
