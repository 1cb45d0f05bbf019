"""What e-conomic refuses, in our words.

Its errors come in three shapes: keyed by property, nested as the request was; a list of texts; a list of objects.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from adapters.http import Answer, error_code
from domain.outcomes import NeedsAttention, Transient

BY_CODE = {
    "E06820": "customer_barred",
    "E06600": "product_barred",
    "E07080": "payment_terms_unknown",
    "E04740": "amount_impossible",
    "E04760": "period_closed",
}
"""What an error code says whatever it is about."""

LACKING = {"duedate": "terms_need_due_date"}
"""What it says that a property isn't there."""

BY_PROPERTY = {
    "currency": "currency_unknown",
    "customergroup": "customer_group_unknown",
    "paymentterms": "payment_terms_unknown",
    "vatzone": "vat_zone_unknown",
    "layout": "layout_unknown",
    "product": "product_unknown",
    "productnumber": "product_unknown",
    "productgroup": "product_group_unknown",
    "customer": "customer_gone",
    "customernumber": "customer_number_taken",
    "draftinvoice": "draft_gone",
    "attention": "contact_gone",
    "customercontact": "contact_gone",
    "date": "period_closed",
    "ean": "ean_refused",
}
"""What is wrong with a property, where the code says no more than that the record isn't there or isn't valid."""

BY_CODE_AND_PROPERTY = {
    "E04041": BY_PROPERTY,
    "E06000": BY_PROPERTY,
    "E04042": LACKING,
    "E06151": {},
    "E07180": {},
}
"""`E04041` barred or not found, `E06000` not found, `E04042` missing, `E06151` may not be changed, `E07180` not of the
type that its terms are: the last three say nothing of the record that the property names. Other codes say what
`BY_PROPERTY` does."""
DOUBTED = frozenset({"customer_gone", "contact_gone"})
"""What is looked at before it is believed: what the books said of it is kept."""

NUMBERS = {
    "customergroupnumber": "customergroup",
    "productgroupnumber": "productgroup",
    "paymenttermsnumber": "paymentterms",
    "vatzonenumber": "vatzone",
    "layoutnumber": "layout",
    "draftinvoicenumber": "draftinvoice",
    "customercontactnumber": "customercontact",
}


class Problem(NamedTuple):
    """One error: the property as it is called in the request (`lines[3].product`), code, text and the value."""

    place: str
    code: str
    text: str
    value: str

    @property
    def said(self) -> str:
        """Code and text."""
        return f"{self.code} {self.text}".strip()

    @property
    def about(self) -> str:
        """The property itself, in small letters."""
        last = self.place.rpartition(".")[2].partition("[")[0].lower()
        if last == "customernumber" and self.place.lower().startswith("customer."):
            return "customer"
        return NUMBERS.get(last, last)


def problems(body: Any) -> list[Problem]:
    """Every error of a body, of whichever shape."""
    errors = body.get("errors") if isinstance(body, dict) else None
    return list(_walk(errors, ""))


def refusal(answer: Answer) -> NeedsAttention:
    """What a refused call comes to: the first error that says something, else its number and text."""
    try:
        body = answer.json()
    except Transient:
        body = {}
    found = problems(body)
    for problem in found:
        code = BY_CODE.get(problem.code) or BY_CODE_AND_PROPERTY.get(problem.code, BY_PROPERTY).get(problem.about)
        if code:
            told = problem.said if code in DOUBTED else problem.text
            return NeedsAttention(code, problem.place, problem.value or problem.text, told)
    if found:
        return NeedsAttention("books_refuse", found[0].place, found[0].said)
    message = str(body.get("message") or "") if isinstance(body, dict) else ""
    if known := BY_CODE.get(error_code(answer)):
        return NeedsAttention(known, "accounting", message)
    return NeedsAttention("books_refuse", "accounting", f"{error_code(answer)} {message}".strip())


def unexplained(refused: NeedsAttention) -> NeedsAttention:
    """A refusal that was looked at and isn't what it seemed: told as the books told it."""
    return NeedsAttention("books_refuse", refused.finding.field, refused.finding.expected or refused.finding.found)


def _walk(found: Any, place: str) -> Iterator[Problem]:
    if isinstance(found, str):
        yield Problem(place, "", found, "")
    elif isinstance(found, list):
        for one in found:
            yield from _walk(one, place)
    elif isinstance(found, dict) and ("errorCode" in found or "errorMessage" in found):
        yield _problem(found, place)
    elif isinstance(found, dict):
        place = f"{place}[{found['arrayIndex']}]" if isinstance(found.get("arrayIndex"), int) else place
        for key, inner in found.items():
            if isinstance(inner, dict | list):
                yield from _walk(inner, _below(place, key))


def _problem(found: dict[str, Any], place: str) -> Problem:
    name = str(found.get("propertyName") or "")
    place = place or name
    if name and place.rpartition(".")[2].lower() != name.rpartition(".")[2].lower():
        place = _below(place, name)
    value = found.get("inputValue")
    told = "" if value is None or isinstance(value, dict | list) else str(value)
    return Problem(place, str(found.get("errorCode") or ""), str(found.get("errorMessage") or ""), told)


def _below(place: str, key: str) -> str:
    if key in ("errors", "items"):
        return place
    return f"{place}.{key}" if place else key
