"""`afstem report`: the completeness proof of a period, held against what the books say."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from deployments.commands.report_sections import KEYS, Section, names_of, period_told, sums_of, verdict
from deployments.commands.telling import (
    ATTENTION,
    DEFAULT,
    FIRST,
    LAST,
    AsJson,
    Config,
    console,
    finding_told,
    opened,
    shown,
    table,
    write_json,
)
from domain.outcomes import Finding, Misconfigured
from domain.proof import Period, Proof, ReadBack
from domain.words import Words

if TYPE_CHECKING:
    from adapters.integration import Integration

MOST_SHOWN = 50
STDOUT = Path("-")
AsCsv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write a row for each order to this file; - is stdout.")
]
AsHtml = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write a page to print or file; - is stdout.")
]


def report(
    first: Annotated[datetime | None, FIRST] = None,
    last: Annotated[datetime | None, LAST] = None,
    csv: AsCsv = None,
    html: AsHtml = None,
    config: Config = DEFAULT,
    json: AsJson = False,
) -> None:
    """Prove a period: every order counted once, sums per currency, type, VAT rate and zone, held against the books.

    Eligible is invoiced + skipped + held + failed + pending; the rest of the shop's orders is ignored. Documents
    that are missing from the books or that no order accounts for are named. Exit code 1 while orders need
    attention or anything differs.
    """
    period = Period(first.date() if first else None, last.date() if last else None)
    if first and last and first > last:
        raise typer.BadParameter("the first day lies after the last", param_hint="--from")
    on_stdout = [json, csv == STDOUT, html == STDOUT]
    if sum(on_stdout) > 1:
        raise typer.BadParameter("only one of --json, --csv - and --html - can go to stdout")
    with opened(config) as integration:
        words = integration.words
        proof, attention = _proven(integration, period, csv, words)
        if html:
            from deployments.commands.report_page import page

            with written_to(html) as out:
                out.write(page(integration.name, proof, attention, words))
    if json:
        write_json(document(integration.name, proof, attention, words))
    elif not any(on_stdout):
        show(integration.name, proof, attention, words)
    raise typer.Exit(0 if proof.complete else ATTENTION)


def _proven(
    integration: "Integration", period: Period, csv: Path | None, words: Words
) -> tuple[Proof, list[tuple[str, Finding]]]:
    """The proof and what waits; with `csv`, its rows are written as the orders pass by."""
    from tasks.proof import proof_of, waiting

    if csv is None:
        return proof_of(integration, period), list(waiting(integration, period))
    from deployments.commands.report_csv import BYTE_ORDER_MARK, OrderByOrder

    with written_to(csv) as out:
        if csv != STDOUT:
            out.write(BYTE_ORDER_MARK)
        rows = OrderByOrder(out, words)
        proof = proof_of(integration, period, rows.order)
        for one in proof.discrepancies:
            if one.kind == "surplus":
                rows.surplus(one)
    return proof, list(waiting(integration, period))


@contextmanager
def written_to(path: Path) -> Iterator[TextIO]:
    """A file that is whole or isn't there: what stood under its name stays until all is written. `-` is stdout.

    Raises `Misconfigured` (`file_unwritable`).
    """
    if path == STDOUT:
        yield sys.stdout
        return
    made = ""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=path.parent, prefix=f".{path.name}-", delete=False
        ) as out:
            made = out.name
            yield out  # type: ignore[misc]
        Path(made).replace(path)
    except OSError as error:
        raise Misconfigured("file_unwritable", str(path), error.strerror or "") from error
    finally:
        if made:
            Path(made).unlink(missing_ok=True)


def document(name: str, proof: Proof, attention: Sequence[tuple[str, Finding]], words: Words) -> dict[str, Any]:
    """The proof as JSON: amounts are strings with two decimals.

    `in_books` is what the books say, by currency, customer type and VAT zone; `by_rate` is VAT per rate as we wrote
    it, with what of it stands on documents whose net and VAT the books repeat.
    """
    return {
        "integration": name,
        "period": {"from": proof.period.first, "to": proof.period.last},
        "complete": proof.complete,
        "orders": {key: proof.counts[key] for key in KEYS},
        "drafts": proof.drafts,
        "undated": proof.undated,
        "sums": {currency: {key: _two(sums[key]) for key in KEYS} for currency, sums in sorted(proof.sums.items())},
        "read_back": {currency: _back(one) for currency, one in sorted(proof.read_back.items())},
        "by_type": [
            {"currency": currency, "type": kind, "orders": one.orders, **_back(one)}
            for (currency, kind), one in sorted(proof.by_type.items())
        ],
        "in_books": [
            {**place._asdict(), "documents": one.documents}
            | {name: _two(getattr(one, name)) for name in ("net", "vat", "total", "expected")}
            for place, one in proof.in_books.items()
        ],
        "by_rate": [
            {**place._asdict(), "rate": None if rate is None else f"{rate:f}"}
            | {name: _two(amount) for name, amount in vars(one).items()}
            for (place, rate), one in proof.by_rate.items()
        ],
        "differences": [
            {**one._asdict(), "expected": _two(one.expected), "found": _two(one.found)} for one in proof.discrepancies
        ],
        "attention": [{"order": number, **finding_told(one, words.language)} for number, one in attention],
        "settled": [
            {"order": one.number, "currency": one.currency, "total": _two(one.total)}
            | {"why": one.finding.found if one.finding else "", "by": one.finding.expected if one.finding else ""}
            | {"in_books": [standing.reference for standing in one.documents if not standing.gone]}
            for one in proof.settled
        ],
    }


def _back(back: ReadBack) -> dict[str, str]:
    names = ("ordered", "refunded", "invoices", "credit_notes", "difference")
    return {name: _two(getattr(back, name)) for name in names}


def _two(amount: Decimal) -> str:
    return f"{amount:.2f}"


def show(name: str, proof: Proof, attention: Sequence[tuple[str, Finding]], words: Words) -> None:
    """The proof as a page in the terminal."""
    out = console()
    out.print(f"{words('report')} · {shown(name)} · {period_told(proof.period, words)}", style="bold")
    for section in (*sums_of(proof, words), *names_of(proof, attention, words, MOST_SHOWN)):
        out.print()
        out.print(_as_table(section))
        if section.note:
            out.print(section.note, style="dim")
    out.print()
    out.print(verdict(proof, words), style="bold")


def _as_table(section: Section) -> Any:
    return table(section.title, section.columns, section.rows, right=range(section.numbers, len(section.columns)))
