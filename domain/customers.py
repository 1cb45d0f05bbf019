"""Customers as the accounting system holds them, and what Afstem asks it to write."""

import hashlib
from datetime import datetime
from typing import Literal

from domain import identity
from domain.orders import Buyer, CustomerType, Frozen

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
    """A customer of the books. `contacts` are the names of its contact persons; `values` never holds `contact`.

    `contact_numbers` are theirs by name, in books that need them on documents. `attention` is the person of
    attention, empty where the customer has none; None in books that know no such person.
    """

    number: str
    values: Values
    contacts: tuple[str, ...] = ()
    contact_numbers: dict[str, str] = {}
    attention: str | None = None
    barred: bool = False
    updated_at: datetime


class NewCustomer(Frozen):
    """A customer to create. `key` is the operation's key, the same at each try; `number` is wanted or empty."""

    key: str
    values: Values
    contacts: tuple[str, ...] = ()
    number: str = ""


class CustomerChange(Frozen):
    """Only what shall change on customer `number`: the new values, and contact persons to add.

    `attention` is the name of the contact person who becomes the person of attention, if there is none.
    """

    key: str
    number: str
    values: Values
    new_contacts: tuple[str, ...] = ()
    attention: str = ""


Why = Literal["policy", "update_off", "empty_in_shop", "b2c_hits_company", "other_ean", "collecting"]


class Protected(Frozen):
    """A field in which books and shop differ and which is left as it is, and why."""

    field: CustomerField
    kept: str
    shop: str
    why: Why


class Planned(Frozen):
    """What an order changes on its customer, and what it doesn't. `attention` is a contact person's name."""

    values: Values = {}
    new_contacts: tuple[str, ...] = ()
    attention: str = ""
    protected: tuple[Protected, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.values or self.new_contacts or self.attention)


COMPANY_FIELDS: tuple[CustomerField, ...] = ("cvr", "vat_number")
"""Where the books may keep the number that a company is known by."""


def buyer_name(buyer: Buyer, customer_type: CustomerType) -> str:
    """The name of the customer: a private buyer's own, otherwise the company's; the other one where it is empty."""
    person, company = identity.visible(buyer.name), identity.visible(buyer.company)
    return (person or company) if customer_type == "b2c" else (company or person)


def fingerprint(customer: Customer) -> str:
    """By what a remembered customer is known again: a hash each of name, company number, EAN and e-mails.

    Salted with the customer's number, so that it says nothing of who it is and serves for nothing else.
    """
    return " ".join(sorted(_marks(customer)))


def same_customer(remembered: str, customer: Customer) -> bool:
    """Whether a number is still the customer that was remembered: any one of the marks is unchanged.

    Numbers are used again; a customer that shares nothing with the remembered one is another.
    """
    return not _marks(customer).isdisjoint(remembered.split())


def _marks(customer: Customer) -> set[str]:
    values = customer.values
    country = values.get("country", "")
    told = {("name", key) for key in identity.normalise("name", values.get("name", ""))}
    told |= {("email", key) for key in identity.normalise("email", values.get("email", ""))}
    told |= {("ean", key) for key in identity.normalise("ean", values.get("ean", ""))}
    told |= {("cvr", identity.company_number(values.get(field, ""), country)) for field in COMPANY_FIELDS}
    return {_hash(customer.number, field, key) for field, key in told if key}


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=9).hexdigest()


def directory_keys(customer: Customer) -> list[tuple[str, str]]:
    """Every `(field, value)` under which a customer can be found, both normalised; each only once.

    A foreign VAT number stands under `cvr`, with its country's prefix, as orders ask for it.
    """
    values = customer.values
    country = values.get("country", "")
    keys = [("customer_number", key) for key in identity.normalise("customer_number", customer.number)]
    keys += [("email", key) for key in identity.normalise("email", values.get("email", ""))]
    keys += [("phone", key) for key in identity.normalise("phone", values.get("phone", ""))]
    keys += [("ean", key) for key in identity.normalise("ean", values.get("ean", ""))]
    keys += [("name", key) for key in identity.normalise("name", values.get("name", ""))]
    keys += [("cvr", identity.company_number(values.get(field, ""), country)) for field in COMPANY_FIELDS]
    return [key for key in dict.fromkeys(keys) if key[1]]
