"""The embedded books: a small accounting system in one SQLite file, to try settings in before the real one.

They validate, compute and number as a bookkeeping system does, but they are a sandbox: not a registered bookkeeping
system, with no ledger, no payments and no VAT return.
"""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import Connection, RowMapping, delete, insert, select, tuple_

from adapters.accounting.checks import vat_by_rate
from adapters.accounting.local_checks import CUSTOMER_LENGTHS
from adapters.accounting.local_customers import COLUMNS, PAGE, LocalCustomers, contacts_of, terms_of
from adapters.accounting.local_documents import LocalDocuments
from adapters.accounting.local_file import FIELD, chunks
from adapters.accounting.local_tables import CUSTOMERS, DOCUMENTS, LINES, PRODUCTS, SETTINGS
from domain.capabilities import Capabilities, MasterData
from domain.customers import CustomerField
from domain.outcomes import Finding, Misconfigured
from domain.rules import BookWhich, Rules

PATIENCE = timedelta(seconds=30)


class LocalAccounting(Rules):
    """`[accounting]` with `kind = "local"`: `path` is relative to the settings file; `book = false` leaves drafts."""

    kind: Literal["local"] = "local"
    path: Path = Path("books.db")
    book: BookWhich = True


class LocalBooks(LocalCustomers, LocalDocuments):
    """The embedded books as `domain.ports.Accounting`, with what people need beside it.

    Each bulk call is one transaction; processes and threads wait for each other up to `patience`. Nothing is opened
    before it is needed, and reading makes no file.
    """

    capabilities = Capabilities(
        identify_by=frozenset({"email", "phone", "cvr", "ean", "customer_number", "name"}),
        fields=frozenset(get_args(CustomerField)),
        contacts=True,
        einvoicing=False,
        drafts=True,
        lookup_by_reference=True,
        lengths=CUSTOMER_LENGTHS,
    )

    def __init__(self, settings: LocalAccounting, patience: timedelta = PATIENCE) -> None:
        super().__init__(settings.path.absolute(), patience)
        self.name = f"local:{self.path}"

    def check(self) -> Sequence[Finding]:
        """Whether the file, or the folder that it will lie in, can be used."""
        folder = next(parent for parent in self.path.parents if os.access(parent, os.F_OK))
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            return [Finding(code="books_unreachable", field=FIELD, found=str(folder))]
        try:
            with self.reading():
                return []
        except Misconfigured as error:
            return [error.finding]

    def master_data(self) -> MasterData:
        """The codes that settings may name. Products need not be there before they are used."""
        with self.reading() as connection:
            terms = terms_of(connection)
            products = connection.execute(select(PRODUCTS.c.code)).scalars().all()
        return MasterData(
            customer_groups=frozenset(terms.customer_group),
            payment_terms=frozenset(terms.payment_terms),
            vat_zones=frozenset(terms.vat_zone),
            products=frozenset(products),
            currencies=frozenset(terms.currency),
            makes_products=True,
        )

    def close_period(self, until: date | None) -> None:
        """Nothing can be written or booked up to and on this day; None opens the books again."""
        with self.writing() as posting:
            posting.connection.execute(delete(SETTINGS).where(SETTINGS.c.name == "closed_until"))
            if until:
                row = {"name": "closed_until", "value": until.isoformat()}
                posting.connection.execute(insert(SETTINGS), row)

    def closed_until(self) -> date | None:
        """The last closed day."""
        with self.reading() as connection:
            return terms_of(connection).closed_until

    def statement(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that the books hold, ready for JSON: `customers` and `invoices`. Amounts are strings."""
        return {"customers": list(self.told_customers()), "invoices": list(self.told_invoices())}

    def told_customers(self) -> Iterator[dict[str, Any]]:
        """Every customer by number, with all fields, also the empty ones; read page by page."""
        last = 0
        while True:
            query = select(CUSTOMERS).where(CUSTOMERS.c.number > last).order_by(CUSTOMERS.c.number).limit(PAGE)
            with self.reading() as connection:
                rows = connection.execute(query).mappings().all()
                contacts = contacts_of(connection, [row["id"] for row in rows])
            for row in rows:
                told: dict[str, Any] = {"number": str(row["number"]), "barred": row["barred"]}
                told |= {field: row[field] for field in COLUMNS}
                yield told | {"contacts": list(contacts.get(row["id"], ()))}
            if len(rows) < PAGE:
                return
            last = rows[-1]["number"]

    def told_invoices(self) -> Iterator[dict[str, Any]]:
        """Every invoice and credit note, booked ones first, each by its number; read page by page."""
        last = ("", 0)
        while True:
            place = tuple_(DOCUMENTS.c.state, DOCUMENTS.c.number)
            query = select(DOCUMENTS).where(place > last).order_by(DOCUMENTS.c.state, DOCUMENTS.c.number).limit(PAGE)
            with self.reading() as connection:
                rows = connection.execute(query).mappings().all()
                lines = _lines_of(connection, [row["id"] for row in rows])
            for row in rows:
                yield _told(row, lines[row["id"]])
            if len(rows) < PAGE:
                return
            last = (rows[-1]["state"], rows[-1]["number"])


def _lines_of(connection: Connection, documents: Sequence[int]) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = {document: [] for document in documents}
    for some in chunks(documents):
        query = select(LINES).where(LINES.c.document.in_(some)).order_by(LINES.c.document, LINES.c.position)
        for row in connection.execute(query).mappings():
            found[row["document"]].append(row)
    return found


def _told(row: RowMapping, lines: Sequence[RowMapping]) -> dict[str, Any]:
    texts = ("requisition", "reference_person", "kontostreng", "note", "credits", "vat_zone", "payment_terms")
    totals = vat_by_rate((Decimal(line["vat_rate"]), _hundredths(line["net"])) for line in lines)
    return {
        **{name: row[name] for name in ("reference", "kind", "state", "date", "currency", *texts)},
        "number": str(row["number"]),
        "customer": str(row["customer"]),
        "recipient": json.loads(row["recipient"]),
        "delivery": json.loads(row["delivery"]) if row["delivery"] else None,
        **{name: str(_hundredths(row[name])) for name in ("net", "vat", "total")},
        "vat_totals": [{name: str(value) for name, value in total} for total in totals],
        "lines": [_told_line(line) for line in lines],
    }


def _told_line(line: RowMapping) -> dict[str, str]:
    words = {name: line[name] for name in ("kind", "product", "text", "vat_rate")}
    return words | {name: str(_hundredths(line[name])) for name in ("quantity", "unit_net", "net")}


def _hundredths(value: int) -> Decimal:
    return Decimal(value).scaleb(-2)
