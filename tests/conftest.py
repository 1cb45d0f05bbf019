"""What every suite shares."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A property may take its time on a busy machine; `--hypothesis-profile=thorough` looks much longer.
settings.register_profile("house", settings.default, deadline=None)
settings.register_profile("thorough", settings.default, deadline=None, max_examples=10_000)
settings.load_profile("house")

ROOT = Path(__file__).parent.parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs on SQLite and on PostgreSQL is quick on the one, and left to `make slow` on the other."""
    for item in items:
        if "postgresql" in item.name.partition("[")[2]:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def specs() -> Path:
    """The folder of official schemas and recordings, which lives beside the repository and is not part of it."""
    folder = Path(os.environ.get("AFSTEM_SPECS") or ROOT.parent / "shared" / "specs")
    if folder.is_dir():
        return folder
    if os.environ.get("CI"):
        pytest.fail(f"CI needs the specs at {folder}")
    pytest.skip("the specs are not here: set AFSTEM_SPECS to their folder")
