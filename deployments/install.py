"""Lay out `.venv` from a lock file, quietly but with something to look at; run by make, on the standard library alone.

    python3 deployments/install.py requirements.lock

Every package is checked against the lock's hashes, and the lock names them all: nothing is looked for beyond it.
Where packages come from is the machine's own pip configuration.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LAST_WORDS = 15


def main(lock: str) -> None:
    """Install the packages of `lock`, then Afstem itself; leaves with a sentence and exit code 1 when it can't."""
    if not (VENV / "bin" / "pip").exists():  # also where one was begun, and something was missing: it is made anew
        make_venv()
    pip(f"Installing {lock}", "--require-hashes", "--no-deps", "--requirement", str(ROOT / lock))
    pip("Installing Afstem", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def make_venv() -> None:
    """Make `.venv` with pip in it."""
    try:
        venv.create(VENV, clear=True, symlinks=True, with_pip=True)
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(
            f"This Python could not make a virtual environment in .venv: {error}\n"
            "On Debian and Ubuntu: apt-get install python3-venv"
        )


def pip(doing: str, *arguments: str) -> None:
    """Run `pip install`: one line in a terminal tells how far it is; pip's own words are shown only if it fails."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--no-input", "--progress-bar=off", *arguments]
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUNBUFFERED": "1"}
    said: list[str] = []
    packages = 0
    say(f"{doing} …")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
    ) as running:
        for line in running.stdout or ():
            said.append(line)
            packages += line.startswith(("Collecting ", "Processing ", "Requirement already satisfied: "))
            if sys.stdout.isatty():
                say(f"\r{doing} … {packages} packages{', unpacking' if line.startswith('Installing ') else ''}")
    if running.returncode:
        sys.exit("\n" + "".join(said[-LAST_WORDS:]))
    say(" done\n")


def say(text: str) -> None:
    """Write at once, without a line end of our own."""
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
