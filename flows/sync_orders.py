"""The business, from top to bottom: a webshop's orders become customers, invoices and e-invoices."""

from datetime import datetime

from prefect import State, allow_failure, flow

from tasks.classify_customers import classify_customers
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.dispatch_einvoices import dispatch_einvoices
from tasks.fetch_orders import fetch_orders
from tasks.reconcile_customers import reconcile_customers
from tasks.runs import SIDE_BY_SIDE, run_name
from tasks.stops import tells_why_it_stops


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
@tells_why_it_stops
def sync_orders(integration: str, since: datetime | None = None) -> State[None]:
    """Bring every webshop order since the last run into the accounting system.

    Args:
        integration: the name of a settings file in `AFSTEM_CONFIG_DIR`, or a path to one.
        since: read the shop's changes from this moment on instead of from where the last run ended.
    """
    fetched = fetch_orders(integration, since)
    batches = classify_customers(integration, fetched)
    reconciled = reconcile_customers.map(integration, batches)
    invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
    dispatched = dispatch_einvoices.submit(integration, after=allow_failure(invoiced))
    return conclude(integration, [*reconciled, *invoiced, dispatched])
