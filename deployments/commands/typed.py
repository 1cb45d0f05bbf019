"""What one is told to type: a command that works where it is read."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from deployments.commands.telling import DEFAULT


def called() -> str:
    """`afstem` as it is typed here: by its name where the shell finds it, else by the shorter of its paths."""
    typed = Path(sys.argv[0])
    found = shutil.which("afstem")
    if typed.stem != "afstem" or (found and Path(found).absolute() == typed.absolute()):
        return "afstem"
    from_here = os.path.relpath(typed)
    if os.sep not in from_here:  # a bare name is looked up on the PATH, not here
        from_here = f".{os.sep}{from_here}"
    return shlex.quote(min(from_here, str(typed.absolute()), key=len))


def command(arguments: str, config: Path = DEFAULT) -> str:
    """A command about a settings file, which it names where that isn't the one it looks for by itself."""
    about = "" if config == DEFAULT else f" --config {shlex.quote(str(config))}"
    return f"{called()} {arguments}{about}"
