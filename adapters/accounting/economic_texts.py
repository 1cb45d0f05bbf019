"""Texts of a document within e-conomic's lengths: composed as they are sent, and cut where somebody is told of it."""

from collections.abc import Sequence

from adapters.accounting.economic_people import E_INVOICE_ID, person_in
from adapters.accounting.economic_settings import TEXT_LENGTHS, EconomicAccounting
from domain.customers import Customer
from domain.invoices import Built, Invoice
from domain.orders import Address
from domain.outcomes import Finding
from domain.texts import cut

RECIPIENT = {"name": 250, "zip": 50, "city": 250, "country": 50}
DELIVERY = {"zip": 30, "city": 50, "country": 50}
ADDRESS, DELIVERY_ADDRESS = 250, 255
LEAST = 40
"""So much of each name stays beside a street that is too long itself."""


def fitted(built: Built, settings: EconomicAccounting, customer: Customer | None) -> Built:
    """The document with texts that fit, and what was cut for it among its warnings."""
    invoice, told = built.invoice, list[Finding]()

    def fit(field: str, text: str, length: int) -> str:
        if len(text) > length:
            told.append(Finding(code="text_cut", field=field, found=text[:80], expected=str(length)))
        return cut(text, length)

    def parts(place: str, address: Address, limits: dict[str, int]) -> dict[str, str]:
        return {part: fit(f"{place}.{part}", getattr(address, part), limit) for part, limit in limits.items()}

    recipient = parts("billing", invoice.recipient, RECIPIENT)
    person = person_in(customer.contact_numbers if customer else {}, attention_of(invoice))
    if person and invoice.recipient.ean:
        fit("reference_person", attention_of(invoice), E_INVOICE_ID)
    *attention, street = address_lines(invoice, person)
    for line, whole in zip(attention, _attention_lines(invoice, person), strict=True):
        fit("attention", whole, len(line))
    recipient["street"] = fit("billing.street", invoice.recipient.street, len(street))
    changed: dict[str, object] = {"recipient": invoice.recipient.model_copy(update=recipient)}
    if invoice.delivery:
        limits = {part: len(text) for part, text in delivery_lines(invoice.delivery).items()} | DELIVERY
        changed["delivery"] = invoice.delivery.model_copy(update=parts("shipping", invoice.delivery, limits))
    changed["note"] = fit("note", invoice.note, TEXT_LENGTHS[settings.note_in] - len(credited(invoice)))
    return Built(invoice=invoice.model_copy(update=changed), warnings=(*built.warnings, *told))


def attention_of(invoice: Invoice) -> str:
    """The person that a document is for."""
    return invoice.reference_person or invoice.recipient.attention


def address_lines(invoice: Invoice, person: str) -> list[str]:
    """The recipient's address, street last. A person who is no contact of the customer stands in it."""
    return _within(_attention_lines(invoice, person), invoice.recipient.street, ADDRESS)


def delivery_lines(address: Address) -> dict[str, str]:
    """Company, name and street of a place of delivery, which has no name of its own there: all three its address."""
    heads = list(dict.fromkeys(text for text in (address.company, address.name) if text and text != address.street))
    *cut_heads, street = _within(heads, address.street, DELIVERY_ADDRESS)
    kept = dict(zip(heads, cut_heads, strict=True))
    return {
        "company": kept.get(address.company, address.company and street),
        "name": kept.get(address.name, address.name and street),
        "street": street,
    }


def credited(invoice: Invoice) -> str:
    """How the note of a credit note begins."""
    return f"{CREDITS}{invoice.credits}. " if invoice.credits else ""


CREDITS = "Kreditnota til "
"""The invoice's reference follows."""


def _attention_lines(invoice: Invoice, person: str) -> list[str]:
    attention = attention_of(invoice)
    return [] if person or not attention else [f"Att.: {attention}"]


def _within(heads: Sequence[str], street: str, length: int) -> list[str]:
    """Lines that fit together: the street stays whole as long as something can be taken from the names above it."""
    length -= len(heads)
    left = max(length - len(street), LEAST * len(heads))
    kept = list(heads)
    for rank, place in enumerate(sorted(range(len(heads)), key=lambda place: len(heads[place]))):
        kept[place] = cut(heads[place], left // (len(heads) - rank))
        left -= len(kept[place])
    return [*kept, cut(street, length - sum(map(len, kept)))]
