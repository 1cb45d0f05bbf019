"""An invoice as e-conomic takes it, and a draft or booked invoice as e-conomic tells it."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from adapters.accounting.economic_client import SETTINGS, Json, number_of
from adapters.accounting.economic_customers import moment_of
from adapters.accounting.economic_people import person_in
from adapters.accounting.economic_settings import TEXT_LENGTHS, EconomicAccounting
from adapters.accounting.economic_texts import CREDITS, address_lines, attention_of, credited, delivery_lines
from domain.invoices import Document, DocumentKind, Invoice, InvoiceLine
from domain.money import ZERO, ore
from domain.orders import Address
from domain.outcomes import NeedsAttention, Transient
from domain.texts import cut

OURS = re.compile(r"[a-z0-9](-?[a-z0-9])*-\S")
ENTRY = 40
TELLING = ("date", "currency", "netAmount", "grossAmount", "lastUpdated", "notes", "delivery")
"""What of a draft tells that somebody changed it, as far as lists hold it too."""


def draft_body(invoice: Invoice, settings: EconomicAccounting, people: Mapping[str, str], terms: str) -> Json:
    """What is sent for a document: amounts exactly as they are, negative quantities for a credit note.

    `people` are the customer's contact persons by name, `terms` its payment terms. Raises `NeedsAttention`.
    """
    unknown = NeedsAttention("payment_terms_unknown", "payment_terms", invoice.payment_terms)
    gone = NeedsAttention("customer_gone", "customer", invoice.customer)
    person = person_in(people, attention_of(invoice))
    body: Json = {
        "date": invoice.date.isoformat(),
        "currency": invoice.currency,
        "layout": {"layoutNumber": _layout(invoice, settings)},
        "paymentTerms": {
            "paymentTermsNumber": number_of(invoice.payment_terms or terms or str(settings.payment_terms), unknown)
        },
        "customer": {"customerNumber": number_of(invoice.customer, gone)},
        "recipient": _recipient(invoice, settings.zone_number(invoice.vat_zone), person),
        "lines": [_line(line, invoice.kind) for line in invoice.lines],
        **_texts(invoice, settings),
    }
    if person:
        body["references"] = {**body.get("references", {}), "customerContact": _contact(person)}
    if invoice.delivery:
        body["delivery"] = _filled(_delivery(invoice.delivery))
    return body


def document_of(body: Json, settings: EconomicAccounting) -> Document:
    """A draft or booked invoice in our words. Raises `Transient` where it is none."""
    try:
        booked = body.get("bookedInvoiceNumber")
        amounts = {name: _amount(body.get(name)) for name in ("netAmount", "vatAmount", "grossAmount")}
        day = date.fromisoformat(str(body["date"])[:10])
        return Document(
            kind=_kind(body, amounts["grossAmount"] or amounts["netAmount"]),
            state="booked" if booked else "draft",
            number=str(booked or body["draftInvoiceNumber"]),
            reference=reference_of(body, settings),
            customer=str(body["customer"]["customerNumber"]),
            currency=str(body["currency"]),
            net=abs(amounts["netAmount"]),
            vat=abs(amounts["vatAmount"]),
            total=abs(amounts["grossAmount"]),
            date=day,
            updated_at=_updated_at(body, day),
            fingerprint=_fingerprint(body),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Transient("answer_unreadable", SETTINGS) from error


def reference_of(body: Json, settings: EconomicAccounting) -> str:
    """What stands where our references do: one of ours, or any text of others."""
    where, _, name = settings.order_in.partition(".")
    return str(body.get(where, {}).get(name) or "")


def can_be_ours(reference: str) -> bool:
    """Whether a text can be a reference: one word, or one that begins as the name of an integration does."""
    return bool(reference) and (len(reference.split()) == 1 or OURS.match(reference) is not None)


def _kind(body: Json, amount: Decimal) -> DocumentKind:
    """By its sign; a document of nothing by what its note says."""
    said = any(str(text).startswith(CREDITS) for text in body.get("notes", {}).values())
    return "credit_note" if amount < 0 or (said and not amount) else "invoice"


def _updated_at(body: Json, day: date) -> datetime:
    """A booked invoice keeps no time of booking: its day stands for it."""
    return moment_of(body.get("lastUpdated")) if body.get("lastUpdated") else datetime(*day.timetuple()[:3], tzinfo=UTC)


def _fingerprint(body: Json) -> str:
    told: dict[str, Any] = {name: body.get(name) for name in TELLING}
    told |= {name: _amount(body.get(name)) for name in ("netAmount", "grossAmount")}
    told |= {name: sorted(_numbers(body.get(name, {}))) for name in ("layout", "paymentTerms", "customer")}
    told["recipient"] = [sorted(_numbers(body.get("recipient", {}))), sorted(_plain(body.get("recipient", {})))]
    told["references"] = [sorted(_numbers(body.get("references", {}))), sorted(_plain(body.get("references", {})))]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:24]


def _numbers(body: Json) -> list[str]:
    """`name: number` of the records that a body points to, without their links."""
    found = [f"{name} {value}" for name, value in body.items() if name.endswith("Number")]
    return found + [one for value in body.values() if isinstance(value, dict) for one in _numbers(value)]


def _plain(body: Json) -> list[str]:
    return [f"{name} {value}" for name, value in body.items() if isinstance(value, str) and name != "self"]


def _layout(invoice: Invoice, settings: EconomicAccounting) -> int:
    unknown = NeedsAttention("layout_unknown", "layout", invoice.layout)
    return number_of(invoice.layout, unknown) if invoice.layout else settings.layout


def _contact(number: str) -> Json:
    return {"customerContactNumber": int(number)}


def _recipient(invoice: Invoice, zone: int, person: str) -> Json:
    """Who stands on it."""
    recipient = invoice.recipient
    if len(invoice.kontostreng) > ENTRY:
        raise NeedsAttention("value_too_long", "kontostreng", len(invoice.kontostreng), ENTRY)
    body = {
        "name": recipient.name,
        "address": "\n".join(line for line in address_lines(invoice, person) if line),
        "zip": recipient.zip,
        "city": recipient.city,
        "country": recipient.country,
        "ean": recipient.ean,
        "publicEntryNumber": invoice.kontostreng,
    }
    by_ean: Json = {"nemHandelType": "ean"} if recipient.ean else {}
    spoken: Json = {"attention": _contact(person)} if person else {}
    return {**_filled(body), **by_ean, **spoken, "vatZone": {"vatZoneNumber": zone}}


def _delivery(address: Address) -> dict[str, str]:
    """A place of delivery has no name of its own there: whose it is stands in its address."""
    where = "\n".join(dict.fromkeys(line for line in delivery_lines(address).values() if line))
    return {"address": where, "zip": address.zip, "city": address.city, "country": address.country}


def _texts(invoice: Invoice, settings: EconomicAccounting) -> Json:
    """Reference, requisition and note, each in its place."""
    texts = {settings.order_in: invoice.reference, settings.requisition_in: invoice.requisition}
    texts[settings.note_in] = cut(f"{credited(invoice)}{invoice.note}".strip(), TEXT_LENGTHS[settings.note_in])
    body: Json = {}
    for place, text in texts.items():
        where, _, name = place.partition(".")
        if len(text) > TEXT_LENGTHS[place]:
            raise NeedsAttention("value_too_long", place, len(text), TEXT_LENGTHS[place])
        if text:
            body.setdefault(where, {})[name] = text
    return body


def _line(line: InvoiceLine, kind: DocumentKind) -> Json:
    """A price of nothing is left out, as e-conomic wants it."""
    quantity = -line.quantity if kind == "credit_note" else line.quantity
    body: Json = {"product": {"productNumber": line.product}, "description": line.text, "quantity": quantity}
    return {**body, **({"unitNetPrice": line.unit_net} if line.unit_net else {})}


def _amount(value: Any) -> Decimal:
    return ore(Decimal(value)) if value is not None else ZERO


def _filled(body: Mapping[str, str]) -> Json:
    return {name: text for name, text in body.items() if text}
