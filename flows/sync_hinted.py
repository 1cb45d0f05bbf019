"""Near real time: orders of which the shop has just spoken are fetched from it at once. The schedule reads anyway."""

from prefect import State, allow_failure, flow

from flows.forms import Integration
from tasks.classify_customers import classify_hinted
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.fetch_orders import fetch_hinted
from tasks.reconcile_customers import reconcile_customers
from tasks.runs import SIDE_BY_SIDE, run_name


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
def sync_hinted(integration: Integration) -> State[None]:
    """Bring the orders that the shop has hinted at into the accounting system, as the shop shows them when asked."""
    orders = fetch_hinted(integration)
    batches = classify_hinted(integration, orders)
    reconciled = reconcile_customers.map(integration, batches)
    invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
    return conclude(integration, [*reconciled, *invoiced])
