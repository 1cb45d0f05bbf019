"""The invoice rules as a user sets them: `[invoices]` with its products, texts, payments and limits.

Everything has a default, so that a file without the table is complete. Amounts are in the order's currency.
"""

import datetime as dt
from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from domain.rules import Rules

ProductNumber = str


class ProductRules(Rules):
    """Which product of the books each kind of line is put on.

    A SKU is looked up in `sku`; one that isn't there goes on the catch-all `default`, on a product of the
    same number (cut to `length` characters), or holds the order. Fees go by their name in `fees`, else on `fee`.
    `by_rate` names, for a VAT rate in percent, the product that stands in for `default`, `freight`, `fee`,
    `discount` and `refund`: in systems where VAT follows from the product, 0 % needs one of its own.
    """

    default: ProductNumber = Field(default="VARE", min_length=1)
    sku: dict[str, ProductNumber] = {}
    unmapped_sku: Literal["default", "same", "hold"] = "default"
    length: int = Field(default=25, ge=1, le=250)
    freight: ProductNumber = Field(default="FRAGT", min_length=1)
    fee: ProductNumber = Field(default="GEBYR", min_length=1)
    fees: dict[str, ProductNumber] = {}
    discount: ProductNumber = Field(default="RABAT", min_length=1)
    gift_card: ProductNumber = Field(default="GAVEKORT", min_length=1)
    gift_card_payment: ProductNumber = Field(default="GAVEKORT", min_length=1)
    refund: ProductNumber = Field(default="REFUSION", min_length=1)
    rounding: ProductNumber = Field(default="AFRUNDING", min_length=1)
    by_rate: dict[Decimal, ProductNumber] = {}

    def named(self) -> dict[str, ProductNumber]:
        """Every product that lines may be put on, by its path in the settings; where they say nothing, the default."""
        kinds = ("default", "freight", "fee", "discount", "gift_card", "gift_card_payment", "refund", "rounding")
        found: dict[str, ProductNumber] = {f"invoices.products.{kind}": getattr(self, kind) for kind in kinds}
        for table in ("sku", "fees", "by_rate"):
            for key, number in getattr(self, table).items():
                found[f"invoices.products.{table}.{key}"] = number
        return found

    def said(self) -> dict[str, ProductNumber]:
        """Those of them that the settings file itself names: what its writer believes to be in the books."""
        named = self.named().items()
        return {path: number for path, number in named if path.split(".")[2] in self.model_fields_set}


class Texts(Rules):
    """What stands on lines that the shop has no words for, and on credit notes that undo a whole invoice."""

    product: str = "Vare"
    freight: str = "Fragt"
    fee: str = "Gebyr"
    discount: str = "Rabat"
    gift_card: str = "Gavekort"
    refund: str = "Refundering"
    edited: str = "Ordren er ændret"
    cancelled: str = "Ordren er annulleret"
    rounding: str = "Øreafrunding"


class Lengths(Rules):
    """How many characters the books take; what is longer is cut with a warning. A requisition number never is."""

    name: int = Field(default=250, ge=10)
    address: int = Field(default=250, ge=10)
    zip: int = Field(default=50, ge=4)
    city: int = Field(default=250, ge=10)
    email: int = Field(default=255, ge=10)
    phone: int = Field(default=50, ge=8)
    text: int = Field(default=2500, ge=20)
    note: int = Field(default=1000, ge=20)
    requisition: int = Field(default=250, ge=10)


class Payment(Rules):
    """What one payment method of the shop means in the books; an empty value leaves it to the customer's own."""

    terms: str = ""
    layout: str = ""
    account: str = ""
    note: str = ""


class InvoiceRules(Rules):
    """The whole `[invoices]` table.

    `date`: which of the order's days the invoice bears. `closed_until`: the last day of the closed period.
    `payments` goes by the shop's own id of the method; a method that isn't there is told as soon as the table
    has any. `discounts`: net prices after discount, or list prices and one discount line per VAT rate.
    `line_notes`: which of the buyer's choices stand on a line. `note` may hold `{number}`, `{payment}`,
    `{buyer_note}`. `zero_total` and `fully_refunded` speak of orders that have no invoice yet,
    `changed_after_booking` and `cancelled_after_booking` of orders whose invoice is booked: a hold, or a credit note
    for all that is left of it (`NAME-NUMBER-C`), which an edited order's next invoice (`NAME-NUMBER-2`) follows.
    """

    products: ProductRules = ProductRules()
    texts: Texts = Texts()
    lengths: Lengths = Lengths()

    date: Literal["order", "paid", "completed"] = "order"
    closed_until: dt.date | None = None
    closed_period: Literal["hold", "first_open_day"] = "hold"

    payments: dict[str, Payment] = {}
    unmapped_payment: Literal["default", "hold"] = "default"

    discounts: Literal["on_lines", "as_line"] = "on_lines"
    line_notes: Literal["all", "none"] | tuple[str, ...] = "all"
    gift_card_skus: frozenset[str] = frozenset()
    note: str = "Ordre {number}"

    zero_total: Literal["invoice", "skip"] = "invoice"
    fully_refunded: Literal["skip", "invoice_and_credit"] = "skip"

    changed_after_booking: Literal["hold", "credit"] = "hold"
    cancelled_after_booking: Literal["hold", "credit"] = "hold"

    rounding_per_line: Decimal = Field(default=Decimal("0.05"), ge=0, le=1)
    rounding_per_order: Decimal = Field(default=Decimal("1.00"), ge=0, le=10)

    @field_validator("note")
    @classmethod
    def _known_places(cls, note: str) -> str:
        try:
            note.format(number="", payment="", buyer_note="")
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            places = {"expected": "{number}, {payment}, {buyer_note}"}
            raise PydanticCustomError("settings_places", "unknown places in braces", places) from error
        return note

    def once_invoiced(self) -> "InvoiceRules":
        """The same rules for an order that has its invoice already: no policy skips it any more."""
        return self.model_copy(update={"zero_total": "invoice", "fully_refunded": "invoice_and_credit"})

    def limit(self, lines: int) -> Decimal:
        """The largest difference that a correction line may take up on an order of so many lines."""
        return min(self.rounding_per_line * max(lines, 1), self.rounding_per_order)
