"""Customers of e-conomic and their contact persons: read by page, written whole, known by what was last seen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.accounting.checks import check_text, wanted_number
from adapters.accounting.economic_client import SETTINGS, Client, Json, number_in, number_of
from adapters.accounting.economic_countries import code_of
from adapters.accounting.economic_errors import unexplained
from adapters.accounting.economic_people import Directory, People, e_invoice_id, person_in, with_people
from adapters.accounting.economic_settings import EconomicAccounting
from domain.customers import Customer, CustomerChange, CustomerField, NewCustomer, Values, fingerprint, same_customer
from domain.identity import HOME, company_number, normalise
from domain.outcomes import NeedsAttention, Transient

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
MOBILE_PHONE = "mobilePhone"
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
NOT_SENT_BACK = frozenset(
    {"metaData", "self", "contacts", "templates", "totals", "deliveryLocations", "invoices", "lastUpdated"}
    | {"balance", "dueAmount"}
)
"""What a customer is read with and can't be written: links, and what the books compute."""
LATE = timedelta(minutes=1)
"""A change bears the time at which it was begun, and may be seen only after later ones."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class EconomicCustomers:
    """The customers of one agreement. The directory tells what it holds, so that it need not be asked for."""

    def __init__(self, client: Client, settings: EconomicAccounting, directory: Directory | None) -> None:
        self._client = client
        self._settings = settings
        self._people = People(directory)

    def read(self, since: datetime | None) -> Iterator[Sequence[Customer]]:
        """All, or those changed at or after `since` and in the minute before it, by pages of a thousand.

        Contact persons as far as ever seen.
        """
        where = f"lastUpdated$gte:{(since - LATE).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if since else ""
        for page in self._client.pages("customers", by="customerNumber", where=where):
            customers = [self.customer_of(body) for body in page]
            known = self._people.mirrored(one.number for one in customers)
            yield [self._remembered(one, known.get(one.number)) for one in customers]

    def find(self, numbers: Iterable[str]) -> list[Customer]:
        """Those of these numbers who are there: two calls each. Only an answer of 404 says that one isn't."""
        found: list[Customer] = []
        for number in numbers:
            gone = _gone(number)
            try:
                body = self._client.get("customers", number_of(number, gone), gone=gone)
                people = self.look_up_people(number, gone)
            except NeedsAttention as error:
                if error is not gone:
                    raise
                continue
            found.append(with_people(self.customer_of(body), people))
        return found

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
        self._people.forget(str(number))
        try:
            body = self._with_people(number, body, names, new.key)
        except NeedsAttention as refused:
            # The customer stands there all the same. Whoever buys next finds it, and is told what was refused.
            if refused.finding.code == "customer_gone":
                raise
        return self._people.on(self.customer_of(body), None)

    def change(self, change: CustomerChange) -> Customer:
        """Read, change what is named, write the whole back; a contact person is looked for before it is added."""
        values = {field: text for field, text in change.values.items() if text}
        for field, text in values.items():
            check_text(field, text, LENGTHS.get(field))
        number = number_of(change.number, _gone(change.number))
        customer = self._people.mirrored([change.number]).get(change.number)
        standing = self._still(number, customer) if values or change.attention or not customer else {}
        if names := [name for name in dict.fromkeys(change.new_contacts) if name]:
            known = customer.values if customer else {}
            public = any("ean" in one for one in (standing, known, values))
            self._add_people(number, names, change.key, public)
        whole = self._laid_over(standing, values)
        if change.attention and "attention" not in standing:
            standing = self._put_attended(number, whole, change)
        elif values:
            standing = self._put(number, whole, f"change|{change.key}")
        told = self.customer_of(standing) if standing or not customer else customer
        return self._people.on(told, self._people.mirrored([change.number]).get(change.number))

    def people_of(self, number: str) -> Mapping[str, str]:
        """Name to number of a customer's contact persons, from what was seen; asked for where nobody has looked."""
        return self._people.of(number) if self._people.may_be_known(number) else self.look_up_people(number)

    def look_up_people(self, number: str, gone: NeedsAttention | None = None) -> Mapping[str, str]:
        """Ask who the contact persons are now, one call; the directory is told. Raises `gone` without the customer."""
        gone = gone or _gone(number)
        listed = self._client.listed("customers", number_of(number, gone), "contacts", gone=gone)
        people = {
            str(one.get("name", "")): str(number_in(one, "customerContactNumber"))
            for one in listed
            if not one.get("deleted")
        }
        self._people.replace(number, people)
        return people

    def terms_of(self, numbers: Iterable[str]) -> dict[str, str]:
        """The payment terms of customers, as far as the directory knows them."""
        known = self._people.mirrored(numbers)
        return {number: customer.values.get("payment_terms", "") for number, customer in known.items()}

    def customer_of(self, body: Json) -> Customer:
        """A customer as e-conomic tells it, in our words; that is without contact persons."""
        values: Values = {field: str(body[name]) for field, name in PROPERTIES.items() if body.get(name)}
        values |= {"country": code_of(values["country"])} if "country" in values else {}
        values |= _phones(body)
        values |= _company_numbers(body, values.get("country", ""))
        for field, (name, number) in CODES.items():
            if number in body.get(name, {}):
                values[field] = str(body[name][number])
        if "vat_zone" in values:
            values["vat_zone"] = self._settings.zone_named(int(values["vat_zone"]))
        return Customer(
            number=str(number_in(body, "customerNumber")),
            values=values,
            attention=str(body.get("attention", {}).get("customerContactNumber", "")),
            barred=bool(body.get("barred")),
            updated_at=moment_of(body.get("lastUpdated")),
        )

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

    def _still(self, number: int, mirrored: Customer | None) -> Json:
        """A customer to write to, as it stands. One whom the directory doesn't know again is another: numbers are
        used again.
        """
        body = self._as_it_stands(number)
        if mirrored and not same_customer(fingerprint(mirrored), self.customer_of(body)):
            raise _gone(str(number))
        return body

    def _as_it_stands(self, number: int) -> Json:
        return self._client.get("customers", number, gone=_gone(str(number)))

    def _put(self, number: int, whole: Json, key: str) -> Json:
        """The customer written as a whole, and as it stands then.

        A PUT to one that was deleted in the same instant makes one; that one is deleted again.
        """
        told = self._client.put(_sent_back(whole), "customers", number, key=key, gone=_gone(str(number)))
        if told.created:
            self._client.delete_customer(number_in(told.body, "customerNumber"))
            raise _gone(str(number))
        return self._as_it_stands(number) if told.replayed else told.body

    def _with_people(self, number: int, body: Json, names: Sequence[str], key: str) -> Json:
        """A new customer's contact persons, the first of whom it is to be attended by; gives it as it stands then."""
        people: dict[str, str] = {}
        for name in names:
            people[name] = self._add_person(number, name, key, bool(body.get("ean")))
            self._people.meet(str(number), people)
        if people and "attention" not in body:
            return self._put(number, _attended(body, people[names[0]]), f"attention|{number}|{key}")
        return body

    def _put_attended(self, number: int, whole: Json, change: CustomerChange) -> Json:
        """The customer written with its person of attention, who may have been deleted since somebody looked."""
        person = person_in(self._people.of(change.number), change.attention)
        if not person:
            raise Transient("contact_deleted", "customer")
        try:
            return self._put(number, _attended(whole, person), f"attention|{number}|{change.key}")
        except NeedsAttention as refused:
            if refused.finding.code != "contact_gone":
                raise
            if person_in(self.look_up_people(change.number), change.attention) == person:
                raise unexplained(refused) from refused
            raise Transient("contact_deleted", "customer") from refused

    def _add_people(self, number: int, names: Sequence[str], key: str, public: bool) -> None:
        """Add whom the customer hasn't got. Whom nobody has seen may be there all the same, so that is asked first."""
        if all(person_in(self._people.of(str(number)), name) for name in names):
            return
        seen = self.look_up_people(str(number))
        for name in names:
            if not person_in(seen, name):
                check_text("contact", name, LENGTHS["contact"])
                self._people.meet(str(number), {name: self._add_person(number, name, key, public)})

    def _add_person(self, number: int, name: str, key: str, public: bool) -> str:
        """A new contact person's number. That of a public customer stands on e-invoices by `eInvoiceId`."""
        body = {"name": name, **({"eInvoiceId": e_invoice_id(name)} if public else {})}
        told = self._client.post(
            body, "customers", number, "contacts", key=f"contact|{number}|{name}|{key}", gone=_gone(str(number))
        )
        return str(number_in(told.body, "customerContactNumber"))

    def _remembered(self, customer: Customer, mirrored: Customer | None) -> Customer:
        """A list names no contact persons: the directory's are kept, unless the number is another customer's now."""
        if mirrored and not same_customer(fingerprint(mirrored), customer):
            self._people.forget(customer.number)
            return customer
        return self._people.on(customer, mirrored)


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


def _phones(body: Json) -> Values:
    """All phones under which the customer is known, though only the first field is ever written to by us."""
    own, mobile = (str(body.get(name) or "") for name in (PROPERTIES["phone"], MOBILE_PHONE))
    if not mobile or set(normalise("phone", mobile)) <= set(normalise("phone", own)):
        return {}
    return {"phone": "; ".join(text for text in (own, mobile) if text)}


def _attended(body: Json, person: str) -> Json:
    """The customer with a person of attention, which an e-invoice asks for."""
    contact = {"customerContactNumber": int(person)}
    return {**body, "attention": contact, "customerContact": contact}


def _sent_back(body: Json) -> Json:
    return {name: value for name, value in body.items() if name not in NOT_SENT_BACK}


def _gone(number: str) -> NeedsAttention:
    return NeedsAttention("customer_gone", "customer", number)
