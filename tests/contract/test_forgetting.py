"""People are forgotten, and the books are right as before: the proof adds up, and nothing is written twice."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlmodel import SQLModel
from typer.testing import CliRunner

from adapters.store.tables import DocumentRow, OrdersTable, table_of
from deployments.cli import main
from deployments.commands.explain import explanation
from domain.forgetting import YearEnd, proof_kept_until
from domain.outcomes import Misconfigured
from domain.proof import ALL_TIME
from domain.vat import VatNumberAnswer
from tasks.forget import Person, forget, forget_old
from tasks.proof import proof_of
from tests.contract.shopkeeping import NAME, THREE_MUGS, Shop, opened, sold, sync, unlucky, with_refund
from tests.orders import Goods

ULVHILDE = {
    "first_name": "Ulvhilde",
    "last_name": "Kvastgaard",
    "address_1": "Tidselbakken 8",
    "city": "Ravnsholtby",
    "email": "ulvhilde@kvastgaard.example.dk",
    "phone": "29 97 61 23",
}
GONE = ("ulvhilde@kvastgaard", "29976123", "29 97 61 23", "Birkeris")
ON_THE_INVOICE = ("Ulvhilde", "Kvastgaard", "Tidselbakken 8", "Ravnsholtby")


def buys(order: int, **told: object) -> dict[str, object]:
    return sold(order, billing=ULVHILDE, customer_note="Ring hos Birkeris", **told)


def by_email(email: str = ULVHILDE["email"]) -> Person:
    return Person.known_by(email=email)


def everything_in(shop: Shop) -> dict[str, str]:
    """All that the store's tables say, by table."""
    with shop.integration.store.database.reading() as connection:
        names = SQLModel.metadata.tables
        return {
            name: "\n".join(str(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {name}")))
            for name in names
        }


def where(shop: Shop, *marks: str) -> set[str]:
    """Which tables still say any of these."""
    return {name for name, said in everything_in(shop).items() if any(mark in said for mark in marks)}


@pytest.fixture
def bought(shop: Shop) -> Shop:
    """Ulvhilde has bought twice, with a refund; others have too."""
    shop.add_customer({"name": "U. Kvastgaard", "email": ULVHILDE["email"]})
    order, refunds = with_refund(buys(1), 77)
    shop.sell(order, buys(2), sold(3, "bente"), refunds=refunds)
    assert shop.sync() == []
    return shop


def test_nothing_is_left_but_what_stands_on_the_invoices(bought: Shop) -> None:
    assert where(bought, *GONE) >= {"orders", "changes", "directory", "directory_keys", "customer_links", "documents"}

    done = forget(bought.integration, by_email("  ULVHILDE@kvastgaard.example.dk "))

    assert sorted(done.orders) == ["1", "2"]
    assert (done.still_open, len(done.customers), done.documents) == ([], 1, 3)
    assert done.kept_until is not None
    assert done.kept_until.isoformat() == "2031-12-31"
    assert where(bought, *GONE) == set()
    assert where(bought, *ON_THE_INVOICE) == {"documents"}
    assert where(bought, "bente@") >= {"orders", "directory"}


def test_the_proof_adds_up_as_before_and_nothing_is_written_twice(bought: Shop) -> None:
    before, books = proof_of(bought.integration, ALL_TIME), (bought.customers(), bought.documents())
    forget(bought.integration, by_email())

    assert proof_of(bought.integration, ALL_TIME) == before
    bought.sell(buys(1) | {"date_modified_gmt": "2026-11-20T10:00:00"}, buys(2))
    order, refunds = with_refund(buys(1), 77)
    bought.sell(order, refunds=refunds)
    assert bought.sync("again") == []

    assert (bought.customers(), bought.documents()) == books
    assert proof_of(bought.integration, ALL_TIME) == before
    assert where(bought, *GONE) == set()


def test_a_refreshed_mirror_does_not_bring_a_forgotten_customer_back(bought: Shop) -> None:
    (number,) = forget(bought.integration, by_email()).customers

    bought.books.update_customers([])
    proof_of(bought.integration, ALL_TIME)  # reads all of the books
    bought.sell(sold(4, "cecilie"))
    bought.sync("again")

    assert where(bought, *GONE) == set()
    assert number not in bought.integration.directory.by_number([number])


def test_who_buys_again_is_known_again_and_not_made_twice(bought: Shop) -> None:
    forget(bought.integration, by_email())
    customers = len(bought.customers())
    bought.sell(buys(9))

    assert bought.sync("again") == []

    assert len(bought.customers()) == customers
    assert bought.row(9).customer == bought.documents()[f"{NAME}-9"]["customer"] == bought.row(1).customer


def test_who_buys_again_while_the_books_are_out_of_reach_is_known_all_the_same(bought: Shop) -> None:
    bought.sell(sold(8, "somebody else, later"))
    bought.sync("later")
    forget(bought.integration, by_email())
    customers = len(bought.customers())
    bought.sell(buys(9))
    sync(unlucky(bought.integration, "customers", "before"), "out of reach")

    assert bought.sync("again") == []

    assert len(bought.customers()) == customers
    assert bought.row(9).customer == bought.row(1).customer


def test_a_refund_after_forgetting_is_credited_and_forgotten_again(bought: Shop) -> None:
    forget(bought.integration, by_email())
    order, refunds = with_refund(buys(2), 88)
    bought.sell(order, refunds=refunds)

    assert bought.sync("again") == []
    assert bought.documents()[f"{NAME}-2-R88"]["total"] == "25.00"
    assert (bought.hold(2), bought.row(2).is_forgotten) == ("booked", False)

    assert forget_old(bought.integration).orders == ["2"]
    assert "orders" not in where(bought, *GONE)
    assert proof_of(bought.integration, ALL_TIME).complete


def test_a_shop_that_forgets_its_buyer_too_is_no_edit(bought: Shop) -> None:
    forget(bought.integration, by_email())
    nobody = dict.fromkeys(ULVHILDE, "") | {"email": "deleted@site.invalid"}
    bought.sell(sold(2, billing=nobody))

    assert bought.sync("again") == []

    assert (bought.hold(2), bought.row(2).is_forgotten) == ("booked", True)


def test_an_edit_after_forgetting_is_still_seen(bought: Shop) -> None:
    forget(bought.integration, by_email())
    bought.sell(buys(2, lines=[THREE_MUGS]))

    bought.sync("again")

    assert bought.hold(2) == "changed_after_booking"


def test_an_open_order_keeps_its_buyer_and_its_customer(bought: Shop) -> None:
    bought.sell(buys(5, meta={"_billing_cvr": "1234567"}), buys(6, lines=[Goods("Fejespecialet", "99.00")]))
    bought.sync("again")
    assert bought.hold(5) == "cvr_length"

    done = forget(bought.integration, by_email())

    assert done.still_open == ["5"]
    assert sorted(done.orders) == ["1", "2", "6"]
    assert bought.sync("later") == []
    assert bought.hold(5) == "cvr_length"


def test_a_draft_is_still_open(shop: Shop) -> None:
    shop.set_up(book=False)
    shop.sell(buys(1))
    shop.sync()

    done = forget(shop.integration, by_email())

    assert (done.orders, done.still_open, done.customers) == ([], ["1"], [])


def test_one_order_alone_is_forgotten_by_its_number(bought: Shop) -> None:
    assert forget(bought.integration, Person.known_by(order="2")).orders == ["2"]

    assert "Birkeris" not in bought.row(2).raw
    assert "Birkeris" in bought.row(1).raw


def test_with_the_one_order_its_customer_goes_and_what_was_remembered_of_them(shop: Shop) -> None:
    shop.sell(buys(1), sold(3, "bente"))
    shop.sync()
    assert where(shop, *GONE) >= {"directory", "directory_keys", "customer_links", "changes"}

    done = forget(shop.integration, Person.known_by(order="1"))

    assert (done.orders, len(done.customers)) == (["1"], 1)
    assert where(shop, *GONE) == set()
    proof_of(shop.integration, ALL_TIME)  # reads all of the books
    assert where(shop, *GONE) == set()


def test_a_customer_whose_other_order_is_open_stays(bought: Shop) -> None:
    bought.set_up(book=False)
    bought.sell(buys(5))
    bought.sync("again")

    assert forget(bought.integration, Person.known_by(order="2")).customers == []
    assert "customer_links" in where(bought, *GONE)


def test_the_proof_of_reverse_charge_stays_is_named_and_ends_with_what_rests_on_it(shop: Shop) -> None:
    number, (today, old) = "DE136695976", (datetime.now(UTC), datetime.now(UTC) - timedelta(days=8 * 366))
    kept = shop.integration.store.vat_answers
    kept.keep([VatNumberAnswer(number=number, valid=True, checked_at=today, name="Nordkai Kaffee GmbH")])
    kept.keep([VatNumberAnswer(number=number, valid=False, checked_at=old)])
    config = str(shop.folder / "afstem.toml")

    told = CliRunner().invoke(main, ["forget", "--cvr", number, "--config", config])
    listed = CliRunner().invoke(main, ["forget", "--cvr", number, "--json", "--config", config])
    forget_old(shop.integration)

    until = f"{proof_kept_until(today.date(), YearEnd())}"
    assert "1 momsnumre" in told.output
    assert until in told.output
    said = json.loads(listed.stdout)
    assert (said["vat_answers_kept"], said["vat_answers_kept_until"]) == (1, until)
    assert [one.valid for one in kept.known([number])[number]] == [True]


def test_a_company_is_forgotten_by_its_number_however_written(shop: Shop) -> None:
    shop.sell(sold(1, billing=ULVHILDE | {"company": "Kvastgaards Binderi ApS"}, meta={"_billing_cvr": "DK 13585628"}))
    shop.sync()

    done = forget(shop.integration, Person.known_by(cvr="13 58 56 28"))

    assert (done.orders, len(done.customers)) == (["1"], 1)
    assert where(shop, "13585628") == {"documents"}


def test_a_collecting_customer_is_nobody(shop: Shop) -> None:
    number = shop.add_customer({"name": "Samlekunde", "email": ULVHILDE["email"]})
    shop.set_up(f'[customers.b2c]\ncollecting_customer = "{number}"')
    shop.sell(buys(1))
    shop.sync()

    assert forget(shop.integration, by_email()).customers == []
    assert number in shop.integration.directory.by_number([number])


class TestAStoreOfSeveralShops:
    """Who asks to be forgotten is forgotten in all of them; who still buys in one of them is known there."""

    @pytest.fixture(params=["the same books", "books of their own"])
    def swedish(self, bought: Shop, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
        """Another shop in the same store, where Ulvhilde has bought too."""
        books = str(bought.folder / "books.db") if request.param == "the same books" else "their-books.db"
        with opened(tmp_path / "swedish", bought.store_url, name="shop-se", books_path=books) as other:
            other.sell(buys(7), sold(1, "karin"))
            assert other.sync() == []
            yield other

    def test_who_is_forgotten_is_forgotten_in_all_of_them(self, bought: Shop, swedish: Shop) -> None:
        proofs = [proof_of(one.integration, ALL_TIME) for one in (bought, swedish)]
        in_books = bought.customers(), swedish.customers(), bought.documents(), swedish.documents()

        done = forget(bought.integration, by_email())

        assert sorted(done.orders) == ["1", "2", "shop-se-7"]
        assert (done.still_open, done.also_in, done.documents) == ([], ["shop-se"], 4)
        assert where(bought, *GONE) == set()
        assert where(bought, *ON_THE_INVOICE) == {"documents"}
        assert [proof_of(one.integration, ALL_TIME) for one in (bought, swedish)] == proofs
        assert [*bought.sync("again"), *swedish.sync("again")] == []
        assert (bought.customers(), swedish.customers(), bought.documents(), swedish.documents()) == in_books
        assert where(bought, *GONE) == set()
        assert where(bought, "karin@") >= {"orders", "directory"}

    def test_it_makes_no_difference_from_which_of_them(self, bought: Shop, swedish: Shop) -> None:
        assert sorted(forget(swedish.integration, by_email()).orders) == ["7", "shop-dk-1", "shop-dk-2"]
        assert where(bought, *GONE) == set()

    def test_an_order_that_is_open_in_another_of_them_is_named_and_keeps_its_customer(
        self, bought: Shop, swedish: Shop
    ) -> None:
        swedish.set_up(book=False)
        swedish.sell(buys(8))
        swedish.sync("again")
        draft = swedish.documents()["shop-se-8"]

        done = forget(bought.integration, by_email())

        assert (sorted(done.orders), done.still_open) == (["1", "2", "shop-se-7"], ["shop-se-8"])
        assert swedish.row(8).customer == draft["customer"]
        assert draft["customer"] in swedish.integration.directory.by_number([draft["customer"]])

    def test_the_number_of_one_order_is_that_of_this_shop(self, bought: Shop, swedish: Shop) -> None:
        assert forget(bought.integration, Person.known_by(order="1")).orders == ["1"]

        assert not swedish.row(1).is_forgotten
        assert not swedish.row(7).is_forgotten

    def test_a_collecting_customer_of_another_of_them_is_nobody(self, bought: Shop, swedish: Shop) -> None:
        number = swedish.add_customer({"name": "Samlekunde", "email": "alle@kvastgaard.example.dk"})
        swedish.set_up(f'[customers.b2c]\ncollecting_customer = "{number}"')
        swedish.sell(sold(9, billing={"email": "alle@kvastgaard.example.dk"}))
        swedish.sync("again")

        done = forget(bought.integration, by_email("alle@kvastgaard.example.dk"))

        assert (done.orders, done.customers) == (["shop-se-9"], [])
        assert number in swedish.integration.directory.by_number([number])

    def test_the_command_names_the_others(self, bought: Shop, swedish: Shop) -> None:
        config = str(bought.folder / "afstem.toml")
        told = CliRunner().invoke(main, ["forget", "--email", ULVHILDE["email"], "--config", config])

        assert told.exit_code == 0
        assert "3 ordrer" in told.output
        assert "Også i shop-se" in told.output
        assert swedish.row(7).is_forgotten


def test_the_command_says_what_is_gone_and_what_stays(bought: Shop) -> None:
    bought.close()
    config = str(bought.folder / "afstem.toml")
    bought.set_up('[privacy]\nfinancial_year_ends = "06-30"')

    told = CliRunner().invoke(main, ["forget", "--email", ULVHILDE["email"], "--config", config])
    again = CliRunner().invoke(main, ["forget", "--email", ULVHILDE["email"], "--json", "--config", config])
    nobody = CliRunner().invoke(main, ["forget", "--config", config])

    assert (told.exit_code, again.exit_code, nobody.exit_code) == (0, 0, 2)
    assert "2 ordrer" in told.output
    assert "2032-06-30" in told.output
    assert ULVHILDE["email"] not in told.output
    assert json.loads(again.stdout)["orders"] == []
    assert "Angiv en e-mail" in nobody.output


def test_what_is_forgotten_can_still_be_explained(bought: Shop) -> None:
    forget(bought.integration, by_email())

    told = explanation(bought.integration, bought.row(1))

    assert (told["stage"], told["total"], told["customer"] is not None) == ("booked", "125.00", True)
    assert told["forgotten"] is not None
    assert {one["after"] for one in told["changed"]} <= {""}


def test_other_settings_do_not_read_a_forgotten_order_anew(bought: Shop) -> None:
    forget(bought.integration, by_email())
    config = bought.folder / "afstem.toml"
    config.write_text(config.read_text().replace("meta:_billing_ean_person", "meta:_another_person"))
    bought.close()

    assert bought.sync("again") == []

    assert {bought.hold(1), bought.hold(2)} == {"booked"}
    assert where(bought, *GONE) == set()


def test_orders_older_than_the_retention_are_forgotten_and_no_others(bought: Shop) -> None:
    bought.sell(buys(8, created=datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")))
    bought.sync("again")
    assert forget_old(bought.integration).orders == []

    bought.set_up("[privacy]\nretention_days = 30")
    days = (datetime.now(UTC) - bought.row(1).ordered_at).days
    done = forget_old(bought.integration)

    assert sorted(done.orders) == (["1", "2", "3"] if days > 30 else [])
    assert "8" not in done.orders


def test_documents_go_too_when_the_law_lets_go(bought: Shop) -> None:
    forget(bought.integration, by_email())
    with bought.integration.store.together() as connection:
        documents = table_of(DocumentRow)
        connection.execute(update(documents).where(documents.c.order_id == "2").values(date="2019-03-01"))
        connection.execute(update(documents).where(documents.c.order_id == "3").values(date="2019-03-01"))
    forget_old(bought.integration)

    standing = bought.integration.documents.of_orders(NAME, ["1", "2", "3"])
    assert [bool(standing[order][0].wanted) for order in ("1", "2", "3")] == [True, False, True]
    assert bought.sync("again") == []
    assert {bought.hold(order) for order in (1, 2, 3)} == {"booked"}


def test_an_order_that_changed_meanwhile_keeps_its_buyer(bought: Shop) -> None:
    orders = table_of(OrdersTable)
    rows = list(bought.integration.store.orders.known(NAME, ["1"]).values())
    with bought.integration.store.together() as connection:
        connection.execute(update(orders).where(orders.c.order_id == "1").values(content_hash="of another content"))

    from adapters.store import Scrubbing

    scrubbing = Scrubbing(bought.integration.store.database, NAME)
    with bought.integration.store.together() as connection:
        assert scrubbing.scrub_orders(connection, rows) == []


@pytest.mark.parametrize("said", [{}, {"email": "nobody"}, {"phone": "0"}, {"cvr": ""}])
def test_nobody_is_not_everybody(said: dict[str, str]) -> None:
    with pytest.raises(Misconfigured) as wrong:
        Person.known_by(**said)
    assert wrong.value.finding.code == "nobody_to_forget"


def test_no_byte_of_a_forgotten_buyer_is_left_in_the_file(bought: Shop, tmp_path: Path) -> None:
    if "sqlite" not in bought.store_url:
        pytest.skip("PostgreSQL writes over deleted rows when it needs their room")
    forget(bought.integration, by_email())
    bought.close()

    held = b"".join(path.read_bytes() for path in tmp_path.glob("store.db*")).decode("utf-8", "replace")

    assert [mark for mark in GONE if mark in held] == []
