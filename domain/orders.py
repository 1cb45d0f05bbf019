"""An order as the shop sold it, in our words: what every webshop adapter hands over.

Amounts are in the order's currency, net means without VAT, dates are aware and in UTC, ids are opaque.
"""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

CustomerType = Literal["b2c", "b2b", "ean"]
OrderField = Literal["cvr", "ean", "requisition", "reference_person", "kontostreng", "vat_number", "customer_number"]
LineKind = Literal["product", "freight", "fee", "gift_card"]


class Frozen(BaseModel):
    """A value: equal by content, never changed after it was made. A fault never repeats what it was given."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Found(Frozen):
    """What a configured shop field held: `key` as the settings name it, `value` as the buyer typed it."""

    key: str
    value: str


class Address(Frozen):
    """A postal address; every part may be empty, `country` is ISO 3166 alpha-2 in capitals."""

    name: str = ""
    company: str = ""
    street: str = ""
    zip: str = ""
    city: str = ""
    state: str = ""
    country: str = ""


class Buyer(Address):
    """Who ordered: the billing address with e-mail and phone as typed."""

    email: str = ""
    phone: str = ""


class OrderLine(Frozen):
    """One thing sold. `net` and `vat` are the line's totals after discounts, `list_net` before them.

    `text` is plain, no HTML; `vat_rate` is in percent; `notes` are the buyer's choices (engraving, size) as shown
    in the shop.
    """

    id: str
    kind: LineKind
    text: str
    sku: str = ""
    quantity: Decimal
    net: Decimal
    list_net: Decimal
    vat: Decimal
    vat_rate: Decimal
    notes: tuple[Found, ...] = ()


class Refund(Frozen):
    """Money given back. `total` is positive and includes VAT; `lines` carry positive amounts.

    A refund of an amount alone has no lines; a line's `id` is the id of the order line it takes back.
    """

    id: str
    created_at: datetime
    total: Decimal
    reason: str = ""
    lines: tuple[OrderLine, ...] = ()


class Order(Frozen):
    """One order of one shop. `id` is the shop's own key, `number` what buyer and bookkeeper see."""

    id: str
    number: str
    status: str
    currency: str
    created_at: datetime
    modified_at: datetime
    paid_at: datetime | None = None
    completed_at: datetime | None = None
    total: Decimal
    total_vat: Decimal
    prices_include_vat: bool
    buyer: Buyer
    delivery: Address | None = None
    payment_method: str = ""
    payment_title: str = ""
    note: str = ""
    lines: tuple[OrderLine, ...]
    refunds: tuple[Refund, ...] = ()
    fields: dict[OrderField, Found] = {}

    @property
    def content_hash(self) -> str:
        """What matters for the books, hashed: the echo of a change that only moved `modified_at` has the same."""
        return hashlib.sha256(self.model_dump_json(exclude={"modified_at"}).encode()).hexdigest()[:24]

    def field(self, name: OrderField) -> str:
        """The value of a configured shop field, or an empty string."""
        found = self.fields.get(name)
        return found.value if found else ""


class RawOrder(Frozen):
    """An order exactly as the shop answered, before anyone believed it.

    `body` is the decoded JSON object, or the text itself where it could not be decoded;
    `refunds` the decoded refund list. `id` is never empty: a body without one gets its place as an id.
    """

    id: str
    body: dict[str, Any] | str
    refunds: tuple[dict[str, Any], ...] = ()
