"""E-invoices by e-conomic: the call that books sends, once; what it did not send goes another way or to a person."""

import pytest

from tests.contract.dispatching import SELLER, public
from tests.flows.business import Business
from tests.flows.test_economic import an_order, on_economic
from tests.flows.test_einvoices import dropped, hours_pass
from tests.simulators.economic import EconomicSimulator

BY_ECONOMIC = '[einvoicing]\non = true\nchannel = "accounting"\n'


def set_up(business: Business, agreement: EconomicSimulator, more: str = "") -> None:
    on_economic(business, agreement)
    with business.config.open("a", encoding="utf-8") as settings:
        settings.write(BY_ECONOMIC + more)


def test_what_goes_to_an_ean_number_is_sent_as_it_is_booked_and_once(
    business: Business,
    agreement: EconomicSimulator,
) -> None:
    set_up(business, agreement)
    business.sell(public(1001, person="Bente Skovgård"), an_order(1002))

    assert business.run().state == "Completed"

    assert agreement.refusals == []
    assert business.stages() == {"1001": "dispatched", "1002": "booked"}
    (sent,) = agreement.api.invoices.sent
    booked = {one["notes"]["textLine2"]: number for number, one in agreement.api.invoices.booked.items()}
    assert sent["invoice"]["bookedInvoiceNumber"] == booked["shop-dk-1001"]
    (invoice,) = [one for one in agreement.api.invoices.booked.values() if one["notes"]["textLine2"] == "shop-dk-1001"]
    assert invoice["references"]["other"] == "REKV-4711"

    assert business.follow().state == "Completed"
    assert business.run().message == "nothing new"
    (dispatch,) = business.integration.dispatches.of_orders(["1001"])["1001"]
    assert (dispatch.state, dispatch.channel, dispatch.document) == ("sent", "accounting", "")
    assert len(agreement.api.invoices.sent) == 1


@pytest.mark.parametrize(("fallback", "failed"), [(False, False), (True, False), (False, True)])
def test_what_it_booked_and_did_not_send_goes_another_way_or_to_a_person(
    business: Business,
    agreement: EconomicSimulator,
    fallback: bool,
    failed: bool,
) -> None:
    set_up(business, agreement, f'fallback = "dropfolder"\n{SELLER}' if fallback else "")
    business.sell(public(1001, person="Bente Skovgård"))
    business.run()
    if failed:
        agreement.api.invoices.sent[0]["status"] = "failed"
    else:
        agreement.api.invoices.sent.clear()
    hours_pass(business, 73)

    run = business.follow()

    if fallback:
        assert (run.state, business.stages(), dropped(business)) == ("Completed", {"1001": "dispatched"}, 1)
    else:
        assert (run.state, business.holds()) == ("Failed", {"1001": "einvoice_not_sent"})
    assert len(agreement.api.invoices.booked) == 1
