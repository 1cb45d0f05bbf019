"""The books that a backfill fills: the embedded ones, or an e-conomic at a distance; either is proven afterwards."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import economic, whole_way
from tests.bench.integration import ECONOMIC, LOCAL


@dataclass(frozen=True)
class Books:
    """What the settings say of them, the environment of who writes to them, and their proof (`WrongResult`)."""

    accounting: str
    prove: Callable[[], None]
    environment: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def embedded(folder: Path, orders: int, buyers: int) -> Iterator[Books]:
    """A file beside the settings."""
    yield Books(LOCAL, lambda: whole_way.prove(folder, buyers))


@contextmanager
def at_a_distance(folder: Path, orders: int, buyers: int) -> Iterator[Books]:
    """A simulated e-conomic that takes its time for each call."""
    with economic.agreement() as agreement:
        accounting = ECONOMIC.format(url=agreement.url, connections=economic.CONNECTIONS)
        yield Books(accounting, lambda: economic.prove(agreement.shows(), orders, buyers), economic.TOKENS)


KINDS = {"embedded": embedded, "economic": at_a_distance}
