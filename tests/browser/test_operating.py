"""A person at the Prefect UI: runs from the form, sees what is wrong, mends it, and presses Retry."""

from tests.browser.screen import Screen
from tests.flows.business import Business
from tests.flows.test_sync_orders import company, private
from tests.operated import Operated

HELD = "shop-dk: 1 of 4 orders need attention"
DONE = "shop-dk: 4 orders in order"
TREAT_AS_PRIVATE = '[customers]\non_bad_number = "treat_as_b2c"'


def test_a_failed_run_says_what_is_wrong_and_retry_completes_it(
    business: Business, afstem: Operated, ui: Screen
) -> None:
    business.sell(private(1001), private(1002), private(1003), company(1004))
    sync = afstem.deployment("sync-orders")["id"]

    ui.open(f"/deployments/deployment/{sync}/run")
    ui.see("the name of a settings file")
    assert str(business.config) in ui.values
    ui.keep("form")
    ui.click("Submit")

    ui.click(HELD)
    ui.see("Failed")
    ui.see("1 × The CVR number")
    ui.see("press Retry on this run")
    ui.keep("failed-run")

    ui.click("Artifacts")
    ui.click("shop-dk-attention")
    ui.see("Correct")
    assert "1004" in ui.text
    ui.keep("attention")
    ui.follow("Try again")
    ui.see("only orders held for this cause")
    assert "cvr_length" in ui.values
    ui.keep("rerun-form")

    business.set_up(TREAT_AS_PRIVATE)
    (failed,) = afstem.runs("FAILED")
    ui.open(f"/runs/flow-run/{failed['id']}")
    ui.see(HELD)
    ui.click("Retry")
    ui.confirm("Retry")
    assert afstem.ended(failed["id"], attempt=2)["state"]["type"] == "COMPLETED"
    ui.open(f"/runs/flow-run/{failed['id']}")
    ui.see(DONE)
    ui.see("Completed")
    ui.keep("retried-run")

    assert business.invoices() == {str(number): 1 for number in range(1001, 1005)}
    assert len(business.customers()) == 4


def test_orders_are_tried_again_from_the_form_and_the_night_proves_them(
    business: Business, afstem: Operated, ui: Screen
) -> None:
    business.set_up()
    business.sell(private(2001), company(2002), company(2003))
    afstem.ended(afstem.start("sync-orders"))
    business.set_up(TREAT_AS_PRIVATE)

    rerun = afstem.deployment("rerun-failed")["id"]
    ui.open(f"/deployments/deployment/{rerun}/run?parameters=%7B%22orders%22%3A%5B%222003%22%5D%7D")
    ui.see("only orders with these numbers")
    ui.click("Submit")
    ui.see("rerun-failed shop-dk: 1 order in order")
    assert (business.invoices()["2002"], business.invoices()["2003"]) == (0, 1)

    afstem.ended(afstem.start("nightly-sweep"))
    ui.open("/artifacts/key/shop-dk-proof")
    ui.see("Every order counted once")
    ui.open(f"/artifacts/artifact/{afstem.artifact('shop-dk-proof')}")
    ui.see("Orders and books agree.")
    ui.keep("proof")
