"""e-conomic's drafts and booked invoices: priced by the server, from net prices of two decimals."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any

from tests.simulators.economic_customers import ELSEWHERE, Customers
from tests.simulators.economic_errors import Json, Place, Problems, not_found
from tests.simulators.economic_ledger import Ledger

FILTERABLE = {
    "date", "currency", "exchangeRate", "paymentTerms.paymentTermsNumber", "customer.customerNumber",
    *(f"recipient.{name}" for name in ("name", "address", "zip", "city", "country", "ean", "publicEntryNumber")),
    *(f"delivery.{name}" for name in ("address", "zip", "city", "country", "deliveryTerms", "deliveryDate")),
    "deliveryLocation.deliveryLocationNumber", "notes.heading", "notes.textLine1", "notes.textLine2",
    "references.other", "references.customerContact.customer.customerNumber",
}  # fmt: skip
DRAFT_FILTERABLE = {*FILTERABLE, "draftInvoiceNumber", "lastUpdated", "soap.currentInvoiceHandle.id"}
BOOKED_FILTERABLE = {*FILTERABLE, "bookedInvoiceNumber", "recipient.vatZone.vatZoneNumber"}
RECIPIENT = (
    "name", "address", "zip", "city", "country", "ean", "publicEntryNumber", "mobilePhone", "nemHandelType",
)  # fmt: skip
DELIVERY = ("address", "zip", "city", "country", "deliveryTerms", "deliveryDate")
PRICING = ("quantity", "unitNetPrice", "discountPercentage")
NOTES = ("heading", "textLine1", "textLine2")
ONLY_WHILE_A_DRAFT = {
    "draftInvoiceNumber", "soap", "templates", "attachment", "lastUpdated", "marginInBaseCurrency", "marginPercentage",
    "costPriceInBaseCurrency", "lines", "self", "pdf",
}  # fmt: skip


class Invoices:
    """`send_by` are the ways of sending that a booking may name, strictly by letter."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.customers = Customers(ledger, self._of_customer)
        self.send_by = {"none", "EAN", "Email"}
        self.drafts: dict[int, Json] = {}
        self.booked: dict[int, Json] = {}
        self.sent: list[Json] = []
        self._last_draft = 0

    def draft(self, number: int) -> Json:
        """One draft with its lines. Raises `Refused`."""
        if number not in self.drafts:
            raise not_found()
        return self.drafts[number]

    def create(self, body: Json) -> Json:
        """A new draft."""
        draft = self._draft(self._last_draft + 1, body)
        self._last_draft += 1
        return draft

    def replace(self, number: int, body: Json) -> tuple[int, Json]:
        """Replace a draft, or create it under this number: status and body."""
        status = 200 if number in self.drafts else 201
        draft = self._draft(number, body)
        self._last_draft = max(self._last_draft, number)
        return status, draft

    def edit(self, number: int, **values: Any) -> None:
        """What a person changes of a draft in the user interface."""
        self.drafts[number] = {**self.draft(number), **values, "lastUpdated": self._ledger.now()}

    def delete(self, numbers: list[int]) -> Json:
        """Remove these drafts."""
        gone = [self.drafts.pop(number) for number in numbers]
        items = [{"draftInvoiceNumber": one["draftInvoiceNumber"], "self": one["self"]} for one in gone]
        return {"message": "Deleted invoice.", "deletedCount": len(items), "deletedItems": items}

    def book(self, body: Json) -> Json:
        """Turn a draft into a booked invoice, for good; the draft is gone. Raises `Refused`, and then it isn't."""
        problems = Problems()
        number = body.get("draftInvoice", {}).get("draftInvoiceNumber")
        draft = self.drafts.get(number)
        if draft is None:
            problems.add(("draftInvoice",), ELSEWHERE, f"Draft invoice '{number}' not found.", number)
            problems.raise_if_any()
        assert draft is not None
        booked = body.get("bookWithNumber") or max(self.booked, default=0) + 1
        if booked in self.booked:
            problems.add(("bookWithNumber",), "E04390", f"Invoice number '{booked}' is taken.", booked)
        self._check_booking(draft, body.get("sendBy", "none"), problems)
        problems.raise_if_any()
        del self.drafts[draft["draftInvoiceNumber"]]
        self.booked[booked] = self._as_booked(draft, booked)
        if body.get("sendBy", "none") != "none":
            self._send(self.booked[booked], body["sendBy"])
        return self.booked[booked]

    def _check_booking(self, draft: Json, send_by: str, problems: Problems) -> None:
        customer = self.customers.all.get(draft["customer"]["customerNumber"])
        if customer is None or customer.get("barred"):
            problems.add(("customer",), "E06820", "Customer is barred.", draft["customer"]["customerNumber"])
        year = int(draft["date"][:4])
        if year not in self._ledger.years or year in self._ledger.closed_years:
            problems.add(("date",), "E04760", "Date is not within an open accounting year.", draft["date"])
        if not draft["lines"]:
            problems.add(("lines",), "E04042", "An invoice without lines can't be booked.")
        if send_by not in self.send_by:
            problems.add(("sendBy",), "E04300", f"Value {send_by!r} is not one of {sorted(self.send_by)}.", send_by)
        if send_by.casefold() == "ean":
            self._check_electronic(draft, customer or {}, problems)

    def _check_electronic(self, draft: Json, customer: Json, problems: Problems) -> None:
        contact = draft["recipient"].get("attention") or draft.get("references", {}).get("customerContact")
        for lacking, place, sentence in (
            (not self._ledger.company_number, "sendBy", "The agreement has no company number."),
            (not self._ledger.can_send_electronic_invoice, "sendBy", "The agreement can't send e-invoices."),
            (not customer.get("ean"), "customer", "The customer has no EAN."),
            (not customer.get("attention"), "customer", "The customer has no contact person."),
            (not contact, "recipient", "The invoice has no contact person."),
        ):
            if lacking:
                problems.add((place,), "E04300", sentence)

    def _as_booked(self, draft: Json, number: int) -> Json:
        link = self._ledger.link("invoices", "booked", number)
        zone = draft["recipient"]["vatZone"]["vatZoneNumber"]
        booked = {name: value for name, value in draft.items() if name not in ONLY_WHILE_A_DRAFT}
        lines = []
        for line in draft["lines"]:
            rate = self._ledger.rate(line["product"]["productNumber"], zone) if "product" in line else Decimal(0)
            shown = {name: value for name, value in line.items() if not name.startswith("margin")}
            vat = (line.get("totalNetAmount", Decimal(0)) * rate / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
            lines.append(shown | ({"vatRate": rate, "vatAmount": vat} if "product" in line else {}))
        return {
            "bookedInvoiceNumber": number,
            "orderNumber": draft["draftInvoiceNumber"],
            **booked,
            "remainder": draft["grossAmount"],
            "remainderInBaseCurrency": draft["grossAmountInBaseCurrency"],
            "pdf": {"download": f"{link}/pdf"},
            "lines": lines,
            "sent": f"{link}/sent",
            "self": link,
        }

    def _send(self, booked: Json, send_by: str) -> None:
        number = len(self.sent) + 1
        invoice = {"bookedInvoiceNumber": booked["bookedInvoiceNumber"], "self": booked["self"]}
        recipient = {name: booked["recipient"][name] for name in ("name", "ean") if name in booked["recipient"]}
        self.sent.append(
            {
                "id": number,
                "invoice": invoice,
                "status": "sent",
                **({"sendBy": "ean"} if send_by.casefold() == "ean" else {}),
                "creationDate": self._ledger.now()[:10],
                "createdBy": "simulator",
                "recipient": recipient,
                "self": self._ledger.link("invoices", "sent", number),
            }
        )

    def _draft(self, number: int, body: Json) -> Json:
        problems = Problems()
        references = self._references(body, problems)
        recipient = self._recipient(body, problems)
        lines = self._lines(body.get("lines", []), problems)
        if body.get("currency") not in self._ledger.currencies():
            problems.add(("currency",), ELSEWHERE, "currency does not exist.", body.get("currency"))
        due = self._due(body, problems)
        problems.raise_if_any()
        link = self._ledger.link("invoices", "drafts", number)
        self.drafts[number] = {
            "draftInvoiceNumber": number,
            "soap": {"currentInvoiceHandle": {"id": number}},
            "templates": {"bookingInstructions": f"{link}/templates/booking-instructions", "self": f"{link}/templates"},
            "lines": lines,
            "date": body["date"],
            "currency": body["currency"],
            "exchangeRate": body.get("exchangeRate", Decimal("100.00")),
            **self._totals(lines, recipient["vatZone"]["vatZoneNumber"]),
            **due,
            **references,
            "recipient": recipient,
            **_texts(body, "delivery", DELIVERY),
            **_texts(body, "notes", NOTES),
            "pdf": {"download": f"{link}/pdf"},
            "lastUpdated": self._ledger.now(),
            "self": link,
        }
        return self.drafts[number]

    def _references(self, body: Json, problems: Problems) -> Json:
        """Customer, terms, layout, delivery location and the texts of `references`."""
        ledger, number = self._ledger, (body.get("customer") or {}).get("customerNumber")
        customer = self.customers.all.get(number)
        if customer is None:
            problems.add(("customer",), ELSEWHERE, "customer does not exist.", number)
        elif customer.get("barred"):
            problems.add(("customer",), "E06820", f"Customer '{number}' is barred.", number)
        found: Json = {"customer": {"customerNumber": number, "self": ledger.link("customers", number)}}
        terms = _record(body, "paymentTerms", "paymentTermsNumber", ledger.payment_terms, "E07080", problems)
        kind = body.get("paymentTerms", {}).get("paymentTermsType")
        if terms and kind is not None and kind != terms["paymentTermsType"]:
            problems.add(("paymentTermsType",), "E07180", "Payment terms type does not match.", kind)
        found["paymentTerms"] = terms
        if layout := _record(body, "layout", "layoutNumber", ledger.layouts, ELSEWHERE, problems):
            found["layout"] = {name: layout[name] for name in ("layoutNumber", "self")}
        if "deliveryLocation" in body:
            place = self._below(
                number, body["deliveryLocation"], "deliveryLocationNumber", ("deliveryLocation",), problems
            )
            found["deliveryLocation"] = place
        said = body.get("references", {})
        kept = {"other": said["other"]} if said.get("other") else {}
        if "customerContact" in said:
            place = ("references", "customerContact")
            contact = self._below(number, said["customerContact"], "customerContactNumber", place, problems)
            kept["customerContact"] = contact | {"customer": found["customer"]}
        return found | ({"references": kept} if kept else {})

    def _recipient(self, body: Json, problems: Problems) -> Json:
        said = body.get("recipient") or {}
        zone = _record(said, "vatZone", "vatZoneNumber", self._ledger.vat_zones, ELSEWHERE, problems, ("recipient",))
        if not said.get("name"):
            problems.add(("recipient", "name"), "E04042", "Name is missing.")
        shown = {name: said[name] for name in RECIPIENT if said.get(name)}
        customer = self.customers.all.get((body.get("customer") or {}).get("customerNumber"), {})
        if customer.get("corporateIdentificationNumber"):
            shown["cvr"] = customer["corporateIdentificationNumber"]
        if "attention" in said:
            place = ("recipient", "attention")
            number = customer.get("customerNumber")
            shown["attention"] = self._below(number, said["attention"], "customerContactNumber", place, problems)
        return shown | {"vatZone": zone}

    def _below(self, customer: Any, said: Json, key: str, place: Place, problems: Problems) -> Json:
        """A contact or delivery location, which must be this customer's own."""
        kept = self.customers.contacts if key == "customerContactNumber" else self.customers.locations
        found = kept.get(customer, {}).get(said.get(key))
        if found is None:
            problems.add(place, ELSEWHERE, f"{place[-1]} does not exist.", said.get(key))
            return {}
        return {key: found[key], "self": found["self"]}

    def _lines(self, said: list[Json], problems: Problems) -> list[Json]:
        return [self._line(index, line, problems) for index, line in enumerate(said)]

    def _line(self, index: int, said: Json, problems: Problems) -> Json:
        """A line: nothing but text until it has a product."""
        line: Json = {"lineNumber": index + 1, "sortKey": said.get("sortKey", index + 1)}
        if said.get("description"):
            line["description"] = said["description"]
        number = (said.get("product") or {}).get("productNumber")
        place = ("lines", index, "product")
        if number in self._ledger.products:
            return line | self._priced(index, said, self._ledger.products[number], problems)
        if number is not None:
            problems.add(place, ELSEWHERE, f"product '{number}' does not exist.", number)
        elif any(name in said for name in PRICING):
            problems.add(place, "E04500", "No identifiers present on product.")
        return line

    def _priced(self, index: int, said: Json, product: Json, problems: Problems) -> Json:
        """What a line with a product comes to; quantity and price have two decimals."""
        place = ("lines", index)
        if product["barred"]:
            name = product["productNumber"]
            problems.add((*place, "product"), "E06600", f"Product '{name}' is barred.", name)
        if "quantity" not in said:
            problems.add((*place, "quantity"), "E04730", "Quantity must have a value when product is set.")
        line: Json = {name: Decimal(said.get(name, 0)) for name in PRICING}
        for name, value in line.items():
            if value != _ore(value):
                problems.add((*place, name), "E04740", f"{name} has more than two decimal places.", value)
        net = line["quantity"] * line["unitNetPrice"] * (100 - line["discountPercentage"]) / 100
        line |= {"totalNetAmount": _ore(net), "unitCostPrice": Decimal("0.00")}
        line["product"] = {name: product[name] for name in ("productNumber", "self")}
        if "unit" in said:
            line["unit"] = _record(said, "unit", "unitNumber", self._ledger.units, ELSEWHERE, problems, place)
        return line

    def _totals(self, lines: list[Json], zone: int) -> Json:
        """VAT is reckoned once for each rate, on the sum of its lines."""
        rated = [
            (self._ledger.rate(line["product"]["productNumber"], zone), line["totalNetAmount"])
            for line in lines
            if "product" in line
        ]
        by_rate = groupby(sorted(rated), key=lambda pair: pair[0])
        vat = sum((_ore(sum(net for _, net in pairs) * rate / 100) for rate, pairs in by_rate), Decimal("0.00"))
        net = sum((net for _, net in rated), Decimal("0.00"))
        return {
            "netAmount": net,
            "netAmountInBaseCurrency": net,
            "grossAmount": net + vat,
            "grossAmountInBaseCurrency": net + vat,
            "vatAmount": vat,
            "roundingAmount": Decimal("0.00"),
            "marginInBaseCurrency": net,
            "marginPercentage": Decimal("100.00"),
            "costPriceInBaseCurrency": Decimal("0.00"),
        }

    def _due(self, body: Json, problems: Problems) -> Json:
        """`dueDate` counts only for terms that say so; then it must be there."""
        terms = self._ledger.payment_terms.get((body.get("paymentTerms") or {}).get("paymentTermsNumber"), {})
        try:
            issued = date.fromisoformat(body.get("date", ""))
        except ValueError:
            problems.add(("date",), "E04760", "Date is not a date.", body.get("date"))
            return {}
        if terms.get("paymentTermsType") == "dueDate":
            if "dueDate" not in body:
                problems.add(("dueDate",), "E04042", "dueDate is missing.")
            return {"dueDate": body.get("dueDate")}
        return {"dueDate": (issued + timedelta(days=terms.get("daysOfCredit", 0))).isoformat()}

    def _of_customer(self, number: int) -> bool:
        return any(
            one["customer"]["customerNumber"] == number for one in (*self.drafts.values(), *self.booked.values())
        )


def _record(
    said: Json, name: str, key: str, records: dict[int, Json], code: str, problems: Problems, within: Place = ()
) -> Json:
    """The record that `name` points to; empty, and a problem, where there is none."""
    number = (said.get(name) or {}).get(key)
    if number is None:
        problems.add((*within, name), "E04042", f"{name} is missing.")
    elif number not in records:
        problems.add((*within, name), code, f"{name} '{number}' not found.", number)
    return records.get(number, {})


def _texts(body: Json, name: str, names: tuple[str, ...]) -> Json:
    kept = {one: body[name][one] for one in names if body.get(name, {}).get(one)}
    return {name: kept} if kept else {}


def _ore(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
