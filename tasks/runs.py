"""Which run a step works for."""

from uuid import uuid4

from prefect.runtime import flow_run


def this_run() -> str:
    """The id of the flow run that we are in; a name of its own for a step that is called by itself."""
    return str(flow_run.id or f"alone-{uuid4().hex[:12]}")
