"""Which VAT zone an order belongs to, whether the shop's rates fit it, and the proof that reverse charge needs.

The shop's VAT is what the buyer paid, so it is what gets invoiced: the law is held against it and a rate that
doesn't fit is told (or held, by setting), never silently replaced. Only Danish sellers: home is Denmark.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, Self

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from domain.days import COPENHAGEN, danish_day
from domain.identity import vat_key, visible
from domain.invoices import VatZone
from domain.money import NO_VAT, plain
from domain.orders import Address, CustomerType, Frozen, Order, OrderField
from domain.outcomes import Finding, NeedsAttention
from domain.rules import Rules
from domain.vat_places import HOME, KEYS, Place, place_of
from domain.vat_rates import MEMBERS, standard_rate

DANISH = Decimal(25)
FIELDS: tuple[OrderField, ...] = ("vat_number", "cvr")
COUNTRIES = {"EL": "GR"}
ISSUERS = MEMBERS - {HOME} | {"XI"}


class VatRules(Rules):
    """The `[vat]` table.

    `oss`: consumers in the EU pay their own country's VAT (One Stop Shop). False, below the EU-wide threshold,
    is Danish VAT. `check_vat_numbers`: reverse charge needs the proof of VIES, whose answer counts for `proof_days`.
    `zones` overrides the law by territory (`greenland`) or country (`NO`); `rates` are all the rates that are right
    in a country, in place of the table's standard rate: `DE = [19, 7]`.
    """

    oss: bool = False
    unexpected_rate: Literal["warn", "hold"] = "warn"
    check_vat_numbers: bool = False
    proof_days: int = Field(default=30, ge=0, le=366)
    zones: dict[str, VatZone] = {}
    rates: dict[str, tuple[Decimal, ...]] = Field(default={}, max_length=60)

    @field_validator("zones")
    @classmethod
    def _known_keys(cls, zones: dict[str, VatZone]) -> dict[str, VatZone]:
        for key in zones:
            if key not in KEYS and not (len(key) == 2 and key.isalpha() and key.isupper()):
                told = {"expected": ", ".join(sorted(KEYS))}
                raise PydanticCustomError("settings_zone_key", "neither a country code nor a territory", told)
        return zones

    def without_proof(self) -> Self:
        """The same rules for what was written before: its proof was asked for then."""
        return self.model_copy(update={"check_vat_numbers": False})

    def is_fresh(self, answer: "VatNumberAnswer", now: datetime) -> bool:
        """Whether an answer says that the number is valid, and may still be relied upon."""
        return answer.valid and now - answer.checked_at < timedelta(days=self.proof_days)


class VatNumberAnswer(Frozen):
    """What the EU's register (VIES) said of a number, and when: kept as proof for reverse charge.

    `name` is empty where the country doesn't tell it; `consultation` is the register's own number of the look-up,
    which it gives to a seller that says who asks.
    """

    number: str
    valid: bool
    checked_at: datetime
    name: str = ""
    consultation: str = ""

    @property
    def told(self) -> str:
        """When it was checked, by the clock in Denmark; whose number it is; and the number of the look-up."""
        checked = f"{self.checked_at.astimezone(COPENHAGEN):%Y-%m-%d %H:%M}"
        return " · ".join(filter(None, (checked, self.name, self.consultation)))


class ForeignVatNumber(NamedTuple):
    """A well-formed VAT number of another EU country, with its prefix, and the shop field that held it."""

    number: str
    field: str


def foreign_vat_number(order: Order) -> ForeignVatNumber | None:
    """The buyer's VAT number from the `vat_number` or `cvr` field, if another EU country (or XI) could have issued it.

    The number's own prefix says which country that is; one without a prefix is of the billing country.
    """
    for found in (order.fields[name] for name in FIELDS if name in order.fields):
        prefix = visible(found.value)[:2].upper()
        for country in (COUNTRIES.get(prefix, prefix), order.buyer.country):
            if country in ISSUERS and (key := vat_key(found.value, country)):
                return ForeignVatNumber(f"XI{key[2:]}" if country == "XI" else key, found.key)
    return None


def place_of_supply(order: Order, rules: VatRules) -> Place:
    """Where the goods go: the delivery country, else the billing country, else Denmark."""
    return place_of(_destination(order), danish_day(order.created_at), rules.zones)


def zone_of(order: Order, customer_type: CustomerType, rules: VatRules) -> VatZone:
    """The zone that the law gives the order, whatever the shop charged.

    `eu` means no Danish VAT: reverse charge for a business with a VAT number, or the buyer's country's VAT under
    OSS. A business without a foreign VAT number buys with Danish VAT; so do consumers while `oss` is off.
    """
    place = place_of_supply(order, rules)
    if place.zone != "eu":
        return place.zone
    if customer_type == "b2c":
        return "eu" if rules.oss else "domestic"
    return "eu" if foreign_vat_number(order) else "domestic"


def judge(
    order: Order,
    customer_type: CustomerType,
    charged: Collection[Decimal],
    rules: VatRules,
    answer: VatNumberAnswer | None = None,
) -> tuple[VatZone, tuple[Finding, ...]]:
    """The zone to book in, given the rates the shop charged (of lines with an amount), and what to tell of them.

    The proof of reverse charge is told too. Raises `NeedsAttention`: `vat_rate_refused` where a setting says hold,
    `vat_number_unproven` and `vat_number_invalid` for reverse charge without proof.
    """
    lawful = zone_of(order, customer_type, rules)
    place = place_of_supply(order, rules)
    findings: list[Finding] = []
    if not _destination(order).country:
        findings.append(Finding(code="country_missing", field="billing.country", expected=HOME))
    right = _right_rates(place, lawful, customer_type, rules, danish_day(order.created_at))
    wrong = _wrong_rates(charged, right, at_home=place.zone == "domestic")
    if wrong:
        found, expected = _percent(wrong), _percent(right)
        if rules.unexpected_rate == "hold":
            raise NeedsAttention("vat_rate_refused", place.country, found, expected)
        findings.append(Finding(code="vat_rate_unexpected", field=place.country, found=found, expected=expected))
    number = number_to_prove(order, customer_type, charged, rules)
    if number:
        findings += _proven(number, rules, answer)
    return _booked_zone(lawful, place, charged, right), tuple(findings)


def number_to_prove(
    order: Order, customer_type: CustomerType, charged: Collection[Decimal], rules: VatRules
) -> ForeignVatNumber | None:
    """The VAT number that an order's reverse charge rests on; None where nothing rests on one."""
    reverse_charge = customer_type != "b2c" and charged and not any(charged)
    if not reverse_charge or zone_of(order, customer_type, rules) != "eu":
        return None
    return foreign_vat_number(order)


def _destination(order: Order) -> Address:
    return order.delivery if order.delivery and order.delivery.country.strip() else order.buyer


def _right_rates(
    place: Place, lawful: VatZone, customer_type: CustomerType, rules: VatRules, on: date
) -> tuple[Decimal, ...]:
    if lawful == "domestic":
        return rules.rates.get(HOME, (DANISH,))
    if lawful == "abroad" or customer_type != "b2c":
        return (NO_VAT,)
    standard = standard_rate(place.country, on)
    return rules.rates.get(place.country, (standard,) if standard is not None else ())


def _wrong_rates(charged: Collection[Decimal], right: Collection[Decimal], *, at_home: bool) -> list[Decimal]:
    """0 % is right beside other rates, and at home by itself too: newspapers, gift cards and deposits exist."""
    exempt_too = at_home or any(charged)
    return sorted({rate for rate in charged if rate not in right and (rate or not exempt_too)})


def _booked_zone(lawful: VatZone, place: Place, charged: Collection[Decimal], right: Collection[Decimal]) -> VatZone:
    """Where what was charged belongs: VAT that stands on the invoice is owed in the country whose rate it is."""
    taxed = {rate for rate in charged if rate}
    if charged and not taxed:
        return "domestic" if lawful == "eu" and NO_VAT not in right else lawful
    if taxed == {DANISH} and DANISH not in right:
        return "domestic"
    if taxed and DANISH not in taxed and lawful == "domestic" and place.zone == "eu":
        return "eu"
    return lawful


def _proven(number: ForeignVatNumber, rules: VatRules, answer: VatNumberAnswer | None) -> list[Finding]:
    """The proof, as it is told; none where nobody asks for one."""
    if answer is None and not rules.check_vat_numbers:
        return []
    if answer is None or answer.number != number.number:
        raise NeedsAttention("vat_number_unproven", number.field, number.number)
    if not answer.valid:
        raise NeedsAttention("vat_number_invalid", number.field, number.number)
    return [Finding(code="vat_number_proven", field=number.field, found=number.number, expected=answer.told)]


def _percent(rates: Collection[Decimal]) -> str:
    return ", ".join(f"{plain(rate):f} %" for rate in sorted(rates)) or "–"
