"""The whole way of an e-invoice, as runs of the flows: sent once, tried again as a dispatch, rejected, or silent."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from prefect.client.orchestration import get_client
from sqlalchemy import update

from adapters.einvoicing.dropfolder import DropFolder
from adapters.store.dispatches import dispatches
from domain.outcomes import Transient
from domain.ports import Letter
from domain.proof import ALL_TIME
from tasks.proof import proof_of
from tests.contract.dispatching import DROPFOLDER, SCHOOL, SELLER, application_response, public
from tests.flows.business import Business
from tests.flows.runs import Run, name_of, wait_until
from tests.flows.test_sync_orders import private
from tests.simulators.einvoicing import TOKEN, EinvoicingSimulator

PERSONAL = (*SCHOOL.values(), "REKV-4711", "Vi kender ikke Bente")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[EinvoicingSimulator]:
    monkeypatch.setenv("AFSTEM_EINVOICING_TOKEN", TOKEN)
    with EinvoicingSimulator() as running:
        yield running


def dropped(business: Business) -> int:
    return len(list((business.folder / "einvoices").glob("*.xml")))


def test_a_run_that_could_not_ask_the_channel_says_so(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(folder: DropFolder, letters: Sequence[Letter]) -> list[Transient]:
        return [Transient("unreachable", "einvoicing")] * len(letters)

    business.set_up(DROPFOLDER)
    business.sell(public(1001))
    business.run()
    monkeypatch.setattr(DropFolder, "progress", down)
    monkeypatch.setattr("tasks.answers.gather_answers.retries", 0)

    run = business.follow()

    assert (run.state, run.message.split(" → ")[0]) == ("Failed", "The system in [einvoicing] can't be reached.")
    assert name_of(run) == "follow-einvoices shop-dk: The system in [einvoicing] can't be reached"


def number_of(business: Business, order: int) -> str:
    return next(one["number"] for one in business.documents() if one["reference"] == f"shop-dk-{order}")


def hours_pass(business: Business, hours: int) -> None:
    """As if the e-invoices had been handed over so long ago."""
    earlier = datetime.now(UTC) - timedelta(hours=hours)
    with business.integration.store.together() as connection:
        connection.execute(update(dispatches).values(handed_at=earlier))


def events(run: Run, name: str) -> list[dict[str, Any]]:
    """The events of this name that reached Prefect since the run."""
    found: list[dict[str, Any]] = []

    def arrived() -> bool:
        with get_client(sync_client=True) as client:
            asked = {"filter": {"event": {"name": [name]}}}
            found[:] = httpx.post(f"{client.api_url}events/filter", json=asked).raise_for_status().json()["events"]
        return bool(found)

    wait_until(arrived, f"{name} has arrived")
    return found


def test_an_ean_order_is_booked_and_sent_once_and_others_are_not(business: Business) -> None:
    business.set_up(DROPFOLDER)
    business.sell(public(1001), private(1002), public(1003, requisition=""))

    run = business.run()

    assert (run.state, run.message) == ("Failed", "1 of 3 orders need attention")
    assert business.stages() == {"1001": "dispatched", "1002": "booked", "1003": "held"}
    assert business.holds() == {"1003": "requisition_or_person_missing"}
    assert dropped(business) == 1
    before = business.dump()

    assert business.run().message == "nothing new; 1 order still needs attention"
    assert (business.dump(), dropped(business)) == (before, 1)


def test_a_service_that_is_down_costs_tries_of_the_dispatch_alone(
    business: Business, service: EinvoicingSimulator
) -> None:
    business.set_up(f'[einvoicing]\non = true\nchannel = "http"\nurl = "{service.url}"\n{SELLER}')
    business.sell(public(1001))
    service.faults.extend([("status", 503), ("none",), ("lost",)])

    run = business.run()

    assert (run.state, run.message) == ("Completed", "1 order in order")
    tries = {name.split(" shop")[0]: task.run_count for name, task in run.tasks(5).items()}
    assert tries == {
        "fetch orders": 1,
        "classify customers": 1,
        "reconcile customers": 1,
        "create invoices": 1,
        "dispatch e-invoices": 3,
    }
    assert len(service.taken) == 1
    assert business.invoices() == {"1001": 1}
    assert business.stages() == {"1001": "dispatched"}


def test_what_a_run_could_not_send_the_next_one_sends(business: Business, service: EinvoicingSimulator) -> None:
    business.set_up(f'[einvoicing]\non = true\nchannel = "http"\nurl = "{service.url}"\n{SELLER}')
    business.sell(public(1001))
    service.faults.append(("refuse", "unknown_receiver", "Vi kender ikke Bente"))

    run = business.run()
    assert (run.state, run.message) == ("Failed", "1 of 1 orders need attention")
    assert business.holds() == {"1001": "einvoice_refused"}

    from flows.rerun_failed import rerun_failed

    state = rerun_failed(str(business.config), return_state=True)

    assert (state.name, state.message) == ("Completed", "1 order in order")
    assert (business.stages(), len(service.taken)) == ({"1001": "dispatched"}, 1)


def test_a_rejection_fails_the_run_that_hears_it_and_is_an_event_without_a_word_of_people(business: Business) -> None:
    business.set_up(DROPFOLDER)
    business.sell(public(1001), public(1002))
    business.run()
    receipts = business.folder / "einvoices" / "receipts"
    words = application_response(number_of(business, 1001), "BusinessReject", "Vi kender ikke Bente")
    (receipts / "a.xml").write_bytes(words)
    (receipts / "b.xml").write_bytes(application_response(number_of(business, 1002), "BusinessAccept"))

    run = business.follow()

    assert (run.state, run.message) == ("Failed", "1 of 2 orders need attention")
    assert business.holds() == {"1001": "einvoice_rejected"}
    assert business.orders()["1001"].found == "Vi kender ikke Bente"
    rejected = events(run, "afstem.einvoice.rejected")[0]
    assert rejected["resource"]["prefect.resource.id"] == "afstem.einvoice.shop-dk-1001"
    assert rejected["payload"] == {
        "integration": "shop-dk",
        "order": "1001",
        "channel": "dropfolder",
        "code": "BusinessReject",
    }
    told = json.dumps([rejected, *events(run, "afstem.einvoice.delivered"), *run.artifact("shop-dk-attention")])
    assert [mark for mark in PERSONAL if mark in told] == []
    assert [mark for log in run.logs() for mark in PERSONAL if mark in log.message] == []
    assert "einvoice_rejected" in str([log.message for log in run.logs()])

    run = business.follow()
    assert run.state == "Completed"
    assert business.holds() == {"1001": "einvoice_rejected"}
    assert business.run().state == "Completed", "a hold that is known is no news to anybody"


def test_silence_is_told(business: Business) -> None:
    business.set_up(DROPFOLDER)
    business.sell(public(1001))
    business.run()
    assert business.follow().message == "1 order in order"

    hours_pass(business, 73)
    run = business.follow()

    assert (run.state, run.message) == ("Failed", "1 of 1 orders need attention")
    assert business.holds() == {"1001": "einvoice_silent"}
    assert events(run, "afstem.einvoice.silent")


def test_with_einvoicing_off_following_does_nothing(business: Business) -> None:
    business.sell(public(1001))
    business.run()
    assert business.follow().message == "nothing new"
    assert business.stages() == {"1001": "booked"}


def test_the_proof_counts_what_was_dispatched_as_invoiced(business: Business) -> None:
    business.set_up(DROPFOLDER)
    business.sell(public(1001), private(1002))
    business.run()
    proof = proof_of(business.integration, ALL_TIME)
    assert (proof.counts["invoiced"], proof.complete) == (2, True)
