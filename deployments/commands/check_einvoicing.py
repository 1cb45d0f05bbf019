"""What `afstem check` says of e-invoicing: whether it can work at all, before the first order finds out."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from domain.dispatches import doubts
from domain.outcomes import AfstemError, Finding

if TYPE_CHECKING:
    from adapters.integration import Integration


def einvoicing_findings(integration: "Integration", found: Sequence[Finding]) -> Sequence[Finding]:
    """What is wrong with the settings of e-invoicing or with its ways out; nothing while it is off.

    `found` is what the connections said: an agreement that can't send matters where it shall.
    """
    rules = integration.settings.einvoicing
    if not rules.on:
        return []
    unable = [one for one in found if one.code == "einvoicing_not_possible" and rules.by_accounting]
    told = [Finding(code="einvoicing_not_by_system", field="einvoicing.channel", found=rules.channel) for _ in unable]
    return list(dict.fromkeys((*told, *_settings(integration), *_ways(integration), *_rules(integration))))


def _settings(integration: "Integration") -> Iterator[Finding]:
    settings, able = integration.settings, integration.books.capabilities
    if settings.einvoicing.by_accounting and not settings.accounting.book:
        yield Finding(code="einvoicing_without_booking", field="accounting.book", found="false")
    yield from doubts(settings.einvoicing, settings.webshop.fields.by_field, able)


def _ways(integration: "Integration") -> Iterator[Finding]:
    for channel in integration.einvoicing.values():
        try:
            yield from channel.check()
        except AfstemError as error:
            yield from error.findings


def _rules(integration: "Integration") -> Iterator[Finding]:
    """Whether documents of our own are held against the official rules."""
    from adapters.einvoicing.ruleset import installed

    if integration.settings.einvoicing.own_channel is None:
        return
    try:
        ruleset = installed(integration.settings.einvoicing.rules)
    except AfstemError as error:
        yield from error.findings
        return
    if ruleset is None:
        folder = str(integration.settings.einvoicing.rules)
        yield Finding(code="einvoice_rules_missing", field="einvoicing.rules", found=folder)
