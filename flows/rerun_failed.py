"""Try again what is held or failed: all of it, one cause, a batch, or some orders. Nothing is fetched from the shop."""

from collections.abc import Sequence

from prefect import State, allow_failure, flow

from tasks.attention import HoldCause
from tasks.classify_customers import gather_unfinished
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.dispatch_einvoices import dispatch_einvoices
from tasks.reconcile_customers import reconcile_customers
from tasks.runs import SIDE_BY_SIDE, run_name
from tasks.stops import tells_why_it_stops


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
@tells_why_it_stops
def rerun_failed(integration: str, cause: HoldCause = "", batch: str = "", orders: Sequence[str] = ()) -> State[None]:
    """Try held and failed orders again, also those that the books have refused before.

    Args:
        integration: the name of a settings file in `AFSTEM_CONFIG_DIR`, or a path to one.
        cause: only orders held for this cause, such as `cvr_length`; empty for every cause.
        batch: only the orders of this batch, as the names of a run's tasks have it; empty for all.
        orders: only orders with these numbers, several in one line with commas; none for all.
    """
    batches = gather_unfinished(integration, cause, batch, orders)
    reconciled = reconcile_customers.map(integration, batches)
    invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
    dispatched = dispatch_einvoices.submit(integration, after=allow_failure(invoiced))
    return conclude(integration, [*reconciled, *invoiced, dispatched])
