"""A scheduled run with nothing new: what it asks of the shop, what it writes, and how long it takes."""

from pathlib import Path

from tests.bench.engine import run_apart
from tests.bench.figures import Figure, expect
from tests.simulators.woocommerce import KEY, SECRET

MOST_CALLS = 2
MOST_SECONDS = 1.0


def idle(folder: Path, environment: dict[str, str]) -> list[Figure]:
    """Raises `WrongResult` where a run with nothing new writes anything."""
    folder.mkdir(parents=True)
    key = {"AFSTEM_WEBSHOP_KEY": KEY, "AFSTEM_WEBSHOP_SECRET": SECRET}
    said = run_apart("idle_run", str(folder), environment=environment | key)
    expect(said["first"] == "Completed", f"the first run ended as {said['first']}")
    expect(said["unchanged"], "a run with nothing new changed the store or the books")
    above = said["seconds"] - said["empty_seconds"]
    return [
        Figure(
            what="calls to the webshop in a run with nothing new",
            found=f"{said['calls_a_run']:g}",
            target=f"≤ {MOST_CALLS}, none to write",
            met=said["calls_a_run"] <= MOST_CALLS,
            counted=True,
            more=f"{said['orders']} orders there; store and books unchanged after {said['tries']} runs",
        ),
        Figure(
            what="its duration above that of Prefect's own empty flow",
            found=f"{above:.2f} s",
            target=f"≤ {MOST_SECONDS:.0f} s",
            met=above <= MOST_SECONDS,
            more=f"{said['seconds']:.2f} s and {said['empty_seconds']:.2f} s, each the middle one of {said['tries']}",
        ),
    ]
