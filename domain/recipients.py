"""Who stands on the invoice: the order's buyer, whichever customer of the books it is booked on."""

from typing import Literal

from domain.customers import Customer
from domain.identity import is_cvr, is_ean, normalise, vat_key, visible
from domain.invoice_rules import Lengths
from domain.invoices import Recipient
from domain.orders import Address, CustomerType, Order, OrderField
from domain.outcomes import Finding
from domain.texts import cut
from domain.vat import foreign_vat_number

FIELDS: tuple[OrderField, ...] = ("cvr", "vat_number")
PARTS: tuple[tuple[Literal["street", "zip", "city"], Literal["address", "zip", "city"]], ...] = (
    ("street", "address"),
    ("zip", "zip"),
    ("city", "city"),
)


def recipient_of(
    order: Order, customer_type: CustomerType, customer: Customer | None, lengths: Lengths
) -> tuple[Recipient, list[Finding]]:
    """The buyer as the document names them: a company by its name with the person as attention.

    `name` is what stands on top. CVR only for companies, EAN only for EAN customers, so that a number which
    was judged impossible, or a CPR number, never gets onto a document. Cut parts are told.
    """
    findings: list[Finding] = []
    buyer = order.buyer
    address = _address(buyer, lengths, "billing", findings)
    person, company = address.name, address.company
    name = company if customer_type != "b2c" and company else person or company
    attention = visible(order.field("reference_person")) or (person if name == company else "")
    ean = order.field("ean")
    email, phone = visible(buyer.email), visible(buyer.phone)
    name = name or (customer.values.get("name", "") if customer else "") or email
    if not name:
        findings.append(Finding(code="recipient_without_name", field="billing"))
    recipient = Recipient(
        **{**dict(address), "name": name},
        attention=cut(attention, lengths.name),
        email=email if len(email) <= lengths.email else "",
        phone=cut(phone, lengths.phone),
        cvr=_company_number(order) if customer_type != "b2c" else "",
        ean=normalise("ean", ean)[0] if customer_type == "ean" and is_ean(ean) else "",
    )
    return recipient, findings


def delivery_of(order: Order, lengths: Lengths) -> tuple[Address | None, list[Finding]]:
    """The delivery address where it says something else than the billing address."""
    findings: list[Finding] = []
    if order.delivery is None:
        return None, findings
    delivery = _address(order.delivery, lengths, "shipping", findings)
    billing = _address(order.buyer, lengths, "billing", [])
    empty = not any((delivery.name, delivery.company, delivery.street, delivery.zip, delivery.city))
    if empty or delivery.model_dump() == billing.model_dump():
        return None, []
    return delivery, findings


def _company_number(order: Order) -> str:
    """The CVR number as eight digits, or a foreign VAT number with its prefix; empty for what is neither."""
    for name in FIELDS:
        if is_cvr(order.field(name)):
            return normalise("cvr", order.field(name))[0]
    foreign = foreign_vat_number(order)
    if foreign:
        return foreign.number
    keys = (vat_key(order.field(name), order.buyer.country) for name in FIELDS)
    return next(filter(None, keys), "")


def _address(address: Address, lengths: Lengths, place: str, findings: list[Finding]) -> Address:
    limits = {"name": lengths.name, "company": lengths.name, "state": lengths.city}
    limits |= {part: getattr(lengths, limit) for part, limit in PARTS}
    parts = {"country": address.country}
    for part, limit in limits.items():
        text = visible(getattr(address, part))
        if len(text) > limit:
            findings.append(Finding(code="text_cut", field=f"{place}.{part}", found=text[:80], expected=str(limit)))
        parts[part] = cut(text, limit)
    return Address(**parts)
