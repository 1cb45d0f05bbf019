"""Customers of the embedded books: created and changed in bulk by the port, one by one by people."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ParamSpec, TypeVar, cast, get_args

from sqlalchemy import Connection, bindparam, delete, func, literal_column, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert

from adapters.accounting.checks import wanted_number
from adapters.accounting.local_checks import Terms, check_customer
from adapters.accounting.local_file import BooksFile, Posting, chunks
from adapters.accounting.local_tables import (
    CONTACTS,
    CURRENCIES,
    CUSTOMERS,
    GROUPS,
    SETTINGS,
    TERMS,
    ZONES,
    microseconds,
    moment,
)
from domain.customers import Customer, CustomerChange, CustomerField, NewCustomer, Values
from domain.outcomes import NeedsAttention

PAGE = 1000
COLUMNS = tuple(field for field in cast(tuple[CustomerField, ...], get_args(CustomerField)) if field != "contact")
DEFAULTS: Values = {"currency": "DKK", "customer_group": "1", "payment_terms": "1", "vat_zone": "domestic"}
Row = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")


class LocalCustomers(BooksFile):
    """The customers in the books' file."""

    def customers(self, since: datetime | None) -> Iterator[Sequence[Customer]]:
        """Customers changed at or after `since` (None: all), by pages, oldest change first."""
        after = (microseconds(since) if since else 0, 0)
        while True:
            place = tuple_(CUSTOMERS.c.updated_at, CUSTOMERS.c.id)
            query = select(CUSTOMERS).where(place >= after).order_by(CUSTOMERS.c.updated_at, CUSTOMERS.c.id)
            with self.reading() as connection:
                rows = [dict(row) for row in connection.execute(query.limit(PAGE)).mappings()]
                contacts = contacts_of(connection, [row["id"] for row in rows])
            if rows:
                yield [_customer(row, contacts.get(row["id"], ())) for row in rows]
            if len(rows) < PAGE:
                return
            after = (rows[-1]["updated_at"], rows[-1]["id"] + 1)

    def find_customers(self, numbers: Sequence[str]) -> Sequence[Customer]:
        """The customers of these numbers."""
        with self.reading() as connection:
            rows = list(_rows(connection, CUSTOMERS.c.number, {customer_number(number) for number in numbers}))
            contacts = contacts_of(connection, [row["id"] for row in rows])
        return [_customer(row, contacts.get(row["id"], ())) for row in rows]

    def create_customers(self, wanted: Sequence[NewCustomer]) -> Sequence[Customer | NeedsAttention]:
        """Create each, under its wanted number or the next one. A key that was answered before gets its customer."""
        with self.writing() as posting:
            desk = _Desk(posting, "create_customer", wanted)
            outcomes = [attempt(desk.create, one) for one in wanted]
            desk.post()
        return outcomes

    def update_customers(self, changes: Sequence[CustomerChange]) -> Sequence[Customer | NeedsAttention]:
        """Write the values that are filled, add the contact persons that are new."""
        with self.writing() as posting:
            desk = _Desk(posting, "update_customer", changes)
            outcomes = [attempt(desk.change, one) for one in changes]
            desk.post()
        return outcomes

    def add_customer(
        self, values: Values, *, contacts: Sequence[str] = (), number: str = "", barred: bool = False
    ) -> Customer:
        """A customer that a person creates. Raises `NeedsAttention`."""
        new = NewCustomer(key="", values=values, contacts=tuple(contacts), number=number)
        with self.writing() as posting:
            desk = _Desk(posting, "create_customer", [new])
            customer = desk.create(new, barred=barred)
            desk.post()
        return customer

    def change_customer(
        self, number: str, values: Values | None = None, *, barred: bool | None = None, contacts: Sequence[str] = ()
    ) -> Customer:
        """What a person changes: here an empty value does erase. Raises `NeedsAttention` (`customer_gone`)."""
        change = CustomerChange(key="", number=number, values=values or {}, new_contacts=tuple(contacts))
        with self.writing() as posting:
            desk = _Desk(posting, "update_customer", [change])
            customer = desk.change(change, barred=barred, erase=True)
            desk.post()
        return customer

    def delete_customer(self, number: str) -> None:
        """Delete a customer; the documents keep what stands on them. The number is free for who asks for it."""
        with self.writing() as posting:
            deleted = posting.connection.execute(delete(CUSTOMERS).where(CUSTOMERS.c.number == customer_number(number)))
            if not deleted.rowcount:
                raise NeedsAttention("customer_gone", "customer", number)


class _Desk:
    """One bulk call: what it needs of the books is read once, every item is judged, all is written at the end."""

    def __init__(self, posting: Posting, action: str, items: Sequence[NewCustomer | CustomerChange]) -> None:
        connection = posting.connection
        self._posting, self._action = posting, action
        self._terms = terms_of(connection)
        self._answered = posting.answered(action, (item.key for item in items if item.key))
        numbers = {customer_number(item.number) for item in items}
        rows = [*_rows(connection, CUSTOMERS.c.number, numbers)]
        rows += _rows(connection, CUSTOMERS.c.id, set(self._answered.values()) - {row["id"] for row in rows})
        self._by_id = {row["id"]: row for row in rows}
        self._by_number = {row["number"]: row for row in rows}
        self._contacts = {key: list(names) for key, names in contacts_of(connection, self._by_id).items()}
        self._highest = connection.execute(select(func.max(CUSTOMERS.c.number))).scalar() or 0
        self._new: list[Row] = []
        self._changed: dict[int, Row] = {}
        self._new_contacts: list[Row] = []
        self._keys: dict[str, int] = {}

    def create(self, wanted: NewCustomer, *, barred: bool = False) -> Customer:
        """Raises `NeedsAttention`; `customer_gone` where this key's customer was deleted since."""
        if wanted.key in self._answered:
            return self._as_it_stands(self._answered[wanted.key], wanted.number or "–")
        values: Values = {field: wanted.values.get(field) or DEFAULTS.get(field, "") for field in COLUMNS}
        contacts = list(dict.fromkeys(name for name in wanted.contacts if name))
        check_customer(values, contacts, self._terms)
        number = self._number(wanted.number)
        identity = self._posting.take("customer_id")
        row = self._row(values, id=identity, number=number, barred=barred)
        self._new.append(row)
        self._by_id[row["id"]] = self._by_number[number] = row
        self._add_contacts(row["id"], contacts)
        return self._answer(wanted.key, row)

    def change(self, change: CustomerChange, *, barred: bool | None = None, erase: bool = False) -> Customer:
        """Raises `NeedsAttention`; `customer_gone` where there is no customer of that number."""
        if change.key in self._answered:
            return self._as_it_stands(self._answered[change.key], change.number)
        row = self._by_number.get(customer_number(change.number))
        if row is None:
            raise NeedsAttention("customer_gone", "customer", change.number)
        values: Values = {field: row[field] for field in COLUMNS}
        values.update((field, text) for field, text in change.values.items() if field in values and (text or erase))
        check_customer(values, change.new_contacts, self._terms)
        row.update(self._row(values, barred=row["barred"] if barred is None else barred))
        self._changed[row["id"]] = row
        self._add_contacts(row["id"], change.new_contacts)
        return self._answer(change.key, row)

    def post(self) -> None:
        """Write everything that was accepted."""
        connection = self._posting.connection
        if self._new:
            connection.execute(insert(CUSTOMERS), self._new)
        if self._changed:
            statement = update(CUSTOMERS).where(CUSTOMERS.c.id == bindparam("row_id"))
            connection.execute(statement, [_renamed(row) for row in self._changed.values()])
        if self._new_contacts:
            connection.execute(insert(CONTACTS), self._new_contacts)
        self._posting.remember(self._action, self._keys)

    def _row(self, values: Values, **others: Any) -> Row:
        return {**others, **{str(field): text for field, text in values.items()}, "updated_at": self._posting.now}

    def _number(self, wanted: str) -> int:
        if wanted:
            number = wanted_number(wanted)
            if number in self._by_number:
                raise NeedsAttention("customer_number_taken", "customer_number", wanted)
            self._highest = max(self._highest, number)
            return number
        while True:
            number = self._posting.take("customer")
            if number > self._highest or not (number in self._by_number or self._is_taken(number)):
                return number

    def _is_taken(self, number: int) -> bool:
        query = select(CUSTOMERS.c.id).where(CUSTOMERS.c.number == number)
        return self._posting.connection.execute(query).first() is not None

    def _add_contacts(self, customer: int, names: Iterable[str]) -> None:
        standing = self._contacts.setdefault(customer, [])
        for name in names:
            if name and name not in standing:
                standing.append(name)
                self._new_contacts.append({"customer": customer, "name": name})

    def _answer(self, key: str, row: Row) -> Customer:
        if key:
            self._answered[key] = self._keys[key] = row["id"]
        return _customer(row, self._contacts.get(row["id"], ()))

    def _as_it_stands(self, identity: int, called: str) -> Customer:
        row = self._by_id.get(identity)
        if row is None:
            raise NeedsAttention("customer_gone", "customer", called)
        return _customer(row, self._contacts.get(identity, ()))


def attempt(write: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | NeedsAttention:
    """One item's outcome: what it came to, or why not."""
    try:
        return write(*args, **kwargs)
    except NeedsAttention as refusal:
        return refusal


def terms_of(connection: Connection) -> Terms:
    """The master data by which items are judged, as they are in this transaction."""

    def names(table: Any) -> dict[str, str]:
        return {row.code: row.name for row in connection.execute(select(table))}

    closed = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == "closed_until")).scalar()
    return Terms(
        customer_group=names(GROUPS),
        payment_terms=names(TERMS),
        vat_zone=names(ZONES),
        currency=names(CURRENCIES),
        closed_until=date.fromisoformat(closed) if closed else None,
    )


def contacts_of(connection: Connection, customers: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The contact persons of customers by their ids, in the order in which they were added."""
    found: dict[int, tuple[str, ...]] = {}
    for some in chunks(customers):
        query = select(CONTACTS).where(CONTACTS.c.customer.in_(some)).order_by(literal_column("rowid"))
        for row in connection.execute(query):
            found[row.customer] = (*found.get(row.customer, ()), row.name)
    return found


def customer_number(written: str) -> int:
    """The number of a customer, or 0, which nobody has, for what can't be one."""
    try:
        return wanted_number(written)
    except NeedsAttention:
        return 0


def _rows(connection: Connection, column: Any, values: Iterable[int]) -> Iterator[Row]:
    for some in chunks(values):
        yield from (dict(row) for row in connection.execute(select(CUSTOMERS).where(column.in_(some))).mappings())


def _renamed(row: Row) -> Row:
    """SQLAlchemy keeps the columns' own names for what is set, so the row to find goes by another."""
    return {**{name: value for name, value in row.items() if name != "id"}, "row_id": row["id"]}


def _customer(row: Mapping[str, Any], contacts: Iterable[str]) -> Customer:
    return Customer(
        number=str(row["number"]),
        values={field: row[field] for field in COLUMNS if row[field]},
        contacts=tuple(contacts),
        barred=row["barred"],
        updated_at=moment(row["updated_at"]),
    )
