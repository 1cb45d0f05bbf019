"""`afstem sync` and `afstem retry`: a run here and now, watched in the terminal."""

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deployments import engine
from deployments.commands.telling import Config, told
from deployments.commands.words import words

SETTLED = ("invoiced", "booked", "dispatched", "held", "failed", "skipped")


def sync(
    config: Config = Path("afstem.toml"),
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Fetch what is new in the shop, and bring it into the books."""
    watch(config, "flows.sync_orders", "sync_orders", {}, as_json=json)


def retry(
    orders: Annotated[list[str] | None, typer.Argument(help="Order numbers; none for all.")] = None,
    cause: Annotated[str, typer.Option(help="Only orders held with this code.")] = "",
    config: Config = Path("afstem.toml"),
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Try held and failed orders again: all, those of one cause, or these."""
    watch(config, "flows.rerun_failed", "rerun_failed", {"cause": cause, "orders": orders or []}, as_json=json)
