"""One Prefect server for the whole suite, on loopback and telling nobody; each test keeps its results apart."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.business import Business
from tests.simulators.economic import APP_SECRET, GRANT, EconomicSimulator


@pytest.fixture(scope="session", autouse=True)
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The server. Without heartbeats, whose thread makes each run end up to a second late.

    Tests ask it as no client of Prefect's does; that of `afstem up` is closed to such, as a test of its own shows.
    """
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DO_NOT_TRACK", "1")
        from prefect.settings import (
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
            PREFECT_HOME,
            PREFECT_SERVER_ANALYTICS_ENABLED,
            PREFECT_SERVER_CSRF_PROTECTION_ENABLED,
            temporary_settings,
        )
        from prefect.testing.utilities import prefect_test_harness

        ours = {
            PREFECT_HOME: tmp_path_factory.mktemp("prefect"),
            PREFECT_SERVER_ANALYTICS_ENABLED: False,
            PREFECT_SERVER_CSRF_PROTECTION_ENABLED: False,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        }
        with temporary_settings(ours), prefect_test_harness(server_startup_timeout=120):
            yield


@pytest.fixture(autouse=True)
def results(tmp_path: Path) -> Iterator[Path]:
    """Where this test's persisted results lie."""
    from prefect.settings import PREFECT_RESULTS_LOCAL_STORAGE_PATH, temporary_settings

    folder = tmp_path / "results"
    with temporary_settings({PREFECT_RESULTS_LOCAL_STORAGE_PATH: folder}):
        yield folder


@pytest.fixture
def business(tmp_path: Path) -> Business:
    """A shop and its books, empty, with the recommended rules."""
    found = Business(tmp_path / "business")
    (found.folder / "orders" / "refunds").mkdir(parents=True)
    found.set_up()
    return found


@pytest.fixture
def agreement(specs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EconomicSimulator]:
    """An empty e-conomic that holds each request against the vendor's schemas, and its tokens."""
    monkeypatch.setenv("AFSTEM_ACCOUNTING_APP_SECRET", APP_SECRET)
    monkeypatch.setenv("AFSTEM_ACCOUNTING_GRANT", GRANT)
    with EconomicSimulator(specs / "economic" / "schemas") as simulator:
        yield simulator


@pytest.fixture
def recorded(specs: Path, business: Business) -> dict[str, Any]:
    """The shop holds the recorded orders; gives those by their id, each with its refund list as `refunded`."""
    real = specs / "woocommerce" / "real"
    shutil.copy(real / "orders.json", business.folder / "orders")
    shutil.copytree(real / "refunds", business.folder / "orders" / "refunds", dirs_exist_ok=True)
    orders: dict[str, Any] = {}
    for order in json.loads((real / "orders.json").read_text()):
        listed = real / "refunds" / f"{order['id']}.json"
        orders[str(order["id"])] = order | {"refunded": json.loads(listed.read_text()) if listed.exists() else []}
    return orders
