"""Thousands of e-invoices, and every example that the authority gives, against the authority's own rules."""

from hypothesis import HealthCheck, given, settings

from adapters.einvoicing.rules import Rules
from domain.einvoices import Einvoice
from tests.einvoices import assert_passes, einvoices

MANY = 2_000


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(einvoices())
def test_two_thousand_booked_documents_pass_to_the_ore(rules: Rules, einvoice: Einvoice) -> None:
    assert_passes(rules, einvoice)


def test_the_official_examples_of_every_type_pass(examples: dict[str, bytes], rules: Rules) -> None:
    verdicts = {name: rules.verdict(document) for name, document in examples.items()}
    assert len(verdicts) == 19
    assert {name for name, verdict in verdicts.items() if not verdict.passed or not verdict.rules} == set()
