"""What needs a person, by cause: how many orders, what is wrong, what to do, and where to press when it is done."""

import json
import re
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.utilities.urls import url_for
from pydantic import WithJsonSchema

from adapters.integration import Integration
from domain.sentences import SENTENCES, fix, what
from domain.words import Words
from tasks.causes import Cause

MOST_LOGGED = 5
HoldCause = Annotated[str, WithJsonSchema({"type": "string", "enum": ["", *sorted(SENTENCES)]})]
"""The code of a cause, or nothing for every cause; in a form, one to choose."""
AMBIGUOUS = "ambiguous_customer"


def publish_attention(integration: Integration, causes: Sequence[Cause]) -> None:
    """The artifact: what is wrong in which field, with which orders, what to do, and the form that goes on then."""
    words = integration.words
    total = sum(len(cause.orders) for cause in causes)
    create_markdown_artifact(
        "\n\n".join(section(integration.name, cause, words) for cause in causes) or "–",
        key=f"{integration.name}-attention",
        description=words("attention_by_cause", count=total),
    )


def section(name: str, cause: Cause, words: Words) -> str:
    """One cause as markdown: a table of the UI would not break its lines."""
    orders = words.counted("orders", len(cause.orders))
    return "\n\n".join(
        (
            f"### {what(cause.without_values, words.language)}",
            f"**{orders}:** {words.first_of([plain(number) for number in cause.numbers])}",
            fix(cause.without_values, words.language),
            link(name, cause, words),
        )
    )


def log_causes(integration: Integration, causes: Sequence[Cause]) -> None:
    """What a person reads first on the page of a failed run: what is wrong, what to do, and what to press then."""
    logger, words, name = get_run_logger(), integration.words, integration.name
    for cause in causes[:MOST_LOGGED]:
        logger.warning("%s", told(cause, words))
    if len(causes) > MOST_LOGGED:
        logger.warning("%s", words("more_causes", count=len(causes) - MOST_LOGGED, name=name))
    logger.warning("%s", words("when_mended", name=name))


def digest(causes: Sequence[Cause], words: Words) -> str:
    """The same as a message: two lines a cause, however many orders it has."""
    return "\n\n".join(told(cause, words) for cause in causes)


def told(cause: Cause, words: Words) -> str:
    """One cause in two lines: how many orders and what is wrong; what to do."""
    said, mend = what(cause.without_values, words.language), fix(cause.without_values, words.language)
    return f"{len(cause.orders)} × {said}\n→ {mend}"


def plain(number: str) -> str:
    """An order number without what the UI would take for markup: it is the shop's word, and the cell is markdown."""
    return re.sub(r"[^\w.,:/#+ -]", "·", number)


def link(name: str, cause: Cause, words: Words) -> str:
    """Where to go on when it is mended: the form, filled in; the command where this integration isn't deployed."""
    single = cause.numbers[0] if len(cause.orders) == 1 else ""
    if cause.code == AMBIGUOUS:
        form = form_of("resolve-order", name, order=single) if single else form_of("resolve-order", name)
        return f"[{words('choose_customer')}]({form})" if form else f"`{words('resolve_command')}`"
    form = form_of("rerun-failed", name, cause=cause.code)
    return f"[{words('try_again')}]({form})" if form else f"`afstem retry --cause {cause.code}`"


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
