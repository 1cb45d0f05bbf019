"""The customer rules as a user sets them: `[customers]` and its three types, and the presets they start from.

A type's value goes before the global one, which goes before the preset's.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from domain.customers import CustomerField
from domain.orders import CustomerType

IdentifyField = Literal["email", "phone", "cvr", "ean", "customer_number", "name"]
FieldPolicy = Literal["create", "update", "both", "never"]
OnBadNumber = Literal["hold", "treat_as_b2c"]
Preset = Literal["recommended", "one-customer", "match-only"]

OneOrMore = Annotated[
    tuple[IdentifyField, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)
]


class Rules(BaseModel):
    """Settings are strict: an unknown key is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TypeRules(Rules):
    """What may be said globally and per customer type; None says nothing."""

    identify_by: OneOrMore | None = Field(default=None, min_length=1)
    create: bool | None = None
    update: bool | None = None
    collecting_customer: str | None = None
    on_bad_number: OnBadNumber | None = None
    customer_group: str | None = None
    payment_terms: str | None = None
    fields: dict[CustomerField, FieldPolicy] = {}


class CustomerRules(TypeRules):
    """The whole `[customers]` table."""

    preset: Preset = "recommended"
    b2c: TypeRules = TypeRules()
    b2b: TypeRules = TypeRules()
    ean: TypeRules = TypeRules()
    company_without_cvr: Literal["b2c", "hold"] = "b2c"
    placeholders: tuple[str, ...] = ()

    def of(self, customer_type: CustomerType) -> "ResolvedRules":
        """What applies to one customer type once type, global and preset are laid over each other."""
        raise NotImplementedError


class ResolvedRules(Rules):
    """The rules of one customer type with nothing left open. An empty `collecting_customer` means none."""

    identify_by: tuple[IdentifyField, ...]
    create: bool
    update: bool
    collecting_customer: str
    on_bad_number: OnBadNumber
    customer_group: str
    payment_terms: str
    fields: dict[CustomerField, FieldPolicy]
