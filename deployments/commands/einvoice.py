"""`afstem einvoice`: documents held against the rules of OIOUBL, and the authority's rule set taken in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.padding import Padding
from rich.text import Text

from deployments.commands.telling import (
    ATTENTION,
    DEFAULT,
    AsJson,
    Config,
    console,
    language_of,
    settings_in,
    shown,
    told,
    write_json,
)
from domain.einvoice_sentences import Explained, explained
from domain.invoices import DocumentKind
from domain.outcomes import Misconfigured, NeedsAttention
from domain.texts import cut
from domain.words import Words

if TYPE_CHECKING:
    from domain.einvoices import Verdict

INDENTED = (0, 0, 0, 2)
LONGEST_OFFICIAL = 300
"""Some rules name a whole code list; `--json` has it all."""
OURS: dict[str, DocumentKind] = {"Invoice": "invoice", "CreditNote": "credit_note"}
"""The kinds of documents that we write ourselves, by their names in OIOUBL."""

app = typer.Typer(help="E-invoices: where they are, sent by your word; documents and the rules they are held against.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="An OIOUBL document, sent or received, of any type.")]
Added = Annotated[
    Path | None, typer.Option("--add", metavar="FILE.zip", help="The authority's file “OIOUBL Schematron”, as it is.")
]
Trust = Annotated[
    bool, typer.Option("--trust", help="Take in a rule set that Afstem doesn't know: it came from the authority.")
]


@app.command()
def validate(file: File, config: Config = DEFAULT, json: AsJson = False) -> None:
    """Hold a document against the official rules: which is broken, where, and what to change.

    Without the authority's rule set (`afstem einvoice rules --add`) our own checks stand alone, and say so. A
    settings file isn't needed. Exit code 1 where the document would be refused, 2 where it can't be read.
    """
    with told(config):
        from adapters.einvoicing.rules import Rules

        data, folder = _read(file), _folder(config)
        with Rules.in_folder(folder) as rules:
            try:
                verdict = rules.verdict(data)
            except NeedsAttention as error:
                finding = error.finding
                raise Misconfigured(finding.code, file.name, finding.found, finding.expected) from error
    words = Words(language_of(config))
    violations = [explained(one, words.language) for one in verdict.violations]
    if json:
        write_json(_document(verdict, violations))
    else:
        _show(verdict, violations, words, has_rules=folder.exists())
    raise typer.Exit(0 if verdict.passed else ATTENTION)


@app.command()
def rules(add: Added = None, trust: Trust = False, config: Config = DEFAULT, json: AsJson = False) -> None:
    """Show which rule set documents are held against, or take one in.

    The rule set is the zip file that the authority publishes. Its sha256 is held against those that Afstem was
    tested with; another one is refused unless you say that you trust it, since a rule set is a program.
    """
    with told(config):
        from adapters.einvoicing.ruleset import installed, take_in

        folder = _folder(config)
        ruleset = take_in(add, folder, trust=trust) if add else installed(folder)
    words = Words(language_of(config))
    if json:
        write_json(ruleset.model_dump(mode="json") if ruleset else None)
    elif ruleset:
        held_against = words("held_against", version=ruleset.version)
        console().print(f"{held_against}\nsha256 {ruleset.sha256}\n{shown(ruleset.folder)}", soft_wrap=True)
    else:
        console().print(f"{words('no_rule_set')}\n{words('get_rule_set')}")


def _folder(config: Path) -> Path:
    """The rule set's folder by the settings; without a settings file, where it would be by default."""
    from adapters.einvoicing.settings import EinvoicingSettings

    if config == DEFAULT and not config.exists():
        return EinvoicingSettings().rules.resolve()
    return settings_in(config).einvoicing.rules


def _read(file: Path) -> bytes:
    """No more than one byte over what is read as XML at all. Raises `Misconfigured`."""
    from adapters.einvoicing.hostile_xml import LARGEST

    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        raise Misconfigured("document_unreadable", str(file), error.strerror or "") from error


def _document(verdict: "Verdict", violations: list[Explained]) -> dict[str, Any]:
    return {
        "document": verdict.document,
        "number": verdict.number,
        "passed": verdict.passed,
        "rules": {"version": verdict.rules, "sha256": verdict.sha256} if verdict.rules else None,
        "violations": [
            {**one._asdict(), "xpath": violation.place}
            for one, violation in zip(violations, verdict.violations, strict=True)
        ],
    }


def _show(verdict: "Verdict", violations: list[Explained], words: Words, *, has_rules: bool) -> None:
    """A page on which a rule that is broken in several places the same way stands once."""
    out = console()
    key = "document_passed" if verdict.passed else "document_refused"
    out.print(Text(shown(words(key, document=f"{_kind(verdict, words)} {verdict.number}".strip())), style="bold"))
    missing = "no_rules_for_type" if has_rules else "own_checks_alone"
    held_against = (
        words("held_against", version=verdict.rules) if verdict.rules else words(missing, document=verdict.document)
    )
    fatal = sum(one.fatal for one in violations)
    counted = words("violations", errors=fatal, warnings=len(violations) - fatal)
    out.print(Text(shown(f"{held_against}. {counted}"), style="dim"))
    together: dict[Explained, list[str]] = {}
    for one in violations:
        together.setdefault(one._replace(place=""), []).append(one.place)
    for one, places in together.items():
        out.print()
        style = "bold red" if one.fatal else "bold yellow"
        out.print(Text.assemble((shown(one.rule), style), "  ", shown("; ".join(dict.fromkeys(places)))))
        out.print(Padding(Text(shown(f"{one.what} {one.fix}")), INDENTED, expand=False))
        if one.official:
            official = cut(shown(f"{words('official_text')}: {one.official}"), LONGEST_OFFICIAL)
            out.print(Padding(Text(official, style="dim"), INDENTED, expand=False))


def _kind(verdict: "Verdict", words: Words) -> str:
    """What the document is; what we never write keeps its name in OIOUBL."""
    kind = OURS.get(verdict.document)
    return words.of("document", kind).capitalize() if kind else verdict.document
