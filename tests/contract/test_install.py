"""`make` lays out `.venv` by `deployments/install.py`, also where an earlier try broke off."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.unit.test_architecture import ROOT


@pytest.mark.slow
def test_a_venv_that_was_begun_without_pip_is_made_anew(tmp_path: Path) -> None:
    """As Debian leaves it where python3-venv is missing: it says what to install, and the next try must go well."""
    (tmp_path / "deployments").mkdir()
    shutil.copy(ROOT / "deployments" / "install.py", tmp_path / "deployments")
    (tmp_path / "empty.lock").touch()
    venv.create(tmp_path / ".venv", symlinks=True, with_pip=False)

    command = [sys.executable, str(tmp_path / "deployments" / "install.py"), "empty.lock"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert "Installing empty.lock … done" in done.stdout
    assert (tmp_path / ".venv" / "bin" / "pip").exists()
