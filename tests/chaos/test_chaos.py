"""Killed at any instant, run twice at once, robbed of its store: each order once, each buyer once, nothing lost.

`make chaos SEED=…` repeats a round, `ROUNDS=…` asks for more of them, and `KILLS=…` for longer ones
than a death at each stage.
"""

import os
import random
from pathlib import Path

import pytest

from tests.chaos.books import BOOKS, SENDING, EconomicBooks
from tests.chaos.deaths import STAGES, Fate
from tests.chaos.lives import Life
from tests.chaos.world import opened

ROUNDS = int(os.environ.get("CHAOS_ROUNDS") or 1)
KILLS = int(os.environ.get("CHAOS_KILLS") or 0)
CHANCE = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID"))
"""The same for all processes of a suite that runs side by side."""
SEEDS = [int(os.environ["CHAOS_SEED"])] if os.environ.get("CHAOS_SEED") else CHANCE.sample(range(1_000_000), ROUNDS)
BACKLOG = 120
ORDERS_A_KILL = 20
"""More than are sold: what is left over is never bought."""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("books", BOOKS)
def test_whatever_kills_the_runs_every_order_is_invoiced_exactly_once(tmp_path: Path, books: str, seed: int) -> None:
    fate, kills = Fate(books, seed), KILLS or len(STAGES[books])
    with opened(tmp_path / "business", books, ORDERS_A_KILL * kills, seed) as world:
        while fate.kills.total() < kills and fate.missed <= 2 * kills:
            fate.live_and_die(world)
        world.finish()
        world.prove()
    told = ", ".join(f"{count} × {stage}" for stage, count in fate.kills.most_common())
    print(f"\n{books}, CHAOS_SEED={seed}: {len(world.sold)} orders, {fate.kills.total()} kills ({told})")  # noqa: T201
    assert fate.kills.total() == kills, "too few kills: the runs were over before their time had come"


@pytest.mark.parametrize("books", BOOKS)
def test_two_runs_at_once_on_one_backlog_write_everything_once(tmp_path: Path, books: str) -> None:
    with opened(tmp_path / "business", books, BACKLOG, SEEDS[0]) as world:
        world.sell(BACKLOG)
        for life in [Life(world.config), Life(world.config)]:
            life.ended()
        world.finish()
        world.prove()


@pytest.mark.parametrize("books", [kind for kind in BOOKS if kind != SENDING])
def test_a_store_that_is_lost_is_rebuilt_from_the_books_that_it_wrote(tmp_path: Path, books: str) -> None:
    with opened(tmp_path / "business", books, BACKLOG, SEEDS[0]) as world:
        world.sell(BACKLOG // 2)
        world.finish()
        before = world.books.documents()
        world.lose_the_store()
        world.sell(BACKLOG // 2)
        world.finish()
        world.prove()
        assert set(before) <= set(world.books.documents())


def test_answers_that_are_lost_and_forgotten_make_nothing_twice(tmp_path: Path) -> None:
    """A run that lives on tries again by itself; the server doesn't know any more that it did it already."""
    with opened(tmp_path / "business", "economic", BACKLOG, SEEDS[0]) as world:
        assert isinstance(world.books, EconomicBooks)
        world.sell(40)
        world.books.lose_answers(2)
        Life(world.config).ended()
        world.finish()
        world.prove()
