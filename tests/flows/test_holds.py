"""A hold ends by itself when what it waits for has changed: the books, the settings or the order."""

from deployments.demo.numbers import made_up_cvr
from tests.flows.business import Business
from tests.orders import woo_order

CVR = made_up_cvr(12)
OURS = {"company": "Egholm Tømrer ApS", "email": "egholm@example.dk"}


def ends(business: Business, code: str) -> None:
    """The order 1001 was held with this code, and is invoiced by the next run."""
    assert business.holds() == {"1001": code}
    assert business.invoices() == {}
    run = business.run()
    assert (run.state, run.message) == ("Completed", "1 order in order")
    assert business.is_invoiced(1001)
    assert business.holds() == {}


def test_the_missing_customer_is_created_in_the_books(business: Business) -> None:
    business.set_up("[customers]\ncreate = false")
    business.sell(woo_order(id=1001, billing=OURS, meta={"_billing_cvr": CVR}))
    business.run()

    number = business.add_customer(name="Egholm", cvr=f"DK {CVR}")

    ends(business, "creating_off")
    assert business.orders()["1001"].customer == number


def test_the_bar_on_the_customer_is_lifted(business: Business) -> None:
    number = business.add_customer(email="egholm@example.dk", barred=True)
    business.sell(woo_order(id=1001, billing=OURS))
    business.run()

    business.books.change_customer(number, barred=False)

    ends(business, "customer_barred")
    assert len(business.customers()) == 1


def test_the_one_customer_too_many_is_deleted(business: Business) -> None:
    kept = business.add_customer(email="egholm@example.dk")
    twice = business.add_customer(email="egholm@example.dk", name="Egholm")
    business.sell(woo_order(id=1001, billing=OURS))
    business.run()

    business.books.change_customer(twice, {"email": "other@example.dk"})

    ends(business, "ambiguous_customer")
    assert business.orders()["1001"].customer == kept


def test_the_settings_are_mended(business: Business) -> None:
    business.sell(woo_order(id=1001, billing=OURS, meta={"_billing_cvr": "1234567"}))
    business.run()

    business.set_up('[customers.b2b]\non_bad_number = "treat_as_b2c"')

    ends(business, "cvr_length")


def test_a_field_of_the_shop_is_named_at_last(business: Business) -> None:
    business.sell(woo_order(id=1001, billing={**OURS, "email": ""}, meta={"cvr": CVR}))
    business.run()

    text = business.config.read_text().replace('"meta:_billing_cvr"', '"meta:_billing_cvr", "meta:cvr"')
    business.config.write_text(text)

    ends(business, "nothing_to_identify_by")
    assert business.orders()["1001"].customer_type == "b2b"


def test_the_order_is_corrected(business: Business) -> None:
    business.sell(woo_order(id=1001, billing=OURS, meta={"_billing_cvr": "1234567"}))
    business.run()

    business.sell(woo_order(id=1001, billing=OURS, meta={"_billing_cvr": CVR}, modified="2026-11-03T08:00:00"))

    ends(business, "cvr_length")


def test_an_unreadable_order_is_corrected(business: Business) -> None:
    business.sell(woo_order(id=1001, total="12,50 kr."))
    business.run()

    business.sell(woo_order(id=1001, modified="2026-11-03T08:00:00"))

    ends(business, "bad_amount")


def test_a_held_order_that_is_cancelled_needs_nobody(business: Business) -> None:
    business.sell(woo_order(id=1001, meta={"_billing_cvr": "1234567"}))
    business.run()

    business.sell(woo_order(id=1001, meta={"_billing_cvr": "1234567"}, status="cancelled"))

    assert business.run().message == "1 order in order"
    assert business.stages() == {"1001": "skipped"}
    assert business.run().message == "nothing new"
