"""How commands tell: pages and documents on stdout, faults as one sentence on stderr, exit codes as promised.

Nothing that comes from a shop or the books is believed to be markup, and no control character reaches the terminal.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from domain.identity import visible
from domain.outcomes import AfstemError, Finding
from domain.sentences import fix, what
from domain.words import Language, Words

if TYPE_CHECKING:
    from adapters.integration import Integration
    from adapters.settings import Settings

ATTENTION = 1
"""The exit code when all went well and orders need a person."""
UNUSABLE = 2
"""The exit code for settings and connections."""

DEFAULT = Path("afstem.toml")
Config = Annotated[
    Path,
    typer.Option(
        "--config", metavar="FILE", help="The settings file, or the name of one in the folder AFSTEM_CONFIG_DIR."
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Write one JSON document to stdout instead of a page; all else goes to stderr.")
]

FIRST = typer.Option(
    "--from", metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="The first day, by order date in Denmark."
)
LAST = typer.Option("--to", metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="The last day, itself included.")

_UNPRINTABLE = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_PAGE_WIDTH = 120


def console(*, stderr: bool = False) -> Console:
    """A console that shows text as it is: no markup, no emoji codes, nothing guessed from its form."""
    found = Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=False)
    return found if found.is_terminal else Console(
        stderr=stderr, markup=False, emoji=False, highlight=False, width=_PAGE_WIDTH
    )  # fmt: skip


def shown(value: object) -> str:
    """A value as one line that is safe to show: control characters replaced, hidden ones gone."""
    return visible(str(value))


def stages_told(stages: Mapping[str, int], words: Words) -> str:
    """How far orders are: `72 booked, 5 held`; of what there are none nothing is said."""
    return ", ".join(f"{count} {words.of('stage', stage)}" for stage, count in stages.items() if count)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> Group:
    """A table of values, made safe, under its title; the columns `right` hold numbers."""
    made = Table(header_style="bold", box=None)
    for index, column in enumerate(columns):
        figures = index in right
        made.add_column(column, justify="right" if figures else "left", overflow="fold", no_wrap=figures)
    for row in rows:
        made.add_row(*(Text(shown(value)) for value in row))
    return Group(*([Text(shown(title), style="bold")] if title else []), made)


def pairs(rows: Sequence[tuple[str, object]]) -> Table:
    """Labels with their values, one below the other; what is empty is left out."""
    made = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for label, value in rows:
        if value not in ("", None):
            made.add_row(label, Text(shown(value)))
    return made


def as_json(document: object) -> str:
    """A document as JSON text that people can read, without any character that a terminal would act upon."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
    return _UNPRINTABLE.sub(lambda found: json.dumps(found.group())[1:-1], text)


def write_json(document: object) -> None:
    """The one document of a command, on stdout."""
    typer.echo(as_json(document))


def finding_told(finding: Finding, language: Language) -> dict[str, str]:
    """A finding with its sentences, as JSON holds it."""
    told_as = {"what": what(finding, language), "fix": fix(finding, language)} if finding.code else {}
    return {**finding.model_dump(), **told_as}


def sentence(finding: Finding, language: Language) -> Text:
    """What happened and what to do, for people."""
    said = shown(what(finding, language))
    end = "" if said.endswith(tuple(".!?»:")) else "."  # where it closes on somebody's own words
    return Text.assemble(said, f"{end} ", (shown(fix(finding, language)), "dim"))


def complain(findings: Sequence[Finding], language: Language) -> None:
    """Say on stderr what is wrong, a line a finding."""
    out = console(stderr=True)
    for finding in findings:
        out.print(sentence(finding, language), soft_wrap=True)


def language_of(config: Path) -> Language:
    """The language that a settings file asks for, also where the file can't be used; Danish where it says nothing."""
    from adapters import settings

    return settings.language_of(str(config))


@contextmanager
def told(config: Path) -> Iterator[None]:
    """Whatever stops a command within is a sentence on stderr and exit code 2, never a traceback."""
    try:
        yield
    except AfstemError as error:
        complain(error.findings, language_of(config))
        raise typer.Exit(UNUSABLE) from error


def settings_in(config: Path) -> "Settings":
    """The settings alone: nothing is opened. Raises `Misconfigured`."""
    from adapters.settings import find, load

    return load(find(str(config)))


@contextmanager
def opened(config: Path) -> Iterator["Integration"]:
    """The integration of a settings file, open while the block lasts; faults are told as `told` does."""
    with told(config):
        from adapters.integration import compose
        from adapters.settings import Secrets, find, load

        path = find(str(config))
        integration = compose(load(path), Secrets.from_environment())
        try:
            yield integration
        finally:
            integration.close()
