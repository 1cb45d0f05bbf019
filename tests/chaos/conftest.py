"""One Prefect server for the whole suite, on loopback and telling nobody, for runs in processes of their own."""

import os
from collections.abc import Iterator

import pytest

from tests.bench.engine import prefect_server
from tests.simulators.economic import APP_SECRET, GRANT
from tests.simulators.woocommerce import KEY, SECRET


@pytest.fixture(scope="session", autouse=True)
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The server, and the environment that the lives take over from this process."""
    home = tmp_path_factory.mktemp("engine") / "prefect"
    with pytest.MonkeyPatch.context() as environment, prefect_server(home) as told:
        for name, value in told.items():
            if os.environ.get(name) != value:
                environment.setenv(name, value)
        environment.setenv("AFSTEM_WEBSHOP_KEY", KEY)
        environment.setenv("AFSTEM_WEBSHOP_SECRET", SECRET)
        environment.setenv("AFSTEM_ACCOUNTING_APP_SECRET", APP_SECRET)
        environment.setenv("AFSTEM_ACCOUNTING_GRANT", GRANT)
        yield
