"""A person says which customer an order is for; then every order that waited for the answer goes on."""

from prefect import State, allow_failure, flow

from tasks.classify_customers import gather_unfinished
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.dispatch_einvoices import dispatch_einvoices
from tasks.reconcile_customers import reconcile_customers
from tasks.resolve import resolve
from tasks.runs import SIDE_BY_SIDE, run_name
from tasks.stops import tells_why_it_stops


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
@tells_why_it_stops
def resolve_order(integration: str, order: str, customer: str) -> State[None]:
    """Choose the customer of an order that several customers fit, once: the choice is remembered.

    Args:
        integration: the name of a settings file in `AFSTEM_CONFIG_DIR`, or a path to one.
        order: the number of the order that is held because several customers fit.
        customer: the number, in the books, of the customer that it is for.
    """
    waiting = resolve(integration, order.strip(), customer.strip())
    batches = gather_unfinished(integration, orders=waiting)
    reconciled = reconcile_customers.map(integration, batches)
    invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
    dispatched = dispatch_einvoices.submit(integration, after=allow_failure(invoiced))
    return conclude(integration, [*reconciled, *invoiced, dispatched])
