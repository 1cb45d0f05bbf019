"""`afstem deploy`, as a person types it: for a Prefect server of one's own, and the workers of a work pool."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL

from tests.flows.business import Business
from tests.flows.runs import wait_until
from tests.flows.test_deployments import DECLARED, flow_of, there, told
from tests.flows.test_sync_orders import private
from tests.operated import AFSTEM
from tests.scale.machines import Site, wait_until_online
from tests.simulators.messages import Messages

NAME, POOL = "pool-shop", "cellar"
COMPARED = ("description", "schedules", "limit", "collisions", "pull")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """The suite's Prefect server, as processes speak to it who know its address alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "AFSTEM_"))}
    return Site("", kept | {"PREFECT_API_URL": str(PREFECT_API_URL.value()), "DO_NOT_TRACK": "1"}, tmp_path)


@pytest.fixture
def business(tmp_path: Path) -> Business:
    """A shop whose settings file is found by its name in a folder."""
    found = Business(tmp_path / "business", NAME)
    found.config = found.folder / f"{NAME}.toml"
    (found.folder / "orders" / "refunds").mkdir(parents=True)
    found.set_up()
    return found


@pytest.fixture
def calm() -> Iterator[None]:
    """What was deployed goes when the test ends, and its clock with it."""
    yield
    with get_client(sync_client=True) as client:
        for deployment in there(NAME).values():
            client.delete_deployment(deployment.id)


def deploy(site: Site, business: Business, **more: str) -> subprocess.CompletedProcess[str]:
    environment = dict(site.environment) | {"AFSTEM_CONFIG_DIR": str(business.folder)} | more
    command = [str(AFSTEM), "deploy", "--config", NAME, "--pool", POOL]
    folder = site.folder / "elsewhere"
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def declared(one: dict[str, Any]) -> dict[str, Any]:
    """A deployment of `prefect.yaml` in the words of `told`."""
    limit = one.get("concurrency_limit", {})
    return {
        "description": one["description"],
        "schedules": [(each["cron"], each["timezone"]) for each in one.get("schedules", ())],
        "limit": limit.get("limit"),
        "collisions": limit.get("collision_strategy"),
        "pull": [],
    }


def automations() -> dict[str, str]:
    """The id of each automation by its name; no name twice."""
    with get_client(sync_client=True) as client:
        found = client.read_automations()
    assert len({one.name for one in found}) == len(found)
    return {one.name: str(one.id) for one in found}


@pytest.mark.slow
@pytest.mark.usefixtures("calm")
def test_it_deploys_what_prefect_yaml_says_and_a_second_time_changes_nothing(site: Site, business: Business) -> None:
    first = deploy(site, business)

    assert first.returncode == 0, first.stderr
    assert POOL in first.stdout
    made = there(NAME)
    for one in DECLARED:
        deployment = made[flow_of(one)]
        assert {key: told(deployment)[key] for key in COMPARED} == declared(one)
        assert deployment.entrypoint == one["entrypoint"]
        assert deployment.parameters == {"integration": NAME}
        assert deployment.work_pool_name == POOL
    watched = automations()
    assert {f"{NAME}: a run failed", f"{NAME}: no successful run", "afstem: a run died"} <= watched.keys()

    with get_client(sync_client=True) as client:
        client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=3))
        assert deploy(site, business).returncode == 0
        pool = client.read_work_pool(POOL)
    assert {flow: (one.id, told(one)) for flow, one in there(NAME).items()} == {
        flow: (one.id, told(one)) for flow, one in made.items()
    }
    assert automations() == watched
    assert (pool.type, pool.concurrency_limit) == ("process", 3)


@pytest.mark.slow
@pytest.mark.usefixtures("calm")
def test_a_worker_takes_up_a_run_of_a_deployment_and_brings_it_to_its_end(site: Site, business: Business) -> None:
    business.sell(private(1001), private(1002))
    assert deploy(site, business).returncode == 0
    sync = there(NAME)["sync-orders"].id
    with get_client(sync_client=True) as client:
        client.pause_deployment(sync)
        started = client.create_flow_run_from_deployment(sync).id

        def run() -> FlowRun:
            return client.read_flow_run(started)

        with site.workers(1, POOL, {"AFSTEM_CONFIG_DIR": str(business.folder)}):
            wait_until_online(site, POOL, 1)
            wait_until(lambda: (state := run().state) and state.is_final(), "the worker has run it", 120)

        assert run().name == f"sync-orders {NAME}: 2 orders in order"
        assert str(run().work_pool_name) == POOL
    assert business.invoices() == {"1001": 1, "1002": 1}


@pytest.mark.slow
@pytest.mark.usefixtures("calm")
def test_a_block_that_is_not_there_keeps_nothing_from_being_deployed(site: Site, business: Business) -> None:
    """Workers that wait for a deployment which ended well would never start."""
    with Messages() as messages:
        messages.block().save("cellar", overwrite=True)
        business.set_up('[alerts]\nblock = "custom-webhook/cellar"')
        assert deploy(site, business).returncode == 0
    watched = automations()
    CustomWebhookNotificationBlock.delete("cellar")

    done = deploy(site, business)

    assert done.returncode == 0, done.stderr
    assert "Prefect has no block custom-webhook/cellar" in done.stderr
    assert "nobody is told of trouble" in done.stderr
    assert POOL in done.stdout
    assert there(NAME)
    assert automations() == watched


@pytest.mark.slow
@pytest.mark.usefixtures("calm")
def test_without_a_block_from_the_start_dead_runs_make_way_all_the_same(site: Site, business: Business) -> None:
    business.set_up('[alerts]\nblock = "slack-webhook/nobody"')
    with get_client(sync_client=True) as client:
        for one in automations().values():
            client.delete_automation(UUID(one))

    assert deploy(site, business).returncode == 0

    assert automations().keys() == {f"{NAME}: a run failed", f"{NAME}: no successful run", "afstem: a run died"}


def test_without_a_server_it_says_which_variable_is_missing(site: Site, business: Business) -> None:
    done = deploy(site, business, PREFECT_API_URL="")

    assert done.returncode == 2
    assert "PREFECT_API_URL" in done.stderr
    assert "Traceback" not in done.stderr
