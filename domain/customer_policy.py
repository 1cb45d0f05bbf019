"""What an order says of its customer, and what of that may be written: when it is created, and when it is found."""

from domain import identity
from domain.capabilities import Capabilities
from domain.classification import Classification
from domain.customers import Customer, CustomerField, Planned, Protected, Values, Why, buyer_name
from domain.identity import HOME
from domain.orders import CustomerType, Order
from domain.outcomes import Finding, NeedsAttention
from domain.rules import IdentifyField, ResolvedRules
from domain.texts import cut

BUYERS_OWN: tuple[CustomerField, ...] = ("name", "address", "zip", "city", "country", "email", "phone")
"""What the buyer fills in; the rest comes from settings and checked numbers."""

NEVER_CUT: frozenset[CustomerField] = frozenset({"email", "cvr", "ean", "vat_number", "country", "currency"})
"""Cut, these would be another's; where they are too long they aren't written at all."""


def wanted_values(order: Order, classified: Classification, rules: ResolvedRules, vat_zone: str = "") -> Values:
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


def wanted_number(order: Order, rules: ResolvedRules) -> str:
    """The number that a new customer shall have: the order's own where customers are identified by it."""
    number = order.field("customer_number")
    by_number = "customer_number" in rules.identify_by and identity.normalise("customer_number", number)
    return identity.visible(number) if by_number else ""


def fit(
    values: Values, contacts: tuple[str, ...], capabilities: Capabilities
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


def new_values(wanted: Values, rules: ResolvedRules) -> Values:
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
    rules: ResolvedRules,
    customer_type: CustomerType,
    identified_by: IdentifyField | None,
) -> Planned:
    """What to write to a customer that exists: only what differs, and only what the rules let be written.

    An empty shop value erases nothing. `identified_by` is the field that found the customer: one found by CVR keeps
    its EAN, and so does one that a person chose for another EAN. A public customer who has nobody of attention gets
    the order's contact person, known or new: without one the books send no e-invoice.
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
    may = not untouchable and rules.update and rules.writes("contact", "update")
    attention = contacts[0] if may and contacts and _lacks_attention(customer, customer_type) else ""
    return Planned(values=values, new_contacts=() if why else fresh, attention=attention, protected=tuple(protected))


def _lacks_attention(customer: Customer, customer_type: CustomerType) -> bool:
    return customer_type == "ean" and customer.attention == ""


def _fresh(contacts: tuple[str, ...], customer: Customer) -> tuple[str, ...]:
    """The contact persons that the customer doesn't have yet."""
    known = {key for name in customer.contacts for key in identity.normalise("name", name)}
    return tuple(name for name in contacts if not known.issuperset(identity.normalise("name", name)))


def _untouchable(customer: Customer, rules: ResolvedRules, customer_type: CustomerType) -> Why | None:
    """Why nothing at all may be written to this customer."""
    if rules.collecting_customer or customer.number in rules.never_updated:
        return "collecting"
    company = any(identity.normalise("cvr", customer.values.get(field, "")) for field in ("cvr", "ean", "vat_number"))
    return "b2c_hits_company" if customer_type == "b2c" and company else None


def _why_not(
    field: CustomerField, kept: str, shop: str, rules: ResolvedRules, identified_by: IdentifyField | None
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
