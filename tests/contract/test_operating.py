"""What docs/operating.md prints is taken by those it is for: systemd, Compose, cron, and Afstem's own settings."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from adapters.settings import AlertSettings, Secrets
from deployments.alerts import TOLD_AT_MOST_EVERY
from tests.operated import AFSTEM
from tests.unit.test_architecture import ROOT

PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
UNITS = re.findall(r"```ini\n(.*?)```", PAGE, re.DOTALL)
UNIT = UNITS[0]
INSTALLED = "/srv/afstem/app/.venv/bin/afstem"


@pytest.fixture
def systemd() -> str:
    found = shutil.which("systemd-analyze")
    if not found and os.environ.get("CI"):
        pytest.fail("CI needs systemd-analyze")
    return found or pytest.skip("systemd-analyze is not here: apt-get install systemd")


def complaints(systemd: str, unit: str, folder: Path) -> str:
    """What systemd has against a unit whose Afstem is installed here."""
    path = folder / "printed.service"
    path.write_text(unit.replace(INSTALLED, str(AFSTEM)), encoding="utf-8")
    done = subprocess.run([systemd, "verify", path], capture_output=True, text=True, timeout=60, check=False)
    return "\n".join(line for line in (done.stdout + done.stderr).splitlines() if path.name in line)


@pytest.mark.parametrize("unit", UNITS, ids=["up", "webhooks"])
def test_systemd_takes_the_service_as_it_is_printed(systemd: str, tmp_path: Path, unit: str) -> None:
    assert complaints(systemd, unit, tmp_path) == ""


def test_systemd_would_say_what_is_wrong_with_it(systemd: str, tmp_path: Path) -> None:
    assert "KillMood" in complaints(systemd, UNIT.replace("KillMode=", "KillMood="), tmp_path)
    assert "afstem.gone" in complaints(systemd, UNIT.replace(INSTALLED, "/srv/afstem.gone"), tmp_path)


@pytest.mark.parametrize("unit", UNITS, ids=["up", "webhooks"])
def test_the_service_may_write_where_it_works_and_its_command_is_one_that_there_is(unit: str) -> None:
    told = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line)
    program, command, option, config = told["ExecStart"].split()
    assert told["WorkingDirectory"] == told["ReadWritePaths"] == str(Path(config).parent)
    assert Path(told["EnvironmentFile"]).parent == Path(told["WorkingDirectory"])
    assert f"ln -s {program} /usr/local/bin/afstem" in PAGE
    said = subprocess.run([AFSTEM, command, "--help"], capture_output=True, text=True, check=True, timeout=60).stdout
    assert option in said


def test_the_tables_and_variables_of_the_page_are_those_that_are_read() -> None:
    blocks = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)]
    (alerts,) = [block["alerts"] for block in blocks if "alerts" in block]
    assert AlertSettings.model_validate(alerts).block == "slack-webhook/bookkeeping"
    ours = {f"AFSTEM_{name.upper()}" for name in Secrets.model_fields}
    assert set(re.findall(r"^(AFSTEM_\w+)=", PAGE, re.MULTILINE)) <= ours
    assert TOLD_AT_MOST_EVERY.total_seconds() == 3600, "the page says: not again for an hour"
