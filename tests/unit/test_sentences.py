"""Whatever goes wrong has its sentences: every code that is raised stands in the table, in both languages."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.outcomes import Finding
from domain.sentences import SENTENCES, fix, what

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
    found = list(raised())
    assert len(found) > 100
    assert [f"{place}: {code}" for place, code in found if code not in SENTENCES] == []


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
