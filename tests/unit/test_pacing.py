"""The pace of calls to a system that counts them: unhindered as long as there is room, then ever slower."""

import pytest

from adapters.pacing import Allowance, Pace


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(
    "told",
    [None, Allowance(79, 100, 60), Allowance(10, 0, 60), Allowance(99, 100, 0), Allowance(9999, 10_000, 86_400)],
)
def test_nothing_is_slowed_while_there_is_room_or_nothing_that_could_be_waited_for(
    clock: Clock, told: Allowance | None
) -> None:
    pace = Pace(clock)
    pace.heard(pace.turn().place, told)

    assert pace.turn().pause == 0


def test_what_is_left_of_the_limit_lasts_for_the_whole_time(clock: Clock) -> None:
    pace = Pace(clock)
    pace.heard(pace.turn().place, Allowance(90, 100, 60))

    pauses = [pace.turn().pause for _ in range(8)]

    assert pauses == sorted(pauses)
    assert pauses[0] > 6
    assert pauses[-1] <= 60


def test_nobody_waits_longer_than_the_time_in_which_calls_are_counted(clock: Clock) -> None:
    pace = Pace(clock)
    pace.heard(pace.turn().place, Allowance(100, 100, 60))

    assert {pace.turn().pause for _ in range(50)} == {60}
    clock.now += 60
    assert pace.turn().pause == 0


def test_calls_that_are_under_way_count_before_they_are_answered(clock: Clock) -> None:
    pace = Pace(clock)
    first = pace.turn()
    for _ in range(30):
        pace.turn()

    pace.heard(first.place, Allowance(60, 100, 60))

    assert pace.turn().pause > 0


def test_an_answer_that_was_overtaken_tells_nothing_new(clock: Clock) -> None:
    pace = Pace(clock)
    early, late = pace.turn(), pace.turn()
    pace.heard(late.place, Allowance(95, 100, 60))
    pace.heard(early.place, Allowance(10, 100, 60))

    assert pace.turn().pause > 0
