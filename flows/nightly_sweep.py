"""Once a night: what a run may have missed is read again, all of it is proven, and old things go."""

from prefect import State, allow_failure, flow

from tasks.classify_customers import classify_customers
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.dispatch_einvoices import dispatch_einvoices
from tasks.fetch_orders import fetch_orders
from tasks.publish_proof import publish_proof
from tasks.reconcile_customers import reconcile_customers
from tasks.runs import SIDE_BY_SIDE, begin_of, run_name
from tasks.stops import tells_why_it_stops
from tasks.sweep_books import sweep_books
from tasks.tidy import tidy


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
@tells_why_it_stops
def nightly_sweep(integration: str, days: int = 30) -> State[None]:
    """Read the last weeks of the shop and all of the books again, bring in what was missed, prove it all, and tidy.

    Args:
        integration: the name of a settings file in `AFSTEM_CONFIG_DIR`, or a path to one.
        days: so many days of changes are read again from the shop.
    """
    state = publish_proof(integration, bring_in_what_was_missed(integration, days))
    tidy(integration)
    return state


@tells_why_it_stops
def bring_in_what_was_missed(integration: str, days: int) -> State[None]:
    """Where shop or books can't be read, that is how it ended: the night goes on with what is known."""
    sweep_books(integration)
    fetched = fetch_orders(integration, begin_of(days))
    batches = classify_customers(integration, fetched)
    reconciled = reconcile_customers.map(integration, batches)
    invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
    dispatched = dispatch_einvoices.submit(integration, after=allow_failure(invoiced))
    return conclude(integration, [*reconciled, *invoiced, dispatched])
