"""A copy of the store, and the store made from it again: however old it is, nothing is written twice."""

import socket
import sqlite3
import stat
import threading
from contextlib import closing, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlmodel import SQLModel
from typer.testing import CliRunner

from adapters.integration import open_integration
from adapters.store import Store
from adapters.store.copies import back_up, restore
from adapters.store.presence import SILENT_TOO_LONG
from adapters.store.tables import OwnerRow
from deployments.cli import main
from domain.days import COPENHAGEN
from domain.outcomes import Misconfigured
from domain.ports import Booking
from domain.proof import ALL_TIME
from tasks.forget import Person, forget, forget_old
from tasks.proof import proof_of
from tests.contract.dispatching import DROPFOLDER, dropped, public, states
from tests.contract.shopkeeping import (
    NAME,
    PROCESSES,
    Shop,
    claim_and_wait,
    in_another_process,
    kill,
    opened,
    prove,
    sell_a_backlog,
    sold,
    with_refund,
)
from tests.contract.storekeeping import an_order


def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All that the store holds, but who works with it now."""
    names = [name for name in SQLModel.metadata.tables if name not in ("owners", "leases")]
    with store.database.reading() as connection:
        tables = {name: connection.execute(select(SQLModel.metadata.tables[name])) for name in names}
        return {name: sorted((tuple(row) for row in rows), key=repr) for name, rows in tables.items()}


def afstem(shop: Shop, *arguments: str) -> str:
    shop.close()
    done = CliRunner().invoke(main, [*arguments, "--config", str(shop.folder / "afstem.toml")])
    assert done.exit_code == 0, done.output
    return done.output


def test_an_old_copy_that_is_restored_makes_no_duplicate(shop: Shop, tmp_path: Path) -> None:
    sell_a_backlog(shop)
    shop.sync()
    afstem(shop, "backup", str(tmp_path / "copy"))
    order, refunds = with_refund(sold(1), 77)
    shop.sell(order, sold(6, "dorthe"), sold(7, "bente", billing={"city": "Nibe"}), refunds=refunds)
    shop.sync("later")
    before = shop.customers(), shop.documents(), proof_of(shop.integration, ALL_TIME)

    afstem(shop, "restore", str(tmp_path / "copy"))
    assert shop.stages().total() == 5
    assert shop.sync("again") == []

    assert (shop.customers(), shop.documents(), proof_of(shop.integration, ALL_TIME)) == before
    prove(shop)


def test_a_restored_store_is_what_was_copied_and_goes_on_from_there(shop: Shop, tmp_path: Path) -> None:
    sell_a_backlog(shop)
    shop.sync()
    copied = rows_of(shop.integration.store)
    back_up(shop.integration.store.database, tmp_path / "copy")
    shop.sell(sold(8, "erna"))
    shop.sync("later")

    restore(shop.integration.store.database, tmp_path / "copy")

    assert rows_of(shop.integration.store) == copied
    assert shop.sync("again") == []
    assert shop.row(8).stage == "booked"


def test_what_was_there_is_copied_before_it_is_replaced(shop: Shop, tmp_path: Path) -> None:
    shop.sell(sold(1))
    shop.sync()
    afstem(shop, "backup", str(tmp_path / "copy"))
    shop.sell(sold(2, "bente"))
    shop.sync("later")
    now = rows_of(shop.integration.store)

    assert "copy.before-restore" in afstem(shop, "restore", str(tmp_path / "copy"))
    restore(shop.integration.store.database, tmp_path / "copy.before-restore")

    assert rows_of(shop.integration.store) == now


def test_a_copy_is_one_file_that_only_its_owner_can_read(store: Store, tmp_path: Path) -> None:
    store.orders.save([an_order("1")])

    back_up(store.database, tmp_path / "copies" / ".." / "copy")

    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == ["copy"]


def test_a_copy_is_of_one_moment_though_others_write(store: Store, other: Store, tmp_path: Path) -> None:
    over = threading.Event()

    def write() -> None:
        number = 0
        while not over.is_set():
            number += 1
            other.orders.save([an_order(f"a{number}"), an_order(f"b{number}")])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            back_up(store.database, tmp_path / f"copy{number}")
    finally:
        over.set()
        writer.join()

    for number in range(5):
        with closing(sqlite3.connect(tmp_path / f"copy{number}")) as copy:
            ids = {order for (order,) in copy.execute("SELECT order_id FROM orders")}
        assert {f"b{order[1:]}" for order in ids if order[0] == "a"} == {order for order in ids if order[0] == "b"}


def test_a_copy_goes_from_one_kind_of_database_to_the_other(store: Store, tmp_path: Path) -> None:
    store.orders.save([an_order("1", raw="æøå ☃", found="x" * 9000)])
    store.hints.keep(NAME, ["1"])
    back_up(store.database, tmp_path / "copy")
    elsewhere = Store(f"sqlite:///{tmp_path / 'elsewhere.db'}")

    restore(elsewhere.database, tmp_path / "copy")

    assert rows_of(elsewhere) == rows_of(store)
    elsewhere.close()


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100, None])
def test_what_is_no_copy_changes_nothing(store: Store, tmp_path: Path, content: bytes | None) -> None:
    store.orders.save([an_order("1")])
    if content is not None:
        (tmp_path / "copy").write_bytes(content)

    with pytest.raises(Misconfigured) as wrong:
        restore(store.database, tmp_path / "copy")

    assert wrong.value.finding.code == "backup_unreadable"
    assert store.orders.known(NAME, ["1"])


def test_a_copy_of_a_later_release_changes_nothing(store: Store, tmp_path: Path) -> None:
    store.orders.save([an_order("1")])
    back_up(store.database, tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as copy, copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(Misconfigured) as wrong:
        restore(store.database, tmp_path / "copy")

    assert wrong.value.finding.code == "store_too_new"
    assert store.orders.known(NAME, ["1"])


def test_a_folder_that_is_not_there_is_one_sentence(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured) as wrong:
        back_up(store.database, tmp_path / "file" / "copy")
    assert wrong.value.finding.code == "backup_unwritable"


def test_who_was_forgotten_since_does_not_come_back_with_the_copy(shop: Shop, tmp_path: Path) -> None:
    shop.sell(sold(1, "ulvhilde"), sold(2, "bente"))
    shop.sync()
    afstem(shop, "backup", str(tmp_path / "copy"))
    forget(shop.integration, Person.known_by(email="ulvhilde@example.dk"))

    afstem(shop, "restore", str(tmp_path / "copy"))
    shop.sync("again")
    proof_of(shop.integration, ALL_TIME)

    assert shop.row(1).is_forgotten
    assert tables_with(shop, "ulvhilde") == []
    assert tables_with(shop, "bente") != []


def test_nor_does_who_was_forgotten_in_another_integration_of_the_store(shop: Shop, tmp_path: Path) -> None:
    with opened(shop.folder / "another", shop.store_url, name="shop-se", books_path="their-books.db") as another:
        another.sell(sold(1, "ulvhilde"), sold(2, "bente"))
        another.sync()
        back_up(shop.integration.store.database, tmp_path / "copy")
        forget(another.integration, Person.known_by(email="ulvhilde@example.dk"))

        restore(shop.integration.store.database, tmp_path / "copy")

        assert another.row(1).is_forgotten
        assert tables_with(shop, "ulvhilde") == []
        assert another.sync("again") == []
        assert tables_with(shop, "ulvhilde") == []


def test_nor_does_the_buyer_of_an_order_that_the_copy_does_not_know(shop: Shop, tmp_path: Path) -> None:
    shop.sell(sold(2, "bente"))
    shop.sync()
    back_up(shop.integration.store.database, tmp_path / "copy")
    shop.sell(sold(1, "ulvhilde"))
    shop.sync("later")
    before = shop.customers(), shop.documents(), proof_of(shop.integration, ALL_TIME)
    forget(shop.integration, Person.known_by(email="ulvhilde@example.dk"))

    restore(shop.integration.store.database, tmp_path / "copy")

    assert shop.sync("again") == []
    assert shop.row(1).is_forgotten
    assert (shop.customers(), shop.documents(), proof_of(shop.integration, ALL_TIME)) == before
    assert tables_with(shop, "ulvhilde") == []


def test_who_bought_what_the_copy_has_still_open_is_forgotten_once_it_is_finished(shop: Shop, tmp_path: Path) -> None:
    shop.set_up(book=False)
    shop.sell(sold(1, "ulvhilde"))
    shop.sync()
    back_up(shop.integration.store.database, tmp_path / "copy")
    (draft,) = shop.documents().values()
    shop.books.book([Booking("by hand", draft["number"])])
    shop.sync("later")
    forget(shop.integration, Person.known_by(email="ulvhilde@example.dk"))

    restore(shop.integration.store.database, tmp_path / "copy")
    assert not shop.row(1).is_forgotten
    shop.sync("again")
    forget_old(shop.integration)

    assert (shop.hold(1), shop.row(1).is_forgotten) == ("booked", True)


def test_restoring_the_same_copy_again_leaves_what_the_first_time_replaced(shop: Shop, tmp_path: Path) -> None:
    shop.sell(sold(1))
    shop.sync()
    afstem(shop, "backup", str(tmp_path / "copy"))
    afstem(shop, "restore", str(tmp_path / "copy"))
    first = (tmp_path / "copy.before-restore").read_bytes()

    assert "copy.before-restore-2" in afstem(shop, "restore", str(tmp_path / "copy"))

    assert (tmp_path / "copy.before-restore").read_bytes() == first


def test_a_store_in_which_somebody_works_is_not_replaced_under_them(shop: Shop, tmp_path: Path) -> None:
    shop.sell(sold(1))
    shop.sync()
    afstem(shop, "backup", str(tmp_path / "copy"))
    shop.sell(sold(2, "bente"))
    told = PROCESSES.Event()
    worker = in_another_process(claim_and_wait, shop.folder / "afstem.toml", "number 1", told)
    assert told.wait(60)
    now = rows_of(shop.integration.store)
    config = str(shop.folder / "afstem.toml")

    refused = CliRunner().invoke(main, ["restore", str(tmp_path / "copy"), "--config", config])

    assert refused.exit_code == 2
    assert f"{socket.gethostname()} {worker.pid}" in refused.output
    assert "»afstem webhooks«" in refused.output
    assert rows_of(shop.integration.store) == now
    assert list(tmp_path.glob("copy.*")) == []
    kill(worker)
    afstem(shop, "restore", str(tmp_path / "copy"))
    assert shop.stages().total() == 1


@pytest.mark.parametrize(("silent_for", "blocks"), [(timedelta(), True), (2 * SILENT_TOO_LONG, False)])
def test_who_was_heard_of_from_another_machine_blocks_and_who_died_there_does_not(
    store: Store, tmp_path: Path, silent_for: timedelta, blocks: bool
) -> None:
    back_up(store.database, tmp_path / "copy")
    with store.together() as connection:
        seen = store.database.now(connection) - silent_for
        store.database.upsert(connection, OwnerRow, [{"id": "elsewhere|0|pid:[1]|7|1234|gone", "seen_at": seen}])

    with pytest.raises(Misconfigured, match="store_in_use") if blocks else nullcontext() as wrong:
        restore(store.database, tmp_path / "copy")

    if wrong:
        assert wrong.value.finding.found == f"elsewhere 7 {seen.astimezone(COPENHAGEN):%Y-%m-%d %H:%M:%S}"


def test_a_run_is_known_to_be_at_work_from_its_first_step(shop: Shop) -> None:
    opened_by_a_step = open_integration(str(shop.folder / "afstem.toml"))
    try:
        with opened_by_a_step.store.database.reading() as connection:
            there = connection.execute(select(SQLModel.metadata.tables["owners"].c.id)).scalars().all()
        assert there == [opened_by_a_step.store.presence.owner]
    finally:
        opened_by_a_step.close()


@pytest.fixture
def copied_before_it_was_sent(shop: Shop, tmp_path: Path) -> Shop:
    """A shop with a copy in which an e-invoice is due that has been sent, and fetched by the receiver's side, since."""
    shop.set_up(DROPFOLDER, book=False)
    shop.sell(public(1))
    shop.sync()
    assert states(shop) == {"1": "due"}
    back_up(shop.integration.store.database, tmp_path / "copy")
    (draft,) = shop.documents().values()
    shop.books.book([Booking("by hand", draft["number"])])
    shop.sync("later")
    (document,) = dropped(shop)
    document.unlink()
    return shop


def test_an_einvoice_that_was_sent_since_is_asked_for_and_not_sent_again(
    copied_before_it_was_sent: Shop, tmp_path: Path
) -> None:
    shop = copied_before_it_was_sent
    restore(shop.integration.store.database, tmp_path / "copy")
    assert states(shop) == {"1": "unsure"}

    assert shop.sync("again") == []

    assert (shop.hold(1), states(shop), dropped(shop)) == ("dispatched", {"1": "sent"}, [])


def test_an_einvoice_that_would_be_another_today_is_not_sent_beside_the_first(
    copied_before_it_was_sent: Shop, tmp_path: Path
) -> None:
    shop = copied_before_it_was_sent
    restore(shop.integration.store.database, tmp_path / "copy")
    shop.set_up(DROPFOLDER.replace("Havnegade 4", "Havnegade 6"), book=False)

    shop.sync("again")

    assert (shop.hold(1), dropped(shop)) == ("einvoice_unsure", [])


def test_an_order_that_waited_for_its_einvoice_in_the_copy_has_its_channel_asked(shop: Shop, tmp_path: Path) -> None:
    shop.set_up(DROPFOLDER)
    shop.sell(public(1))
    (shop.folder / "einvoices").write_text("")
    with pytest.raises(Misconfigured):
        shop.sync()
    orders = SQLModel.metadata.tables["orders"]
    with shop.integration.store.together() as connection:
        connection.execute(update(orders).values(stage="held", code="einvoice_rules_stopped"))
    back_up(shop.integration.store.database, tmp_path / "copy")
    (shop.folder / "einvoices").unlink()
    shop.sync("later")
    (document,) = dropped(shop)
    document.unlink()

    restore(shop.integration.store.database, tmp_path / "copy")
    assert shop.sync("again") == []

    assert (shop.hold(1), states(shop), dropped(shop)) == ("dispatched", {"1": "sent"}, [])


def tables_with(shop: Shop, mark: str) -> list[str]:
    """Which of the tables that speak of buyers say this."""
    with shop.integration.store.database.reading() as connection:
        held = {name: str([tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))]) for name in TABLES}
    return [name for name, rows in held.items() if mark in rows]


TABLES = ("orders", "directory", "directory_keys", "customer_links", "changes", "documents")
