"""Pauses: short at first, twice as long each time, and never longer than they may be."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.pauses import growing, rests_until

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MORNING = datetime(2026, 11, 25, 5, tzinfo=UTC)


def test_each_pause_is_twice_the_one_before_up_to_the_longest() -> None:
    assert [growing(times, MINUTE, 10 * MINUTE) / MINUTE for times in range(1, 7)] == [1, 2, 4, 8, 10, 10]
    assert growing(1_000_000, MINUTE, DAY) == DAY


def test_a_refused_order_rests_a_quarter_of_an_hour_at_first_and_is_asked_for_few_times_a_day() -> None:
    now, tries = MORNING, 0
    while now < MORNING + DAY:
        tries += 1
        now = rests_until(now, tries)

    assert rests_until(MORNING, 1) - MORNING == timedelta(minutes=15)
    assert tries == 8


@pytest.mark.parametrize("refusals", [8, 50])
def test_a_new_day_in_denmark_ends_every_rest(refusals: int) -> None:
    assert rests_until(MORNING, refusals) == datetime(2026, 11, 25, 23, tzinfo=UTC)
    summer = datetime(2026, 7, 1, 5, tzinfo=UTC)
    assert rests_until(summer, refusals) == datetime(2026, 7, 1, 22, tzinfo=UTC)
