"""`python -m tests.bench [--small]`: how fast Afstem is and how much memory it takes, on this machine.

Results are proven, and a wrong one ends it with an error. What is counted, such as calls, is the same everywhere, and
an error too where it misses its target; what is timed and misses it is only told.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from tests.bench.economic import economic
from tests.bench.einvoices import einvoices
from tests.bench.engine import prefect_server
from tests.bench.figures import Figure, WrongResult, errors, machine, tell
from tests.bench.idle import idle
from tests.bench.matching import matching
from tests.bench.tryton import tryton
from tests.bench.whole_way import growth, run_whole_way, speed

FEW, MANY, CUSTOMERS, FAR, FAR_TRIES = 10_000, 100_000, 100_000, 2_000, 3
SMALL_FEW, SMALL_MANY, SMALL_CUSTOMERS, SMALL_FAR, SMALL_FAR_TRIES = 1_000, 5_000, 10_000, 300, 1


def measured(folder: Path, few: int, many: int, customers: int, far: int, far_tries: int) -> Iterator[Figure]:
    """Every figure, as soon as it is known."""
    yield matching(customers)
    yield einvoices()
    with prefect_server(folder / "prefect") as environment:
        yield from idle(folder / "idle", environment)
        yield from economic(folder / "economic", environment, far, far_tries)
        first = run_whole_way(folder / "few", environment, few)
        yield speed(first)
        yield growth(first, run_whole_way(folder / "many", environment, many))
        yield from tryton(folder / "tryton", environment, far)


def main() -> int:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--small", action="store_true", help="fewer orders: a few minutes instead of a quarter of an hour"
    )
    parser.add_argument("--folder", type=Path, help="where to work and leave everything; else a temporary one")
    chosen = parser.parse_args()
    small = (SMALL_FEW, SMALL_MANY, SMALL_CUSTOMERS, SMALL_FAR, SMALL_FAR_TRIES)
    sizes = small if chosen.small else (FEW, MANY, CUSTOMERS, FAR, FAR_TRIES)
    console, described = Console(), machine()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="afstem-bench-") as temporary:
        try:
            for figure in measured(chosen.folder or Path(temporary), *sizes):
                console.print(f"{figure.what}: [bold]{figure.found}", highlight=False)
                figures.append(figure)
        except WrongResult as wrong:
            console.print(f"[red]{wrong}", highlight=False)
            return 1
    tell(console, described, figures)
    missed = errors(figures)
    for one in missed:
        console.print(f"[red]{one}", highlight=False)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
