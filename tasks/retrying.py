"""What every task shares: its result is kept, and only a fault that may pass is tried again."""

from typing import Any

from prefect import get_run_logger
from prefect.client.schemas.objects import TaskRun
from prefect.tasks import Task, exponential_backoff

from domain.outcomes import AfstemError, Transient


def may_pass(task: Task[..., Any], task_run: TaskRun, state: Any) -> bool:
    """Whether a failed try is worth another one; a hold or a wrong setting is not."""
    try:
        state.result()
    except Transient:
        return True
    except AfstemError:
        return False
    except Exception:  # noqa: BLE001 - it would only happen again; and where no try follows, Prefect tells no traceback
        get_run_logger().exception("This is a mistake in Afstem itself")
        return False
    return False


RETRYING: dict[str, Any] = {
    "persist_result": True,
    "retries": 3,
    "retry_delay_seconds": exponential_backoff(backoff_factor=2),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": may_pass,
}
