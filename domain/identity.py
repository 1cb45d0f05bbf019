"""What makes two customers the same: comparable keys of what people type, and which numbers can exist at all.

Sources: CVR 8 digits, weights 2,7,6,5,4,3,2,1, sum mod 11 = 0; EAN/GLN 13 digits with the GS1 check digit;
CPR 10 digits that begin with a date, DDMMYY; the VAT numbers of other countries by python-stdnum.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from stdnum import ean as gs1
from stdnum.ch import uid as swiss
from stdnum.dk import cvr as danish
from stdnum.eu.vat import MEMBER_STATES
from stdnum.fo import vn as faroese
from stdnum.is_ import vsk as icelandic
from stdnum.no import orgnr as norwegian
from stdnum.util import get_cc_module

if TYPE_CHECKING:
    from stdnum.util import NumberValidationModule

KeyField = Literal["email", "phone", "cvr", "ean", "customer_number", "name", "vat_number"]
Body = TypeVar("Body", bound="dict[str, Any] | str")

CPR_MASK = "CPR-masked"
"""Stands where a CPR number stood, so that later readers still see what was wrong with the field."""

HOME = "DK"
SHORTEST_PHONE = 5
WHOLE_PHONE = 8
"""So many digits a Danish number has; one with its country's code has as many at the least."""
LONGEST_EMAIL = 254
LONGEST_VAT_NUMBER = 20
LONGEST_KEY = 200
"""Keys are cut here: databases index no text of any length, and books cut long names, not far above this."""

_BLANK_LETTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_BETWEEN_EMAILS = re.compile(r"[\s,;<>\"()\[\]|]+")
_BETWEEN_PHONES = re.compile(r"[/,\r\n]+")
_DANISH_LABEL = re.compile(r"^(?:CVR)?(?:NR|NO|NUMMER)?(?:DK)?(?=[0-9]{8}$)")
_EAN_LABEL = re.compile(r"^(?:EAN|GLN)?(?:NR|NO|NUMMER)?(?:0088)?(?=[0-9]{13}$)")
_SUFFIX = re.compile(r"(?<=[0-9])(?:MVA|MWST|TVA|IVA|TPV)$")
_CPR_INSIDE = re.compile(r"(?<![0-9])([0-9]{6})[\s.\-\u2010-\u2015\u2212]?([0-9]{4})(?![0-9])")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_EU = frozenset(code.upper() for code in MEMBER_STATES)
_OWN_MODULE: "dict[str, NumberValidationModule]" = {
    "NO": norwegian, "CH": swiss, "LI": swiss, "IS": icelandic, "FO": faroese
}  # fmt: skip
_BORROWED = {"IM": "GB", "MC": "FR", "EL": "GR", "XI": "GB"}
_PREFIXES = {"GR": ("EL", "GR"), "GB": ("GB", "XI"), "CH": ("",), "LI": ("",)}


def visible(text: str) -> str:
    """The text as a reader sees it: composed, one space between words, nothing hidden, no control characters."""
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", text)
        if not text.isprintable():
            text = "".join(map(_shown, text))
        text = unicodedata.normalize("NFC", _BLANK_LETTERS.sub("", text))
    return " ".join(text.split())


def _shown(character: str) -> str:
    if character.isprintable() or character.isspace():
        return character
    category = unicodedata.category(character)
    return " " if category == "Cc" else "" if category in ("Cf", "Cs") else character


def normalise(field: KeyField, value: str) -> tuple[str, ...]:
    """The comparable keys of what stands in a field: none where it says nothing, several for several e-mails or phones.

    Both sides of every comparison go through here, and a key is its own only key.
    """
    if field == "email":
        return _emails(value)
    if field == "phone":
        return tuple(dict.fromkeys(key for number in _phone_numbers(value) if (key := _phone(number))))
    key = _single_key(field, value)
    return (key,) if key else ()


def _single_key(field: KeyField, value: str) -> str:
    if field in ("name", "customer_number"):
        key = _folded(value if field == "name" else "".join(visible(value).split()))[:LONGEST_KEY].rstrip()
        return key if any(character.isalnum() and character != "0" for character in key) else ""
    compact = _compact(value)
    return _EAN_LABEL.sub("", compact) if field == "ean" else _DANISH_LABEL.sub("", compact)


def _folded(text: str) -> str:
    text = visible(text)
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def _compact(text: str) -> str:
    text = unicodedata.normalize("NFKC", visible(text)).upper()
    return "".join(character for character in unicodedata.normalize("NFKC", text) if character.isalnum())[:LONGEST_KEY]


def _emails(text: str) -> tuple[str, ...]:
    words = (word.removeprefix("mailto:").strip(".:'") for word in _BETWEEN_EMAILS.split(_folded(text)))
    return tuple(dict.fromkeys(word for word in words if _is_email(word)))


def _is_email(word: str) -> bool:
    account, at, host = word.partition("@")
    one_address = bool(account and at and host) and "@" not in host and len(word) <= LONGEST_EMAIL
    return one_address and not word.startswith("mailto:")


def _phone_numbers(text: str) -> Iterator[str]:
    """The numbers of a field. A slash, a comma or a line's end also stands within one: it parts only whole numbers."""
    for several in unicodedata.normalize("NFKC", text).split(";"):
        numbers, digits = list[list[str]](), WHOLE_PHONE  # digits of the last number, after which one may begin
        for part in _BETWEEN_PHONES.split(several):
            here = sum(map(part.count, "0123456789")) - 2 * part.strip().startswith("00")
            if digits >= WHOLE_PHONE and here > 0:
                numbers.append([])
                digits = 0
            if numbers:
                numbers[-1].append(part)
                digits += max(here, 0)
        if digits < WHOLE_PHONE and len(numbers) > 1:
            rest = numbers.pop()
            numbers[-1] += rest
        yield from map(" ".join, numbers)


def _phone(text: str) -> str:
    text = unicodedata.normalize("NFKC", visible(text)).replace("(0)", "")
    digits = re.sub("[^0-9]", "", text)
    plus = re.match(r"[^0-9]*\+", text) is not None
    abroad = plus or digits.startswith("00")
    if not plus:
        digits = digits.removeprefix("00")
    if re.fullmatch(r"45[0-9]{8}" if abroad else r"45[2-9][0-9]{7}", digits):
        abroad, digits = False, digits[2:]
    if not SHORTEST_PHONE <= len(digits) < LONGEST_KEY or not digits.strip("0"):
        return ""
    return f"+{digits}" if abroad else digits


def is_placeholder(value: str, placeholders: Sequence[str]) -> bool:
    """Whether the value is one that shops fill in for nobody; a pattern may hold `*`, case and spaces don't count."""
    forms = {_folded(value), _compact(value).casefold()} - {""}
    patterns = [_folded(pattern) for pattern in placeholders]
    return any(fnmatchcase(form, pattern) for form in forms for pattern in patterns)


def is_cvr(text: str) -> bool:
    """Whether it is a possible CVR number: 8 digits, not beginning with 0, that pass mod 11."""
    key = _single_key("cvr", text)
    return len(key) == 8 and key.isascii() and danish.is_valid(key)


def is_ean(text: str) -> bool:
    """Whether it is a possible EAN location number: 13 digits with the right check digit, not all zeros."""
    key = _single_key("ean", text)
    return len(key) == 13 and key.isascii() and key.strip("0") != "" and gs1.is_valid(key)


def knows_vat_numbers_of(country: str) -> bool:
    """Whether the form of this country's VAT numbers is known here (EU, GB, NO, CH, LI, IS, FO, DK)."""
    return country == HOME or _module(country) is not None


def is_vat_number(text: str, country: str) -> bool:
    """Whether it is a well-formed VAT number of that country (ISO 3166), with or without the country's prefix."""
    return bool(vat_key(text, country))


def vat_key(text: str, country: str) -> str:
    """The one way we write a VAT number of that country, `DE136695976`; empty if it can't be one.

    A Danish one is its CVR number, without `DK`.
    """
    compact = _SUFFIX.sub("", _compact(text))
    country = country.upper()
    if country == HOME:
        return _single_key("cvr", text) if is_cvr(text) else ""
    module = _module(country)
    if module is None or not compact.isascii() or not 4 < len(compact) <= LONGEST_VAT_NUMBER:
        return ""
    country = _BORROWED.get(country, country)
    prefixes = _PREFIXES.get(country, (country,))
    own = next((prefix for prefix in prefixes if compact.startswith(prefix)), None)
    number = compact.removeprefix(own or "")
    return prefixes[0] + module.compact(number) if module.is_valid(number) else ""


def _module(country: str) -> "NumberValidationModule | None":
    country = _BORROWED.get(country.upper(), country.upper())
    if country in _EU or country == "GB":
        return get_cc_module(country, "vat")
    return _OWN_MODULE.get(country)


def company_number(text: str, country: str) -> str:
    """The key under which a company is known: its CVR number, or its VAT number with the country's prefix.

    `country` is where the company lives, or empty; then a prefix in the text tells.
    What is well-formed nowhere stays as it is, without spaces and dots.
    """
    key = _single_key("cvr", text)
    labelled_danish = key != _compact(text)
    if not key or labelled_danish or (country.upper() in ("", HOME) and key.isdigit()):
        return key
    countries = (code for code in (country, key[:2]) if code and code.upper() != HOME)
    return next((number for code in countries if (number := vat_key(key, code))), key)


def is_cpr(text: str) -> bool:
    """Whether the whole text is 10 digits, however grouped, that begin with a possible date: a person's number."""
    return bool(_whole_cpr(text))


def holds_cpr(text: str) -> bool:
    """Whether a CPR number stands in the text of a number field, or stood there before it was masked."""
    return CPR_MASK in text or bool(_cprs(text))


def mask_cpr(body: Body, keys: Iterable[str]) -> Body:
    """The raw order without the CPR numbers that stand in the fields of `keys` (`meta:KEY` or a dotted path).

    The same number elsewhere in the order goes too, as text or as a number. A body that holds none, or that is
    text which nobody could decode, comes back as it is; the given one is never changed.
    """
    if not isinstance(body, dict):
        return body
    leaves = [leaf for key in keys for place in _places(body, key) for leaf in _leaves(place)]
    numbers = {number for leaf in leaves for number in _cprs(_digits_of(leaf))}
    if not numbers:
        return body
    spellings = "|".join(r"[\W_]*".join(number) for number in sorted(numbers))
    spot = re.compile(f"(?<![0-9])(?:{spellings})(?![0-9])")
    return cast(Body, _rewritten(body, lambda leaf: _masked(leaf, numbers, spot)))


def _whole_cpr(text: str) -> str:
    compact = _compact(text).removeprefix("CPR").removeprefix("NR").removeprefix(HOME)
    is_one = re.fullmatch("[0-9]{10}", compact) and _begins_with_date(compact)
    return compact if is_one else ""


def _begins_with_date(digits: str) -> bool:
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    leap_day_of_common_year = (day, month) == (29, 2) and year % 4 != 0
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] and not leap_day_of_common_year


def _cprs(text: str) -> list[str]:
    if whole := _whole_cpr(text):
        return [whole]
    compact = _compact(text)
    if re.fullmatch("[0-9]{13}", compact) or (not compact[:2].isdigit() and vat_key(compact, compact[:2])):
        return []
    inside = _CPR_INSIDE.findall(unicodedata.normalize("NFKC", visible(text)))
    return [date + serial for date, serial in inside if _begins_with_date(date)]


def _places(body: dict[str, Any], key: str) -> Iterator[object]:
    if key.startswith("meta:"):
        entries = body.get("meta_data")
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and str(entry.get("key")).strip() == key.removeprefix("meta:"):
                yield entry.get("value")
        return
    place: object = body
    for part in key.split("."):
        if isinstance(place, list) and part.isdecimal() and int(part) < len(place):
            place = place[int(part)]
        else:
            place = place.get(part) if isinstance(place, dict) else None
    yield place


def _leaves(place: object) -> Iterator[object]:
    waiting = [place]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict | list):
            waiting.extend(node.values() if isinstance(node, dict) else node)
        else:
            yield node


def _digits_of(leaf: object) -> str:
    """The text of a leaf; a number gets back the zero that JSON took from its front."""
    if isinstance(leaf, str):
        return leaf
    if isinstance(leaf, bool) or not isinstance(leaf, int | float | Decimal) or not 0 < leaf < 10**10:
        return ""
    return f"{int(leaf):010d}" if leaf == int(leaf) else ""


def _masked(leaf: object, numbers: set[str], spot: re.Pattern[str]) -> object:
    text = _digits_of(leaf)
    if not isinstance(leaf, str):
        return CPR_MASK if text in numbers else leaf
    shown = text if spot.search(text) else unicodedata.normalize("NFKC", visible(text))
    return spot.sub(CPR_MASK, shown) if spot.search(shown) else leaf


def _rewritten(body: dict[str, Any], change: Callable[[object], object]) -> dict[str, Any]:
    """A copy of the body with every leaf changed; not recursive, since a hostile body may be nested very deep."""
    copy = dict(body)
    waiting: list[dict[str, Any] | list[Any]] = [copy]
    while waiting:
        node = waiting.pop()
        places: Iterable[tuple[Any, object]] = list(node.items() if isinstance(node, dict) else enumerate(node))
        for place, value in places:
            if isinstance(value, dict | list):
                node[place] = value.copy()
                waiting.append(node[place])
            else:
                node[place] = change(value)
    return copy
