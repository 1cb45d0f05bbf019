"""Try again what is held or failed: all of it, one cause, or some orders. Nothing is fetched from the shop."""

from prefect import State, allow_failure, flow

from tasks.classify_customers import gather_unfinished
from tasks.conclude import conclude
from tasks.create_invoices import create_invoices
from tasks.dispatch_einvoices import dispatch_einvoices
from tasks.reconcile_customers import reconcile_customers
from tasks.runs import SIDE_BY_SIDE, run_name


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
def rerun_failed(integration: str, cause: str = "", orders: list[str] | None = None) -> State[None]:
    """Try held and failed orders again, also those that the books have refused before.

    Args:
        integration: the name of a settings file in `AFSTEM_CONFIG_DIR`, or a path to one.
        cause: only orders held with this code, such as `cvr_length`; empty for every cause.
        orders: only these order numbers; none for all.
    """
    batches = gather_unfinished(integration, cause, orders or [])
    reconciled = reconcile_customers.map(integration, batches)
    invoiced = create_invoices.map(integration, batches, after=allow_failure(reconciled))
    dispatched = dispatch_einvoices.submit(integration, after=allow_failure(invoiced))
    return conclude(integration, [*reconciled, *invoiced, dispatched])
