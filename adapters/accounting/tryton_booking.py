"""Posting in Tryton: irreversible, numbered without gaps, and never with a day before the newest of its series.

Tryton asks back where the terms make an invoice due before today, and where a line has another tax than its product
proposes; both are meant, and answered by the names under which it asks. Other questions are for a person.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from adapters.accounting.tryton_documents import BOOKED, DOCUMENT, Outcome, TrytonDocuments, document
from adapters.accounting.tryton_periods import Periods
from adapters.accounting.tryton_rpc import Row, Warned, day, in_bulk, patiently
from adapters.accounting.tryton_settings import TrytonAccounting
from domain.customers import Customer
from domain.days import danish_day
from domain.invoices import Built, Document, Invoice
from domain.outcomes import NeedsAttention, Transient
from domain.ports import Booking

PER_CALL = 20
"""Posted at a time: the server makes the printed invoice in the same call where it has no worker for that."""
FIELDS = (*DOCUMENT, "accounting_date", "party.active", "origin_invoices.reference", "origin_invoices.state")
MEANT = ("invoice_payment_term", "invoice_taxes")
OVERTAKEN = 5


class TrytonBooking(TrytonDocuments):
    """The documents' part of the port, with posting."""

    _settings: TrytonAccounting
    _asks: set[str]

    def fitted(self, built: Built, customer: Customer | None) -> Built:
        """As it is: each part has a place of its own here."""
        return built

    def create_documents(self, wanted: Sequence[tuple[str, Invoice]], *, book: bool = False) -> Sequence[Outcome]:
        """Write each as a draft, invoices before credit notes, and post them where `book` says so."""
        outcomes: dict[int, Outcome] = {}
        for kind in ("invoice", "credit_note"):
            places = [place for place, (_, invoice) in enumerate(wanted) if invoice.kind == kind]
            asked = [wanted[place] for place in places]
            written = self._write(asked)
            outcomes |= dict(zip(places, self._booked(asked, written) if book else written, strict=True))
        return [outcomes[place] for place in range(len(wanted))]

    def book(self, drafts: Sequence[Booking]) -> Sequence[Outcome]:
        """Post each, oldest first, credit notes last; one that is posted already is given as it stands."""
        numbers = list(dict.fromkeys(draft.number for draft in drafts))
        found = self._by_number(numbers)
        outcomes: dict[str, Outcome] = {}
        for notes in (False, True):
            some = [number for number, row in found.items() if (row["total_amount"] < 0) is notes]
            some.sort(key=lambda number: _order(found[number]))
            posted = in_bulk(some, lambda few: patiently(lambda: self._post(few)), PER_CALL)
            outcomes |= dict(zip(some, posted, strict=True))
        return [outcomes.get(one.number) or NeedsAttention("draft_gone", "number", one.number) for one in drafts]

    def _booked(self, asked: Sequence[tuple[str, Invoice]], written: Sequence[Outcome]) -> list[Outcome]:
        """Post the drafts that came out as they were wanted; what can't be posted just now stays a draft."""
        right = [
            Booking("", one.number)
            for (_, invoice), one in zip(asked, written, strict=True)
            if isinstance(one, Document) and one.total == invoice.total
        ]
        after = dict(zip((draft.number for draft in right), self.book(right), strict=True))
        outcomes: list[Outcome] = []
        for one in written:
            booked = after.get(one.number, one) if isinstance(one, Document) else one
            outcomes.append(one if isinstance(booked, Transient) else booked)
        return outcomes

    def _post(self, numbers: Sequence[str]) -> list[Document | NeedsAttention]:
        """One call; where another's invoice of a later day came in between, once more with what stands there then."""
        for _ in range(OVERTAKEN):
            rows = self._by_number(numbers)
            refused, days = self._judged(rows)
            fresh = [row for number, row in rows.items() if number in days and row["state"] not in BOOKED]
            try:
                self._move(fresh, days)
                self._say_that_it_is_meant(fresh)
                if fresh:
                    self._server.call("model.account.invoice.post", [row["id"] for row in fresh])
            except Warned as asked:
                if asked.about not in MEANT or asked.about in self._asks:
                    raise
                self._asks.add(asked.about)
                continue
            except NeedsAttention:
                if days == self._judged(rows)[1]:
                    raise
                continue
            told = self._by_number(list(days))
            self._late_documents.tell(list(told.values()))
            gone = {number: NeedsAttention("draft_gone", "number", number) for number in numbers}
            return [refused.get(one) or (document(told[one]) if one in told else gone[one]) for one in numbers]
        raise NeedsAttention("books_refuse", "accounting", found="overtaken")

    def _judged(self, rows: Mapping[str, Row]) -> tuple[dict[str, NeedsAttention], dict[str, date]]:
        """Which drafts can't be posted, and the day that each other one is to bear."""
        terms = self._records.terms()
        own = {number: row["accounting_date"] or row["invoice_date"] for number, row in rows.items()}
        periods = Periods.read(self._server, terms, own.values())
        newest: dict[int, date] = {}
        refused: dict[str, NeedsAttention] = {}
        days: dict[str, date] = {}
        for number, row in rows.items():
            try:
                if row["state"] not in BOOKED:
                    year = self._checked_year(row, own[number], periods)
                    newest[year] = newest.get(year) or self._newest(year)
                    days[number] = max(own[number], newest[year])
                    self._check_day(days[number], own[number])
                else:
                    days[number] = row["invoice_date"]
            except NeedsAttention as refusal:
                days.pop(number, None)
                refused[number] = refusal
        return refused, days

    def _checked_year(self, row: Row, own: date, periods: Periods) -> int:
        if not row["party."]["active"]:
            raise NeedsAttention("customer_barred", "customer", row["party."]["code"])
        for credited in row["origin_invoices."] or ():
            if credited["state"] not in BOOKED:
                raise NeedsAttention("credited_invoice_not_booked", "credits", credited["reference"])
        if own > danish_day(datetime.now(UTC)):
            raise NeedsAttention("date_in_future", "date", own)
        return periods.fiscal_year(own)

    def _check_day(self, bears: date, own: date) -> None:
        if bears != own and self._settings.back_dated == "hold":
            raise NeedsAttention("back_dated", "date", own, bears)

    def _newest(self, fiscal_year: int) -> date:
        """The day of the newest invoice that was numbered in a fiscal year."""
        domain = [*self._ours(), ["sequence", "!=", None], ["move.period.fiscalyear", "=", fiscal_year]]
        rows = self._server.search_read(
            "account.invoice", domain, ("invoice_date",), limit=1, order=[["invoice_date", "DESC"]]
        )
        return rows[0]["invoice_date"] if rows else date.min

    def _move(self, fresh: Sequence[Row], days: Mapping[str, date]) -> None:
        """Give a day that is taken up to the newest one, and keep the own day as the one that it is posted on."""
        writes: list[Any] = []
        for row in fresh:
            own = row["accounting_date"] or row["invoice_date"]
            if (bears := days[str(row["id"])]) != row["invoice_date"]:
                writes += [[row["id"]], {"invoice_date": day(bears), "accounting_date": day(own)}]
        if writes:
            self._server.call("model.account.invoice.write", *writes)

    def _say_that_it_is_meant(self, fresh: Sequence[Row]) -> None:
        """Answer beforehand what this server has been seen to ask: it asks about each invoice by itself."""
        for row in fresh:
            for about in self._asks:
                self._server.call("model.res.user.warning.skip", _asked(about, row["id"]))

    def _by_number(self, numbers: Sequence[str]) -> dict[str, Row]:
        ids = [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 10]
        rows = self._server.search_read("account.invoice", [*self._ours(), ["id", "in", ids]], FIELDS)
        found = {str(row["id"]): row for row in rows}
        return {number: found[number] for number in numbers if number in found}


def _order(row: Row) -> tuple[date, int]:
    return row["invoice_date"], row["id"]


def _asked(name: str, invoice: int) -> str:
    """The name under which Tryton asks about one invoice."""
    return f"{hashlib.md5(f'account.invoice,{invoice}'.encode(), usedforsecurity=False).hexdigest()}.{name}"
