"""A long period, such as the first months of a shop: cut into shards, each a run of its own beside the schedule."""

from datetime import date

from prefect import State, allow_failure, flow

from tasks.classify_customers import classify_sold
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.dispatch_einvoices import dispatch_einvoices
from tasks.fetch_orders import fetch_sold
from tasks.progress import wait_for
from tasks.reconcile_customers import reconcile_customers
from tasks.runs import SIDE_BY_SIDE, at_work, run_name
from tasks.shards import PATIENTLY, conclude_shards, cut_into_shards, start_shards, watch_shards
from tasks.stops import tells_why_it_stops


@flow(flow_run_name=run_name)
@tells_why_it_stops
def backfill_orders(integration: str, first: date, last: date, days: int = 7) -> State[None]:
    """Bring all orders that were sold in a period into the accounting system, in shards of some days.

    With a deployment of sync-period the shards run wherever its work pool has room; without one, here, one by one.

    Args:
        integration: the name of a settings file in `AFSTEM_CONFIG_DIR`, or a path to one.
        first: the first day of the period, by order date in Denmark.
        last: its last day, itself included.
        days: how many days make a shard.
    """
    shards = cut_into_shards(integration, first, last, days)
    started = start_shards(integration, shards)
    if started:
        return watch_shards(integration, started)
    return conclude_shards(integration, [sync_period(integration, *shard, return_state=True) for shard in shards])


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
@tells_why_it_stops
def sync_period(integration: str, first: date, last: date) -> State[None]:
    """Bring the orders that were sold in a period into the accounting system; where the next run reads from stays.

    Args:
        integration: the name of a settings file in `AFSTEM_CONFIG_DIR`, or a path to one.
        first: the first day of the period, by order date in Denmark.
        last: its last day, itself included.
    """
    with at_work(integration):
        fetched = fetch_sold(integration, first, last)
        batches = classify_sold(integration, first, last, fetched)
        reconciled = reconcile_customers.with_options(**PATIENTLY).map(integration, batches)
        invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
        dispatched = dispatch_einvoices.submit(integration, after=allow_failure(invoiced))
        wait_for(invoiced, f"{first} – {last}")
        return conclude(integration, [*reconciled, *invoiced, dispatched])
