"""Invoices and credit notes in Tryton: `account.invoice` of type `out`, a credit note with what it takes back negative.

A reference isn't unique there, so it is looked for before anything is made, and the invoice is made on condition that
nobody has written to its customer since before that look-up; in the same transaction the customer is written to, so
that whoever else looked meanwhile is refused and looks again. A draft goes by its record's number until it is posted.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from adapters.accounting.checks import check_amounts, check_text
from adapters.accounting.tryton_addresses import addresses_of
from adapters.accounting.tryton_credits import Credits
from adapters.accounting.tryton_late import CHANGED, Late, changed_at
from adapters.accounting.tryton_lines import invoice_fields
from adapters.accounting.tryton_periods import Periods
from adapters.accounting.tryton_rpc import Row, TrytonServer, in_bulk, patiently, stamps
from adapters.accounting.tryton_terms import MasterRecords, Terms
from domain.invoices import Document, Invoice
from domain.outcomes import NeedsAttention, Transient

PAGE = 500
DOCUMENT = (
    *("reference", "state", "number", "untaxed_amount", "tax_amount", "total_amount", "invoice_date", *CHANGED),
    *("_timestamp", "party.code", "currency.code"),
)
LENGTHS = {"reference": 250, "note": 4000, "product": 250, "text": 4000}
LONGEST = 500
OURS = [["type", "=", "out"], ["reference", "!=", None], ["state", "!=", "cancelled"]]
BOOKED = frozenset({"posted", "paid"})
Outcome = Document | NeedsAttention | Transient


class TrytonDocuments:
    """The documents' part of the port; booking stands in `tryton_booking.py`."""

    _server: TrytonServer
    _records: MasterRecords
    _late_documents: Late

    def documents(self, since: datetime | None) -> Iterator[Sequence[Document]]:
        """Documents with a reference, changed at or after `since` (None: all), by pages."""
        domain = [*self._ours(), self._late_documents.condition(since)]
        rows = self._server.search_read("account.invoice", domain, CHANGED, order=[["id", "ASC"]])
        ids = self._late_documents.untold(rows, since)
        for start in range(0, len(ids), PAGE):
            page = self._server.search_read("account.invoice", [["id", "in", ids[start : start + PAGE]]], DOCUMENT)
            self._late_documents.tell(page)
            yield [document(row) for row in sorted(page, key=lambda row: int(row["id"]))]

    def find_documents(self, references: Sequence[str]) -> Sequence[Document]:
        """The documents of exactly these references."""
        return [document(row) for row in self._standing([one for one in references if is_text(one)])]

    def update_drafts(self, wanted: Sequence[tuple[str, str, Invoice]]) -> Sequence[Outcome]:
        """Replace the content of each draft; one of another reference isn't the one that was meant."""
        outcomes: dict[int, Outcome] = {}
        periods = self._periods([invoice for *_, invoice in wanted])
        for place, (_, _, invoice) in enumerate(wanted):
            if refusal := self._refusal(invoice, periods):
                outcomes[place] = refusal
        places = [place for place in range(len(wanted)) if place not in outcomes]
        items = [wanted[place][1:] for place in places]
        written = in_bulk(items, lambda some: patiently(lambda: self._replace(some)))
        outcomes |= dict(zip(places, written, strict=True))
        return [outcomes[place] for place in range(len(wanted))]

    def sent(self, numbers: Sequence[str]) -> Sequence[bool]:
        """Tryton's own modules send nothing."""
        return [False] * len(numbers)

    def _write(self, wanted: Sequence[tuple[str, Invoice]]) -> list[Outcome]:
        """Make each a draft; another of a reference is looked at when the first has its outcome."""
        outcomes: dict[int, Outcome] = {}
        first: dict[str, int] = {}
        again: list[int] = []
        periods = self._periods([invoice for _, invoice in wanted])
        for place, (_, invoice) in enumerate(wanted):
            if refusal := self._refusal(invoice, periods):
                outcomes[place] = refusal
            elif first.setdefault(invoice.reference, place) != place:
                again.append(place)
        places = list(first.values())
        written = in_bulk(
            [wanted[place][1] for place in places], lambda some: patiently(lambda: self._create_drafts(some))
        )
        outcomes |= dict(zip(places, written, strict=True))
        same = [place for place in again if wanted[place][0] == wanted[first[wanted[place][1].reference]][0]]
        outcomes |= {place: outcomes[first[wanted[place][1].reference]] for place in same}
        others = [place for place in again if place not in outcomes]
        if others:
            outcomes |= dict(zip(others, self._write([wanted[place] for place in others]), strict=True))
        return [outcomes[place] for place in range(len(wanted))]

    def _create_drafts(self, wanted: Sequence[Invoice]) -> list[Document | NeedsAttention]:
        """One call. The customers are read first: what was written to them since makes it fail, and be tried again."""
        terms = self._records.terms()
        parties = self._parties([invoice.customer for invoice in wanted])
        standing = {row["reference"]: row for row in self._standing([invoice.reference for invoice in wanted])}
        credits_ = Credits.read(self._server, wanted)
        refused: dict[str, NeedsAttention] = {}
        fresh: list[Invoice] = []
        for invoice in wanted:
            try:
                if taken := standing.get(invoice.reference):
                    number = taken["number"] or str(taken["id"])
                    raise NeedsAttention("reference_taken", "reference", invoice.reference, number)
                check_customer(parties, invoice.customer)
                credits_.take(invoice)
                fresh.append(invoice)
            except NeedsAttention as refusal:
                refused[invoice.reference] = refusal
        made: dict[str, Document | NeedsAttention] = {}
        if fresh:
            ids = self._make(fresh, parties, credits_, terms)
            made = dict(zip((invoice.reference for invoice in fresh), self._told_drafts(ids), strict=True))
        return [refused.get(invoice.reference) or made[invoice.reference] for invoice in wanted]

    def _make(
        self, fresh: Sequence[Invoice], parties: Mapping[str, Row], credits_: Credits, terms: Terms
    ) -> Sequence[int]:
        addresses = addresses_of(self._server, fresh, parties, terms)
        guarded = [parties[customer] for customer in dict.fromkeys(invoice.customer for invoice in fresh)]
        rows: list[Row] = []
        for invoice, address in zip(fresh, addresses, strict=True):
            party = parties[invoice.customer]
            rows.append(
                {
                    **invoice_fields(invoice, party, self._records, terms, credits_.line_of(invoice)),
                    "company": terms.company,
                    "type": "out",
                    "reference": invoice.reference,
                    "journal": terms.journal,
                    "account": party["account_receivable"] or terms.receivable,
                    "invoice_address": address,
                }
            )
        # Nobody becomes a payee by this: it writes to the customers, which makes others' look-ups out of date.
        rows[0]["alternative_payees"] = [["write", [party["id"] for party in guarded], {}]]
        ids: Sequence[int] = self._server.call(
            "model.account.invoice.create", rows, timestamps=stamps("party.party", guarded)
        )
        return ids

    def _replace(self, wanted: Sequence[tuple[str, Invoice]]) -> list[Document | NeedsAttention]:
        terms = self._records.terms()
        drafts = self._drafts([number for number, _ in wanted])
        parties = self._parties([invoice.customer for _, invoice in wanted])
        credits_ = Credits.read(self._server, [invoice for _, invoice in wanted])
        refused: dict[str, NeedsAttention] = {}
        fresh: list[Invoice] = []
        for number, invoice in wanted:
            try:
                if number not in drafts or drafts[number]["reference"] != invoice.reference:
                    raise NeedsAttention("draft_gone", "number", number)
                check_customer(parties, invoice.customer)
                credits_.take(invoice, instead_of=drafts[number])
                fresh.append(invoice)
            except NeedsAttention as refusal:
                refused[invoice.reference] = refusal
        made: dict[str, Document | NeedsAttention] = {}
        if fresh:
            by_reference = {row["reference"]: row for row in drafts.values()}
            addresses = addresses_of(self._server, fresh, parties, terms)
            writes: list[Any] = []
            for invoice, address in zip(fresh, addresses, strict=True):
                row, party = by_reference[invoice.reference], parties[invoice.customer]
                fields = invoice_fields(invoice, party, self._records, terms, credits_.line_of(invoice))
                fields["lines"].insert(0, ["delete", row["lines"]])
                fields["taxes"].insert(0, ["delete", row["taxes"]])
                writes += [[row["id"]], {**fields, "invoice_address": address}]
            changed = [by_reference[invoice.reference] for invoice in fresh]
            self._server.call("model.account.invoice.write", *writes, timestamps=stamps("account.invoice", changed))
            outcomes = self._told_drafts([row["id"] for row in changed])
            made = dict(zip((invoice.reference for invoice in fresh), outcomes, strict=True))
        return [refused.get(invoice.reference) or made[invoice.reference] for _, invoice in wanted]

    def _told_drafts(self, ids: Sequence[int]) -> list[Document]:
        rows = self._server.read("account.invoice", ids, DOCUMENT)
        self._late_documents.tell(rows)
        return [document(row) for row in rows]

    def _refusal(self, invoice: Invoice, periods: Periods) -> NeedsAttention | Transient | None:
        """What can be told without looking at other documents."""
        try:
            _check_texts(invoice)
            terms = self._records.terms()
            if invoice.currency not in terms.currencies or (
                invoice.payment_terms and invoice.payment_terms not in terms.payment_terms
            ):
                terms = self._records.terms(anew=True)
            _check_known("currency", invoice.currency, terms.currencies)
            if invoice.payment_terms:
                _check_known("payment_terms", invoice.payment_terms, terms.payment_terms)
            check_amounts(invoice)
            for line in invoice.lines:
                self._records.tax(invoice.vat_zone, line.vat_rate, terms)
                if not (self._records.product(line.product, terms) or terms.revenue):
                    raise NeedsAttention("product_unknown", "accounting.product", line.product)
            periods.fiscal_year(invoice.date)
        except (NeedsAttention, Transient) as error:
            return error
        return None

    def _periods(self, invoices: Sequence[Invoice]) -> Periods:
        return Periods.read(self._server, self._records.terms(), [invoice.date for invoice in invoices])

    def _ours(self) -> list[Any]:
        return [*OURS, ["company", "=", self._records.terms().company]]

    def _standing(self, references: Sequence[str]) -> list[Row]:
        if not references:
            return []
        rows = self._server.search_read(
            "account.invoice", [*self._ours(), ["reference", "in", list(references)]], DOCUMENT
        )
        self._late_documents.tell(rows)
        return rows

    def _drafts(self, numbers: Sequence[str]) -> dict[str, Row]:
        ids = [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 10]
        domain = [*self._ours(), ["id", "in", ids], ["state", "in", ["draft", "validated"]]]
        rows = self._server.search_read("account.invoice", domain, (*DOCUMENT, "lines", "taxes"))
        return {str(row["id"]): row for row in rows}

    def _parties(self, numbers: Sequence[str]) -> dict[str, Row]:
        domain = [["code", "in", [number for number in numbers if number]], ["active", "in", [True, False]]]
        fields = ("code", "name", "addresses", "active", "_timestamp", "customer_payment_term", "account_receivable")
        return {row["code"]: row for row in self._server.search_read("party.party", domain, fields)}


def document(row: Row) -> Document:
    """An invoice of Tryton in our words; all amounts are positive on a credit note too."""
    note = row["total_amount"] < 0
    net, vat, total = (row[name] for name in ("untaxed_amount", "tax_amount", "total_amount"))
    sign = Decimal(-1 if note else 1)
    return Document(
        kind="credit_note" if note else "invoice",
        state="booked" if row["state"] in BOOKED else "draft",
        number=row["number"] if row["state"] in BOOKED else str(row["id"]),
        reference=row["reference"],
        customer=row["party."]["code"],
        currency=row["currency."]["code"],
        net=sign * net,
        vat=sign * vat,
        total=sign * total,
        date=row["invoice_date"] or changed_at(row).date(),  # a draft made by hand has none before it is posted
        updated_at=changed_at(row),
        fingerprint=row["_timestamp"],
    )


def check_customer(parties: Mapping[str, Row], number: str) -> None:
    """Raise `NeedsAttention` where there is no such customer, or it is barred: not active in Tryton."""
    if number not in parties:
        raise NeedsAttention("customer_gone", "customer", number)
    if not parties[number]["active"]:
        raise NeedsAttention("customer_barred", "customer", number)


def is_text(text: str) -> bool:
    """Whether a database can hold it."""
    try:
        check_text("", text, None)
    except NeedsAttention:
        return False
    return bool(text)


def _check_texts(invoice: Invoice) -> None:
    if not invoice.reference:
        raise NeedsAttention("reference_missing", "reference")
    for field in ("reference", "requisition", "reference_person", "kontostreng", "note"):
        check_text(field, getattr(invoice, field), LENGTHS.get(field, LONGEST))
    for party in ("recipient", "delivery"):
        for part, text in getattr(invoice, party) or ():
            check_text(f"{party}.{part}", text, LONGEST)
    for index, line in enumerate(invoice.lines):
        if not line.product:
            raise NeedsAttention("product_missing", f"lines[{index}].product")
        check_text(f"lines[{index}].product", line.product, LENGTHS["product"])
        check_text(f"lines[{index}].text", line.text, LENGTHS["text"])


def _check_known(field: str, code: str, known: Mapping[str, object]) -> None:
    if code not in known:
        raise NeedsAttention(f"{field}_unknown", field, code, ", ".join(known))
