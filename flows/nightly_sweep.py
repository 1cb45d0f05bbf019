"""Once a night: what a run may have missed is read again, in the shop and in the books, and all of it is proven."""

from prefect import State, allow_failure, flow

from flows.forms import Days, Integration
from tasks.classify_customers import classify_customers
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.fetch_orders import fetch_orders
from tasks.publish_proof import publish_proof
from tasks.reconcile_customers import reconcile_customers
from tasks.runs import SIDE_BY_SIDE, begin_of, run_name
from tasks.sweep_books import sweep_books
from tasks.tidy import tidy


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
def nightly_sweep(integration: Integration, days: Days = 30) -> State[None]:
    """Read the last weeks of the shop and all of the books again, bring in what was missed, prove it, and tidy up."""
    sweep_books(integration)
    fetched = fetch_orders(integration, begin_of(days))
    batches = classify_customers(integration, fetched)
    reconciled = reconcile_customers.map(integration, batches)
    invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
    state = publish_proof(integration, conclude(integration, [*reconciled, *invoiced]))
    tidy(integration)
    return state
