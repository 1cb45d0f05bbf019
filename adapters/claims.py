"""Whether what this process has claimed is still its own: asked before each call that writes to the outside.

Whoever claims hands in who can tell (`writing_while`), and the way out asks (`make_sure`): over HTTP as in a file, so
that it holds for every system. Threads that work for the claim take the context along.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from domain.outcomes import Transient

StillOurs = Callable[[], None]
_still_ours: ContextVar[StillOurs | None] = ContextVar("still_ours", default=None)


class ClaimLost(Transient):
    """Others may have taken over what this process had claimed: nothing more is sent for it."""


@contextmanager
def writing_while(still_ours: StillOurs) -> Iterator[None]:
    """Within the block nothing is written to the outside once `still_ours` raises `ClaimLost`."""
    token = _still_ours.set(still_ours)
    try:
        yield
    finally:
        _still_ours.reset(token)


def make_sure() -> None:
    """Right before something is sent. Raises `ClaimLost`, and is nobody's business outside of a claim."""
    if still_ours := _still_ours.get():
        still_ours()
