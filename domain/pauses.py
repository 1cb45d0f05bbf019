"""How long to leave alone what would most likely say the same again: each pause is twice the one before."""

from datetime import datetime, timedelta

from domain.days import danish_day, start_of

FIRST_REST, LONGEST_REST = timedelta(minutes=15), timedelta(days=1)
DOUBLINGS = 30
"""More lie beyond every longest pause, and soon beyond what a `timedelta` holds."""


def growing(times: int, first: timedelta, longest: timedelta) -> timedelta:
    """The pause after so many times in a row (1, 2, …), from the `first` to the `longest`."""
    return min(first * (1 << min(times - 1, DOUBLINGS)), longest)


def rests_until(now: datetime, refusals: int) -> datetime:
    """Until when an order rests that the books have refused so many times in a row.

    Each Danish day ends it: the day may be what they refuse.
    """
    tomorrow = start_of(danish_day(now) + timedelta(days=1))
    return min(now + growing(refusals, FIRST_REST, LONGEST_REST), tomorrow)
