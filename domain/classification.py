"""Which kind of customer an order has, what identifies it, and the evidence for both.

EAN if the EAN field is filled, else B2B if the CVR field is filled (or either field holds a well-formed VAT number
of the billing country), else B2C. A filled but impossible number holds the order; under `treat_as_b2c` it counts as
empty instead, with a warning, and the other fields decide: an order with an impossible EAN and a possible CVR is B2B.
"""

import re
from typing import Literal

from domain import identity
from domain.customers import buyer_name
from domain.identity import CPR_MASK, HOME, KeyField
from domain.orders import CustomerType, Found, Frozen, Order
from domain.outcomes import Finding, NeedsAttention
from domain.rules import CustomerRules, IdentifyField, ResolvedRules

NumberField = Literal["ean", "cvr", "vat_number"]
Verdict = Literal["valid", "empty", "placeholder", "impossible", "ignored"]

LIKELY_TYPE: dict[NumberField, CustomerType] = {"ean": "ean", "cvr": "b2b", "vat_number": "b2b"}
"""The type that an order would have been, had the number been possible: its `on_bad_number` applies."""

LONGEST_SHOWN = 200
_CVR_IN_NOTE = re.compile(
    r"(?:CVR|DK)[^0-9]{0,12}([0-9]{2}[ .]?[0-9]{2}[ .]?[0-9]{2}[ .]?[0-9]{2})(?![0-9])", re.IGNORECASE
)
_EAN_IN_NOTE = re.compile(r"(?<![0-9])[0-9](?:[ .]?[0-9]){12}(?![0-9])")


class Identity(Frozen):
    """One comparable value by which the customer may be found; those of one `rank` are tried together."""

    rank: int
    field: IdentifyField
    value: str

    @property
    def key(self) -> str:
        """The identity as one text, under which leases and remembered choices are kept."""
        return f"{self.field}:{self.value}"


class Evidence(Frozen):
    """What stood in a shop field that decides the type, and what was made of it.

    `key` is the shop's field (empty: none was filled), `value` what the buyer typed, never a CPR number,
    `number` how a valid one is written, `code` the finding of an impossible or ignored one.
    """

    field: NumberField
    key: str = ""
    value: str = ""
    verdict: Verdict
    number: str = ""
    code: str = ""

    @property
    def finding(self) -> Finding:
        """The same as something to tell."""
        return Finding(code=self.code, field=self.key, found=self.value)


class Classification(Frozen):
    """The type of an order's customer and its identities in the order in which they are tried.

    `identities` is empty for a collecting customer only. `cvr`, `ean` and `vat_number` are the valid numbers, as
    they are written everywhere; all empty for B2C.
    """

    type: CustomerType
    identities: tuple[Identity, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    warnings: tuple[Finding, ...] = ()
    cvr: str = ""
    ean: str = ""
    vat_number: str = ""


def classify(order: Order, rules: CustomerRules) -> Classification:
    """Decide type and identities of an order's customer.

    Raises `NeedsAttention` for an impossible number, a company without CVR (both by policy), and for an order
    with nothing to identify its customer by; `evidence_of` still tells then what was seen.
    """
    evidence = evidence_of(order, rules)
    for seen in evidence:
        if seen.verdict == "impossible":
            raise NeedsAttention(seen.code, seen.key, seen.value)
    classified = typed(evidence)
    if classified.type == "b2c" and rules.company_without_cvr == "hold":
        _refuse_company(order, evidence)
    resolved = rules.of(classified.type)
    return classified.model_copy(
        update={
            "identities": _identities(order, classified, resolved, rules.placeholders),
            "warnings": _warnings(order, classified, resolved),
        }
    )


def evidence_of(order: Order, rules: CustomerRules) -> tuple[Evidence, ...]:
    """What each of the fields EAN, CVR and VAT number says, judged; never raises."""
    return tuple(_judge(field, order, rules) for field in LIKELY_TYPE)


def _judge(field: NumberField, order: Order, rules: CustomerRules) -> Evidence:
    found = order.fields.get(field) or Found(key="", value="")
    if identity.holds_cpr(found.value):
        code = "cpr_in_ean" if field == "ean" else "cpr_in_cvr"
        return _refused(Evidence(field=field, key=found.key, value=CPR_MASK, verdict="impossible", code=code), rules)
    shown = identity.visible(found.value[: 2 * LONGEST_SHOWN])[:LONGEST_SHOWN]
    keys = identity.normalise(field, found.value)
    if not keys:
        return Evidence(field=field, key=found.key, value=shown, verdict="empty")
    if any(identity.is_placeholder(text, rules.placeholders) for text in (found.value, *keys)):
        return Evidence(field=field, key=found.key, value=shown, verdict="placeholder")
    number = _number(field, found.value, _country(order))
    if number:
        return Evidence(field=field, key=found.key, value=shown, verdict="valid", number=number)
    code = _fault(field, found.value, keys[0], order)
    return _refused(Evidence(field=field, key=found.key, value=shown, verdict="impossible", code=code), rules)


def _refused(seen: Evidence, rules: CustomerRules) -> Evidence:
    """An impossible number is ignored by policy; a VAT number of a country whose form is unknown always is."""
    policy = rules.of(LIKELY_TYPE[seen.field]).on_bad_number
    ignored = policy == "treat_as_b2c" or seen.code == "vat_number_unchecked"
    return seen.model_copy(update={"verdict": "ignored"}) if ignored else seen


def _country(order: Order) -> str:
    return order.buyer.country.strip().upper() or HOME


def _number(field: NumberField, text: str, country: str) -> str:
    """The number as it is written everywhere, or nothing for an impossible one."""
    if field == "ean":
        return identity.normalise("ean", text)[0] if identity.is_ean(text) else ""
    number = identity.company_number(text, country)
    return number if identity.is_cvr(number) or identity.is_vat_number(number, country) else ""


def _fault(field: NumberField, text: str, key: str, order: Order) -> str:
    """The code of what is wrong with an impossible number: the more it says, the quicker it is mended."""
    if field == "ean" and identity.is_cvr(text):
        return "cvr_in_ean"
    if field != "ean" and identity.is_ean(text):
        return "ean_in_cvr"
    if field != "vat_number" and _is_phone(text, order):
        return "phone_in_ean" if field == "ean" else "phone_in_cvr"
    foreign = field != "ean" and not key[:2].isdigit()
    if foreign and identity.is_vat_number(key, key[:2]):
        return "vat_number_other_country"
    if field == "vat_number":
        return "bad_vat_number" if identity.knows_vat_numbers_of(_country(order)) else "vat_number_unchecked"
    if not key.isdecimal() or not key.strip("0"):
        return f"bad_{field}"
    return f"{field}_check_digit" if len(key) == {"ean": 13, "cvr": 8}[field] else f"{field}_length"


def _is_phone(text: str, order: Order) -> bool:
    typed = identity.normalise("phone", text)
    with_country_code = identity.visible(text).startswith(("+", "0045"))
    return bool(typed) and (with_country_code or set(typed) <= set(identity.normalise("phone", order.buyer.phone)))


def typed(evidence: tuple[Evidence, ...]) -> Classification:
    """The type, with the numbers that go with it."""
    valid = {seen.field: seen.number for seen in evidence if seen.verdict == "valid"}
    companies = [valid[field] for field in ("cvr", "vat_number") if field in valid]
    return Classification(
        type="ean" if "ean" in valid else "b2b" if companies else "b2c",
        evidence=evidence,
        ean=valid.get("ean", ""),
        cvr=next((number for number in companies if number.isdigit()), ""),
        vat_number=next((number for number in companies if not number.isdigit()), ""),
    )


def _refuse_company(order: Order, evidence: tuple[Evidence, ...]) -> None:
    """A company that gave no number at all; one whose number is ignored was let through by `on_bad_number`."""
    company = identity.visible(order.buyer.company)
    if company and all(seen.verdict in ("empty", "placeholder") for seen in evidence):
        raise NeedsAttention("company_without_cvr", "billing.company", company[:LONGEST_SHOWN])


def _identities(
    order: Order, classified: Classification, resolved: ResolvedRules, placeholders: tuple[str, ...]
) -> tuple[Identity, ...]:
    if resolved.collecting_customer:
        return ()
    found = tuple(
        Identity(rank=rank, field=field, value=key)
        for rank, field in enumerate(resolved.identify_by)
        for key in _keys(field, order, classified)
        if not identity.is_placeholder(key, placeholders)
    )
    if not found:
        path = f"customers.{classified.type}.identify_by"
        raise NeedsAttention("nothing_to_identify_by", path, expected=", ".join(resolved.identify_by))
    return found


def _keys(field: IdentifyField, order: Order, classified: Classification) -> tuple[str, ...]:
    """The comparable values of one field; a company is looked for by its CVR and by its foreign VAT number."""
    if field == "cvr":
        return tuple(number for number in (classified.cvr, classified.vat_number) if number)
    text: dict[KeyField, str] = {
        "ean": classified.ean,
        "email": order.buyer.email,
        "phone": order.buyer.phone,
        "customer_number": order.field("customer_number"),
        "name": buyer_name(order.buyer, classified.type),
    }
    return identity.normalise(field, text[field])


def _warnings(order: Order, classified: Classification, resolved: ResolvedRules) -> tuple[Finding, ...]:
    found = [seen.finding for seen in classified.evidence if seen.verdict == "ignored"]
    if classified.type == "ean" and resolved.collecting_customer:
        path = "customers.ean.collecting_customer"
        found.append(Finding(code="collecting_with_ean", field=path, found=resolved.collecting_customer))
    return (*found, *_in_note(order.note, classified.type))


def _in_note(note: str, customer_type: CustomerType) -> list[Finding]:
    """A number that the buyer wrote in the note: suggested, never applied."""
    found: list[Finding] = []
    eans = (match.group() for match in _EAN_IN_NOTE.finditer(note))
    cvrs = (match.group(1) for match in _CVR_IN_NOTE.finditer(note))
    ean = next((text for text in eans if identity.is_ean(text)), "")
    cvr = next((text for text in cvrs if identity.is_cvr(text)), "")
    if ean and customer_type != "ean":
        found.append(Finding(code="ean_in_note", field="note", found=ean))
    if cvr and customer_type == "b2c":
        found.append(Finding(code="cvr_in_note", field="note", found=cvr))
    return found
