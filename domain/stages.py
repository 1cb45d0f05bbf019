"""How far an order has come: every stage and every step that is allowed between two of them."""

from typing import Literal

Stage = Literal["fetched", "classified", "reconciled", "invoiced", "booked", "dispatched", "held", "skipped", "failed"]

STEPS: dict[Stage, frozenset[Stage]] = {
    "fetched": frozenset({"classified", "reconciled", "held", "skipped", "failed"}),
    "classified": frozenset({"fetched", "reconciled", "held", "skipped", "failed"}),
    "reconciled": frozenset({"fetched", "classified", "invoiced", "booked", "held", "skipped", "failed"}),
    "invoiced": frozenset({"fetched", "booked", "held"}),
    "booked": frozenset({"fetched", "dispatched", "held", "failed"}),
    "dispatched": frozenset({"fetched", "booked", "held"}),
    "held": frozenset({"fetched", "classified", "reconciled", "invoiced", "booked", "dispatched", "skipped", "failed"}),
    "skipped": frozenset({"fetched", "classified", "held", "failed"}),
    "failed": frozenset({"fetched", "classified", "reconciled", "invoiced", "booked", "dispatched", "held", "skipped"}),
}
"""From each stage where an order may go. A change in the shop sends any of them back to `fetched`.

What is held or failed goes on from the step that stopped it, as soon as that step lets it pass."""

UNFINISHED: frozenset[Stage] = frozenset({"fetched", "classified", "reconciled", "held", "failed"})
"""Stages that a run takes up again; `held` too, since whatever it waits for may have changed."""

STAGES: frozenset[Stage] = frozenset(STEPS)

INVOICED: frozenset[Stage] = frozenset({"invoiced", "booked", "dispatched"})


def step(before: Stage, after: Stage) -> Stage:
    """`after`, if an order may go there; staying where it is always may. A forbidden step is our own mistake."""
    if before != after and after not in STEPS[before]:
        raise ValueError(f"an order can't go from {before} to {after}")
    return after
