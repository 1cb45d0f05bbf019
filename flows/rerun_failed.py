"""Try again what is held or failed: all of it, one cause, a batch, or some orders. Nothing is fetched from the shop."""

from prefect import State, allow_failure, flow

from flows.forms import BatchId, Cause, Integration, OrderNumbers
from tasks.classify_customers import gather_unfinished
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.reconcile_customers import reconcile_customers
from tasks.runs import SIDE_BY_SIDE, run_name


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
def rerun_failed(
    integration: Integration, cause: Cause = "", batch: BatchId = "", orders: OrderNumbers | None = None
) -> State[None]:
    """Try held and failed orders again, also those that the books have refused before."""
    batches = gather_unfinished(integration, cause, batch, orders or [])
    reconciled = reconcile_customers.map(integration, batches)
    invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
    return conclude(integration, [*reconciled, *invoiced])
