"""What a benchmark makes of its figures: what was counted must be right, what was timed is only told."""

from tests.bench.figures import Figure, errors


def test_a_count_that_misses_its_target_is_an_error_and_a_time_is_not() -> None:
    figures = [
        Figure("calls an order", "1.3", "at most 1.05", met=False, counted=True),
        Figure("seconds an order", "9", "at most 1", met=False),
        Figure("calls a run", "2", "at most 2", met=True, counted=True),
        Figure("another way", "8", counted=True),
    ]

    assert errors(figures) == ["calls an order: 1.3, and should be at most 1.05"]
