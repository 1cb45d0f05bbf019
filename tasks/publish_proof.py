"""The completeness proof where people see it: an artifact, the run's state, and the night's one message."""

from collections.abc import Sequence

from prefect import State
from prefect.artifacts import create_markdown_artifact
from prefect.states import Failed

from adapters.integration import open_integration
from domain.proof import ALL_TIME, GROUPS, Proof
from domain.words import Words
from tasks.attention import plain
from tasks.causes import causes_of
from tasks.digest import send_digest
from tasks.proof import proof_as_swept

MOST_DIFFERENCES = 50


def publish_proof(integration: str, concluded: State[None]) -> State[None]:
    """Prove every order ever read against the books as they stand, and send the digest.

    Gives the run's state: as it was concluded, but failed where orders and books differ.
    """
    opened = open_integration(integration)
    proof, words = proof_as_swept(opened, ALL_TIME), opened.words
    create_markdown_artifact(
        key=f"{opened.name}-proof",
        markdown=page(proof, words),
        description=words("proof_of_what"),
    )
    send_digest(opened, causes_of(opened))
    if proof.discrepancies:
        return Failed(message=words.counted("orders_and_books_differ", len(proof.discrepancies)))
    return concluded


def page(proof: Proof, words: Words) -> str:
    """The proof as markdown: orders and sums by outcome, what the books say, and where they part."""
    verdict = words("books_differ" if proof.discrepancies else "books_agree")
    parts = [f"**{verdict}**", counts(proof, words)]
    if proof.read_back:
        parts += [f"{words('read_back')}:", read_back(proof, words)]
    if proof.discrepancies:
        parts += [f"{words('differences')}: {len(proof.discrepancies)}", differences(proof, words)]
    return "\n\n".join(parts)


def counts(proof: Proof, words: Words) -> str:
    """Each outcome with its orders and its sum in each currency; eligible is the sum of the five after it."""
    currencies = sorted(proof.sums)
    rows = [
        [words.of("group", key), str(proof.counts[key])]
        + [words.amount(proof.sums[currency][key]) for currency in currencies]
        for key in ("eligible", *GROUPS, "ignored")
    ]
    return table(["", words("orders"), *currencies], rows)


def read_back(proof: Proof, words: Words) -> str:
    """What the invoiced orders come to, and what the books say of them, by currency."""
    rows = [
        [currency, *map(words.amount, (back.ordered, back.refunded, back.invoices, back.credit_notes, back.difference))]
        for currency, back in sorted(proof.read_back.items())
    ]
    keys = ("currency", "ordered", "refunded", "invoices", "credit_notes", "difference")
    return table([words(key) for key in keys], rows)


def differences(proof: Proof, words: Words) -> str:
    """The first orders and documents that don't agree; their amounts are for `afstem report`."""
    shown = proof.discrepancies[:MOST_DIFFERENCES]
    return table(
        [words(key) for key in ("order", "reference", "why")],
        [[plain(one.order), plain(one.reference), words.of("difference", one.kind)] for one in shown],
        texts=3,
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> str:
    """A markdown table: columns of texts, and then numbers to the right."""
    lines = [columns, ["---" if place < texts else "--:" for place in range(len(columns))], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
