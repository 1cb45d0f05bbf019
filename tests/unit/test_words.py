"""Every phrase stands in both languages, is said by somebody, and every value that has no language has its words."""

import ast
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import get_args

import pytest

from deployments.commands.explain import UNDECIDED
from deployments.commands.report_sections import KEYS
from domain.classification import Verdict
from domain.customers import CustomerField, Why
from domain.decisions import Decision
from domain.dispatches import State
from domain.einvoicing_rules import Channel
from domain.invoices import DocumentKind, Invoice, Recipient, VatZone
from domain.orders import Address, CustomerType
from domain.phrases import NAMES, PHRASES
from domain.proof import Difference
from domain.rules import IdentifyField
from domain.stages import STAGES
from domain.words import MOST_NAMED, Language, Words
from tests.unit.test_architecture import sources

DECIDED = get_args(Decision.model_fields["kind"].annotation)
FIELDS = {
    *get_args(CustomerField),
    *get_args(IdentifyField),
    *(set(Invoice.model_fields) - {"lines", "vat_totals"}),
    *Recipient.model_fields,
    *Address.model_fields,
    *("line", "refund"),
}
VALUES: dict[str, Collection[str]] = {
    "stage": STAGES,
    "group": KEYS,
    "type": (*get_args(CustomerType), ""),
    "decision": (*DECIDED, "remembered", *UNDECIDED.values(), ""),
    "planned": DECIDED,
    "verdict": get_args(Verdict),
    "left_alone": get_args(Why),
    "document": get_args(DocumentKind),
    "zone": (*get_args(VatZone), "unknown"),
    "difference": get_args(Difference),
    "einvoice": get_args(State),
    "way": get_args(Channel),
    "done": ("reconciled", "invoices", "credit_notes", "held"),
    "field": FIELDS,
}
"""What each kind of value can be, by the domain's own word."""
COUNTED = ("_one", "_many")
SPEAKING = {"words", "_words", "self"}
"""What a `Words` is called where it says something."""


class Said:
    """What a module says: phrases by key, names by kind and value, as far as they are written out there."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.phrases: set[str] = set()
        self.names: set[tuple[str, str]] = set()
        self.kinds: set[str] = set()
        self.beginnings: set[str] = set()
        self.others: set[str] = set()
        """Texts of a module that hands keys on before it says them: any of these may be one."""
        module = ast.parse(text)
        handed_on = [self._take(call) for call in ast.walk(module) if isinstance(call, ast.Call) and call.args]
        if any(handed_on):
            self.others = set(_texts(module))

    def _take(self, call: ast.Call) -> bool:
        """Whether this call says what isn't written out in it."""
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        first = call.args[0]
        if called in SPEAKING:
            self.phrases.update(_written_out(first))
        elif called == "counted":
            self.phrases.update(text + ending for text in _texts(first) for ending in COUNTED)
        elif called == "of" and len(call.args) > 1 and isinstance(first, ast.Constant):
            self.kinds.add(first.value)
            self.names.update(
                (first.value, text) for text in _texts(call.args[1]) if isinstance(call.args[1], ast.Constant)
            )
        elif called == "map":
            return any(getattr(first, "id", getattr(first, "attr", "")) == "words" for _ in call.args)
        if called in SPEAKING and isinstance(first, ast.JoinedStr):
            self.beginnings.update(list(_texts(first))[:1])
        return called in SPEAKING and not isinstance(first, ast.Constant | ast.IfExp | ast.JoinedStr)


def _written_out(key: ast.expr) -> list[str]:
    """The keys that stand in the call itself: one, or one of two."""
    either = (key.body, key.orelse) if isinstance(key, ast.IfExp) else (key,)
    return [one.value for one in either if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _texts(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


SAID = [Said(name, text) for name, text in sources("domain", "tasks", "flows", "deployments")]
TABLE = "domain/phrases.py"


def is_said(key: str) -> bool:
    return any(
        key in said.phrases | said.others or key.startswith(tuple(said.beginnings))
        for said in SAID
        if said.name != TABLE
    )


def test_every_phrase_is_said_by_somebody() -> None:
    assert [key for key in PHRASES if not is_said(key)] == []


def test_every_phrase_that_is_said_is_there() -> None:
    assert [(said.name, key) for said in SAID for key in sorted(said.phrases) if key not in PHRASES] == []
    assert [(said.name, one) for said in SAID for one in sorted(said.names) if one[1] not in NAMES[one[0]]] == []


def test_every_kind_of_value_is_told_somewhere() -> None:
    assert {kind for said in SAID for kind in said.kinds} == set(NAMES)


@pytest.mark.parametrize("kind", NAMES)
def test_each_value_has_its_words_and_no_other_has(kind: str) -> None:
    assert set(NAMES[kind]) == set(VALUES[kind])


def every_text() -> Iterator[tuple[str, tuple[str, str]]]:
    yield from PHRASES.items()
    for kind, names in NAMES.items():
        yield from ((f"{kind}: {value}", both) for value, both in names.items())


@pytest.mark.parametrize(("key", "both"), list(every_text()), ids=lambda key: key if isinstance(key, str) else "")
def test_every_phrase_is_there_in_both_languages_with_the_same_places(key: str, both: tuple[str, str]) -> None:
    danish, english = both
    assert danish.strip()
    assert english.strip()
    assert places(danish) == places(english)


def places(text: str) -> set[str]:
    """The names in braces."""
    return {part.split("}")[0] for part in text.split("{")[1:]}


@pytest.mark.parametrize(
    ("amount", "danish", "english"),
    [("1234567.5", "1.234.567,50", "1,234,567.50"), ("-0.01", "-0,01", "-0.01"), ("0", "0,00", "0.00")],
)
def test_amounts_are_written_as_the_language_does(amount: str, danish: str, english: str) -> None:
    assert (Words("da").amount(Decimal(amount)), Words("en").amount(Decimal(amount))) == (danish, english)


@pytest.mark.parametrize(
    ("kept", "danish"),
    [
        ("125", "125,00"),
        ("-725.00", "-725,00"),
        ("1234.5 (25.5 %)", "1.234,5 (25,5 %)"),
        ("9109 (149.50 DKK)", "9109 (149,50 DKK)"),
        ("0.005 KWD", "0,005 KWD"),
        ("2.3.4", "2.3.4"),
        ("v1.5", "v1.5"),
        ("…", "…"),
        ("", ""),
    ],
)
def test_amounts_within_a_text_are_written_so_too_and_nothing_else_is_touched(kept: str, danish: str) -> None:
    assert Words("da").amounts_in(kept) == danish
    if kept != "125":
        assert Words("en").amounts_in(kept).replace(",", "") == kept


@pytest.mark.parametrize(
    ("field", "danish", "english"),
    [
        ("email", "e-mail", "e-mail"),
        ("recipient.city", "by (modtager)", "city (recipient)"),
        ("meta:_billing_cvr", "meta:_billing_cvr", "meta:_billing_cvr"),
        ("refund 9107", "refundering 9107", "refund 9107"),
        ("customer 12", "kunde 12", "customer 12"),
        ("lines[0].vat_rate", "linje 1", "line 1"),
        ("line_items[0].quantity", "line_items[0].quantity", "line_items[0].quantity"),
        ("billing.email", "billing.email", "billing.email"),
    ],
)
def test_a_field_of_ours_has_a_name_and_the_shops_keeps_its_own(field: str, danish: str, english: str) -> None:
    assert (Words("da").field(field), Words("en").field(field)) == (danish, english)


@pytest.mark.parametrize(("language", "more"), [("da", " … og 2 mere"), ("en", " … and 2 more")])
def test_of_many_numbers_the_first_are_named(language: Language, more: str) -> None:
    numbers = [str(number) for number in range(MOST_NAMED + 2)]
    assert Words(language).first_of(numbers) == ", ".join(numbers[:MOST_NAMED]) + more
    assert Words(language).first_of(numbers[:MOST_NAMED]) == ", ".join(numbers[:MOST_NAMED])
