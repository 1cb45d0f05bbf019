"""Near real time: orders of which the shop has just spoken are fetched from it at once. The schedule reads anyway."""

from prefect import State, allow_failure, flow

from tasks.classify_customers import classify_hinted
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.dispatch_einvoices import dispatch_einvoices
from tasks.fetch_orders import fetch_hinted
from tasks.reconcile_customers import reconcile_customers
from tasks.runs import SIDE_BY_SIDE, run_name
from tasks.stops import tells_why_it_stops


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
@tells_why_it_stops
def sync_hinted(integration: str) -> State[None]:
    """Bring the orders that the shop has hinted at into the accounting system, as the shop shows them when asked.

    Args:
        integration: the name of a settings file in `AFSTEM_CONFIG_DIR`, or a path to one.
    """
    orders = fetch_hinted(integration)
    batches = classify_hinted(integration, orders)
    reconciled = reconcile_customers.map(integration, batches)
    invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
    dispatched = dispatch_einvoices.submit(integration, after=allow_failure(invoiced))
    return conclude(integration, [*reconciled, *invoiced, dispatched])
