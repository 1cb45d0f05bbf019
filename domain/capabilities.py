"""What an accounting system can do and has: values that rules, checks and tests ask, never an adapter's name."""

from domain.customers import CustomerField
from domain.orders import Frozen, OrderField


class Capabilities(Frozen):
    """What an accounting system can do; `lengths` are its limits in characters for customer fields.

    `books_at_once`: writes and books a document in one call. `tells_bookings`: reading on shows what was booked
    since; else it shows all drafts, and one that is missing there was booked or deleted. `unique_references`: refuses
    a second document of a reference; `guards_credits`: refuses to credit more than stands, or what isn't booked.
    `remembers_keys`: answers the key of a write that was done before as then; else the caller looks what stands
    there. `any_number`: customer numbers may be other than digits.
    `any_rate`: takes each line at the rate that it names; else VAT follows from product and zone.
    """

    identify_by: frozenset[str]
    fields: frozenset[CustomerField]
    contacts: bool
    einvoicing: bool
    drafts: bool
    lookup_by_reference: bool
    lengths: dict[CustomerField, int] = {}
    einvoice_fields: frozenset[OrderField] = frozenset()
    """Which of the buyer's references it can carry on what it sends: `requisition`, `reference_person`."""
    books_at_once: bool = True
    tells_bookings: bool = True
    unique_references: bool = True
    guards_credits: bool = True
    any_rate: bool = True
    remembers_keys: bool = True
    any_number: bool = False


class MasterData(Frozen):
    """What the books have that settings may name. `makes_products`: a product that isn't there is made when used."""

    customer_groups: frozenset[str]
    payment_terms: frozenset[str]
    vat_zones: frozenset[str]
    products: frozenset[str]
    currencies: frozenset[str]
    layouts: frozenset[str] = frozenset()
    makes_products: bool = False
