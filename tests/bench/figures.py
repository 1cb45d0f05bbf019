"""What a benchmark tells: a figure each, what it should be, and the machine that it was measured on."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import psutil
from rich.console import Console
from rich.table import Table

GIB = 2**30


@dataclass(frozen=True)
class Figure:
    """One measured number. `met` is None where it is only told, not judged; `more` says how it came about.

    What is `counted` is the same on every machine, busy or not: that such a one misses its target is an error.
    """

    what: str
    found: str
    target: str = ""
    met: bool | None = None
    more: str = ""
    counted: bool = False


class WrongResult(Exception):
    """What was measured did not do its work: a fast wrong answer is no figure."""


def expect(holds: bool, what: str) -> None:
    """Raise `WrongResult` unless it holds."""
    if not holds:
        raise WrongResult(what)


def machine() -> str:
    """Cores, memory and versions: without them a figure says nothing."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("prefect", "sqlalchemy", "pydantic", "pandas"))
    memory = psutil.virtual_memory().total / GIB
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB of memory, "
        f"load {busy:.1f} at the start; Python {platform.python_version()}, {versions}"
    )


def errors(figures: Sequence[Figure]) -> list[str]:
    """What was counted and misses its target."""
    return [
        f"{figure.what}: {figure.found}, and should be {figure.target}"
        for figure in figures
        if figure.counted and figure.met is False
    ]


def tell(console: Console, described: str, figures: Sequence[Figure]) -> None:
    """The table of all figures."""
    table = Table(title="Afstem: size and speed", caption=described, caption_justify="left", title_justify="left")
    for column in ("what", "found", "target", "met", "how"):
        table.add_column(column, overflow="fold")
    for figure in figures:
        met = {True: "[green]yes", False: "[red]no", None: ""}[figure.met]
        table.add_row(figure.what, figure.found, figure.target, met, figure.more)
    console.print(table)
