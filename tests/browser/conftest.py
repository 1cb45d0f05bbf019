"""A real `afstem up` for a small shop, and a browser on its UI."""

from collections.abc import Iterator

import pytest

from tests.browser.screen import Screen, screen
from tests.flows.business import Business
from tests.operated import Operated, operated


@pytest.fixture(scope="session")
def business(tmp_path_factory: pytest.TempPathFactory) -> Business:
    """A shop and its books, empty at first, with the recommended rules."""
    found = Business(tmp_path_factory.mktemp("browser") / "business")
    (found.folder / "orders" / "refunds").mkdir(parents=True)
    found.set_up()
    return found


@pytest.fixture(scope="session")
def afstem(business: Business) -> Iterator[Operated]:
    """Up and running, but for its clock: a test starts the runs."""
    with operated(business.config, business.name, business.folder / "up.log") as running:
        running.pause()
        yield running
        assert running.stop() == []


@pytest.fixture(scope="session")
def ui(afstem: Operated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """What a person sees; a picture of the last thing is kept, also when a test fails."""
    with screen(afstem.url, tmp_path_factory.mktemp("profile")) as found:
        try:
            yield found
        finally:
            found.keep("last-seen")
