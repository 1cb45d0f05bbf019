"""What is particular to the embedded books: their file, and what people do in them."""

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, event

from adapters.accounting.local import LocalAccounting, LocalBooks
from adapters.accounting.local_file import FAULTS
from domain.customers import CustomerChange
from domain.outcomes import Misconfigured, NeedsAttention, Transient
from domain.sentences import SENTENCES, what
from tests.contract.bookkeeping import (
    PER_CALL,
    ROOT,
    a_credit_note,
    a_customer,
    a_line,
    an_invoice,
    another_process,
)
from tests.contract.test_accounting import codes, good
from tests.contract.test_documents import standing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the books lie."""
    return tmp_path / "books.db"


@pytest.fixture
def books(path: Path) -> LocalBooks:
    """The embedded books, with little patience."""
    return LocalBooks(LocalAccounting(path=path), timedelta(seconds=0.2))


def refused(books: LocalBooks) -> Misconfigured:
    """Why nothing can be written; what `check` says is the same."""
    with pytest.raises(Misconfigured) as caught:
        books.create_customers([a_customer("a")])
    assert caught.value.finding.field == "accounting.path"
    assert [one.code for one in books.check()] == [caught.value.finding.code]
    assert what(caught.value.finding, "da")
    return caught.value


def test_settings_are_strict() -> None:
    with pytest.raises(ValidationError):
        LocalAccounting.model_validate({"kind": "local", "path": "books.db", "bok": True})
    assert LocalAccounting().book


def test_nobody_but_the_owner_may_read_the_books(path: Path, books: LocalBooks) -> None:
    books.add_customer({"name": "Åse"})
    for file in (path, *path.parent.glob("books.db-*")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_a_file_that_others_could_read_is_closed_to_them(path: Path, books: LocalBooks) -> None:
    books.add_customer({"name": "Åse"})
    books.close()
    path.chmod(0o644)
    assert list(books.customers(None))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_reading_books_that_are_not_there_makes_none(path: Path, books: LocalBooks) -> None:
    assert list(books.customers(None)) == []
    assert list(books.documents(None)) == []
    assert list(books.find_documents(["a"])) == []
    assert "DKK" in books.master_data().currencies
    assert books.statement() == {"customers": [], "invoices": []}
    assert list(books.check()) == []
    assert not path.exists()


def test_the_first_write_makes_the_folder_and_the_file(tmp_path: Path) -> None:
    books = LocalBooks(LocalAccounting(path=tmp_path / "new" / "folder" / "books.db"))
    assert list(books.check()) == []
    assert books.add_customer({"name": "Åse"}).number == "1"


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    books = LocalBooks(LocalAccounting(path=tmp_path / "file" / "books.db"))
    assert refused(books).finding.code == "books_unreachable"


def test_a_path_that_is_a_folder_is_told(tmp_path: Path) -> None:
    assert refused(LocalBooks(LocalAccounting(path=tmp_path))).finding.code == "books_unreachable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    assert refused(LocalBooks(LocalAccounting(path=folder / "books.db"))).finding.code == "books_unreachable"


def test_a_file_that_is_no_database_is_told_and_left_alone(path: Path, books: LocalBooks) -> None:
    diary = "Kære dagbog, ".encode() * 1000
    path.write_bytes(diary)
    assert refused(books).finding.code == "books_damaged"
    assert path.read_bytes() == diary


def test_a_database_of_something_else_is_told_and_left_alone(path: Path, books: LocalBooks) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE orders (id)")
    assert refused(books).finding.code == "books_foreign"
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("orders",)]


def test_books_of_a_newer_version_are_left_alone(path: Path, books: LocalBooks) -> None:
    books.add_customer({"name": "Åse"})
    books.close()
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version=99")
    finding = refused(books).finding
    assert (finding.code, finding.found) == ("books_too_new", "99")


def test_damaged_books_are_told(path: Path, books: LocalBooks) -> None:
    good(books.create_customers([a_customer(f"k{n}") for n in range(500)]))
    books.close()
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(Misconfigured) as caught:
        list(books.customers(None))
    assert caught.value.finding.code == "books_damaged"


def test_a_lock_that_outlasts_the_patience_may_pass(path: Path, books: LocalBooks) -> None:
    books.add_customer({"name": "Åse"})
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Transient):
        books.create_customers([a_customer("a")])
    assert len(books.statement()["customers"]) == 1
    other.execute("ROLLBACK")
    assert codes(books.create_customers([a_customer("a")])) == [""]
    other.close()


def test_a_lock_that_is_lifted_in_time_is_waited_for(path: Path) -> None:
    patient = LocalBooks(LocalAccounting(path=path), timedelta(seconds=20))
    patient.add_customer({"name": "Åse"})
    program = (
        "import sqlite3, sys, time\n"
        "file = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "file.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "time.sleep(0.5)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert patient.add_customer({"name": "Bjørn"}).number == "2"
    holder.communicate(timeout=20)


@contextmanager
def small_disk(pages: int) -> Iterator[None]:
    """Every database that is opened may grow to that many pages and no further."""

    def shrink(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(Engine, "connect", shrink)
    try:
        yield
    finally:
        event.remove(Engine, "connect", shrink)


def test_a_full_disk_is_told_and_nothing_is_lost(path: Path, books: LocalBooks) -> None:
    before = good(books.create_customers([a_customer("a")]))[0]
    books.close()
    wanted = [(f"k{n}", an_invoice(f"r{n}", before.number, a_line(text="x" * 2000))) for n in range(500)]
    with small_disk(100):
        with pytest.raises(Misconfigured) as caught:
            books.create_documents(wanted, book=True)
        assert caught.value.finding.code == "books_full"
        books.close()
    assert standing(books) == {}
    assert [one for page in books.customers(None) for one in page] == [before]
    assert good(books.create_documents(wanted, book=True))[0].number == "1"


@pytest.mark.slow
def test_many_processes_that_open_new_books_at_once_make_them_once(path: Path) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from adapters.accounting.local import LocalAccounting, LocalBooks\n"
        "time.sleep(max(0, float(sys.argv[2]) - time.time()))\n"
        "print(LocalBooks(LocalAccounting(path=Path(sys.argv[1]))).add_customer({'name': 'Åse'}).number)\n"
    )
    start = str(time.time() + 4)
    command = [sys.executable, "-c", program, str(path), start]
    sides = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(5)]
    assert sorted(side.communicate(timeout=60)[0].strip() for side in sides) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("after", [0.003, 0.02, 0.05])
def test_a_call_that_is_killed_leaves_all_or_nothing(path: Path, books: LocalBooks, after: float) -> None:
    customer = books.add_customer({"name": "Åse"}).number
    writer = another_process("local", str(path.parent), "one", 10_000, 0, customer)
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(after)
    writer.kill()
    writer.communicate()
    calls = [reference.split("-")[1] for reference in standing(books)]
    assert calls
    assert {calls.count(call) for call in calls} == {PER_CALL}


def test_a_deleted_customers_number_is_only_given_to_who_asks_for_it(books: LocalBooks) -> None:
    first = books.add_customer({"name": "Åse"})
    books.delete_customer(first.number)
    assert books.add_customer({"name": "Bjørn"}).number == "2"
    assert books.add_customer({"name": "Cæcilie"}, number="1").number == "1"
    with pytest.raises(NeedsAttention):
        books.add_customer({"name": "Dorthe"}, number="1")


def test_a_key_of_a_deleted_customer_does_not_give_the_new_owner_of_the_number(books: LocalBooks) -> None:
    (first,) = good(books.create_customers([a_customer("a")]))
    books.delete_customer(first.number)
    books.add_customer({"name": "Bjørn"}, number=first.number)
    assert codes(books.create_customers([a_customer("a")])) == ["customer_gone"]


def test_documents_keep_what_stands_on_them_when_their_customer_is_deleted(books: LocalBooks) -> None:
    customer = books.add_customer({"name": "Åse"}).number
    (written,) = good(books.create_documents([("k", an_invoice("a", customer))], book=True))
    books.delete_customer(customer)
    assert standing(books) == {"a": written}


def test_a_person_may_erase_a_value_but_not_the_name(books: LocalBooks) -> None:
    customer = books.add_customer({"name": "Åse", "email": "aase@example.dk"})
    assert "email" not in books.change_customer(customer.number, {"email": ""}).values
    with pytest.raises(NeedsAttention):
        books.change_customer(customer.number, {"name": ""})
    with pytest.raises(NeedsAttention):
        books.change_customer("4711", {"name": "Bjørn"})
    with pytest.raises(NeedsAttention):
        books.delete_customer("4711")


def test_a_bar_can_be_set_and_lifted_and_stays_through_other_changes(books: LocalBooks) -> None:
    number = books.add_customer({"name": "Åse"}, barred=True).number
    assert good(books.update_customers([CustomerChange(key="u", number=number, values={"city": "Ribe"})]))[0].barred
    assert not books.change_customer(number, barred=False).barred


def test_new_customers_are_danish_private_ones_unless_said_otherwise(books: LocalBooks) -> None:
    values = books.add_customer({"name": "Åse"}).values
    assert values["currency"] == "DKK"
    assert values["vat_zone"] == "domestic"
    assert values["customer_group"] in books.master_data().customer_groups
    assert values["payment_terms"] in books.master_data().payment_terms


def test_a_closed_period_can_be_opened_again(books: LocalBooks) -> None:
    customer = books.add_customer({"name": "Åse"}).number
    books.close_period(date(2025, 12, 31))
    books.close_period(date(2026, 1, 31))
    assert books.closed_until() == date(2026, 1, 31)
    assert codes(books.create_documents([("k", an_invoice("a", customer))])) == ["period_closed"]
    books.close_period(None)
    assert books.closed_until() is None
    assert codes(books.create_documents([("k", an_invoice("a", customer))])) == [""]


def test_a_product_is_made_when_it_is_first_used(books: LocalBooks) -> None:
    customer = books.add_customer({"name": "Åse"}).number
    assert books.master_data().products == frozenset()
    good(books.create_documents([("k", an_invoice("a", customer)), ("l", an_invoice("b", customer))]))
    assert books.master_data().products == {"KOP-1"}


def test_the_statement_tells_all_that_the_books_hold(books: LocalBooks) -> None:
    customer = books.add_customer({"name": "Åse Ørbæk", "cvr": "25313763"}, contacts=["Bjørn", "Anna"], number="7")
    invoice = an_invoice("a", "7", a_line("10.01", "3"), a_line("20.00", vat_rate="0"), requisition="REK-1")
    wanted = [("k1", an_invoice("draft", "7")), ("k2", invoice)]
    good([*books.create_documents(wanted[:1]), *books.create_documents(wanted[1:], book=True)])
    good(books.create_documents([("k3", a_credit_note(invoice, "1", a_line("10.00")))], book=True))
    told = json.loads(json.dumps(books.statement()))
    (person,) = told["customers"]
    assert person | {"number": "7", "contacts": ["Bjørn", "Anna"], "barred": False, "email": ""} == person
    assert person.items() >= customer.values.items()
    assert [(one["reference"], one["number"], one["state"]) for one in told["invoices"]] == [
        ("a", "1", "booked"),
        ("a-R1", "2", "booked"),
        ("draft", "1", "draft"),
    ]
    first, note, _ = told["invoices"]
    assert (first["net"], first["vat"], first["total"]) == ("50.03", "7.51", "57.54")
    assert first["vat_totals"] == [
        {"rate": "25", "net": "30.03", "vat": "7.51"},
        {"rate": "0", "net": "20.00", "vat": "0.00"},
    ]
    assert first["lines"][0] == {
        "kind": "product",
        "product": "KOP-1",
        "text": "Kop",
        "quantity": "3.00",
        "unit_net": "10.01",
        "net": "30.03",
        "vat_rate": "25",
    }
    assert (first["recipient"]["name"], first["requisition"], first["customer"]) == ("Åse Ørbæk", "REK-1", "7")
    assert (note["kind"], note["credits"]) == ("credit_note", "a")


def test_the_statement_adds_up_over_many_pages(books: LocalBooks) -> None:
    customer = books.add_customer({"name": "Åse"}).number
    wanted = [(f"k{n}", an_invoice(f"r{n}", customer, a_line(f"{n}.37"), a_line("0.20"))) for n in range(2300)]
    good(books.create_documents(wanted[:1100], book=True))
    good(books.create_documents(wanted[1100:]))
    told = list(books.told_invoices())
    assert len({one["reference"] for one in told}) == len(told) == 2300
    assert [int(one["number"]) for one in told] == [*range(1, 1101), *range(1, 1201)]
    assert sum(Decimal(one["total"]) for one in told) == sum(invoice.total for _, invoice in wanted)
    assert all(sum(Decimal(line["net"]) for line in one["lines"]) == Decimal(one["net"]) for one in told)


def test_the_books_go_by_the_name_of_their_file(path: Path, books: LocalBooks) -> None:
    assert books.name == f"local:{path}"


def test_every_refusal_of_the_books_has_its_sentences() -> None:
    files = [*(ROOT / "adapters" / "accounting").glob("local*.py"), ROOT / "adapters" / "accounting" / "checks.py"]
    source = "".join(file.read_text() for file in files)
    raised = set(re.findall(r'(?:NeedsAttention|Misconfigured)\(\s*"(\w+)"', source)) | set(FAULTS.values())
    raised |= {f"{field}_unknown" for field in ("customer_group", "payment_terms", "vat_zone", "currency")}
    assert len(raised) > 25
    assert raised <= SENTENCES.keys()
