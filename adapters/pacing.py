"""Staying below a limit that the other side tells of: the nearer its count comes to it, the further apart our calls."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

RESERVE = 5
"""A fifth of a limit is kept for a slower pace; before that, nothing is slowed."""
LONGEST_WINDOW = 120
"""In seconds. A limit for a day or an hour can't be waited for between two calls."""


class Allowance(NamedTuple):
    """Of `limit` calls in any so many `seconds`, so many were `used`, by whomever."""

    used: int
    limit: int
    seconds: int


class Turn(NamedTuple):
    """A call's place in the line, and for how many seconds it waits."""

    place: int
    pause: float


class Pace:
    """One line for all calls to one system, whichever thread they come from."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sent = 0
        self._heard_of = 0
        self._told: Allowance | None = None
        self._told_at: float = 0
        self._last: float = 0

    def turn(self) -> Turn:
        """Take a place in the line.

        What is left of the limit is spread over the time in which it is counted; after that time, all that was
        counted has passed, so that nobody waits longer.
        """
        with self._lock:
            now = at = self._clock()
            self._sent += 1
            if told := self._told:
                free_again = self._told_at + told.seconds
                left = told.limit - told.used - (self._sent - self._heard_of)
                if RESERVE * left < told.limit and now < free_again:
                    at = min(free_again, max(now, self._last + told.seconds / max(left, 1)))
            self._last = max(self._last, at)
            return Turn(self._sent, at - now)

    def heard(self, place: int, told: Allowance | None) -> None:
        """The call of this place was answered, and was told this; what the calls after it use isn't in it."""
        if told is None or not (told.limit and 0 < told.seconds <= LONGEST_WINDOW):
            return
        with self._lock:
            if place > self._heard_of:
                self._heard_of, self._told, self._told_at = place, told, self._clock()
