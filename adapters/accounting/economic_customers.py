"""Customers of e-conomic and their contact persons: read by page, written whole, known by what was last seen."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from adapters.accounting.checks import check_text, wanted_number
from adapters.accounting.economic_client import SETTINGS, Client, Json, number_in, number_of
from adapters.accounting.economic_countries import code_of
from adapters.accounting.economic_settings import EconomicAccounting
from domain.customers import Customer, CustomerChange, CustomerField, NewCustomer, Values, fingerprint, same_customer
from domain.identity import HOME, company_number, normalise
from domain.outcomes import NeedsAttention, Transient
from domain.texts import cut

Known = Callable[[Iterable[str]], Mapping[str, Customer]]
"""The customers of these numbers as the directory mirrors them."""

PROPERTIES: dict[CustomerField, str] = {
    "name": "name",
    "address": "address",
    "zip": "zip",
    "city": "city",
    "country": "country",
    "email": "email",
    "phone": "telephoneAndFaxNumber",
    "ean": "ean",
    "currency": "currency",
}
COMPANY_NUMBER = "corporateIdentificationNumber"
CODES: dict[CustomerField, tuple[str, str]] = {
    "customer_group": ("customerGroup", "customerGroupNumber"),
    "payment_terms": ("paymentTerms", "paymentTermsNumber"),
    "vat_zone": ("vatZone", "vatZoneNumber"),
}
LENGTHS: dict[CustomerField, int] = {
    "name": 255,
    "address": 510,
    "zip": 30,
    "city": 50,
    "country": 50,
    "email": 255,
    "phone": 255,
    "cvr": 40,
    "ean": 13,
    "vat_number": 40,
    "contact": 255,
}
E_INVOICE_ID = 50
NOT_SENT_BACK = frozenset(
    {"metaData", "self", "contacts", "templates", "totals", "deliveryLocations", "invoices", "lastUpdated"}
    | {"balance", "dueAmount"}
)
"""What a customer is read with and can't be written: links, and what the books compute."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class EconomicCustomers:
    """The customers of one agreement. `known` tells what the directory holds, so that it need not be asked for."""

    def __init__(self, client: Client, settings: EconomicAccounting, known: Known | None) -> None:
        self._client = client
        self._settings = settings
        self._known = known
        self._people: dict[str, dict[str, str]] = {}

    def read(self, since: datetime | None) -> Iterator[Sequence[Customer]]:
        """All, or those changed at or after `since`, by pages of a thousand; contact persons as far as ever seen."""
        where = f"lastUpdated$gte:{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if since else ""
        for page in self._client.pages("customers", by="customerNumber", where=where):
            customers = [self.customer_of(body) for body in page]
            known = self._known(one.number for one in customers) if self._known else {}
            yield [self._remembered(one, known) for one in customers]

    def create(self, new: NewCustomer, currency: str) -> Customer:
        """One call; three for one with contact persons. Raises `NeedsAttention`, `Transient`, `Misconfigured`."""
        names = list(dict.fromkeys(name for name in new.contacts if name))
        body = self._new_body(new, currency)
        for name in names:
            check_text("contact", name, LENGTHS["contact"])
        told = self._client.post(body, "customers", key=f"customer|{new.key}")
        number, body = number_in(told.body, "customerNumber"), told.body
        if told.replayed:
            body = self._as_it_stands(number)
            if body.get("name") != told.body.get("name"):
                raise _gone(str(number))
        people = {name: self._add_person(number, name, new.key, bool(body.get("ean"))) for name in names}
        self._people.setdefault(str(number), {}).update(people)
        if people:
            body = self._with_attention(body, people[names[0]], new.key)
        return self.customer_of(body)

    def change(self, change: CustomerChange) -> Customer:
        """Read, change what is named, write the whole back; a contact person is looked for before it is added."""
        values = {field: text for field, text in change.values.items() if text}
        for field, text in values.items():
            check_text(field, text, LENGTHS.get(field))
        number = number_of(change.number, _gone(change.number))
        self._people.setdefault(change.number, {}).update(self._people_seen(change.number))
        customer = self._changed(number, values, change.key) if values else None
        names = [name for name in dict.fromkeys(change.new_contacts) if name]
        if names:
            self._add_people(number, names, change.key)
        if customer is None:
            customer = self._seen(change.number) or self.customer_of(self._as_it_stands(number))
        return self._with_people(customer)

    def people_of(self, number: str) -> Mapping[str, str]:
        """Name to number of a customer's contact persons, from what was seen; asked for where nobody has looked."""
        if self._known is None and number not in self._people:
            self.look_up_people(number)
        return self._people_seen(number)

    def look_up_people(self, number: str) -> None:
        """Ask who the contact persons are now: one call."""
        listed = self._client.listed("customers", number_of(number, _gone(number)), "contacts", gone=_gone(number))
        self._people[number] = {
            str(one.get("name", "")): str(number_in(one, "customerContactNumber"))
            for one in listed
            if not one.get("deleted")
        }

    def terms_of(self, numbers: Iterable[str]) -> dict[str, str]:
        """The payment terms of customers, as far as the directory knows them."""
        known = self._known(numbers) if self._known else {}
        return {number: customer.values.get("payment_terms", "") for number, customer in known.items()}

    def customer_of(self, body: Json) -> Customer:
        """A customer as e-conomic tells it, in our words."""
        values: Values = {field: str(body[name]) for field, name in PROPERTIES.items() if body.get(name)}
        values |= {"country": code_of(values["country"])} if "country" in values else {}
        if "phone" not in values and body.get("mobilePhone"):
            values["phone"] = str(body["mobilePhone"])
        values |= _company_numbers(body, values.get("country", ""))
        for field, (name, number) in CODES.items():
            if number in body.get(name, {}):
                values[field] = str(body[name][number])
        if "vat_zone" in values:
            values["vat_zone"] = self._settings.zone_named(int(values["vat_zone"]))
        customer = Customer(
            number=str(number_in(body, "customerNumber")),
            values=values,
            barred=bool(body.get("barred")),
            updated_at=moment_of(body.get("lastUpdated")),
        )
        return self._with_people(customer)

    def _new_body(self, new: NewCustomer, currency: str) -> Json:
        values = {field: text for field, text in new.values.items() if text}
        if not values.get("name", "").strip():
            raise NeedsAttention("customer_name_missing", "name")
        for field, text in values.items():
            check_text(field, text, LENGTHS.get(field))
        settings = self._settings
        usual: Values = {
            "currency": currency,
            "customer_group": str(settings.customer_group),
            "payment_terms": str(settings.payment_terms),
            "vat_zone": "domestic",
        }
        body = self._laid_over({}, usual | values)
        return {**({"customerNumber": wanted_number(new.number)} if new.number else {}), **body}

    def _laid_over(self, body: Json, values: Mapping[CustomerField, str]) -> Json:
        """A customer's body with these values in it."""
        laid = {**body, **{name: values[field] for field, name in PROPERTIES.items() if field in values}}
        company = values.get("cvr") or values.get("vat_number")
        if company:
            laid[COMPANY_NUMBER] = company
        for field, (name, number) in CODES.items():
            if field in values:
                laid[name] = {number: self._code(field, values[field])}
        return laid

    def _code(self, field: CustomerField, text: str) -> int:
        if field == "vat_zone" and not text.isdigit():
            return self._settings.zone_number(text)
        return number_of(text, NeedsAttention(f"{field}_unknown", field, text))

    def _changed(self, number: int, values: Values, key: str) -> Customer:
        whole = self._laid_over(_sent_back(self._as_it_stands(number)), values)
        told = self._client.put(whole, "customers", number, key=f"change|{key}")
        return self.customer_of(self._as_it_stands(number) if told.replayed else told.body)

    def _as_it_stands(self, number: int) -> Json:
        return self._client.get("customers", number, gone=_gone(str(number)))

    def _add_people(self, number: int, names: Sequence[str], key: str) -> None:
        seen = self._people_seen(str(number))
        if all(person_in(seen, name) for name in names):
            return
        self.look_up_people(str(number))
        seen = self._people[str(number)]
        customer = self._seen(str(number))
        public = bool(customer and customer.values.get("ean"))
        nobody = not seen
        for name in names:
            if not person_in(seen, name):
                check_text("contact", name, LENGTHS["contact"])
                seen[name] = self._add_person(number, name, key, public)
        if public and nobody:
            self._with_attention(self._as_it_stands(number), seen[names[0]], key)

    def _with_attention(self, body: Json, person: str, key: str) -> Json:
        """The customer with a person of attention, which an e-invoice asks for; one that it has is left."""
        if "attention" in body:
            return body
        contact = {"customerContactNumber": int(person)}
        whole = {**_sent_back(body), "attention": contact, "customerContact": contact}
        number = number_in(body, "customerNumber")
        return self._client.put(whole, "customers", number, key=f"attention|{number}|{key}").body

    def _add_person(self, number: int, name: str, key: str, public: bool) -> str:
        """A new contact person's number. That of a public customer stands on e-invoices by `eInvoiceId`."""
        body = {"name": name, **({"eInvoiceId": cut(name, E_INVOICE_ID)} if public else {})}
        told = self._client.post(
            body, "customers", number, "contacts", key=f"contact|{number}|{name}|{key}", gone=_gone(str(number))
        )
        return str(number_in(told.body, "customerContactNumber"))

    def _seen(self, number: str) -> Customer | None:
        return self._known([number]).get(number) if self._known else None

    def _people_seen(self, number: str) -> dict[str, str]:
        mirrored = self._seen(number)
        return {**(mirrored.contact_numbers if mirrored else {}), **self._people.get(number, {})}

    def _remembered(self, customer: Customer, known: Mapping[str, Customer]) -> Customer:
        """A list names no contact persons: the directory's are kept, unless the number is another customer's now."""
        mirrored = known.get(customer.number)
        if mirrored is None:
            return customer
        if not same_customer(fingerprint(mirrored), customer):
            self._people.pop(customer.number, None)
            return customer.model_copy(update={"contacts": (), "contact_numbers": {}})
        if mirrored.contact_numbers:
            self._people[customer.number] = {**mirrored.contact_numbers, **self._people.get(customer.number, {})}
        return self._with_people(customer)

    def _with_people(self, customer: Customer) -> Customer:
        """Contact persons as this process has seen them; the directory keeps what others did."""
        people = self._people.get(customer.number, {})
        if not people:
            return customer
        names = (*customer.contacts, *(name for name in people if name not in customer.contacts))
        numbers = {**customer.contact_numbers, **people}
        return customer.model_copy(update={"contacts": names, "contact_numbers": numbers})


def person_in(people: Mapping[str, str], name: str) -> str:
    """The number of the contact person of this name, however it is spelled; empty where there is none."""
    if name in people:
        return people[name]
    keys = set(normalise("name", name))
    return next((number for known, number in people.items() if keys and keys <= set(normalise("name", known))), "")


def moment_of(text: Any) -> datetime:
    """A time as e-conomic writes it, in UTC; the earliest where it tells none. Raises `Transient` for nonsense."""
    if not text:
        return EARLIEST
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Transient("answer_unreadable", SETTINGS) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _company_numbers(body: Json, country: str) -> Values:
    """The company number, under the field that it belongs to: a Danish CVR, or another country's VAT number."""
    found: Values = {"vat_number": str(body["vatNumber"])} if body.get("vatNumber") else {}
    text = str(body.get(COMPANY_NUMBER) or "")
    if not text:
        return found
    key = company_number(text, country or HOME)
    foreign = key[:2].isalpha() and not key.startswith(HOME)
    return found | ({"vat_number": text} if foreign and not found else {"cvr": text})


def _sent_back(body: Json) -> Json:
    return {name: value for name, value in body.items() if name not in NOT_SENT_BACK}


def _gone(number: str) -> NeedsAttention:
    return NeedsAttention("customer_gone", "customer", number)
