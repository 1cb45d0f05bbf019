"""The containers' plan says what the code says: its files, commands and variables. Whether it starts, no test tells."""

import re
import subprocess
import sys
from typing import Any

import pytest
import typer
import yaml

from adapters.settings import Secrets
from deployments.cli import main
from tests.unit.test_architecture import FLOORS, ROOT, sources

DEPLOYMENTS = ROOT / "deployments"
PLAN: dict[str, Any] = yaml.safe_load((DEPLOYMENTS / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = PLAN["services"]
DOCKERFILE = (DEPLOYMENTS / "Dockerfile").read_text(encoding="utf-8")


COMMANDS = {name: [str(word) for word in one["command"]] for name, one in SERVICES.items() if "command" in one}


def variables() -> set[str]:
    found = {name for one in SERVICES.values() for name in one.get("environment", {})}
    return found | set(re.findall(r"^(?:ENV|   ) (\w+)=", DOCKERFILE, re.MULTILINE))


def test_every_floor_is_in_the_image_and_nothing_that_is_not_there() -> None:
    copied = [line.split()[1:-1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ")]
    names = {name for line in copied for name in line}
    assert set(FLOORS) <= names
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_image_is_built_from_the_lock_by_hash_and_runs_as_nobody_special() -> None:
    assert "--require-hashes --requirement requirements.lock" in DOCKERFILE
    assert re.search(r"^USER (?!root)", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("service", COMMANDS)
def test_every_command_is_one_that_there_is(service: str) -> None:
    said = COMMANDS[service]
    options = {word for word in said if word.startswith("--")}
    if said[0] == "afstem":
        command = typer.main.get_command(main).commands[said[1]]  # type: ignore[attr-defined]
        assert options <= {name for parameter in command.params for name in parameter.opts}
    else:
        assert said[0] == "prefect"
        told = prefect_help(said[1], said[2])
        assert [name for name in options if name not in told] == []


def prefect_help(*command: str) -> str:
    """What Prefect says of one of its commands."""
    asked = [sys.executable, "-m", "prefect", *command, "--help"]
    return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=120).stdout


def test_every_variable_is_one_that_somebody_reads() -> None:
    assert {"AFSTEM_CONFIG_DIR", "PREFECT_SERVER_ANALYTICS_ENABLED", "PREFECT_API_URL"} <= variables()
    from prefect.settings import Settings
    from prefect.settings.legacy import _get_settings_fields

    of_prefect = set(_get_settings_fields(Settings))
    code = "\n".join(text for _, text in sources("adapters", "tasks", "deployments"))
    code += (DEPLOYMENTS / "prefect.yaml").read_text(encoding="utf-8")
    ours = {f"AFSTEM_{name.upper()}" for name in Secrets.model_fields}
    for name in variables():
        if name.startswith("PREFECT_"):
            assert name in of_prefect, name
        elif name.startswith("AFSTEM_"):
            assert name in ours or name in code, name


def test_every_secret_reaches_those_who_run_orders() -> None:
    secrets = {f"AFSTEM_{name.upper()}" for name in Secrets.model_fields}
    assert secrets <= SERVICES["webhooks"]["environment"].keys()
    assert secrets - {"AFSTEM_WEBHOOK_SECRET"} <= SERVICES["worker"]["environment"].keys()


def test_nothing_is_published_but_on_loopback_and_the_server_asks_who_is_there() -> None:
    ports = [port for one in SERVICES.values() for port in one.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert "PREFECT_SERVER_API_AUTH_STRING" in SERVICES["server"]["environment"]
    assert all("PREFECT_API_AUTH_STRING" in SERVICES[name]["environment"] for name in ("deploy", "worker", "webhooks"))


def test_no_secret_stands_in_the_plan() -> None:
    for one in SERVICES.values():
        for name, value in one.get("environment", {}).items():
            if re.search("PASSWORD|AUTH|SECRET|KEY|GRANT|TOKEN", name) and not name.endswith("_DB"):
                assert str(value).startswith("${"), name
    assert not re.search(r"://\w+:(?!\$)\w+@", (DEPLOYMENTS / "compose.yaml").read_text())


def test_every_volume_and_file_that_is_named_is_declared() -> None:
    mounted = {str(volume).split(":")[0] for one in SERVICES.values() for volume in one.get("volumes", [])}
    assert {name for name in mounted if not name.startswith(".")} == set(PLAN["volumes"])
    ours = {name for name in mounted if name.startswith("./") and name != "./config"}
    assert ours == {"./prefect.sql"}
    assert (DEPLOYMENTS / "prefect.sql").is_file()


def test_no_settings_and_no_secrets_go_into_the_image() -> None:
    """The folder with the Dockerfile holds them, and goes into the image."""
    told = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    lines = [line for line in told if line and not line.startswith("#")]
    assert lines[0] == "*"
    taken = {line[1:] for line in lines if line.startswith("!")}
    copied = {name for line in DOCKERFILE.splitlines() if line.startswith("COPY ") for name in line.split()[1:-1]}
    assert taken == copied
    after = lines[lines.index("!deployments") :]
    assert {"deployments/config", "deployments/.env"} <= set(after)


def test_the_ui_has_a_place_to_be_laid_out_and_links_lead_where_people_reach_it() -> None:
    assert "PREFECT_UI_STATIC_DIRECTORY=/prefect/" in DOCKERFILE
    addresses = {one["environment"]["PREFECT_UI_URL"] for one in SERVICES.values() if one.get("image") == "afstem"}
    assert len(addresses) == 1
    assert SERVICES["server"]["environment"]["PREFECT_UI_API_URL"] == f"{addresses.pop()}/api"
