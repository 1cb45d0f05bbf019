"""Of which ends of a run somebody is told: Prefect's own events, held against the automation."""

from typing import Any

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.server.events.schemas.automations import EventTrigger
from prefect.server.events.schemas.events import ReceivedEvent
from prefect.settings import PREFECT_API_URL
from prefect.states import Cancelled, Completed, Crashed, Failed, Running

from deployments.alerts import Telling, failure
from flows.sync_orders import sync_orders
from tests.flows.runs import wait_until

NAME = "watched"


def end_of_a_run(tag: str, end: State[Any]) -> ReceivedEvent:
    """What Prefect tells of a run that ended so."""
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(sync_orders, parameters={"integration": NAME}, tags=[tag], state=Running()).id
        client.set_flow_run_state(run, end, force=True)
    these = {
        "filter": {
            "event": {"name": [f"prefect.flow-run.{end.name}"]},
            "resource": {"id": [f"prefect.flow-run.{run}"]},
        }
    }
    found: list[dict[str, Any]] = []

    def has_come() -> bool:
        answer = httpx.post(f"{PREFECT_API_URL.value()}/events/filter", json=these).raise_for_status()
        found[:] = answer.json()["events"]
        return bool(found)

    wait_until(has_come, f"Prefect tells of {end.name}")
    return ReceivedEvent.model_validate(found[0])


def is_told(event: ReceivedEvent) -> bool:
    """Whether the automation of this integration answers to it."""
    wanted = failure(NAME, Telling(None)).trigger
    trigger = EventTrigger.model_validate(wanted.model_dump(mode="json"))
    return trigger.covers(event) and trigger.expects(event.event)


@pytest.mark.parametrize("end", [Failed(), Crashed(), Failed(name="TimedOut")], ids=lambda end: end.name)
def test_a_run_that_failed_crashed_or_took_too_long_is_told_of(end: State[Any]) -> None:
    assert is_told(end_of_a_run(NAME, end))


@pytest.mark.parametrize("end", [Completed(), Cancelled()], ids=lambda end: end.name)
def test_a_run_that_went_well_or_that_a_person_stopped_is_not(end: State[Any]) -> None:
    assert not is_told(end_of_a_run(NAME, end))


def test_another_integrations_run_is_not_either() -> None:
    assert not is_told(end_of_a_run("another", Failed()))
