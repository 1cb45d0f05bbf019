"""`afstem report`: the completeness proof of a period, held against what the books say."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.commands.telling import (
    ATTENTION,
    DEFAULT,
    AsJson,
    Config,
    console,
    finding_told,
    money,
    opened,
    shown,
    table,
    write_json,
)
from deployments.commands.words import Words
from domain.outcomes import Finding
from domain.proof import ALL_TIME, GROUPS, Period, Proof
from domain.sentences import fix, what

if TYPE_CHECKING:
    from adapters.integration import Integration

KEYS = ("eligible", *GROUPS, "ignored")
MOST_SHOWN = 50
Day = Annotated[
    datetime | None,
    typer.Option("--from", metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="The first day, by order date in Denmark."),
]
LastDay = Annotated[
    datetime | None,
    typer.Option("--to", metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="The last day, itself included."),
]


def report(first: Day = None, last: LastDay = None, config: Config = DEFAULT, json: AsJson = False) -> None:
    """Prove a period: every order counted once, sums per currency, and the same sums read back from the books.

    Eligible is invoiced + skipped + held + failed + pending; the rest of the shop's orders is ignored. Documents
    that are missing from the books or that no order accounts for are named. Exit code 1 while orders need
    attention or anything differs.
    """
    period = Period(first.date() if first else None, last.date() if last else None)
    if first and last and first > last:
        raise typer.BadParameter("the first day lies after the last", param_hint="--from")
    with opened(config) as integration:
        from tasks.proving import proof_of

        proof = proof_of(integration, period)
        attention = waiting(integration, period)
    if json:
        write_json(document(integration.name, proof, attention, Words(integration.settings.language)))
    else:
        show(integration.name, proof, attention, Words(integration.settings.language))
    raise typer.Exit(0 if proof.complete else ATTENTION)


def waiting(integration: "Integration", period: Period) -> list[tuple[str, Finding]]:
    """The number and the finding of every order of the period that is held or failed."""
    from tasks.proving import day_of

    return [
        (row.number, Finding(code=row.code, field=row.field, found=row.found, expected=row.expected))
        for row in integration.store.orders.needing_attention(integration.name)
        if (day := day_of(row)) is None or period.holds(day)
    ]


def document(name: str, proof: Proof, attention: list[tuple[str, Finding]], words: Words) -> dict[str, Any]:
    """The proof as JSON: amounts are strings with two decimals."""
    return {
        "integration": name,
        "period": {"from": proof.period.first, "to": proof.period.last},
        "complete": proof.complete,
        "orders": {key: proof.counts[key] for key in KEYS},
        "drafts": proof.drafts,
        "undated": proof.undated,
        "sums": {currency: {key: _two(sums[key]) for key in KEYS} for currency, sums in sorted(proof.sums.items())},
        "read_back": {
            currency: {
                "ordered": _two(back.ordered),
                "refunded": _two(back.refunded),
                "invoices": _two(back.invoices),
                "credit_notes": _two(back.credit_notes),
                "difference": _two(back.difference),
            }
            for currency, back in sorted(proof.read_back.items())
        },
        "differences": [
            {**one._asdict(), "expected": _two(one.expected), "found": _two(one.found)} for one in proof.discrepancies
        ],
        "attention": [{"order": number, **finding_told(one, words.language)} for number, one in attention],
    }


def _two(amount: Decimal) -> str:
    return f"{amount:.2f}"


def show(name: str, proof: Proof, attention: list[tuple[str, Finding]], words: Words) -> None:
    """The proof as a page."""
    out = console()
    out.print(f"{words('report')} · {name} · {_period(proof.period, words)}\n", style="bold")
    out.print(_counts(proof, words))
    if proof.undated:
        out.print(words("undated", count=proof.undated))
    if proof.read_back:
        out.print()
        out.print(_read_back(proof, words))
    if proof.discrepancies:
        out.print()
        out.print(_differences(proof, words))
    if attention:
        columns = [words(key) for key in ("order", "problem", "fix")]
        rows = [(number, what(one, words.language), fix(one, words.language)) for number, one in attention[:MOST_SHOWN]]
        out.print()
        out.print(table(words("attention"), columns, rows))
        if len(attention) > MOST_SHOWN:
            out.print(words("more", count=len(attention) - MOST_SHOWN))
    out.print()
    told = words("not_well", orders=len(attention), differences=len(proof.discrepancies))
    out.print(words("all_well") if proof.complete else told, style="bold")


def _period(period: Period, words: Words) -> str:
    if period == ALL_TIME:
        return words("whole_time")
    return words("period", first=period.first or words("first"), last=period.last or words("last"))


def _counts(proof: Proof, words: Words) -> Any:
    currencies = sorted(proof.sums)
    rows: list[list[object]] = []
    for key in KEYS:
        sums = [money(proof.sums[currency][key], words.language) for currency in currencies]
        rows.append([words(key), proof.counts[key], *sums])
        if key == "invoiced" and proof.drafts:
            rows.append([f"  {words('drafts')}", proof.drafts, *("" for _ in currencies)])
    columns = ["", words("orders"), *map(shown, currencies)]
    return table("", columns, rows, right=range(1, len(columns)))


def _read_back(proof: Proof, words: Words) -> Any:
    keys = ("currency", "ordered", "refunded", "invoices", "credit_notes", "difference")
    rows = []
    for currency, back in sorted(proof.read_back.items()):
        amounts = (back.ordered, back.refunded, back.invoices, back.credit_notes, back.difference)
        rows.append([currency, *(money(amount, words.language) for amount in amounts)])
    return table(words("read_back"), [words(key) for key in keys], rows, right=range(1, len(keys)))


def _differences(proof: Proof, words: Words) -> Any:
    keys = ("order", "reference", "why", "currency", "in_order", "kept", "difference")
    rows = [
        [one.order, one.reference, words(one.kind), one.currency]
        + [money(amount, words.language) for amount in (one.expected, one.found, one.expected - one.found)]
        for one in proof.discrepancies
    ]
    return table(words("differences"), [words(key) for key in keys], rows, right=range(4, len(keys)))
