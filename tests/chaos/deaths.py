"""When a run is killed: at a chosen call to the shop or the books, or at any instant; a seed repeats the choice."""

import random
import threading
from collections import Counter
from typing import NamedTuple

from tests.chaos.books import SENDING
from tests.chaos.lives import Life
from tests.chaos.world import World

LONGEST_LIFE = 2.5
"""Seconds within which an instant is chosen: a run with some new orders takes about as long."""
ORDERS_IN_A_LIFE = (5, 15)
TWINS, LOSSES = 0.15, 0.05
"""How often two runs go at once, and how often the store is lost afterwards."""


class Stage(NamedTuple):
    """Where a run is killed: at the `moment` of a call of this `kind`; with `linger`, up to so many seconds after it.

    `before` the call is worked out it never happened; `committed`, it stands and the answer is lost.
    """

    name: str
    moment: str = ""
    kind: str = ""
    linger: float = 0.0


ANYWHERE = Stage("any instant")
FETCHING = Stage("fetch", "page", "GET orders", linger=0.1)
CLASSIFYING = Stage("classify", "page", "GET orders", linger=0.6)
AT_THE_BOOKS = tuple(
    Stage(f"{name}, {told}", moment, kind)
    for name, kind in (
        ("create customer", "POST /customers"),
        ("create contact", "POST /customers/N/contacts"),
        ("point to contact", "PUT /customers/N"),
        ("draft", "POST /invoices/drafts"),
        ("book", "POST /invoices/booked"),
    )
    for told, moment in (("not sent", "before"), ("answer lost", "committed"))
)
STAGES = {
    "local": (ANYWHERE, ANYWHERE, ANYWHERE, FETCHING, CLASSIFYING),
    "economic": (ANYWHERE, FETCHING, CLASSIFYING, *AT_THE_BOOKS),
    SENDING: (ANYWHERE, *AT_THE_BOOKS),
}


class Death:
    """The end of a life: at the `nth` such call, or `delay` seconds after it began or after that call."""

    def __init__(self, stage: Stage, nth: int, delay: float) -> None:
        self.stage = stage
        self._left = nth
        self._delay = delay
        self._lock = threading.Lock()
        self._now = threading.Event()

    def watch(self, moment: str, kind: str) -> bool:
        """Look at a call; says whether the connection is to be cut there."""
        if (moment, kind) != (self.stage.moment, self.stage.kind):
            return False
        with self._lock:
            self._left -= 1
            if self._left != 0:
                return False
        threading.Timer(self._delay, self._now.set).start() if self._delay else self._now.set()
        return not self._delay

    def come(self, life: Life) -> bool:
        """Kill it when its time has come; says whether it didn't end by itself before."""
        if not self.stage.moment:
            self._now.wait(self._delay)
            return life.kill()
        while not self._now.wait(0.01):
            if not life.alive:
                return False
        return life.kill()


class Fate:
    """All that is left to chance in one round: each choice follows from the seed."""

    def __init__(self, kind: str, seed: int) -> None:
        self.chance = random.Random(seed)
        self._stages = list(STAGES[kind])
        self._losses = 0.0 if kind == SENDING else LOSSES
        self.kills: Counter[str] = Counter()
        self.missed = 0

    def next_death(self) -> Death:
        """Each stage comes in its turn, in an order that changes from turn to turn."""
        turn = (self.kills.total() + self.missed) % len(self._stages)
        if turn == 0:
            self.chance.shuffle(self._stages)
        stage = self._stages[turn]
        longest = stage.linger if stage.moment else LONGEST_LIFE
        return Death(stage, self.chance.randint(1, 2), self.chance.uniform(0, longest))

    def live_and_die(self, world: World) -> None:
        """One more life (at times two at once) that is killed where fate has it, if it gets there."""
        world.sell(self.chance.randint(*ORDERS_IN_A_LIFE))
        world.trouble(self.chance)
        death = self.next_death()
        world.listen(death.watch)
        lives = [Life(world.config) for _ in range(2 if self.chance.random() < TWINS else 1)]
        if death.come(lives[0]):
            self.kills[death.stage.name] += 1
        else:
            self.missed += 1
        for life in lives:
            life.ended()
        world.listen(None)
        if self.chance.random() < self._losses:
            world.lose_the_store()
