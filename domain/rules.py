"""The customer rules as a user sets them: `[customers]` and its three types, and the presets they start from.

A type's value goes before the global one, which goes before the preset's; `fields` field by field.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.customers import CustomerField
from domain.orders import CustomerType
from domain.outcomes import Finding

IdentifyField = Literal["email", "phone", "cvr", "ean", "customer_number", "name"]
FieldPolicy = Literal["create", "update", "both", "never"]
OnBadNumber = Literal["hold", "treat_as_b2c"]
Preset = Literal["recommended", "one-customer", "match-only"]


def _which(value: object) -> object:
    if isinstance(value, bool) or value == "ean":
        return value
    raise PydanticCustomError("settings_bad_value", "neither", {"expected": "true, false, ean"})


BookWhich = Annotated[bool | Literal["ean"], BeforeValidator(_which)]
"""Which documents are booked: all, none, or those alone that go to an EAN number."""

TYPES: tuple[CustomerType, ...] = ("b2c", "b2b", "ean")


def _text_of_number(value: object) -> object:
    """A number of the books may stand without quotes (`collecting_customer = 1000`)."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


OneOrMore = Annotated[
    tuple[IdentifyField, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)
]
Number = Annotated[str, BeforeValidator(_text_of_number)]


class Rules(BaseModel):
    """Settings are strict: an unknown key is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TypeRules(Rules):
    """What may be said globally and per customer type; None says nothing.

    An empty `collecting_customer` on a type says that the global one isn't for it.
    """

    identify_by: OneOrMore | None = Field(default=None, min_length=1)
    create: bool | None = None
    update: bool | None = None
    collecting_customer: Number | None = None
    on_bad_number: OnBadNumber | None = None
    customer_group: Number | None = None
    payment_terms: Number | None = None
    fields: dict[CustomerField, FieldPolicy] = {}


class ResolvedRules(Rules):
    """The rules of one customer type with nothing left open. An empty `collecting_customer` means none.

    `never_updated` are the collecting customers of all types: an order of another type may well find one.
    """

    identify_by: tuple[IdentifyField, ...]
    create: bool
    update: bool
    collecting_customer: str
    on_bad_number: OnBadNumber
    customer_group: str
    payment_terms: str
    fields: dict[CustomerField, FieldPolicy]
    never_updated: frozenset[str] = frozenset()

    def writes(self, field: CustomerField, when: Literal["create", "update"]) -> bool:
        """Whether the policy of a field lets it be written then."""
        return self.fields.get(field, "never") in (when, "both")


class CustomerRules(TypeRules):
    """The whole `[customers]` table. `placeholders` are values that identify nobody (`noreply@*`, `00000000`)."""

    preset: Preset = "recommended"
    b2c: TypeRules = TypeRules()
    b2b: TypeRules = TypeRules()
    ean: TypeRules = TypeRules()
    company_without_cvr: Literal["b2c", "hold"] = "b2c"
    placeholders: tuple[str, ...] = ()

    def of(self, customer_type: CustomerType) -> ResolvedRules:
        """What applies to one customer type once type, global and preset are laid over each other."""
        return ResolvedRules(**self._laid_over(customer_type), never_updated=self._collecting())

    def doubts(self) -> tuple[Finding, ...]:
        """Settings that are allowed and yet hardly meant: a collecting customer with EAN or with payment terms."""
        found: list[Finding] = []
        for customer_type in TYPES:
            rules = self.of(customer_type)
            path = f"customers.{customer_type}.collecting_customer"
            if rules.collecting_customer and customer_type == "ean":
                found.append(Finding(code="collecting_with_ean", field=path, found=rules.collecting_customer))
            if rules.collecting_customer and rules.payment_terms:
                found.append(Finding(code="collecting_with_terms", field=path, found=rules.payment_terms))
        return tuple(found)

    @model_validator(mode="after")
    def _one_customer_names_it(self) -> "CustomerRules":
        said = [self.collecting_customer or getattr(self, kind).collecting_customer for kind in TYPES]
        if self.preset == "one-customer" and not all(said):
            raise PydanticCustomError(
                "collecting_customer_needed",
                'preset "one-customer" needs collecting_customer: the number of the customer that orders are booked on',
            )
        return self

    def _laid_over(self, customer_type: CustomerType) -> dict[str, Any]:
        layers = (_of_preset(self.preset, customer_type), self, getattr(self, customer_type))
        laid: dict[str, Any] = {"fields": {}}
        for layer in layers:
            said = {name: getattr(layer, name) for name in TypeRules.model_fields if name != "fields"}
            laid |= {name: value for name, value in said.items() if value is not None}
            laid["fields"] = laid["fields"] | layer.fields
        return laid

    def _collecting(self) -> frozenset[str]:
        every = (rules.collecting_customer for rules in (self, self.b2c, self.b2b, self.ean))
        return frozenset(number for number in every if number)


PERSON: dict[CustomerField, FieldPolicy] = {
    "name": "both",
    "address": "both",
    "zip": "both",
    "city": "both",
    "country": "both",
    "email": "both",
    "phone": "both",
    "contact": "both",
    "cvr": "create",
    "ean": "create",
    "vat_number": "create",
    "currency": "create",
    "customer_group": "create",
    "payment_terms": "create",
    "vat_zone": "create",
}
"""A person is known by what the last order says; numbers and what the bookkeeper sorts by are set once."""

COMPANY: dict[CustomerField, FieldPolicy] = PERSON | {"email": "create", "phone": "create"}
"""Several buyers order for one company: it keeps its own e-mail and phone, and each buyer becomes a contact."""

IDENTIFIED: dict[CustomerType, tuple[IdentifyField, ...]] = {"b2c": ("email",), "b2b": ("cvr",), "ean": ("ean",)}


def _of_preset(preset: Preset, customer_type: CustomerType) -> TypeRules:
    """`recommended` creates and updates, `match-only` does neither, `one-customer` books all on the collecting one."""
    writes = preset == "recommended"
    return TypeRules(
        identify_by=IDENTIFIED[customer_type],
        create=writes,
        update=writes,
        collecting_customer="",
        on_bad_number="hold",
        customer_group="",
        payment_terms="",
        fields=PERSON if customer_type == "b2c" else COMPANY,
    )
