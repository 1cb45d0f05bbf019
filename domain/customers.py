"""Customers as the accounting system holds them, and what Afstem wants to write to them, or leaves alone."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from domain import identity
from domain.identity import HOME
from domain.orders import Buyer, CustomerType, Frozen, Order
from domain.outcomes import Finding, NeedsAttention
from domain.texts import cut

if TYPE_CHECKING:
    from domain.classification import Classification
    from domain.ports import Capabilities
    from domain.rules import IdentifyField, ResolvedRules

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


Why = Literal["policy", "update_off", "empty_in_shop", "b2c_hits_company", "other_ean", "collecting"]


class Protected(Frozen):
    """A field in which books and shop differ and which is left as it is, and why."""

    field: CustomerField
    kept: str
    shop: str
    why: Why


class Planned(Frozen):
    """What an order changes on its customer, and what it doesn't."""

    values: Values = {}
    new_contacts: tuple[str, ...] = ()
    protected: tuple[Protected, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.values or self.new_contacts)


BUYERS_OWN: tuple[CustomerField, ...] = ("name", "address", "zip", "city", "country", "email", "phone")
"""What the buyer fills in; the rest comes from settings and checked numbers."""

COMPANY_FIELDS: tuple[CustomerField, ...] = ("cvr", "vat_number")
"""Where the books may keep the number that a company is known by."""

NEVER_CUT: frozenset[CustomerField] = frozenset({"email", "cvr", "ean", "vat_number", "country", "currency"})
"""Cut, these would be another's; where they are too long they aren't written at all."""


def buyer_name(buyer: Buyer, customer_type: CustomerType) -> str:
    """The name of the customer: a private buyer's own, otherwise the company's; the other one where it is empty."""
    person, company = identity.visible(buyer.name), identity.visible(buyer.company)
    return (person or company) if customer_type == "b2c" else (company or person)


def wanted_values(order: Order, classified: "Classification", rules: "ResolvedRules", vat_zone: str = "") -> Values:
    """What the order says of its customer, filled fields only: never a CVR or EAN for B2C, never a doubtful one."""
    buyer = order.buyer
    company = classified.type != "b2c"
    values: Values = {
        "name": buyer_name(buyer, classified.type),
        "address": buyer.street,
        "zip": buyer.zip,
        "city": buyer.city,
        "country": buyer.country.upper(),
        "email": buyer.email if identity.normalise("email", buyer.email) else "",
        "phone": buyer.phone if identity.normalise("phone", buyer.phone) else "",
        "cvr": classified.cvr if company else "",
        "ean": classified.ean if classified.type == "ean" else "",
        "vat_number": classified.vat_number if company else "",
        "currency": order.currency,
        "customer_group": rules.customer_group,
        "payment_terms": rules.payment_terms,
        "vat_zone": vat_zone,
    }
    return {field: shown for field, value in values.items() if (shown := identity.visible(value))}


def wanted_contacts(order: Order, customer_type: CustomerType) -> tuple[str, ...]:
    """The contact person: EAN the reference person, else the buyer; B2B the buyer; a private person has none."""
    if customer_type == "b2c":
        return ()
    reference = order.field("reference_person") if customer_type == "ean" else ""
    name = identity.visible(reference) or identity.visible(order.buyer.name)
    return (name,) if name else ()


def wanted_number(order: Order, rules: "ResolvedRules") -> str:
    """The number that a new customer shall have: the order's own where customers are identified by it."""
    number = order.field("customer_number")
    by_number = "customer_number" in rules.identify_by and identity.normalise("customer_number", number)
    return identity.visible(number) if by_number else ""


def fit(
    values: Values, contacts: tuple[str, ...], capabilities: "Capabilities"
) -> tuple[Values, tuple[str, ...], tuple[Finding, ...]]:
    """Values and contacts as the accounting system can hold them, and what had to be cut or left out for it."""
    warnings: list[Finding] = []

    def fitting(field: CustomerField, text: str) -> str:
        limit = capabilities.lengths.get(field, len(text))
        if len(text) <= limit:
            return text
        warnings.append(Finding(code="value_cut", field=field, found=text[:200], expected=str(limit)))
        return "" if field in NEVER_CUT else cut(text, limit)

    known = {field: fitting(field, text) for field, text in values.items() if field in capabilities.fields}
    people = tuple(fitting("contact", name) for name in contacts) if capabilities.contacts else ()
    return {field: text for field, text in known.items() if text}, people, tuple(warnings)


def new_values(wanted: Values, rules: "ResolvedRules") -> Values:
    """What to write at creation: what the policies allow, always a name, and Denmark where the shop has no country.

    Raises `NeedsAttention` (`name_missing`) where the order has no name, e-mail or phone to call the customer by.
    """
    values: Values = {field: text for field, text in wanted.items() if rules.writes(field, "create")}
    name = wanted.get("name") or wanted.get("email") or wanted.get("phone")
    if not name:
        raise NeedsAttention("name_missing", "billing")
    country: Values = {"country": HOME} if rules.writes("country", "create") else {}
    return {**country, **values, "name": name}


def plan_change(
    customer: Customer,
    wanted: Values,
    contacts: tuple[str, ...],
    rules: "ResolvedRules",
    customer_type: CustomerType,
    identified_by: "IdentifyField | None",
) -> Planned:
    """What to write to a customer that exists: only what differs, and only what the rules let be written.

    An empty shop value erases nothing. `identified_by` is the field that found the customer: one found by CVR keeps
    its EAN, and so does one that a person chose for another EAN.
    """
    untouchable = _untouchable(customer, rules, customer_type)
    values: Values = {}
    protected: list[Protected] = []
    for field in dict.fromkeys((*BUYERS_OWN, *wanted)):
        shop, kept = wanted.get(field, ""), customer.values.get(field, "")
        if _same(field, kept, shop, customer):
            continue
        why = (shop and untouchable) or _why_not(field, kept, shop, rules, identified_by)
        if not why:
            values[field] = shop
        elif shop or (rules.writes(field, "update") and not untouchable):
            protected.append(Protected(field=field, kept=kept, shop=shop, why=why))
    fresh = _fresh(contacts, customer)
    why = untouchable or _why_not("contact", "", "".join(fresh), rules, identified_by)
    if fresh and why:
        kept = ", ".join(customer.contacts)
        protected.append(Protected(field="contact", kept=kept, shop=", ".join(fresh), why=why))
    return Planned(values=values, new_contacts=() if why else fresh, protected=tuple(protected))


def _fresh(contacts: tuple[str, ...], customer: Customer) -> tuple[str, ...]:
    """The contact persons that the customer doesn't have yet."""
    known = {key for name in customer.contacts for key in identity.normalise("name", name)}
    return tuple(name for name in contacts if not known.issuperset(identity.normalise("name", name)))


def _untouchable(customer: Customer, rules: "ResolvedRules", customer_type: CustomerType) -> Why | None:
    """Why nothing at all may be written to this customer."""
    if rules.collecting_customer or customer.number in rules.never_updated:
        return "collecting"
    company = any(identity.normalise("cvr", customer.values.get(field, "")) for field in ("cvr", "ean", "vat_number"))
    return "b2c_hits_company" if customer_type == "b2c" and company else None


def _why_not(
    field: CustomerField, kept: str, shop: str, rules: "ResolvedRules", identified_by: "IdentifyField | None"
) -> Why | None:
    """Why this field may not be written, if so."""
    if not shop:
        return "empty_in_shop"
    if field == "ean" and kept and identified_by in ("cvr", "ean"):
        return "other_ean"
    if not rules.update:
        return "update_off"
    return None if rules.writes(field, "update") else "policy"


def _same(field: CustomerField, kept: str, shop: str, customer: Customer) -> bool:
    """Whether books and shop say the same: as text, and for numbers and addresses of mail by their keys."""
    if identity.visible(kept) == identity.visible(shop):
        return True
    if field in ("cvr", "vat_number"):
        country = customer.values.get("country", "")
        return identity.company_number(kept, country) == identity.company_number(shop, country)
    if field in ("country", "currency"):
        return kept.strip().upper() == shop.strip().upper()
    if field == "zip":
        return "".join(kept.split()).upper() == "".join(shop.split()).upper()
    if field in ("email", "phone", "ean"):
        of_shop = identity.normalise(field, shop)
        return bool(of_shop) and set(of_shop) <= set(identity.normalise(field, kept))
    return False


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
