"""The authority's rules of OIOUBL as fixtures: its file, taken in and at work, and its own example documents."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.einvoicing.official import OfficialRules
from adapters.einvoicing.rules import Rules
from adapters.einvoicing.ruleset import RuleSet, take_in


@pytest.fixture(scope="session")
def authority(specs: Path) -> Path:
    """The file with the rules of OIOUBL, as the authority gives it out."""
    (file,) = (specs / "oioubl").glob("*.zip")
    return file


@pytest.fixture(scope="session")
def ruleset(authority: Path, tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    """The authority's rules, taken in."""
    return take_in(authority, tmp_path_factory.mktemp("rules") / "oioubl")


@pytest.fixture(scope="session")
def examples(authority: Path) -> dict[str, bytes]:
    """The authority's own example documents, by name."""
    with zipfile.ZipFile(authority) as archive:
        names = [name for name in archive.namelist() if "Eksempelfiler/" in name and name.endswith(".xml")]
        return {Path(name).name: archive.read(name) for name in names}


@pytest.fixture(scope="session")
def official(ruleset: RuleSet) -> Iterator[OfficialRules]:
    """The authority's rules at work."""
    rules = OfficialRules(ruleset)
    yield rules
    rules.close()


@pytest.fixture(scope="session")
def rules(official: OfficialRules) -> Rules:
    """The authority's rules and ours."""
    return Rules(official)
