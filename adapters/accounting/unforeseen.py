"""A mistake of ours at one item of many: told in the log, and the item's own outcome instead of its neighbours'."""

import logging
import traceback
from pathlib import Path

from domain.outcomes import Unforeseen

LOG = logging.getLogger("afstem.books")


def unforeseen(error: Exception) -> Unforeseen:
    """The outcome of an item whose work raised what nobody thought of.

    The log says what kind of error and where; its own words may hold what a shop or a buyer said, and are left out.
    """
    places = [
        f"{Path(step.filename).name}:{step.lineno} {step.name}" for step in traceback.extract_tb(error.__traceback__)
    ]
    LOG.error(
        "This is a mistake in Afstem itself: %s at %s", type(error).__name__, ", called by ".join(reversed(places))
    )
    return Unforeseen("afstem_mistake", "accounting", type(error).__name__)
