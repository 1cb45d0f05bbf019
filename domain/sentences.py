"""One row a code: what happened, and what to do, in Danish and English. `{field}`, `{found}`, `{expected}` are filled in.

The CLI, the artifacts and the reports all speak from here; artifacts leave `{found}` out.
"""

from typing import Literal, NamedTuple

from domain.outcomes import Finding

Language = Literal["da", "en"]


class Sentences(NamedTuple):
    """What happened and what to do about it, in both languages."""

    da: str
    da_fix: str
    en: str
    en_fix: str


SENTENCES: dict[str, Sentences] = {
    "bad_cvr": Sentences(
        "CVR-nummeret i {field} er ikke et muligt CVR-nummer: {found}.",
        "Ret feltet på ordren, eller sæt on_bad_number = \"treat_as_b2c\".",
        "The CVR number in {field} is not a possible one: {found}.",
        "Correct the field on the order, or set on_bad_number = \"treat_as_b2c\".",
    ),
}


def what(finding: Finding, language: Language, *, with_values: bool = True) -> str:
    """What happened, as one sentence; without values it holds no personal data and may stand in Prefect."""
    row = SENTENCES[finding.code]
    text = row.da if language == "da" else row.en
    found = finding.found if with_values else "…"
    expected = finding.expected if with_values else "…"
    return text.format(field=finding.field, found=found, expected=expected)


def fix(finding: Finding, language: Language) -> str:
    """What to do about it, as one sentence."""
    row = SENTENCES[finding.code]
    return (row.da_fix if language == "da" else row.en_fix).format(
        field=finding.field, found="…", expected=finding.expected
    )
