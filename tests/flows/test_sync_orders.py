"""A run, from the shop to the books: what it does, what it says, and what it leaves alone."""

import pytest

from deployments.demo.numbers import made_up_cvr, made_up_ean
from tests.flows.business import Business
from tests.flows.runs import events
from tests.orders import Json, woo_order, woo_refund

SEVEN_DIGITS = "9000100"
BATCHES_OF_FIVE = "[run]\nbatch_size = 5"


def private(order_id: int, **told: object) -> Json:
    """An order of a private buyer of its own."""
    return woo_order(**{"id": order_id, "billing": {"email": f"buyer{order_id}@example.dk"}, **told})


def company(order_id: int, cvr: str = SEVEN_DIGITS) -> Json:
    """An order of a company, whose number lacks a digit unless another is given."""
    return woo_order(id=order_id, billing={"company": "Egholm Tømrer ApS"}, meta={"_billing_cvr": cvr})


def test_a_run_invoices_what_it_can_and_says_how_many_orders_need_attention(business: Business) -> None:
    business.sell(private(1001), private(1002), company(1003, made_up_cvr(7)), company(1004))
    business.sell(woo_order(id=1005, meta={"_billing_ean": made_up_ean(3)}), private(1006, total=None))
    business.sell(private(1007, status="cancelled"))

    run = business.run()

    assert (run.state, run.message) == ("Failed", "2 of 6 orders need attention")
    assert business.holds() == {"1004": "cvr_length", "1006": "bad_amount"}
    assert business.invoices() == {"1001": 1, "1002": 1, "1003": 1, "1005": 1}


def test_a_run_tells_which_customers_it_created_and_changed_and_what_needs_attention(business: Business) -> None:
    known = business.add_customer(email="buyer1001@example.dk", city="Ribe")
    business.sell(private(1001), private(1002), company(1003), company(1004), private(1005, currency="kr."))

    run = business.run()

    new = business.orders()["1002"].customer
    customers = {row["Customer"]: row for row in run.artifact("shop-dk-customers")}
    assert {number: row["Change"] for number, row in customers.items()} == {known: "changed", new: "created"}
    assert "city" in customers[known]["Fields"].split(", ")
    assert "e-mail" not in customers[known]["Fields"].split(", ")
    lengths, currency = run.artifact("shop-dk-attention")
    assert lengths["orders"] == "1003, 1004"
    assert currency["orders"] == "1005"
    assert "meta:_billing_cvr" in lengths["cause"]
    assert SEVEN_DIGITS not in str(lengths)
    assert lengths["fix"]


def test_a_run_that_meets_only_old_holds_is_all_well_and_writes_nothing(business: Business) -> None:
    business.sell(private(1001), company(1002))
    assert business.run().state == "Failed"
    before = business.dump()

    run = business.run()

    assert (run.state, run.message) == ("Completed", "nothing new; 1 order still needs attention")
    assert business.dump() == before
    assert len(run.artifact("shop-dk-attention")) == 1
    assert run.artifact("shop-dk-customers") == []


def test_old_holds_do_not_hide_what_was_done(business: Business) -> None:
    business.sell(private(1001), company(1002))
    business.run()
    business.sell(private(1003), private(1004))

    run = business.run()

    assert (run.state, run.message) == ("Completed", "2 orders in order; 1 order still needs attention")


def test_a_run_with_nothing_new_starts_no_batch_and_writes_nothing(business: Business) -> None:
    business.sell(private(1001), private(1002, status="on-hold"))
    assert business.run().message == "1 order in order"
    before = business.dump()

    run = business.run()

    assert (run.state, run.message) == ("Completed", "nothing new")
    assert business.dump() == before
    assert sorted(run.tasks(3)) == ["classify customers", "dispatch e-invoices", "fetch orders"]
    assert business.integration.store.orders.standing_of("shop-dk", str(run.id)) == {}
    assert run.artifact("shop-dk-attention") == []


@pytest.mark.parametrize(
    "order",
    [company(1002), {"id": 1002}, private(1002, line_items="none"), private(1002) | {"billing": []}],
    ids=["impossible number", "nothing but an id", "unreadable lines", "no buyer"],
)
def test_a_hold_is_news_once_wherever_it_is_met(business: Business, order: Json) -> None:
    business.sell(private(1001), order)

    assert business.run().message == "1 of 2 orders need attention"
    assert business.run().message == "nothing new; 1 order still needs attention"


def test_an_order_edited_into_another_mistake_is_news_again(business: Business) -> None:
    business.sell(company(1001))
    business.run()
    business.sell(company(1001, "12345679"))

    run = business.run()

    assert (run.state, run.message) == ("Failed", "1 of 1 orders need attention")
    assert business.holds() == {"1001": "cvr_check_digit"}


def test_a_held_order_stops_neither_its_batch_nor_the_others(business: Business) -> None:
    business.set_up(BATCHES_OF_FIVE)
    business.sell(*(private(1000 + place) for place in range(14)), company(1014))

    run = business.run()

    assert run.message == "1 of 15 orders need attention"
    assert business.invoices() == {str(1000 + place): 1 for place in range(14)}
    tasks = run.batch_tasks(3)
    failed = sorted(name for name, task in tasks.items() if task.state_name == "Failed")
    (batch,) = {name.rsplit(" ", 1)[1] for name in failed}
    assert failed == [f"create invoices {batch}", f"reconcile customers {batch}"]
    assert [task.state_name for name, task in tasks.items() if name not in failed] == ["Completed"] * 4


def test_a_batch_says_what_its_orders_are_held_for(business: Business) -> None:
    business.add_customer(email="buyer1003@example.dk")
    business.add_customer(email="buyer1003@example.dk", name="Hanne Ottosen")
    business.sell(company(1001), company(1002), private(1003), private(1004))

    tasks = business.run().batch_tasks(1)

    said = {str(task.state.message).split(": ", 1)[1] for task in tasks.values() if task.state}
    assert said == {"3 orders need attention: 2 × cvr_length, 1 × ambiguous_customer"}


def test_two_orders_of_one_new_buyer_make_one_customer(business: Business) -> None:
    business.set_up(BATCHES_OF_FIVE)
    business.sell(*(private(1000 + place, billing={"email": "Mette@Example.dk "}) for place in range(12)))

    business.run()

    assert len(business.customers()) == 1
    assert business.invoices().total() == 12


def test_what_was_paid_back_becomes_a_credit_note_once(business: Business) -> None:
    order = private(1001)
    refund = woo_refund(order, refund_id=77, amount="25.00", created="2026-11-03T09:00:00")
    business.sell(order)
    business.run()
    business.sell(order | {"refunds": [{"id": 77, "reason": "", "total": "-25.00"}]}, refunds={1001: [refund]})

    run = business.run()
    business.run()

    told = events(run, "afstem.credit_note.created", 1)
    assert told == {"afstem.credit_note.shop-dk-1001-R77": {"integration": "shop-dk"}}
    invoice, credit = sorted(business.documents(), key=lambda one: str(one["kind"]), reverse=True)
    assert (invoice["reference"], invoice["total"]) == ("shop-dk-1001", "125.00")
    assert (credit["reference"], credit["total"], credit["credits"]) == ("shop-dk-1001-R77", "25.00", "shop-dk-1001")


def test_only_the_orders_asked_for_are_tried_again(business: Business) -> None:
    from flows.rerun_failed import rerun_failed

    business.sell(company(1001), company(1002), company(1003), private(1004, total="cheap"))
    business.run()
    business.set_up('[customers]\non_bad_number = "treat_as_b2c"')

    rerun_failed(str(business.config), cause="bad_amount", return_state=True)
    assert business.invoices() == {}
    rerun_failed(str(business.config), orders=["1002"], return_state=True)
    assert business.invoices() == {"1002": 1}
    state = rerun_failed(str(business.config), cause="cvr_length", return_state=True)
    assert business.invoices() == {"1001": 1, "1002": 1, "1003": 1}
    assert (state.name, state.message) == ("Completed", "2 orders in order")
