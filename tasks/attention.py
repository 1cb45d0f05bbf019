"""What needs a person, by cause: how many orders, what is wrong, what to do, and where to press when it is done."""

import json
import re
from collections.abc import Sequence
from typing import Annotated, NamedTuple
from urllib.parse import quote

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.utilities.urls import url_for
from pydantic import WithJsonSchema

from adapters.integration import Integration
from domain.outcomes import Finding
from domain.sentences import SENTENCES, Language, fix, what
from tasks.verdicts import counted

MOST_NAMED = 20
MOST_LOGGED = 5
HoldCause = Annotated[str, WithJsonSchema({"type": "string", "enum": ["", *sorted(SENTENCES)]})]
"""The code of a cause, or nothing for every cause; in a form, one to choose."""
AMBIGUOUS = "ambiguous_customer"

WORDS: dict[str, dict[Language, str]] = {
    "more": {
        "da": "… og {count} årsager mere: se artefaktet {name}-attention.",
        "en": "… and {count} more causes: see the artifact {name}-attention.",
    },
    "then": {
        "da": "Når det er rettet: tryk Retry på denne kørsel, eller vent på en senere. {name}-attention har ordrerne.",
        "en": "When it is mended: press Retry on this run, or wait for a later one. {name}-attention names the orders.",
    },
}


class Cause(NamedTuple):
    """What some orders wait for, without a value of theirs, and the orders' numbers."""

    finding: Finding
    orders: Sequence[str]


def causes_of(integration: Integration) -> list[Cause]:
    """All that needs a person, the cause of most orders first."""
    found: dict[Finding, list[str]] = {}
    for row in integration.store.orders.needing_attention(integration.name):
        found.setdefault(Finding(code=row.code, field=row.field, expected="…"), []).append(row.number)
    return [Cause(*one) for one in sorted(found.items(), key=lambda one: -len(one[1]))]


def publish_attention(integration: Integration, causes: Sequence[Cause]) -> None:
    """The artifact: what is wrong in which field, with which orders, what to do, and the form that goes on then."""
    total = sum(len(cause.orders) for cause in causes)
    create_markdown_artifact(
        "\n\n".join(section(integration, cause) for cause in causes) or "–",
        key=f"{integration.name}-attention",
        description=f"Orders that need attention, by cause: {total} in all",
    )


def section(integration: Integration, cause: Cause) -> str:
    """One cause as markdown: a table of the UI would not break its lines."""
    language = integration.settings.language
    return "\n\n".join(
        (
            f"### {what(cause.finding, language, with_values=False)}",
            f"**{counted(len(cause.orders), 'order')}:** {named(cause.orders)}",
            fix(cause.finding, language),
            link(integration.name, cause),
        )
    )


def log_causes(integration: Integration, causes: Sequence[Cause]) -> None:
    """What a person reads first on the page of a failed run: what is wrong, what to do, and what to press then."""
    logger, language = get_run_logger(), integration.settings.language
    for cause in causes[:MOST_LOGGED]:
        logger.warning("%s", told(cause, language))
    if len(causes) > MOST_LOGGED:
        logger.warning("%s", WORDS["more"][language].format(count=len(causes) - MOST_LOGGED, name=integration.name))
    logger.warning("%s", WORDS["then"][language].format(name=integration.name))


def digest(causes: Sequence[Cause], language: Language) -> str:
    """The same as a message: two lines a cause, however many orders it has."""
    return "\n\n".join(told(cause, language) for cause in causes)


def told(cause: Cause, language: Language) -> str:
    """One cause in two lines: how many orders and what is wrong; what to do."""
    said, mend = what(cause.finding, language, with_values=False), fix(cause.finding, language)
    return f"{len(cause.orders)} × {said}\n→ {mend}"


def named(numbers: Sequence[str]) -> str:
    """The first order numbers of a cause, and how many more there are."""
    rest = len(numbers) - MOST_NAMED
    return ", ".join(map(plain, numbers[:MOST_NAMED])) + (f" … and {rest} more" if rest > 0 else "")


def plain(number: str) -> str:
    """An order number without what the UI would take for markup: it is the shop's word, and the cell is markdown."""
    return re.sub(r"[^\w.,:/#+ -]", "·", number)


def link(name: str, cause: Cause) -> str:
    """Where to go on when it is mended: the form, filled in; the command where this integration isn't deployed."""
    single = cause.orders[0] if len(cause.orders) == 1 else ""
    if cause.finding.code == AMBIGUOUS:
        form = form_of("resolve-order", name, order=single) if single else form_of("resolve-order", name)
        return f"[Choose the customer]({form})" if form else "afstem resolve ORDER --customer NUMBER"
    form = form_of("rerun-failed", name, cause=cause.finding.code)
    return f"[Try again]({form})" if form else f"afstem retry --cause {cause.finding.code}"


def form_of(flow: str, name: str, **parameters: str) -> str:
    """The page where a deployment of this integration is run by hand, its form filled in; empty where there is none."""
    with get_client(sync_client=True) as client:
        try:
            deployment = client.read_deployment_by_name(f"{flow}/{name}")
        except ObjectNotFound:
            return ""
    page = url_for("deployment", deployment.id)
    filled = {**deployment.parameters, **parameters}
    return f"{page}/run?parameters={quote(json.dumps(filled), safe='')}" if page else ""
