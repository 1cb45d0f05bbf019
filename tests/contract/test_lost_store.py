"""The store is lost, or an older copy of it was restored: the books are looked at, and nothing is written twice."""

import shutil
from pathlib import Path

from sqlalchemy import text
from sqlmodel import SQLModel

from domain.stages import INVOICED
from tests.contract.shopkeeping import NAME, THREE_MUGS, Shop, prove, sell_a_backlog, sold, with_refund
from tests.databases import administer
from tests.orders import write_orders


def lose(shop: Shop, folder: Path) -> None:
    """The store's database is gone; the books are not."""
    shop.close()
    if "sqlite" in shop.store_url:
        for path in folder.glob("store.db*"):
            path.unlink()
    else:
        administer(shop.store_url, "DROP SCHEMA {0} CASCADE", "CREATE SCHEMA {0}")


def copy_of(shop: Shop, folder: Path) -> str:
    """A copy of the store as it is now; gives its URL."""
    shop.close()
    if "sqlite" in shop.store_url:
        shutil.copy(folder / "store.db", folder / "copy.db")
        return f"sqlite:///{folder / 'copy.db'}"
    administer(shop.store_url, "CREATE SCHEMA {0}_copy")
    for table in ("alembic_version", *SQLModel.metadata.tables):
        copy, original = f"{{0}}_copy.{table}", f"{{0}}.{table}"
        as_it_is = f"INSERT INTO {copy} SELECT * FROM {original}"
        administer(shop.store_url, f"CREATE TABLE {copy} (LIKE {original} INCLUDING ALL)", as_it_is)
    return f"{shop.store_url}_copy"


def restore(shop: Shop, url: str) -> None:
    """The shop's store is that one from here on."""
    shop.store_url = url
    shop.set_up()


def test_everything_is_adopted_by_reference_and_nothing_is_written(shop: Shop, tmp_path: Path) -> None:
    write_orders(shop.folder / "orders", 60, 20, seed=3)
    sell_a_backlog(shop)
    shop.sell(*with_refund(sold(6, "dorthe"), 77)[:1], refunds=with_refund(sold(6, "dorthe"), 77)[1])
    shop.sync()
    before = shop.customers(), shop.documents()
    assert f"{NAME}-6-R77" in before[1]

    lose(shop, tmp_path)
    assert shop.sync("again") == []

    assert (shop.customers(), shop.documents()) == before
    assert shop.stages().keys() <= INVOICED | {"skipped"}
    with shop.integration.store.database.reading() as connection:
        assert connection.execute(text("SELECT kind, subject FROM operations")).all() == []


def test_what_is_adopted_is_followed_as_before(shop: Shop, tmp_path: Path) -> None:
    shop.sell(sold(1), sold(2, "bente"), sold(3, "cecilie"))
    shop.sync()
    lose(shop, tmp_path)
    shop.sync("again")
    order, refunds = with_refund(sold(1), 77)
    shop.sell(order, sold(2, "bente", lines=[THREE_MUGS]), sold(3, "cecilie", status="cancelled"), refunds=refunds)

    shop.sync("later")

    assert sorted(shop.documents()) == [f"{NAME}-1", f"{NAME}-1-R77", f"{NAME}-2", f"{NAME}-3"]
    assert shop.hold(2) == "changed_after_booking"
    assert shop.hold(3) == "cancelled_after_invoicing"


def test_what_happened_in_the_shop_meanwhile_is_seen(shop: Shop, tmp_path: Path) -> None:
    shop.sell(sold(1), sold(2, "bente"), sold(3, "cecilie"))
    shop.sync()
    lose(shop, tmp_path)
    order, refunds = with_refund(sold(2, "bente"), 77, "125.00", status="refunded")
    shop.sell(sold(1, status="cancelled"), order, refunds=refunds)

    shop.sync("again")

    assert shop.hold(1) == "cancelled_after_invoicing"
    assert shop.documents()[f"{NAME}-2-R77"]["total"] == "125.00"
    assert (shop.hold(2), shop.hold(3)) == ("booked", "booked")


def test_a_document_that_is_not_what_the_order_leads_to_is_held(shop: Shop, tmp_path: Path) -> None:
    shop.sell(sold(1))
    shop.sync()
    lose(shop, tmp_path)
    shop.sell(sold(1, lines=[THREE_MUGS]))

    shop.sync("again")

    assert shop.hold(1) == "reference_taken"
    assert [one["total"] for one in shop.documents().values()] == ["125.00"]


def test_drafts_are_adopted_and_booked_where_the_settings_say_so(shop: Shop, tmp_path: Path) -> None:
    shop.set_up(book=False)
    shop.sell(sold(1), sold(2, "bente"))
    shop.sync()
    lose(shop, tmp_path)
    shop.set_up(book=True)

    assert shop.sync("again") == []

    assert {one["state"] for one in shop.documents().values()} == {"booked"}
    assert shop.stages() == {"booked": 2}


def test_an_older_copy_catches_up_with_the_books(shop: Shop, tmp_path: Path) -> None:
    sell_a_backlog(shop)
    shop.sync()
    copy = copy_of(shop, tmp_path)
    order, refunds = with_refund(sold(1), 77)
    shop.sell(order, sold(6, "dorthe"), sold(7, "bente", billing={"city": "Nibe"}), refunds=refunds)
    shop.sync("later")
    before = shop.customers(), shop.documents()
    assert {f"{NAME}-1-R77", f"{NAME}-6", f"{NAME}-7"} <= before[1].keys()

    restore(shop, copy)
    assert shop.sync("again") == []

    assert (shop.customers(), shop.documents()) == before
    assert shop.stages() == {"booked": 7}
    prove(shop)
