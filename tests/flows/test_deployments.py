"""What `prefect.yaml` declares is what runs: on one machine, in a work pool, and in the form that a person fills in."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx
import pytest
import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.settings import PREFECT_API_URL

from deployments.serve import PREFECT_FILE, register
from tests.bench.engine import ROOT
from tests.flows.business import Business

DECLARED = yaml.safe_load(PREFECT_FILE.read_text(encoding="utf-8"))["deployments"]
FLOWS = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}


def flow_of(declared: dict[str, Any]) -> str:
    return str(declared["entrypoint"].rsplit(".", 1)[1].replace("_", "-"))


def there(name: str) -> dict[str, DeploymentResponse]:
    """The deployments of this name that Prefect knows, by their flow."""
    flows = [flow_of(one) for one in DECLARED]
    with get_client(sync_client=True) as client:
        return {flow: client.read_deployment_by_name(f"{flow}/{name}") for flow in flows}


def told(deployment: DeploymentResponse) -> dict[str, Any]:
    """All of a deployment but its name, its parameters and who runs it."""
    limit = deployment.global_concurrency_limit
    return {
        "entrypoint": deployment.entrypoint,
        "description": deployment.description,
        "schedules": [(one.schedule.cron, one.schedule.timezone) for one in deployment.schedules],  # type: ignore[union-attr]
        "limit": limit.limit if limit else None,
        "collisions": deployment.concurrency_options and deployment.concurrency_options.collision_strategy,
        "form": deployment.parameter_openapi_schema,
        "pull": deployment.pull_steps or [],
    }


@pytest.fixture(scope="module")
def pooled() -> dict[str, DeploymentResponse]:
    """All of it deployed to a work pool by Prefect's own command, from another folder."""
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name="machines", type="process"))
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(PREFECT_FILE)]
    variables = {"AFSTEM_NAME": "pooled", "AFSTEM_INTEGRATION": "shop-dk", "AFSTEM_POOL": "machines"}
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {**variables, "PREFECT_API_URL": str(PREFECT_API_URL.value())}.items():
            environment.setenv(name, value)
        done = subprocess.run(command, cwd=ROOT.parent, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return there("pooled")


def test_prefects_own_command_deploys_all_of_it(pooled: dict[str, DeploymentResponse]) -> None:
    for deployment in pooled.values():
        assert deployment.parameters == {"integration": "shop-dk"}
        assert deployment.work_pool_name == "machines"
        assert sorted(deployment.tags) == ["afstem", "pooled"]


def test_one_machine_serves_the_same(pooled: dict[str, DeploymentResponse], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AFSTEM_NAME", "AFSTEM_INTEGRATION", "AFSTEM_POOL"):
        monkeypatch.setenv(name, "")
    register("served", "shop-dk")

    served = there("served")
    for flow, deployment in pooled.items():
        assert told(served[flow]) == told(deployment)
        assert served[flow].parameters == deployment.parameters


def test_every_flow_has_its_deployment() -> None:
    assert {one["entrypoint"].split(".")[1] for one in DECLARED} == FLOWS


def test_no_run_is_cancelled_for_coming_while_another_is_at_work() -> None:
    """Prefect would cancel a Retry as well."""
    assert {one["concurrency_limit"]["collision_strategy"] for one in DECLARED} == {"ENQUEUE"}
    assert {one["timezone"] for each in DECLARED for one in each.get("schedules", ())} == {"Europe/Copenhagen"}


def test_a_person_can_fill_in_every_form(pooled: dict[str, DeploymentResponse]) -> None:
    for deployment in pooled.values():
        fields = deployment.parameter_openapi_schema["properties"]  # type: ignore[index]
        for field in fields.values():
            assert field["description"]
            assert "$ref" not in str(field)
            assert field.get("type") != "object"
    causes = pooled["rerun-failed"].parameter_openapi_schema["properties"]["cause"]["enum"]  # type: ignore[index]
    assert {"", "cvr_length", "ambiguous_customer"} <= set(causes)


@pytest.mark.parametrize("flow", ["sync-orders", "follow-einvoices"])
def test_of_the_runs_that_the_clock_has_waiting_one_does_it_for_all(
    business: Business, monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    for name in ("AFSTEM_NAME", "AFSTEM_INTEGRATION", "AFSTEM_POOL"):
        monkeypatch.setenv(name, "")
    register("clocked", str(business.config))
    deployment = there("clocked")[flow].id
    two_hours_pass(deployment)
    assert late_runs(deployment) > 1

    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", str(deployment))
    module = flow.replace("-", "_")
    getattr(import_module(f"flows.{module}"), module)(str(business.config), return_state=True)

    assert late_runs(deployment) == 0


def two_hours_pass(deployment: UUID) -> None:
    """And no worker was there to run what the clock planned meanwhile."""
    now = datetime.now(UTC)
    planned = {"start_time": (now - timedelta(hours=2)).isoformat(), "end_time": now.isoformat()}
    where = f"{PREFECT_API_URL.value()}/deployments/{deployment}/schedule"
    httpx.post(where, json=planned).raise_for_status()


def late_runs(deployment: UUID) -> int:
    """How many runs of it wait though their time has come."""
    these = {
        "deployments": {"id": {"any_": [str(deployment)]}},
        "flow_runs": {
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "expected_start_time": {"before_": datetime.now(UTC).isoformat()},
        },
    }
    return int(httpx.post(f"{PREFECT_API_URL.value()}/flow_runs/count", json=these).raise_for_status().json())
