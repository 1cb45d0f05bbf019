"""What became of the e-invoices: delivered, rejected, or no answer; what one way did not send goes another."""

from prefect import State, allow_failure, flow

from tasks.answers import gather_answers
from tasks.conclude import conclude
from tasks.dispatch_einvoices import dispatch_einvoices
from tasks.runs import SIDE_BY_SIDE, run_name
from tasks.stops import tells_why_it_stops


@flow(flow_run_name=run_name, task_runner=SIDE_BY_SIDE)
@tells_why_it_stops
def follow_einvoices(integration: str) -> State[None]:
    """Ask the channels what became of the e-invoices that are on their way.

    Args:
        integration: the name of a settings file in `AFSTEM_CONFIG_DIR`, or a path to one.
    """
    answered = gather_answers.submit(integration)
    dispatched = dispatch_einvoices.submit(integration, after=allow_failure(answered))
    return conclude(integration, [answered, dispatched])
