"""e-conomic's customers with their contacts and delivery locations."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.simulators.economic_errors import Json, Problems, Refused, not_found
from tests.simulators.economic_ledger import Ledger

TEXTS = (
    "address", "city", "corporateIdentificationNumber", "country", "currency", "ean", "email", "mobilePhone", "name",
    "pNumber", "publicEntryNumber", "telephoneAndFaxNumber", "vatNumber", "website", "zip",
)  # fmt: skip
OTHERS = ("creditLimit", "eInvoicingDisabledByDefault", "salesPerson", "priceGroup")
FILTERABLE = {
    *TEXTS, "balance", "barred", "creditLimit", "customerNumber", "lastUpdated", "customerGroup.customerGroupNumber",
}  # fmt: skip
ONLY_IN_A_PUT = {
    "attention": ("customerContactNumber", "contacts"),
    "customerContact": ("customerContactNumber", "contacts"),
    "defaultDeliveryLocation": ("deliveryLocationNumber", "delivery-locations"),
}
CONTACT = ("email", "name", "phone", "eInvoiceId", "notes", "emailNotifications")
CONTACT_FILTERABLE = {
    "customerContactNumber", "email", "name", "phone", "eInvoiceId", "customer.customerNumber", "sortKey",
}  # fmt: skip
LOCATION = ("address", "city", "country", "postalCode", "termsOfDelivery", "barred", "sortKey")
LOCATION_FILTERABLE = {"address", "city", "country", "deliveryLocationNumber", "postalCode", "termsOfDelivery"}
ELSEWHERE = "E06000"
"""The code for a record that is named and isn't there."""


class Customers:
    """Stored as they are answered. `has_invoices` says whether a customer may not be deleted any more."""

    def __init__(self, ledger: Ledger, has_invoices: Callable[[int], bool]) -> None:
        self._ledger = ledger
        self._has_invoices = has_invoices
        self.all: dict[int, Json] = {}
        self.contacts: dict[int, dict[int, Json]] = {}
        self.locations: dict[int, dict[int, Json]] = {}
        self._last_contact = 0

    def get(self, number: int) -> Json:
        """One customer. Raises `Refused`."""
        if number not in self.all:
            raise not_found()
        return self.all[number]

    def create(self, body: Json) -> Json:
        """A new one, under the number that it asks for or the next one: those of deleted customers are used again."""
        number = body.get("customerNumber") or max(self.all, default=0) + 1
        problems = Problems()
        if number in self.all:
            problems.add(("customerNumber",), "E04390", f"Customer number '{number}' is taken.", number)
        return self._keep(number, body, {}, problems)

    def replace(self, number: int, body: Json) -> tuple[int, Json]:
        """Replace all of it, or create it: status and body. What isn't named is cleared."""
        problems = Problems()
        if body.get("customerNumber", number) != number:
            problems.add(("customerNumber",), "E06151", "CustomerNumber can't be changed.", body["customerNumber"])
        if number not in self.all:
            return 201, self._keep(number, body, {}, problems)
        pointed = {}
        for name, (key, collection) in ONLY_IN_A_PUT.items():
            if name in body and (found := self._pointed(number, body[name].get(key), collection)):
                pointed[name] = {key: body[name][key], "self": found["self"]}
            elif name in body:
                problems.add((name,), ELSEWHERE, f"{name} does not exist.", body[name].get(key))
        return 200, self._keep(number, body, pointed, problems)

    def edit(self, number: int, **values: Any) -> None:
        """What a person changes in the user interface; None empties a field."""
        kept = {**self.get(number), **values, "lastUpdated": self._ledger.now()}
        self.all[number] = {name: value for name, value in kept.items() if value is not None}

    def delete(self, number: int) -> None:
        """Remove it; one that was invoiced stays."""
        self.get(number)
        if self._has_invoices(number):
            raise Refused(400, "The customer has invoices and can't be deleted.", errorCode="E04300")
        for kept in (self.all, self.contacts, self.locations):
            kept.pop(number, None)  # type: ignore[attr-defined]

    def set_contact(self, customer: int, body: Json, contact: int | None = None) -> tuple[int, Json]:
        """Create a contact, or replace it. Raises `Refused`."""
        self.get(customer)
        if contact is not None and contact not in self.contacts[customer]:
            raise not_found()
        if not body.get("name"):
            problems = Problems()
            problems.add(("name",), "E04042", "Name is missing.")
            problems.raise_if_any()
        number = contact or self._next_contact()
        kept = self.contacts[customer]
        order = {"sortKey": kept[number]["sortKey"] if number in kept else len(kept) + 1}
        kept[number] = self._below(customer, "contacts", "customerContactNumber", number, body, CONTACT) | order
        return (200 if contact else 201), kept[number]

    def delete_contact(self, customer: int, contact: int) -> None:
        """Remove a contact; who points to it does so no longer."""
        if self.contacts.get(customer, {}).pop(contact, None) is None:
            raise not_found()
        for name in ("attention", "customerContact"):
            if self.all[customer].get(name, {}).get("customerContactNumber") == contact:
                del self.all[customer][name]

    def set_location(self, customer: int, body: Json, location: int | None = None) -> tuple[int, Json]:
        """Create a delivery location, or replace it. Raises `Refused`."""
        self.get(customer)
        kept = self.locations[customer]
        if location is not None and location not in kept:
            raise not_found()
        number = location or max(kept, default=0) + 1
        kept[number] = self._below(customer, "delivery-locations", "deliveryLocationNumber", number, body, LOCATION)
        return (200 if location else 201), kept[number]

    def _keep(self, number: int, body: Json, pointed: Json, problems: Problems) -> Json:
        shown = self._shown(body, problems)
        if not body.get("name"):
            problems.add(("name",), "E04042", "Name is missing.")
        if body.get("currency") not in self._ledger.currencies():
            problems.add(("currency",), ELSEWHERE, "currency does not exist.", body.get("currency"))
        problems.raise_if_any()
        link = self._ledger.link("customers", number)
        self.contacts.setdefault(number, {})
        self.locations.setdefault(number, {})
        self.all[number] = {
            "customerNumber": number,
            **{name: body[name] for name in TEXTS if body.get(name) not in (None, "")},
            **self._others(body),
            **({"barred": True} if body.get("barred") else {}),
            **shown,
            **pointed,
            "balance": self.all.get(number, {}).get("balance", Decimal("0.00")),
            "dueAmount": Decimal("0.00"),
            "lastUpdated": self._ledger.now(),
            "contacts": f"{link}/contacts",
            "deliveryLocations": f"{link}/delivery-locations",
            "invoices": {name: f"{link}/invoices/{name}" for name in ("drafts", "booked")}
            | {"self": f"{link}/invoices"},
            "self": link,
        }
        return self.all[number]

    def _others(self, body: Json) -> Json:
        """What stands there as it was written; nobody knows the employees."""
        kept = {name: body[name] for name in OTHERS if body.get(name) not in (None, False)}
        if "salesPerson" in kept:
            number = kept["salesPerson"]["employeeNumber"]
            kept["salesPerson"] = {"employeeNumber": number, "self": self._ledger.link("employees", number)}
        return kept

    def _shown(self, body: Json, problems: Problems) -> Json:
        """The references to other records, which must exist."""
        ledger = self._ledger
        found: Json = {}
        for name, key, collection, records, code, must in (
            ("customerGroup", "customerGroupNumber", "customer-groups", ledger.customer_groups, ELSEWHERE, True),
            ("paymentTerms", "paymentTermsNumber", "payment-terms", ledger.payment_terms, "E07080", True),
            ("vatZone", "vatZoneNumber", "vat-zones", ledger.vat_zones, ELSEWHERE, True),
            ("layout", "layoutNumber", "layouts", ledger.layouts, ELSEWHERE, False),
        ):
            number = (body.get(name) or {}).get(key)
            if number is None and must:
                problems.add((name,), "E04042", f"{name} is missing.")
            elif number is not None and number not in records:
                problems.add((name,), code, f"{name} '{number}' not found.", number)
            elif number is not None:
                found[name] = {key: number, "self": ledger.link(collection, number)}
        return found

    def _pointed(self, customer: int, number: Any, collection: str) -> Json | None:
        kept = self.contacts if collection == "contacts" else self.locations
        return kept[customer].get(number)

    def _below(self, customer: int, collection: str, key: str, number: int, body: Json, names: tuple[str, ...]) -> Json:
        link = self._ledger.link("customers", customer)
        return {
            key: number,
            **{name: body[name] for name in names if body.get(name) not in (None, "", [])},
            "customer": {"customerNumber": customer, "self": link},
            "self": f"{link}/{collection}/{number}",
        }

    def _next_contact(self) -> int:
        self._last_contact += 1
        return self._last_contact
