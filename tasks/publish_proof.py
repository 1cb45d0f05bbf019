"""The completeness proof where people see it: an artifact, the run's state, and the night's one message."""

from collections.abc import Sequence
from decimal import Decimal

from prefect import State
from prefect.artifacts import create_markdown_artifact
from prefect.states import Failed

from adapters.integration import open_integration
from domain.proof import ALL_TIME, GROUPS, Proof
from tasks.attention import causes_of, plain
from tasks.digest import send_digest
from tasks.proof import proof_as_swept
from tasks.verdicts import counted

MOST_DIFFERENCES = 50


def publish_proof(integration: str, concluded: State[None]) -> State[None]:
    """Prove every order ever read against the books as they stand, and send the digest.

    Gives the run's state: as it was concluded, but failed where orders and books differ.
    """
    opened = open_integration(integration)
    proof = proof_as_swept(opened, ALL_TIME)
    create_markdown_artifact(
        key=f"{opened.name}-proof",
        markdown=page(proof),
        description="Every order counted once, and its sums held against the books",
    )
    send_digest(opened, causes_of(opened))
    if proof.discrepancies:
        return Failed(message=f"{counted(len(proof.discrepancies), 'difference')} between the orders and the books")
    return concluded


def page(proof: Proof) -> str:
    """The proof as markdown: orders and sums by outcome, what the books say, and where they part."""
    verdict = "Orders and books agree." if not proof.discrepancies else "Orders and books differ, see below."
    parts = [f"**{verdict}**", counts(proof)]
    if proof.read_back:
        parts += ["Read back from the books:", read_back(proof)]
    if proof.discrepancies:
        parts += [f"Differences: {len(proof.discrepancies)}", differences(proof)]
    return "\n\n".join(parts)


def counts(proof: Proof) -> str:
    """Each outcome with its orders and its sum in each currency; eligible is the sum of the five after it."""
    currencies = sorted(proof.sums)
    rows = [
        [key, str(proof.counts[key]), *(amount(proof.sums[currency][key]) for currency in currencies)]
        for key in ("eligible", *GROUPS, "ignored")
    ]
    return table(["", "orders", *currencies], rows)


def read_back(proof: Proof) -> str:
    """What the invoiced orders come to, and what the books say of them, by currency."""
    rows = [
        [currency, *map(amount, (back.ordered, back.refunded, back.invoices, back.credit_notes, back.difference))]
        for currency, back in sorted(proof.read_back.items())
    ]
    return table(["currency", "ordered", "refunded", "invoices", "credit notes", "difference"], rows)


def differences(proof: Proof) -> str:
    """The first orders and documents that don't agree; their amounts are for `afstem report`."""
    shown = proof.discrepancies[:MOST_DIFFERENCES]
    return table(
        ["order", "reference", "what"],
        [[plain(one.order), plain(one.reference), one.kind.replace("_", " ")] for one in shown],
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A markdown table, its numbers to the right."""
    lines = [columns, ["---", *("--:" for _ in columns[1:])], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def amount(value: Decimal) -> str:
    """With two decimals, as the books write it."""
    return f"{value:,.2f}"
