"""`[accounting]` for e-conomic, and what it means for the products of `[invoices]`.

A line carries no VAT rate there: it follows from product, product group and the group's sales account for the VAT
zone. So the settings name a product for each rate, and a rate without one is held before anything is sent.
"""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from adapters.addresses import OverTls
from domain.invoice_rules import InvoiceRules, ProductRules
from domain.invoices import Invoice, InvoiceLine, VatZone
from domain.money import NO_VAT
from domain.outcomes import NeedsAttention
from domain.rules import BookWhich, Number, Rules

URL = "https://restapi.e-conomic.com"
NORMAL = Decimal(25)

Place = Literal["references.other", "notes.heading", "notes.textLine1", "notes.textLine2"]
TEXT_LENGTHS: dict[Place, int] = {
    "notes.textLine1": 1000,
    "notes.textLine2": 1000,
    "notes.heading": 250,
    "references.other": 250,
}
LENGTHS = {"name": 250, "address": 250, "zip": 30, "city": 50, "text": 2500}
"""Of zip and city a place of delivery takes the least."""
Code = Annotated[int, Field(ge=1)]
Product = Annotated[Number, Field(min_length=1, max_length=25)]


class VatZones(Rules):
    """The agreement's numbers of the three zones; one that isn't named is `vat_zone`."""

    domestic: Code | None = None
    eu: Code | None = None
    abroad: Code | None = None


class Products(Rules):
    """Products that go before the catch-all: by VAT rate in percent (`by_rate = {0 = "5"}`), for freight and fees
    at the normal rate, and for the øre of a correction line, which bears no VAT.
    """

    by_rate: dict[Decimal, Product] = {}
    freight: Product | None = None
    fee: Product | None = None
    rounding: Product | None = None


class EconomicAccounting(Rules):
    """`[accounting]` with `kind = "economic"`; the tokens come from the environment.

    `order_in` and `requisition_in` are where our reference and the buyer's requisition number stand on a document.
    `send_by` is the word by which e-conomic sends at booking. `create_products_in` is a product group: with it a
    product that is missing is made in it.
    """

    kind: Literal["economic"]
    url: OverTls = URL
    ca_file: Path | None = None
    connections: int = Field(default=8, ge=1, le=32)
    layout: Code
    customer_group: Code
    payment_terms: Code
    vat_zone: Code = 1
    product: Product
    book: BookWhich = False
    vat_zones: VatZones = VatZones()
    products: Products = Products()
    create_products_in: Code | None = None
    order_in: Place = "notes.textLine2"
    requisition_in: Annotated[Place, Field(validate_default=True)] = "references.other"
    send_by: Annotated[str, BeforeValidator(str), Field(pattern=r"^[A-Za-z]{1,20}$")] = "EAN"

    @field_validator("requisition_in")
    @classmethod
    def _in_a_place_of_its_own(cls, place: Place, said: ValidationInfo) -> Place:
        if place == said.data.get("order_in"):
            raise PydanticCustomError("settings_same_place", "order_in and requisition_in are one place")
        return place

    @property
    def note_in(self) -> Place:
        """Where the note stands: in the first line of text that is left."""
        return next(place for place in TEXT_LENGTHS if place not in (self.order_in, self.requisition_in))

    def zone_number(self, zone: str) -> int:
        """The agreement's number of a zone. Raises `NeedsAttention` for what is none."""
        if zone not in VatZones.model_fields:
            raise NeedsAttention("vat_zone_unknown", "vat_zone", zone, ", ".join(VatZones.model_fields))
        return getattr(self.vat_zones, zone) or self.vat_zone

    def zone_named(self, number: int) -> str:
        """Our word for one of the agreement's zones; its number where the settings name it nowhere."""
        zones: tuple[VatZone, ...] = ("domestic", "eu", "abroad")
        return next((zone for zone in zones if self.zone_number(zone) == number), str(number))

    def completed(self, rules: InvoiceRules) -> InvoiceRules:
        """The invoice rules with our products wherever `[invoices.products]` doesn't say otherwise.

        What it says stays told apart from what stands in (`ProductRules.said`).
        Lengths are at most e-conomic's own, so that the rules cut with a warning what would not fit there.
        """
        by_rate = {rate: number for rate, number in self.products.by_rate.items() if rate != NORMAL}
        usual = self.products.by_rate.get(NORMAL, self.product)
        free = by_rate.get(NO_VAT, usual)
        ours = {
            **dict.fromkeys(("default", "discount", "refund"), usual),
            "freight": self.products.freight or usual,
            "fee": self.products.fee or usual,
            "gift_card": free,
            "gift_card_payment": free,
            "rounding": self.products.rounding or free,
            "by_rate": by_rate,
        }
        said = {name: getattr(rules.products, name) for name in rules.products.model_fields_set}
        products = ProductRules.model_construct(set(said), **dict(rules.products) | ours | said)
        theirs = LENGTHS | {"note": TEXT_LENGTHS[self.note_in], "requisition": TEXT_LENGTHS[self.requisition_in]}
        limits = {name: min(getattr(rules.lengths, name), length) for name, length in theirs.items()}
        lengths = rules.lengths.model_copy(update=limits)
        return rules.model_copy(update={"products": products, "lengths": lengths})

    def check_rates(self, invoice: Invoice) -> None:
        """Refuse a line whose rate no product stands for; the books would put another on it."""
        for index, line in enumerate(invoice.lines):
            if not self._stands_for(line, invoice.vat_zone):
                field = f"lines[{index}].vat_rate"
                raise NeedsAttention("vat_rate_unmapped", field, f"{line.vat_rate:f}", "accounting.products.by_rate")

    def _stands_for(self, line: InvoiceLine, zone: VatZone) -> bool:
        """What the user put on a product of its own is believed: the books' total proves it in the end."""
        usual = {self.product, self.products.freight, self.products.fee}
        if line.product not in usual or line.vat_rate in self.products.by_rate:
            return True
        if line.kind == "correction" and line.product == self.products.rounding:
            return True
        return line.vat_rate == (NORMAL if zone == "domestic" else NO_VAT)
