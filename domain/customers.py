"""Customers as the accounting system holds them, and what Afstem wants to write to them."""

from datetime import datetime
from typing import Literal

from domain.orders import Frozen

CustomerField = Literal[
    "name",
    "address",
    "zip",
    "city",
    "country",
    "email",
    "phone",
    "cvr",
    "ean",
    "vat_number",
    "currency",
    "customer_group",
    "payment_terms",
    "vat_zone",
    "contact",
]
Values = dict[CustomerField, str]
"""Field to value; a field that is missing or empty says nothing and erases nothing."""


class Customer(Frozen):
    """A customer of the books. `contacts` are the names of its contact persons; `values` never holds `contact`."""

    number: str
    values: Values
    contacts: tuple[str, ...] = ()
    barred: bool = False
    updated_at: datetime


class NewCustomer(Frozen):
    """A customer to create. `key` is the operation's key, the same at each try; `number` is wanted or empty."""

    key: str
    values: Values
    contacts: tuple[str, ...] = ()
    number: str = ""


class CustomerChange(Frozen):
    """Only what shall change on customer `number`: the new values, and contact persons to add."""

    key: str
    number: str
    values: Values
    new_contacts: tuple[str, ...] = ()
