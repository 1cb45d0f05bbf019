"""The tables of the embedded books, and what new books hold from the start.

Amounts are whole øre (hundredths of the currency), quantities whole hundredths, times UTC microseconds since 1970,
dates ISO text: no number here is ever a float.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Index, Table, Text, UniqueConstraint, insert
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class BooksTable(SQLModel, registry=registry()):
    """The books' own set of tables, apart from every other database of the process."""


class SettingRow(BooksTable, table=True):
    """What the bookkeeper decided for the books as a whole (`closed_until`)."""

    __tablename__ = "settings"
    name: str = Field(primary_key=True)
    value: str


class SeriesRow(BooksTable, table=True):
    """The last number taken of a series; `clock` is the last time that anything was written."""

    __tablename__ = "series"
    name: str = Field(primary_key=True)
    last: int


class KeyRow(BooksTable, table=True):
    """A key that was answered once: the same key again gets what became of the same subject."""

    __tablename__ = "keys"
    action: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    subject: int


class GroupRow(BooksTable, table=True):
    """A customer group."""

    __tablename__ = "customer_groups"
    code: str = Field(primary_key=True)
    name: str


class TermsRow(BooksTable, table=True):
    """Payment terms."""

    __tablename__ = "payment_terms"
    code: str = Field(primary_key=True)
    name: str


class ZoneRow(BooksTable, table=True):
    """A VAT zone."""

    __tablename__ = "vat_zones"
    code: str = Field(primary_key=True)
    name: str


class CurrencyRow(BooksTable, table=True):
    """A currency that may be booked in."""

    __tablename__ = "currencies"
    code: str = Field(primary_key=True)
    name: str


class ProductRow(BooksTable, table=True):
    """A product, made when it was first invoiced under the text that it then had."""

    __tablename__ = "products"
    code: str = Field(primary_key=True)
    name: str = Field(sa_type=Text)


class CustomerRow(BooksTable, table=True):
    """A customer. `id` is never used twice; `number` may be, once its customer was deleted."""

    __tablename__ = "customers"
    __table_args__ = (Index("customers_changed", "updated_at", "id"),)
    id: int = Field(primary_key=True)
    number: int = Field(unique=True)
    name: str
    address: str
    zip: str
    city: str
    country: str
    email: str
    phone: str
    cvr: str
    ean: str
    vat_number: str
    currency: str = Field(foreign_key="currencies.code")
    customer_group: str = Field(foreign_key="customer_groups.code")
    payment_terms: str = Field(foreign_key="payment_terms.code")
    vat_zone: str = Field(foreign_key="vat_zones.code")
    barred: bool
    updated_at: int


class ContactRow(BooksTable, table=True):
    """A contact person of a customer; once each."""

    __tablename__ = "contacts"
    customer: int = Field(primary_key=True, foreign_key="customers.id", ondelete="CASCADE")
    name: str = Field(primary_key=True)


class DocumentRow(BooksTable, table=True):
    """An invoice or credit note: a draft with a draft number, or booked with a number of the one series without gaps.

    It keeps its recipient and its customer's number as they were, also when that customer is deleted.
    """

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("state", "number"), Index("documents_changed", "updated_at", "id"))
    id: int = Field(primary_key=True)
    kind: str
    state: str
    number: int
    reference: str = Field(unique=True)
    credits: str = Field(index=True)
    customer: int
    date: str
    currency: str = Field(foreign_key="currencies.code")
    vat_zone: str = Field(foreign_key="vat_zones.code")
    payment_terms: str
    layout: str
    payment_account: str
    recipient: str = Field(sa_type=Text)
    delivery: str = Field(sa_type=Text)
    requisition: str
    reference_person: str
    kontostreng: str
    note: str = Field(sa_type=Text)
    net: int
    vat: int
    total: int
    fingerprint: str
    updated_at: int


class LineRow(BooksTable, table=True):
    """A line of a document. `vat_rate` is percent as text: `25`, `25.5`."""

    __tablename__ = "document_lines"
    document: int = Field(primary_key=True, foreign_key="documents.id", ondelete="CASCADE")
    position: int = Field(primary_key=True)
    kind: str
    product: str = Field(foreign_key="products.code")
    text: str = Field(sa_type=Text)
    quantity: int
    unit_net: int
    net: int
    vat_rate: str


def table_of(row: type[BooksTable]) -> Table:
    """The table beneath a row class, for statements in bulk."""
    table: Table = row.__table__  # type: ignore[attr-defined]
    return table


SETTINGS, SERIES, KEYS = table_of(SettingRow), table_of(SeriesRow), table_of(KeyRow)
GROUPS, TERMS, ZONES = table_of(GroupRow), table_of(TermsRow), table_of(ZoneRow)
CURRENCIES, PRODUCTS = table_of(CurrencyRow), table_of(ProductRow)
CUSTOMERS, CONTACTS = table_of(CustomerRow), table_of(ContactRow)
DOCUMENTS, LINES = table_of(DocumentRow), table_of(LineRow)

AT_FIRST = {
    GROUPS: {"1": "Kunder", "2": "Privatkunder", "3": "Erhvervskunder", "4": "Offentlige kunder"},
    TERMS: {
        "1": "Netto 8 dage",
        "2": "Netto 14 dage",
        "3": "Netto 30 dage",
        "4": "Kontant",
        "5": "Forudbetalt",
        "6": "Løbende måned + 30 dage",
    },
    ZONES: {"domestic": "Indland", "eu": "EU", "abroad": "Udland"},
    CURRENCIES: {
        "DKK": "Danske kroner",
        "EUR": "Euro",
        "SEK": "Svenske kroner",
        "NOK": "Norske kroner",
        "USD": "Amerikanske dollar",
        "GBP": "Britiske pund",
    },
}


def make_tables(connection: Connection) -> None:
    """Make all tables and fill in the master data, within the caller's transaction."""
    BooksTable.metadata.create_all(connection)
    for table, rows in AT_FIRST.items():
        connection.execute(insert(table), [{"code": code, "name": name} for code, name in rows.items()])


def moment(microseconds: int) -> datetime:
    """A stored time as an aware one."""
    return EPOCH + microseconds * MICROSECOND


def microseconds(time: datetime) -> int:
    """An aware time as it is stored."""
    return (time - EPOCH) // MICROSECOND
