"""The same shop with its books in a simulated e-conomic, which outlives the processes that write to it."""

from pathlib import Path
from typing import Any

from adapters.settings import Secrets
from domain.customers import Values
from tests.contract.shopkeeping import Shop, all_secrets
from tests.simulators.economic import EconomicSimulator

ACCOUNTING = """\
kind = "economic"
url = "{url}"
layout = 19
customer_group = 1
payment_terms = 1
product = "{product}"
book = {book}
[accounting.vat_zones]
domestic = 1
eu = 2
abroad = 3
[accounting.products]
by_rate = {{0 = "momsfri", 19 = "tysk"}}
freight = "fragt"
rounding = "oerer"
"""
EMPTY = {"email": "", "cvr": "", "ean": "", "city": ""}


class EconomicShop(Shop):
    """A shop whose `books_path` is the agreement's address; what stands there is told as the embedded books do."""

    def __init__(self, *told: Any, agreement: EconomicSimulator, **more: Any) -> None:
        self.agreement = agreement
        super().__init__(*told, **more, books_path=agreement.url)

    def beside(self, folder: Path, name: str) -> Shop:
        """Another shop that sells into the same agreement."""
        return EconomicShop(folder, self.store_url, name, agreement=self.agreement)

    @property
    def secrets(self) -> Secrets:
        """The agreement's tokens."""
        return all_secrets()

    def accounting(self, *, book: bool) -> str:
        """Its part of the settings file."""
        return ACCOUNTING.format(url=self.agreement.url, book=str(book).lower(), product="vare")

    def add_customer(self, values: Values, **more: Any) -> str:
        """A customer that a person creates; gives its number."""
        body: dict[str, Any] = {"name": "Hans Ottosen", "currency": "DKK", **values, **more}
        for kind in ("customerGroup", "paymentTerms", "vatZone"):
            body[kind] = {f"{kind}Number": 1}
        return str(self.agreement.api.customers.create(body)["customerNumber"])

    def customers(self) -> list[dict[str, Any]]:
        """The agreement's customers."""
        told = {"cvr": "corporateIdentificationNumber", "number": "customerNumber"}
        return [
            {**EMPTY, **one, **{ours: str(one.get(theirs, "")) for ours, theirs in told.items()}}
            for one in self.agreement.api.customers.all.values()
        ]

    def documents(self) -> dict[str, dict[str, Any]]:
        """The agreement's drafts and booked invoices by reference, none of which may stand twice."""
        invoices = self.agreement.api.invoices
        told = [_told(one) for one in (*invoices.drafts.values(), *invoices.booked.values())]
        found = {one["reference"]: one for one in told}
        assert len(found) == len(told), [one["reference"] for one in told]
        return found

    def book_by_hand(self, reference: str) -> None:
        """A person books a draft in the user interface."""
        number = int(self.documents()[reference]["number"])
        self.agreement.api.invoices.book({"draftInvoice": {"draftInvoiceNumber": number}})


def _told(one: dict[str, Any]) -> dict[str, Any]:
    booked = one.get("bookedInvoiceNumber")
    return {
        "reference": one["notes"]["textLine2"],
        "kind": "credit_note" if one["grossAmount"] < 0 else "invoice",
        "state": "booked" if booked else "draft",
        "number": str(booked or one["draftInvoiceNumber"]),
        "customer": str(one["customer"]["customerNumber"]),
        "total": f"{abs(one['grossAmount']):.2f}",
    }
