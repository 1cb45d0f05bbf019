"""The authority's rules, at work for the whole suite."""

from tests.rulesets import authority, examples, official, rules, ruleset  # noqa: F401 (fixtures)
