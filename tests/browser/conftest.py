"""A real `afstem up` for a small shop, and a browser on its UI."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.screen import Screen, screen
from tests.flows.business import Business
from tests.operated import Operated, operated


@pytest.fixture
def business(tmp_path: Path) -> Business:
    """A shop and its books, empty, with the recommended rules."""
    found = Business(tmp_path / "business")
    (found.folder / "orders" / "refunds").mkdir(parents=True)
    found.set_up()
    return found


@pytest.fixture
def afstem(business: Business, tmp_path: Path) -> Iterator[Operated]:
    """Up and running, but for its clock: a test starts the runs."""
    with operated(business.config, business.name, tmp_path / "up.log") as running:
        running.pause()
        yield running
        assert running.stop() == []


@pytest.fixture
def ui(afstem: Operated, tmp_path: Path) -> Iterator[Screen]:
    """What a person sees; a picture of the last thing is kept, also when a test fails."""
    with screen(afstem.url, tmp_path / "profile") as found:
        try:
            yield found
        finally:
            found.keep("last-seen")
