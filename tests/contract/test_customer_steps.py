"""The steps of a run, called one after the other, on each kind of store: whom an order is for, and what is written."""

from typing import Any

from deployments.demo.numbers import made_up_cvr, made_up_ean
from domain.customers import fingerprint
from tasks.resolve import choose_customer
from tests.contract.shopkeeping import NAME, Shop
from tests.orders import Json, woo_order

CVR = made_up_cvr(12)
OTHER_EAN, EAN = made_up_ean(2), made_up_ean(1)


def private(order_id: int, email: str = "astrid@example.dk", **told: Any) -> Json:
    billing = {"email": email, **told.pop("billing", {})}
    return woo_order(id=order_id, billing=billing, **told)


def company(order_id: int, cvr: str = CVR, **told: Any) -> Json:
    billing = {"company": "Egholm Tømrer ApS", "email": f"buyer{order_id}@example.dk", **told.pop("billing", {})}
    return woo_order(id=order_id, billing=billing, meta={"_billing_cvr": cvr}, **told)


def authority(order_id: int, ean: str, **told: Any) -> Json:
    meta = {"_billing_ean": ean, "_billing_cvr": CVR, **told.pop("meta", {})}
    return woo_order(id=order_id, billing={"company": "Aarhus Kommune"}, meta=meta, **told)


def customer_of(shop: Shop, order: int) -> dict[str, Any]:
    number = shop.row(order).customer
    return next(one for one in shop.customers() if one["number"] == number)


def recipient_of(shop: Shop, order: int) -> dict[str, Any]:
    found: dict[str, Any] = shop.documents()[f"{NAME}-{order}"]["recipient"]
    return found


class TestWhoTheCustomerIs:
    def test_two_orders_of_one_new_buyer_are_one_customer(self, shop: Shop) -> None:
        shop.sell(private(1), private(2, " Astrid@EXAMPLE.dk"), private(3, "bente@example.dk"))

        assert shop.sync() == []

        assert len(shop.customers()) == 2
        assert shop.row(1).customer == shop.row(2).customer != shop.row(3).customer
        assert len(shop.documents()) == 3

    def test_orders_that_share_a_customer_through_a_third_are_one_customer(self, shop: Shop) -> None:
        shop.set_up('[customers]\nidentify_by = ["email", "phone"]')
        shop.sell(
            private(1, "a@example.dk", billing={"phone": "20000001"}),
            private(2, "", billing={"phone": "+45 20 00 00 01"}),
            private(3, "a@example.dk", billing={"phone": ""}),
        )

        assert shop.sync() == []

        assert len(shop.customers()) == 1

    def test_one_cvr_with_two_eans_is_two_customers(self, shop: Shop) -> None:
        shop.sell(authority(1, EAN), authority(2, OTHER_EAN), authority(3, EAN))

        assert shop.sync() == []

        assert sorted(one["ean"] for one in shop.customers()) == sorted([EAN, OTHER_EAN])
        assert {one["cvr"] for one in shop.customers()} == {CVR}
        assert shop.row(1).customer == shop.row(3).customer

    def test_identified_by_cvr_the_customers_ean_stays_and_the_orders_is_on_the_invoice(self, shop: Shop) -> None:
        number = shop.add_customer({"name": "Aarhus Kommune", "cvr": f"DK{CVR}", "ean": EAN})
        shop.set_up('[customers.ean]\nidentify_by = "cvr"\nfields = {ean = "both"}')
        shop.sell(authority(1, OTHER_EAN))

        assert shop.sync() == []

        assert customer_of(shop, 1)["number"] == number
        assert customer_of(shop, 1)["ean"] == EAN
        assert recipient_of(shop, 1)["ean"] == OTHER_EAN

    def test_a_customer_stands_in_the_books_however_its_number_is_written_there(self, shop: Shop) -> None:
        number = shop.add_customer({"cvr": f"DK {CVR[:2]} {CVR[2:4]} {CVR[4:6]} {CVR[6:]}"})
        shop.sell(company(1))

        assert shop.sync() == []

        assert shop.row(1).customer == number
        assert len(shop.customers()) == 1

    def test_a_customer_without_a_match_is_held_where_creating_is_off(self, shop: Shop) -> None:
        shop.set_up("[customers]\ncreate = false")
        known = shop.add_customer({"email": "known@example.dk"})
        shop.sell(private(1, "known@example.dk"), private(2, "new@example.dk"))

        shop.sync()

        assert (shop.hold(1), shop.hold(2)) == ("booked", "creating_off")
        assert [one["number"] for one in shop.customers()] == [known]
        assert shop.documents().keys() == {f"{NAME}-1"}

    def test_several_customers_hold_the_order_until_a_person_has_chosen(self, shop: Shop) -> None:
        one, two = (shop.add_customer({"email": "astrid@example.dk"}) for _ in range(2))
        shop.sell(private(1), private(2))
        shop.sync()
        assert (shop.hold(1), shop.row(1).found) == ("ambiguous_customer", f"{one}, {two}")
        assert shop.documents() == {}

        choose_customer(shop.integration, "1", two)
        shop.sync("second")

        assert (shop.hold(1), shop.hold(2)) == ("booked", "booked")
        assert shop.row(1).customer == shop.row(2).customer == two
        shop.sell(private(3))
        shop.sync("third")
        assert shop.row(3).customer == two

    def test_a_choice_for_one_who_is_gone_is_a_choice_no_more(self, shop: Shop) -> None:
        one, two = (shop.add_customer({"email": "astrid@example.dk"}) for _ in range(2))
        shop.sell(private(1))
        shop.sync()
        choose_customer(shop.integration, "1", two)
        shop.sync("second")
        shop.books.delete_customer(two)
        shop.sell(private(2))

        shop.sync("third")  # meets that the customer is gone
        shop.sync("fourth")

        assert shop.row(2).customer == one
        assert shop.hold(2) == "booked"
        link = shop.integration.directory.links(["email:astrid@example.dk"])["email:astrid@example.dk"]
        assert (link.customer, link.chosen) == (one, False)

    def test_a_barred_customer_holds_the_order_and_no_second_one_is_made(self, shop: Shop) -> None:
        number = shop.add_customer({"email": "astrid@example.dk"}, barred=True)
        shop.sell(private(1))
        shop.sync()
        assert shop.hold(1) == "customer_barred"
        assert len(shop.customers()) == 1

        shop.books.change_customer(number, barred=False)
        shop.sync("second")

        assert (shop.hold(1), shop.row(1).customer) == ("booked", number)

    def test_a_customer_deleted_from_the_books_is_made_afresh(self, shop: Shop) -> None:
        shop.sell(private(1))
        shop.sync()
        shop.books.delete_customer(shop.row(1).customer)
        shop.sell(private(2))

        shop.sync("second")
        shop.sync("third")

        assert shop.hold(2) == "booked"
        (customer,) = shop.customers()
        assert (shop.row(2).customer, customer["email"]) == (customer["number"], "astrid@example.dk")

    def test_a_customer_deleted_while_it_is_updated_is_made_afresh(self, shop: Shop) -> None:
        shop.sell(private(1))
        shop.sync()
        shop.books.delete_customer(shop.row(1).customer)
        shop.sell(private(2, billing={"city": "Ribe"}))

        shop.sync("second")
        shop.sync("third")

        assert shop.hold(2) == "booked"
        assert [one["city"] for one in shop.customers()] == ["Ribe"]

    def test_a_number_that_was_given_to_somebody_else_is_not_the_remembered_customer(self, shop: Shop) -> None:
        shop.sell(private(1))
        shop.sync()
        number = shop.row(1).customer
        shop.books.delete_customer(number)
        shop.add_customer({"name": "Ole Smed", "email": "ole@example.dk"}, number=number)
        shop.sell(private(2))

        shop.sync("second")

        assert shop.hold(2) == "booked"
        assert shop.row(2).customer != number
        assert next(one for one in shop.customers() if one["number"] == number)["name"] == "Ole Smed"

    def test_a_customer_whose_email_was_corrected_in_the_books_is_still_remembered(self, shop: Shop) -> None:
        shop.sell(private(1))
        shop.sync()
        number = shop.row(1).customer
        shop.books.change_customer(number, {"email": "new@example.dk"})
        shop.set_up("[customers]\nupdate = false")
        shop.sell(private(2))

        shop.sync("second")

        assert shop.row(2).customer == number
        assert len(shop.customers()) == 1

    def test_a_name_of_10_kb_is_one_customer_every_time(self, shop: Shop) -> None:
        shop.set_up('[customers]\nidentify_by = "name"')
        name = " ".join(f"Æbleforening{number}" for number in range(700))
        shop.sell(private(1, billing={"first_name": name, "last_name": ""}))
        assert shop.sync() == []
        forget_links(shop)
        shop.sell(private(2, billing={"first_name": name.upper(), "last_name": ""}))

        assert shop.sync("second") == []

        assert len(shop.customers()) == 1


def forget_links(shop: Shop) -> None:
    """As if nobody had been matched before."""
    from sqlalchemy import delete

    from adapters.store.tables import LinkRow, table_of

    with shop.integration.store.together() as connection:
        connection.execute(delete(table_of(LinkRow)))


class TestWhatIsWrittenToTheCustomer:
    def test_only_the_fields_that_differ_are_written(self, shop: Shop) -> None:
        shop.sell(private(1))
        shop.sync("first")
        shop.sell(private(2, billing={"city": "Ribe", "phone": ""}))

        shop.sync("second")
        shop.sync("third")

        changed = {(change.field, change.after) for change in shop.integration.store.changes(run="second")}
        assert changed == {("city", "Ribe")}
        assert customer_of(shop, 2)["phone"] == "20 00 14 03"
        assert {change.order_id for change in shop.integration.store.changes(run="second")} == {"2"}

    def test_several_orders_of_one_customer_write_to_it_once(self, shop: Shop) -> None:
        shop.sell(private(1))
        shop.sync()
        written = shop.integration.operations.finished("change", [shop.row(1).customer])
        shop.sell(private(2, billing={"city": "Ribe"}), private(3, billing={"city": "Ribe"}))

        shop.sync("second")

        assert written == {}
        assert shop.integration.operations.finished("change", [shop.row(1).customer]).total() == 1

    def test_a_private_order_on_a_companys_customer_writes_nothing_to_it(self, shop: Shop) -> None:
        number = shop.add_customer({"name": "Egholm ApS", "cvr": CVR, "email": "astrid@example.dk", "city": "Ribe"})
        shop.sell(private(1))

        assert shop.sync() == []

        assert shop.row(1).customer == number
        assert customer_of(shop, 1)["name"] == "Egholm ApS"
        assert customer_of(shop, 1)["city"] == "Ribe"
        assert recipient_of(shop, 1)["name"] == "Astrid Nørskov"
        assert shop.integration.store.changes(run="run") == []

    def test_a_collecting_customer_is_booked_on_and_never_written_to(self, shop: Shop) -> None:
        number = shop.add_customer({"name": "Webkunder"})
        shop.set_up(f'[customers.b2c]\ncollecting_customer = "{number}"')
        shop.sell(private(1), private(2, "bente@example.dk"), company(3))

        assert shop.sync() == []

        assert shop.row(1).customer == shop.row(2).customer == number
        collecting = next(one for one in shop.customers() if one["number"] == number)
        assert (collecting["name"], collecting["email"], collecting["city"]) == ("Webkunder", "", "")
        assert recipient_of(shop, 2)["email"] == "bente@example.dk"
        assert len(shop.customers()) == 2

    def test_a_collecting_customer_that_is_missing_or_barred_holds_the_order(self, shop: Shop) -> None:
        shop.set_up('[customers.b2c]\ncollecting_customer = "4711"')
        shop.sell(private(1))
        shop.sync()
        assert shop.hold(1) == "collecting_missing"
        assert shop.customers() == []

        shop.add_customer({"name": "Webkunder"}, number="4711", barred=True)
        shop.sync("second")
        assert shop.hold(1) == "collecting_barred"

        shop.books.change_customer("4711", barred=False)
        shop.sync("third")
        assert shop.hold(1) == "booked"

    def test_what_was_created_is_told_with_the_order_that_did_it(self, shop: Shop) -> None:
        shop.sell(company(1), company(2, billing={"first_name": "Bo", "last_name": "Dam"}))

        shop.sync()

        created = {change.field for change in shop.integration.store.changes(order=(NAME, "1"))}
        added = {(change.field, change.after) for change in shop.integration.store.changes(order=(NAME, "2"))}
        assert {"name", "cvr", "contact"} <= created
        assert added == {("contact", "Bo Dam")}
        assert customer_of(shop, 1)["contacts"] == ["Astrid Nørskov", "Bo Dam"]

    def test_the_fingerprint_that_is_kept_says_nothing_of_the_buyer(self, shop: Shop) -> None:
        shop.sell(private(1))
        shop.sync()

        link = shop.integration.directory.links(["email:astrid@example.dk"])["email:astrid@example.dk"]
        (customer,) = shop.integration.directory.by_number([link.customer]).values()

        assert link.fingerprint == fingerprint(customer)
        assert "astrid" not in link.fingerprint
