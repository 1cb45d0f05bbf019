"""The accounting systems that the suite runs on, what a person does in them by hand, and documents to write.

A new system joins by a class that fulfils `Bookkeeper` and a row in `BOOKKEEPERS`. Run as a program, this is another
process that writes to the same books: `python -m tests.contract.bookkeeping SYSTEM PLACE NAME CALLS START`.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import pytest

from adapters.accounting.local import LocalAccounting, LocalBooks
from domain.customers import NewCustomer, Values
from domain.invoices import Document, Invoice, InvoiceLine, Recipient
from domain.money import ZERO, ore
from domain.outcomes import NeedsAttention, Transient
from domain.ports import Accounting, Booking
from domain.settlement import vat_totals
from tests.contract.economic_bookkeeping import EconomicBookkeeper
from tests.contract.tryton_bookkeeping import TrytonBookkeeper

ROOT = Path(__file__).parent.parent.parent
PER_CALL = 40
DANISH = Decimal(25)


class Bookkeeper(Protocol):
    """One system under test: `place` is enough to open its books again, in another process too.

    `many` is how many items a bulk call of the suite takes, `per_call` how many documents each of its writers' calls;
    `last_day` is a day on which its books can be closed.
    """

    place: str
    many: int
    per_call: int
    last_day: date

    def __init__(self, place: str) -> None: ...

    def books(self) -> Accounting:
        """A connection of its own to the same books."""

    def bar(self, customer: str) -> None:
        """Bar a customer."""

    def delete_customer(self, customer: str) -> None:
        """Delete a customer."""

    def delete_draft(self, number: str) -> None:
        """Delete a draft."""

    def close_period(self, until: date) -> None:
        """Close the books up to and on a day."""

    def pass_time(self) -> None:
        """Let so much time pass as the system's clock needs to tell two changes apart."""

    def close(self) -> None:
        """Leave the system."""


@dataclass
class LocalBookkeeper:
    """The embedded books in a folder."""

    place: str
    many: int = 700
    per_call: int = PER_CALL
    last_day: date = date(2025, 3, 31)

    def books(self) -> LocalBooks:
        return LocalBooks(LocalAccounting(path=Path(self.place) / "books.db"))

    def bar(self, customer: str) -> None:
        self.books().change_customer(customer, barred=True)

    def delete_customer(self, customer: str) -> None:
        self.books().delete_customer(customer)

    def delete_draft(self, number: str) -> None:
        self.books().delete_draft(number)

    def close_period(self, until: date) -> None:
        self.books().close_period(until)

    def pass_time(self) -> None:
        """These tell any two changes apart."""

    def close(self) -> None:
        """There is nobody to leave."""


BOOKKEEPERS: dict[str, type[Bookkeeper]] = {
    "economic": EconomicBookkeeper,
    "local": LocalBookkeeper,
    "tryton": TrytonBookkeeper,
}


def needs(books: Accounting, *abilities: str) -> None:
    """Skip what is about something that these books don't do, as they say themselves."""
    for ability in abilities:
        if not getattr(books.capabilities, ability):
            pytest.skip(f"these books have no {ability}")


def written(
    books: Accounting, wanted: Sequence[tuple[str, Invoice]], *, book: bool = False
) -> Sequence[Document | NeedsAttention | Transient]:
    """Write documents as a run does: what is to be booked and is a draft still is booked then.

    Books that remember no keys are asked first what stands there already.
    """
    asked = [] if books.capabilities.remembers_keys else [invoice.reference for _, invoice in wanted]
    standing = {one.reference: one for one in books.find_documents(asked)} if asked else {}
    missing = [one for one in wanted if one[1].reference not in standing]
    made = dict(zip((key for key, _ in missing), books.create_documents(missing, book=book), strict=True))
    return finished(books, [standing.get(invoice.reference) or made[key] for key, invoice in wanted], book=book)


def finished(
    books: Accounting, outcomes: Sequence[Document | NeedsAttention | Transient], *, book: bool = True
) -> Sequence[Document | NeedsAttention | Transient]:
    """What is to be booked and is a draft still is booked."""
    drafts = [one for one in outcomes if book and isinstance(one, Document) and one.state == "draft"]
    booked = dict(zip(drafts, books.book([Booking(f"b {one.number}", one.number) for one in drafts]), strict=True))
    return [booked.get(one, one) if isinstance(one, Document) else one for one in outcomes]


def at_rates_of(books: Accounting, *lines: InvoiceLine) -> tuple[InvoiceLine, ...]:
    """The lines at their own rates, or all at 25 % where a rate follows from the product."""
    return lines if books.capabilities.any_rate else tuple(one.model_copy(update={"vat_rate": DANISH}) for one in lines)


def a_customer(
    key: str, values: Values | None = None, *, contacts: Sequence[str] = (), number: str = ""
) -> NewCustomer:
    filled: Values = {"name": f"Kunde {key}", "email": f"{key}@example.dk", "country": "DK"}
    return NewCustomer(key=key, values=filled | (values or {}), contacts=tuple(contacts), number=number)


def a_line(unit_net: str = "80.00", quantity: str = "1", vat_rate: str = "25", text: str = "Kop") -> InvoiceLine:
    amount, price = Decimal(quantity), Decimal(unit_net)
    return InvoiceLine(
        kind="product",
        product="KOP-1",
        text=text,
        quantity=amount,
        unit_net=price,
        net=ore(amount * price),
        vat_rate=Decimal(vat_rate),
    )


def an_invoice(reference: str, customer: str, *lines: InvoiceLine, **other: object) -> Invoice:
    """An invoice whose sums are ours, as the rules compute them; `other` sets any field to something else."""
    lines = lines or (a_line(),)
    totals = vat_totals(lines)
    net, vat = sum((one.net for one in totals), ZERO), sum((one.vat for one in totals), ZERO)
    content: dict[str, object] = {
        "kind": "invoice",
        "reference": reference,
        "customer": customer,
        "date": date(2025, 3, 14),
        "currency": "DKK",
        "vat_zone": "domestic",
        "recipient": Recipient(name="Åse Ørbæk", street="Ærøvej 1", zip="5970", city="Ærøskøbing", country="DK"),
        "lines": lines,
        "vat_totals": totals,
        "net": net,
        "vat": vat,
        "total": net + vat,
    }
    return Invoice.model_validate(content | other)


def a_credit_note(invoice: Invoice, refund: str, *lines: InvoiceLine, **other: object) -> Invoice:
    """A credit note that takes lines of an invoice back; all of them when none is given."""
    reference = f"{invoice.reference}-R{refund}"
    content = {"kind": "credit_note", "credits": invoice.reference, "currency": invoice.currency, **other}
    return an_invoice(reference, invoice.customer, *(lines or invoice.lines), **content)


def documents_of_call(call: int, customer: str, name: str, count: int = PER_CALL) -> list[tuple[str, Invoice]]:
    """The invoices of one bulk call: references are the same for every writer, keys are the writer's own."""
    return [
        (f"{name}-{call}-{place}", an_invoice(f"shop-{call}-{place}", customer, a_line(), a_line("12.34", "3")))
        for place in range(count)
    ]


def another_process(
    system: str, place: str, name: str, calls: int, start: float, customer: str
) -> "subprocess.Popen[str]":
    """Another process that writes that many bulk calls from `start` on, and tells of each what it wrote."""
    arguments = [system, place, name, str(calls), str(start), customer]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.contract.bookkeeping", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def main(system: str, place: str, name: str, calls: str, start: str, customer: str) -> None:
    """Write call after call; one line for each, `CALL DOCUMENTS REFUSED`."""
    bookkeeper = BOOKKEEPERS[system](place)
    books = bookkeeper.books()
    time.sleep(max(0.0, float(start) - time.time()))
    for call in range(int(calls)):
        wanted = documents_of_call(call, customer, name, bookkeeper.per_call)
        outcomes = finished(books, books.create_documents(wanted, book=True))
        documents = sum(isinstance(outcome, Document) for outcome in outcomes)
        refused = [outcome.finding.code for outcome in outcomes if isinstance(outcome, NeedsAttention)]
        assert set(refused) <= {"reference_taken"}, refused
        sys.stdout.write(f"{call} {documents} {len(refused)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
