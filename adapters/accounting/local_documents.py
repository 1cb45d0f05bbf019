"""Invoices and credit notes of the embedded books: judged, numbered without gaps, booked for good."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert

from adapters.accounting.local_checks import check_invoice, check_open
from adapters.accounting.local_customers import PAGE, Row, attempt, customer_number, terms_of
from adapters.accounting.local_file import BooksFile, Posting, chunks
from adapters.accounting.local_tables import CUSTOMERS, DOCUMENTS, LINES, PRODUCTS, microseconds, moment
from domain.customers import Customer
from domain.invoices import Built, Document, Invoice
from domain.money import plain
from domain.outcomes import NeedsAttention
from domain.ports import Booking


class LocalDocuments(BooksFile):
    """The documents in the books' file."""

    def documents(self, since: datetime | None) -> Iterator[Sequence[Document]]:
        """Drafts and booked documents changed at or after `since` (None: all), by pages, oldest change first."""
        after = (microseconds(since) if since else 0, 0)
        while True:
            place = tuple_(DOCUMENTS.c.updated_at, DOCUMENTS.c.id)
            query = select(DOCUMENTS).where(place >= after).order_by(DOCUMENTS.c.updated_at, DOCUMENTS.c.id)
            with self.reading() as connection:
                rows = [dict(row) for row in connection.execute(query.limit(PAGE)).mappings()]
            if rows:
                yield [_document(row) for row in rows]
            if len(rows) < PAGE:
                return
            after = (rows[-1]["updated_at"], rows[-1]["id"] + 1)

    def find_documents(self, references: Sequence[str]) -> Sequence[Document]:
        """The documents of exactly these references."""
        with self.reading() as connection:
            return [_document(row) for row in _rows(connection, DOCUMENTS.c.reference, set(references))]

    def fitted(self, built: Built, customer: Customer | None) -> Built:
        """As it is: each part has a place of its own here."""
        return built

    def create_documents(
        self, wanted: Sequence[tuple[str, Invoice]], *, book: bool = False
    ) -> Sequence[Document | NeedsAttention]:
        """Write each, and book it in the same transaction where `book` says so."""
        with self.writing() as posting:
            desk = _Desk(posting, "create_document", [key for key, _ in wanted], [invoice for _, invoice in wanted])
            outcomes = [attempt(desk.create, key, invoice, book=book) for key, invoice in wanted]
            desk.post()
        return outcomes

    def update_drafts(self, wanted: Sequence[tuple[str, str, Invoice]]) -> Sequence[Document | NeedsAttention]:
        """Replace the content of each draft; a draft of another reference isn't the one that was meant."""
        with self.writing() as posting:
            desk = _Desk(posting, "update_draft", [key for key, _, _ in wanted], [invoice for *_, invoice in wanted])
            outcomes = [attempt(desk.replace, key, number, invoice) for key, number, invoice in wanted]
            desk.post()
        return outcomes

    def book(self, drafts: Sequence[Booking]) -> Sequence[Document | NeedsAttention]:
        """Give each draft the next number of the series: irreversible."""
        with self.writing() as posting:
            desk = _Desk(posting, "book", [draft.key for draft in drafts], [])
            outcomes = [attempt(desk.book, draft.key, draft.number) for draft in drafts]
            desk.post()
        return outcomes

    def sent(self, numbers: Sequence[str]) -> Sequence[bool]:
        """These books send nothing."""
        return [False] * len(numbers)

    def delete_draft(self, number: str) -> None:
        """What a bookkeeper may do to a draft. Raises `NeedsAttention` (`draft_gone`)."""
        with self.writing() as posting:
            query = delete(DOCUMENTS).where(*_is_draft(number))
            if not posting.connection.execute(query).rowcount:
                raise NeedsAttention("draft_gone", "number", number)


class _Desk:
    """One bulk call: what it needs of the books is read once, every item is judged, new documents go in together."""

    def __init__(self, posting: Posting, action: str, keys: Iterable[str], invoices: Sequence[Invoice]) -> None:
        self._posting, self._action, self._connection = posting, action, posting.connection
        self._terms = terms_of(self._connection)
        subjects = posting.answered(action, keys)
        answered = {row["id"]: row for row in _rows(self._connection, DOCUMENTS.c.id, set(subjects.values()))}
        self._answered = {key: answered.get(subject) for key, subject in subjects.items()}
        self._barred = _barred(self._connection, {customer_number(invoice.customer) for invoice in invoices})
        references = {invoice.reference for invoice in invoices} | {i.credits for i in invoices if i.credits}
        self._standing = {row["reference"]: row for row in _rows(self._connection, DOCUMENTS.c.reference, references)}
        self._credited = _credited(self._connection, references)
        self._new: list[Row] = []
        self._lines: list[Row] = []
        self._products: dict[str, str] = {}
        self._keys: dict[str, int] = {}

    def create(self, key: str, invoice: Invoice, *, book: bool) -> Document:
        """Raises `NeedsAttention`; `draft_gone` where this key's draft was deleted since."""
        if key in self._answered:
            return self._as_it_stands(key, invoice.reference)
        self._admit(invoice, None)
        if book and invoice.credits:
            _check_booked(invoice.credits, self._standing.get(invoice.credits))
        row = {
            **_content(invoice),
            "id": self._posting.take("document_id"),
            "state": "booked" if book else "draft",
            "number": self._posting.take("booked" if book else "draft"),
            "updated_at": self._posting.now,
        }
        self._new.append(row)
        self._take_lines(row["id"], invoice)
        self._take_credit(row, row["total"])
        return self._answer(key, row)

    def replace(self, key: str, number: str, invoice: Invoice) -> Document:
        """Raises `NeedsAttention`; `draft_gone` where that number is no draft of this reference."""
        if key in self._answered:
            return self._as_it_stands(key, number)
        draft = self._standing.get(invoice.reference)
        if draft is None or not _is_the_same(draft, number, invoice):
            raise NeedsAttention("draft_gone", "number", number)
        self._admit(invoice, draft)
        row = {**draft, **_content(invoice), "updated_at": self._posting.now}
        self._write(row)
        self._connection.execute(delete(LINES).where(LINES.c.document == row["id"]))
        self._take_lines(row["id"], invoice)
        self._take_credit(row, row["total"] - draft["total"])
        return self._answer(key, row)

    def book(self, key: str, number: str) -> Document:
        """Raises `NeedsAttention`: what barred a draft from being written bars it from being booked."""
        if key in self._answered:
            return self._as_it_stands(key, number)
        found = self._connection.execute(select(DOCUMENTS).where(*_is_draft(number))).mappings().first()
        if found is None:
            raise NeedsAttention("draft_gone", "number", number)
        draft = dict(found)
        self._barred |= _barred(self._connection, [draft["customer"]])
        self._check_customer(str(draft["customer"]))
        check_open(date.fromisoformat(draft["date"]), self._terms)
        if draft["kind"] == "credit_note":
            credited = next(_rows(self._connection, DOCUMENTS.c.reference, [draft["credits"]]), None)
            _check_booked(draft["credits"], credited)
        numbers = {"state": "booked", "number": self._posting.take("booked"), "updated_at": self._posting.now}
        row = {**draft, **numbers}
        self._write(row)
        return self._answer(key, row)

    def post(self) -> None:
        """Write everything that was accepted and isn't written yet."""
        products = [{"code": code, "name": name} for code, name in self._products.items()]
        for table, rows in ((PRODUCTS, products), (DOCUMENTS, self._new), (LINES, self._lines)):
            if rows:
                statement = insert(table)
                self._connection.execute(statement.on_conflict_do_nothing() if table is PRODUCTS else statement, rows)
        self._posting.remember(self._action, self._keys)

    def _admit(self, invoice: Invoice, draft: Row | None) -> None:
        check_invoice(invoice, self._terms)
        self._check_customer(invoice.customer)
        if draft is None and invoice.reference in self._standing:
            taken = self._standing[invoice.reference]
            raise NeedsAttention("reference_taken", "reference", invoice.reference, taken["number"])
        total = _ore(invoice.total)
        if self._credited.get(invoice.reference, 0) > total:
            credited = _kroner(self._credited[invoice.reference])
            raise NeedsAttention("credit_exceeds_invoice", "total", credited, invoice.total)
        if invoice.kind == "credit_note":
            self._check_credit(invoice, total, draft["total"] if draft else 0)

    def _check_credit(self, note: Invoice, total: int, before: int) -> None:
        credited = self._standing.get(note.credits)
        if credited is None or credited["kind"] != "invoice":
            raise NeedsAttention("credited_invoice_missing", "credits", note.credits)
        for field, found, expected in (
            ("customer", note.customer, str(credited["customer"])),
            ("currency", note.currency, credited["currency"]),
        ):
            if found != expected:
                raise NeedsAttention("credit_differs_from_invoice", field, found, expected)
        left = credited["total"] - self._credited.get(note.credits, 0) + before
        if total > left:
            raise NeedsAttention("credit_exceeds_invoice", "total", note.total, _kroner(left))

    def _check_customer(self, number: str) -> None:
        barred = self._barred.get(customer_number(number))
        if barred is None:
            raise NeedsAttention("customer_gone", "customer", number)
        if barred:
            raise NeedsAttention("customer_barred", "customer", number)

    def _take_lines(self, document: int, invoice: Invoice) -> None:
        for position, line in enumerate(invoice.lines, 1):
            self._products.setdefault(line.product, line.text)
            self._lines.append(
                {
                    "document": document,
                    "position": position,
                    "kind": line.kind,
                    "product": line.product,
                    "text": line.text,
                    "quantity": _ore(line.quantity),
                    "unit_net": _ore(line.unit_net),
                    "net": _ore(line.net),
                    "vat_rate": str(plain(line.vat_rate)),
                }
            )

    def _take_credit(self, row: Row, more: int) -> None:
        if row["credits"]:
            self._credited[row["credits"]] = self._credited.get(row["credits"], 0) + more

    def _write(self, row: Row) -> None:
        self._connection.execute(update(DOCUMENTS).where(DOCUMENTS.c.id == row["id"]).values(row))

    def _answer(self, key: str, row: Row) -> Document:
        self._standing[row["reference"]] = self._answered[key] = row
        self._keys[key] = row["id"]
        return _document(row)

    def _as_it_stands(self, key: str, called: str) -> Document:
        row = self._answered[key]
        if row is None:
            raise NeedsAttention("draft_gone", "number", called)
        return _document(row)


def _is_the_same(draft: Row, number: str, invoice: Invoice) -> bool:
    """A number alone proves nothing: books restored from a copy give it to another draft."""
    standing = draft["state"], str(draft["number"]), draft["kind"], draft["credits"]
    return standing == ("draft", number, invoice.kind, invoice.credits)


def _check_booked(reference: str, invoice: Row | None) -> None:
    """A booked credit note refers to a booked invoice."""
    if invoice is None:
        raise NeedsAttention("credited_invoice_missing", "credits", reference)
    if invoice["state"] != "booked":
        raise NeedsAttention("credited_invoice_not_booked", "credits", reference)


def _content(invoice: Invoice) -> Row:
    return {
        "kind": invoice.kind,
        "reference": invoice.reference,
        "credits": invoice.credits,
        "customer": customer_number(invoice.customer),
        "date": invoice.date.isoformat(),
        "currency": invoice.currency,
        "vat_zone": invoice.vat_zone,
        "payment_terms": invoice.payment_terms,
        "layout": invoice.layout,
        "payment_account": invoice.payment_account,
        "recipient": invoice.recipient.model_dump_json(),
        "delivery": invoice.delivery.model_dump_json() if invoice.delivery else "",
        "requisition": invoice.requisition,
        "reference_person": invoice.reference_person,
        "kontostreng": invoice.kontostreng,
        "note": invoice.note,
        "net": _ore(invoice.net),
        "vat": _ore(invoice.vat),
        "total": _ore(invoice.total),
        "fingerprint": invoice.fingerprint,
    }


def _document(row: Row) -> Document:
    return Document(
        kind=row["kind"],
        state=row["state"],
        number=str(row["number"]),
        reference=row["reference"],
        customer=str(row["customer"]),
        currency=row["currency"],
        net=_kroner(row["net"]),
        vat=_kroner(row["vat"]),
        total=_kroner(row["total"]),
        date=date.fromisoformat(row["date"]),
        updated_at=moment(row["updated_at"]),
        fingerprint=row["fingerprint"],
    )


def _rows(connection: Connection, column: ColumnElement[Any], values: Iterable[Any]) -> Iterator[Row]:
    for some in chunks(values):
        yield from (dict(row) for row in connection.execute(select(DOCUMENTS).where(column.in_(some))).mappings())


def _barred(connection: Connection, numbers: Iterable[int]) -> dict[int, bool]:
    """Which of these customers exist, and whether they are barred."""
    found: dict[int, bool] = {}
    for some in chunks(numbers):
        query = select(CUSTOMERS.c.number, CUSTOMERS.c.barred).where(CUSTOMERS.c.number.in_(some))
        found.update((row.number, row.barred) for row in connection.execute(query))
    return found


def _credited(connection: Connection, references: Iterable[str]) -> dict[str, int]:
    """What the credit notes that stand take back of these invoices, in whole øre."""
    found: dict[str, int] = {}
    for some in chunks(references):
        query = select(DOCUMENTS.c.credits, func.sum(DOCUMENTS.c.total)).where(DOCUMENTS.c.credits.in_(some))
        found.update((reference, total) for reference, total in connection.execute(query.group_by(DOCUMENTS.c.credits)))
    return found


def _is_draft(number: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return DOCUMENTS.c.state == "draft", DOCUMENTS.c.number == customer_number(number)


def _ore(value: Decimal) -> int:
    return int(value.scaleb(2))


def _kroner(ore: int) -> Decimal:
    return Decimal(ore).scaleb(-2)
