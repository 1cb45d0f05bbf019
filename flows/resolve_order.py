"""A person says which customer an order is for; then every order that waited for the answer goes on."""

from prefect import State, allow_failure, flow

from flows.forms import CustomerNumber, Integration, OrderNumber
from tasks.classify_customers import gather_unfinished
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.reconcile_customers import reconcile_customers
from tasks.resolve import resolve
from tasks.runs import SIDE_BY_SIDE, run_name


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
def resolve_order(integration: Integration, order: OrderNumber, customer: CustomerNumber) -> State[None]:
    """Choose the customer of an order that several customers fit, once: the choice is remembered."""
    waiting = resolve(integration, order.strip(), customer.strip())
    batches = gather_unfinished(integration, orders=waiting)
    reconciled = reconcile_customers.map(integration, batches)
    invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
    return conclude(integration, [*reconciled, *invoiced])
