"""The demo's orders end as its tables say: after the first run, after a second one, and on the day after."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deployments.commands.demo import laid_out
from deployments.demo.cases import CASES, broken
from deployments.demo.cases.case import Case
from deployments.demo.cases.changes import CHANGES
from deployments.demo.ledger import BOOKS
from domain.stages import INVOICED
from tests.flows.business import Business

TODAY = {case.id: case for case in CASES}
TOMORROW = TODAY | {case.id: case for case in CHANGES}


def ended(business: Business) -> dict[str, tuple[str, str]]:
    """How each order ended, in the words of the demo's tables: outcome and code."""
    found: dict[str, tuple[str, str]] = {}
    for order, row in business.orders().items():
        outcome = "invoiced" if row.stage in INVOICED else row.stage if row.eligible else "ignored"
        found[order] = outcome, row.code if outcome in {"held", "skipped"} else ""
    return found


def expected(cases: dict[str, Case]) -> dict[str, tuple[str, str]]:
    """The same by the tables, with the file that was cut off."""
    torn = {f"file:{broken.MALFORMED_FILE}": ("held", "unreadable_order")}
    return {case.id: (case.outcome, case.code) for case in cases.values()} | torn


@dataclass
class Played:
    """The demo after its three runs, with what was there after each."""

    business: Business
    messages: list[str]
    dumps: list[tuple[object, ...]]
    endings: list[dict[str, tuple[str, str]]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    config = laid_out(tmp_path_factory.mktemp("demo") / "demo", "en")
    found = Played(Business(config.parent, "demo"), [], [], [])
    for customer in BOOKS:
        contacts, number, barred = customer["contacts"], customer["number"], customer["barred"]
        found.business.books.add_customer(customer["values"], contacts=contacts, number=number, barred=barred)
    for changes in ("", "", "changes"):
        if changes:
            orders = config.parent / "orders"
            shutil.copytree(config.parent / changes, orders, dirs_exist_ok=True, copy_function=shutil.copy)
        found.messages.append(found.business.run().message)
        found.dumps.append(found.business.dump())
        found.endings.append(ended(found.business))
    yield found
    found.business.integration.close()


def test_every_order_ends_as_its_table_says(played: Played) -> None:
    assert played.endings[0] == expected(TODAY)
    held = [order for order, (outcome, _) in expected(TODAY).items() if outcome == "held"]
    counted = [order for order, (outcome, _) in expected(TODAY).items() if outcome != "ignored"]
    assert played.messages[0] == f"{len(held)} of {len(counted)} orders need attention"


def test_a_second_run_does_nothing(played: Played) -> None:
    held = [outcome for outcome, _ in expected(TODAY).values() if outcome == "held"]
    assert played.messages[1] == f"nothing new; {len(held)} orders still need attention"
    assert played.dumps[1] == played.dumps[0]


def test_the_day_after_ends_as_its_table_says(played: Played) -> None:
    assert played.endings[2] == expected(TOMORROW)


def test_every_order_is_invoiced_to_whom_it_should(played: Played) -> None:
    number = {order: row.customer for order, row in played.business.orders().items()}
    new = [case.id for case in TOMORROW.values() if case.customer == "new"]
    standing = {entry["number"] for entry in BOOKS}
    assert len({number[order] for order in new} - standing) == len(new) > 30
    for case in TOMORROW.values():
        if case.customer not in {"", "new"}:
            assert number[case.id] == number.get(case.customer.removeprefix("as "), case.customer), case.id


def test_no_order_has_two_invoices_and_every_total_is_the_shops(played: Played) -> None:
    documents = {one["reference"]: one for one in played.business.documents()}
    assert len(documents) == len(played.business.documents())
    invoiced = [case for case in TODAY.values() if case.outcome == "invoiced"]
    assert {f"demo-{case.number}": case.order["total"] for case in invoiced}.items() <= {
        reference: one["total"] for reference, one in documents.items() if one["kind"] == "invoice"
    }.items()


def test_what_was_refunded_is_credited(played: Played) -> None:
    refunds = {
        f"demo-{case.number}-R{refund['id']}": refund["amount"]
        for case in TOMORROW.values()
        for refund in case.refunds
        if case.outcome == "invoiced"
    }
    notes = {one["reference"]: one["total"] for one in played.business.documents() if one["kind"] == "credit_note"}
    assert notes == refunds


def test_the_demo_folder_itself_is_left_as_it_was(played: Played, tmp_path: Path) -> None:
    again = laid_out(tmp_path / "demo", "en")
    assert not (again.parent / "books.db").exists()
    assert (played.business.folder / "books.db").exists()
