"""A violation of the rules as it is told: where, what is wrong, what to change, and the official text beside it."""

import re
from typing import NamedTuple

from domain.einvoice_places import place
from domain.einvoices import SCHEMA, Violation
from domain.oioubl_rules import OF_SCHEMA, RULES, SAME, UNKNOWN
from domain.sentences import Sentences, fix, what
from domain.words import Language


class Explained(NamedTuple):
    """A violation as it is told: where, what is wrong, what to change, and the official text of the rule."""

    rule: str
    fatal: bool
    place: str
    what: str
    fix: str
    official: str


def explained(violation: Violation, language: Language) -> Explained:
    """The violation in words."""
    if violation.finding is not None:
        told = what(violation.finding, language), fix(violation.finding, language)
    elif violation.rule == SCHEMA:
        told = _of_schema(violation.text, language)
    else:
        told = _in(language, RULES.get(SAME.get(violation.rule, violation.rule), UNKNOWN))
    official = _NAMESPACE.sub("", violation.text)
    return Explained(violation.rule, violation.fatal, place(violation.place, language), *told, official)


def _in(language: Language, row: Sentences, **places: str) -> tuple[str, str]:
    happened, to_do = (row.da, row.da_fix) if language == "da" else (row.en, row.en_fix)
    return happened.format(**places), to_do.format(**places)


_NAMESPACE = re.compile(r"\{[^}]*\}")
_ELEMENT = re.compile(r"Element '(?P<element>[^']*)'")
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (?P<expected>.*) \)")
_VALUE = re.compile(r": '(?P<found>[^']*)' is not a valid value")
_ATTRIBUTE = re.compile(r"attribute '(?P<found>[^']*)'(?: is required but missing| is not allowed)")


def _of_schema(text: str, language: Language) -> tuple[str, str]:
    """The schema speaks of element order and of types; which of the two is in its English text alone."""
    bare = _NAMESPACE.sub("", text)
    places = {"element": "?", "expected": "?", "found": "?"}
    for pattern in (_ELEMENT, _EXPECTED, _VALUE, _ATTRIBUTE):
        if found := pattern.search(bare):
            places |= found.groupdict()
    kinds = {
        "Missing child element": "children",
        "is not expected": "order",
        "is required but missing": "attribute_missing",
        "' is not allowed": "attribute_extra",
        "is not a valid value": "value",
    }
    kind = next((kind for words, kind in kinds.items() if words in bare), "other")
    return _in(language, OF_SCHEMA[kind], **places)
