"""The completeness proof where people see it: an artifact, the run's state, and the night's one message."""

import re
from collections import Counter
from collections.abc import Sequence

from prefect import State, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.states import Failed

from adapters.integration import Integration, open_integration
from domain.outcomes import AfstemError
from domain.proof import ALL_TIME, GROUPS, Discrepancy, Proof
from domain.words import Words
from tasks.attention import plain
from tasks.causes import Cause, causes_of
from tasks.digest import send_digest
from tasks.proof import proof_as_swept
from tasks.runs import call_it
from tasks.verdicts import by_cause

MOST_DIFFERENCES = 50


def publish_proof(integration: str, concluded: State[None]) -> State[None]:
    """Prove every order ever read against the books as they stand, and send the digest.

    Gives the run's state: as it was concluded, but failed where orders and books differ.
    """
    opened = open_integration(integration)
    proof, causes, words = proof_as_swept(opened, ALL_TIME), causes_of(opened), opened.words
    create_markdown_artifact(
        key=f"{opened.name}-proof",
        markdown=page(proof, words, concluded),
        description=words("proof_of_what"),
    )
    send_digest(opened, causes)
    return differing(opened, proof.discrepancies, causes, concluded) if proof.discrepancies else concluded


def differing(
    integration: Integration, found: Sequence[Discrepancy], causes: Sequence[Cause], concluded: State[None]
) -> State[None]:
    """The state of a run whose orders and books differ; its name and its log say so too, beside what orders wait."""
    words, logger = integration.words, get_run_logger()
    kinds = Counter(words.of("difference", one.kind) for one in found)
    logger.warning("%s", words("what_differs", kinds=by_cause(kinds, words), name=integration.name))
    logger.warning("%s", words("when_it_agrees"))
    told = [words.counted("orders_and_books_differ", len(found))]
    if concluded.is_failed():
        told.append(str(concluded.message))
    elif causes:
        told.append(words.counted("still_wait", sum(len(cause.orders) for cause in causes)))
    message = "; ".join(told)
    call_it(re.split(": | → ", message)[0])
    return Failed(message=message)


def page(proof: Proof, words: Words, concluded: State[None]) -> str:
    """The proof as markdown: orders and sums by outcome, what the books say, and where they part."""
    parts = [*verdicts(proof, words, concluded), counts(proof, words)]
    if proof.read_back:
        parts += [f"{words('read_back')}:", read_back(proof, words)]
    if proof.discrepancies:
        parts += [f"{words('differences')}: {len(proof.discrepancies)}", differences(proof, words)]
    return "\n\n".join(parts)


def verdicts(proof: Proof, words: Words, concluded: State[None]) -> list[str]:
    """Whether orders and books agree; of a run that stopped only that and why, since not all was read."""
    differ = [f"**{words('books_differ')}**"] if proof.discrepancies else []
    if isinstance(fault := concluded.data, AfstemError):
        of_the_shop = fault.finding.field.startswith("webshop")
        unread = words("shop_unread") if of_the_shop else words("not_all_read")
        return [f"**{unread}**", str(concluded.message), *differ]
    return differ or [f"**{words('books_agree')}**"]


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
