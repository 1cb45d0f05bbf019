"""A run that stops altogether: what is wrong, in which setting, what to do and what to press, in one sentence each.

Of the values only those are told that can't be a shop's, a buyer's or a secret; the rest `afstem check` shows.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from prefect import State, get_run_logger
from prefect.runtime import flow_run
from prefect.states import Failed

from adapters.settings import language_of
from domain.outcomes import AfstemError, Finding
from domain.sentences import SENTENCES, fix, what
from domain.texts import cut
from domain.words import Language, Words
from tasks.causes import HIDDEN
from tasks.runs import call_it

Given = ParamSpec("Given")

LONGEST_TITLE = 100
MOST_TOLD = 5
FOUND_MAY_BE_TOLD = frozenset(
    {"access_denied", "credentials_refused", "server_fault", "tls_not_trusted"}  # a short code, a status, a host
    | {"settings_missing", "settings_unreadable", "settings_unknown_key"}  # a place in the file, a name of ours
    | {"period_backwards", "period_before_start", "unknown_batch", "unknown_order"}  # the run's own parameters
    | {"customer_barred", "customer_unknown", "nothing_to_resolve", "order_busy"}
)
EXPECTED_MAY_BE_TOLD = frozenset({"period_backwards", "period_before_start"})
"""And what a setting may be: those codes begin with `settings_`."""


def tells_why_it_stops(steps: Callable[Given, State[None]]) -> Callable[Given, State[None]]:
    """The same steps; where an error of our own stops them, the run is Failed and says why, in name, log and message.

    The error stays the result of that state, for whoever has started the run here and now.
    """

    @wraps(steps)
    def told(*args: Given.args, **kwargs: Given.kwargs) -> State[None]:
        try:
            return steps(*args, **kwargs)
        except AfstemError as error:
            if error.finding.code not in SENTENCES:
                raise
            return stopped(error)

    return told


def stopped(error: AfstemError) -> State[None]:
    """The state of a run that this error has stopped; its name and its log say so too."""
    language = language_of(str((flow_run.parameters or {}).get("integration", "")))
    findings = [without_values(one) for one in error.findings]
    logger, words = get_run_logger(), Words(language)
    for one in findings[:MOST_TOLD]:
        logger.warning("%s\n→ %s", what(one, language), fix(one, language))
    logger.warning("%s", words("when_it_works"))
    call_it(in_short(findings[0], language))
    told = " ".join(f"{what(one, language)} → {fix(one, language)}" for one in findings[:MOST_TOLD])
    return Failed(message=told, data=error)


def without_values(finding: Finding) -> Finding:
    """The finding as it may stand in Prefect."""
    code = finding.code
    expected = code in EXPECTED_MAY_BE_TOLD or code.startswith("settings_")
    return Finding(
        code=code,
        field=finding.field,
        found=finding.found if code in FOUND_MAY_BE_TOLD else HIDDEN,
        expected=finding.expected if expected else HIDDEN,
    )


def in_short(finding: Finding, language: Language) -> str:
    """What is wrong, short enough for a title: the first sentence, without a value that may not be told."""
    first, *_ = what(finding, language).split(". ")
    return cut(re.sub(rf":? ?{HIDDEN}?\.?$", "", first), LONGEST_TITLE)
