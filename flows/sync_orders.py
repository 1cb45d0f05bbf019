"""The business, from top to bottom: a webshop's orders become customers and invoices in the accounting system."""

from prefect import State, allow_failure, flow

from flows.forms import Integration, Since
from tasks.classify_customers import classify_customers
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.fetch_orders import fetch_orders
from tasks.reconcile_customers import reconcile_customers
from tasks.runs import SIDE_BY_SIDE, run_name


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
def sync_orders(integration: Integration, since: Since = None) -> State[None]:
    """Bring every webshop order since the last run into the accounting system."""
    fetched = fetch_orders(integration, since)
    batches = classify_customers(integration, fetched)
    reconciled = reconcile_customers.map(integration, batches)
    invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
    return conclude(integration, [*reconciled, *invoiced])
