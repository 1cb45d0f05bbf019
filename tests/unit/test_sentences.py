"""Whatever goes wrong has its sentences: every code that is raised stands in the table, in both languages."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.outcomes import Finding
from domain.sentences import SENTENCES, fix, found, what

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("domain", "adapters", "tasks", "flows", "deployments")
TELLING = {
    "Transient",
    "Changed",
    "Unavailable",
    "NeedsAttention",
    "Misconfigured",
    "Skip",
    "Finding",
    "PydanticCustomError",
}
PLACES = {"field", "found", "expected"}


def raised() -> Iterator[tuple[str, str]]:
    """`(place, code)` of every code that is written out where something is told."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") in TELLING:
                    named = [key.value for key in call.keywords if key.arg == "code"]
                    for code in (*call.args[:1], *named):
                        if isinstance(code, ast.Constant) and isinstance(code.value, str):
                            yield f"{path.relative_to(ROOT)}:{call.lineno}", code.value


def test_every_code_that_is_raised_has_its_sentences() -> None:
    told = list(raised())
    assert len(told) > 100
    assert [f"{place}: {code}" for place, code in told if code not in SENTENCES] == []


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_whole_in_both_languages(code: str) -> None:
    row = SENTENCES[code]
    for text in row:
        assert {name for _, name, _, _ in string.Formatter().parse(text) if name} <= PLACES
        assert text == text.strip()
        assert text[-1] in ".»}"
    assert row.da != row.en
    finding = Finding(code=code, field="FIELD", found="FOUND", expected="EXPECTED")
    for told in (what(finding, "da"), what(finding, "en"), fix(finding, "da"), fix(finding, "en")):
        assert "{" not in told


@pytest.mark.parametrize(
    ("finding", "danish", "english"),
    [
        (
            Finding(code="total_differs", field="total", found="1234.50", expected="1300"),
            "Fakturaen ville blive 1.234,50, men ordrens total er 1.300,00: mere end en øreafrunding.",
            "The invoice would come to 1,234.50, but the order's total is 1,300.00: more than a rounding difference.",
        ),
        (
            Finding(code="ambiguous_customer", field="email", found="108, 109"),
            "Flere kunder i regnskabet har ordrens e-mail: 108, 109.",
            "Several customers in the books have the order's e-mail: 108, 109.",
        ),
        (
            Finding(code="quantity_zero", field="lines[2].quantity"),
            "Antallet i linje 3 er nul.",
            "The quantity in line 3 is zero.",
        ),
        (
            Finding(code="product_missing", field="lines[0].product"),
            "Linje 1 har intet varenummer.",
            "Line 1 has no product number.",
        ),
        (
            Finding(code="bad_currency", field="currency"),
            "Valutaen i currency er ikke en valutakode: der står intet.",
            "The currency in currency is not a currency code: it is empty.",
        ),
        (
            Finding(code="bad_amount", field="total", found="1.5 kr."),
            "Beløbet i total kan ikke læses: »1.5 kr.«.",
            "The amount in total can't be read: “1.5 kr.”.",
        ),
        (
            Finding(code="reference_taken", field="number", found="invoice DKK 125.00 7", expected="1042"),
            "Et andet bilag i regnskabet har allerede denne reference: faktura DKK 125,00 7 (1042).",
            "Another document in the books has this reference already: invoice DKK 125.00 7 (1042).",
        ),
    ],
    ids=lambda one: one.code if isinstance(one, Finding) else "",
)
def test_values_are_told_in_the_language_too(finding: Finding, danish: str, english: str) -> None:
    assert (what(finding, "da"), what(finding, "en")) == (danish, english)


def test_what_was_found_is_told_by_itself_as_its_sentence_tells_it() -> None:
    assert found(Finding(code="negative_total", field="total", found="-725.00"), "da") == "-725,00"
    assert found(Finding(code="customer_barred", field="number", found="110"), "da") == "110"
    assert found(Finding(code="zero_total", field="total", found="0.00"), "da") == "0.00"


@pytest.mark.parametrize("code", SENTENCES)
def test_both_languages_tell_a_value_in_the_same_way(code: str) -> None:
    row = SENTENCES[code]
    for danish, english in ((row.da, row.en), (row.da_fix, row.en_fix)):
        assert hows(danish) == hows(english)


def hows(text: str) -> set[tuple[str, str]]:
    """The places of a sentence that are told in a way of their own; a capital is no other way."""
    return {(name, how.lower()) for _, name, how, _ in string.Formatter().parse(text) if name and how}
