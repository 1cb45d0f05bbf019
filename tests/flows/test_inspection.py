"""What a person sees of a run: its name, its message, its log, each batch's outcome, and what happened as events."""

import pytest

from domain.words import Words
from tasks.attention import digest
from tasks.causes import Cause, Waiting
from tasks.conclude import LONG
from tests.flows.business import Business
from tests.flows.runs import events, name_of
from tests.flows.test_sync_orders import BATCHES_OF_FIVE, SEVEN_DIGITS, company, private


def test_a_run_is_named_by_its_outcome_and_tells_its_causes(business: Business) -> None:
    business.sell(private(1001), company(1002), company(1003), private(1004, currency="kr."))

    run = business.run()

    assert name_of(run) == "sync-orders shop-dk: 3 of 4 orders need attention"
    assert run.causes == "2 × cvr_length, 1 × bad_currency"
    told = [log.message for log in run.logs() if log.level >= 30 and log.name == "prefect.flow_runs"]
    assert told[0].startswith("2 × The CVR number")
    assert "→ Correct" in told[0]
    assert "press Retry" in told[2]
    assert not [log for log in run.logs() if "Traceback" in log.message]


def test_a_batch_says_what_was_done(business: Business) -> None:
    business.sell(private(1001), private(1002))

    run = business.run()

    assert name_of(run) == "sync-orders shop-dk: 2 orders in order"
    told = {name.split(" shop")[0]: str(task.state and task.state.message) for name, task in run.batch_tasks(1).items()}
    assert told == {"reconcile customers": "2 reconciled", "create invoices": "2 invoices"}


def test_what_happened_to_orders_is_told_as_events(business: Business) -> None:
    business.sell(private(1001), company(1002))

    run = business.run()

    assert events(run, "afstem.invoice.created", 1) == {"afstem.invoice.shop-dk-1001": {"integration": "shop-dk"}}
    held = {"code": "cvr_length", "field": "meta:_billing_cvr"}
    assert events(run, "afstem.order.held", 1) == {"afstem.order.shop-dk.1002": held}


def test_orders_that_bear_one_number_are_one_event(business: Business, caplog: pytest.LogCaptureFixture) -> None:
    """Prefect's own worker would drop the second, with an error in the log."""
    business.sell(private(1001, number="F-77"), private(1002, number="F-77"))

    run = business.run()

    held = {"code": "number_shared", "field": "number"}
    assert events(run, "afstem.order.held", 1) == {"afstem.order.shop-dk.F-77": held}
    assert "failed to process" not in caplog.text


def test_where_nothing_is_deployed_the_artifact_names_the_command(business: Business) -> None:
    business.sell(company(1001), private(1002, number="[x](javascript:1)", currency="kr."))

    causes = {row["orders"]: row["then"] for row in business.run().artifact("shop-dk-attention")}

    assert causes["1001"] == "`afstem retry --cause cvr_length`"
    assert causes["·x··javascript:1·"] == "`afstem retry --cause bad_currency`"


def test_the_digest_is_two_lines_a_cause_without_a_value_of_an_order() -> None:
    orders = [Waiting("1003", SEVEN_DIGITS, ""), Waiting("1004", SEVEN_DIGITS, "")]
    told = digest([Cause("held", "cvr_length", "meta:_billing_cvr", orders)], Words("da"))
    happened, mend = told.splitlines()
    assert happened == "2 × CVR-nummeret i meta:_billing_cvr har ikke 8 cifre: …."
    assert mend.startswith("→ Ret nummeret på ordren")


def test_long_work_shows_how_far_it_is(business: Business) -> None:
    business.set_up(BATCHES_OF_FIVE.replace("5", "1"))
    business.sell(*(private(1000 + place) for place in range(LONG)))

    assert business.run().bars() == {"Batches": 100}
