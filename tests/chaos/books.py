"""The books that are written to while runs die: what befalls them, and what stands in them."""

import os
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from adapters.accounting.local import LocalAccounting, LocalBooks
from tests.bench.integration import ECONOMIC
from tests.simulators.economic import EconomicSimulator

ROOT = Path(__file__).parents[2]
SPECS = Path(os.environ.get("AFSTEM_SPECS") or ROOT.parent / "shared" / "specs")
FORGOTTEN = tuple(
    ("cut_forgotten", f"POST {place}") for place in ("/customers", "/invoices/drafts", "/invoices/booked")
)
"""The answer is lost, and the hour over in which the same call would be answered from memory."""
TROUBLES = (
    ("cut_before",),
    ("cut_after",),
    *FORGOTTEN,
    ("status", 500),
    ("html",),
    ("throttle", "0"),
    ("throttle", "1"),
    ("slow", 1.0),
    ("late", 1.0),
)


class Stands(NamedTuple):
    """A document in the books, as one reads it there; `total` is positive on a credit note too."""

    reference: str
    booked: bool
    customer: str
    total: Decimal


class Books(Protocol):
    """One system under fire."""

    accounting: str
    """Its part of the settings file."""

    def __init__(self, folder: Path) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def listen(self, watch: Callable[[str, str], bool] | None) -> None:
        """Tell of each call, or nobody any more."""

    def trouble(self, chance: random.Random) -> None:
        """What befalls it in the next run."""

    def calm(self) -> None:
        """No more of that."""

    def documents(self) -> list[Stands]:
        """Everything that was written."""

    def contacts(self) -> list[str]:
        """Each contact person, with the customer's number."""

    def customers(self) -> dict[str, str]:
        """The e-mail of each customer, by its number."""

    def owed_and_sent(self) -> tuple[list[str], list[str]]:
        """References of documents that are to go out as e-invoices, and of those that went, as often as they did."""


class EmbeddedBooks:
    """The embedded books."""

    accounting = """
[accounting]
kind = "local"
path = "books.db"
book = true
"""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing is open."""

    def listen(self, watch: Callable[[str, str], bool] | None) -> None:
        """Nobody calls: they are a file."""

    def trouble(self, chance: random.Random) -> None:
        """A file has none."""

    def calm(self) -> None:
        """It is calm."""

    def documents(self) -> list[Stands]:
        """Everything that was written."""
        told = self._books().told_invoices()
        return [
            Stands(one["reference"], one["state"] == "booked", one["customer"], Decimal(one["total"])) for one in told
        ]

    def contacts(self) -> list[str]:
        """They are names on the customer, each once by nature."""
        return []

    def customers(self) -> dict[str, str]:
        return {one["number"]: one["email"] for one in self._books().told_customers()}

    def owed_and_sent(self) -> tuple[list[str], list[str]]:
        """They send nothing."""
        return [], []

    def _books(self) -> LocalBooks:
        return LocalBooks(LocalAccounting(path=self._folder / "books.db"))


class EconomicBooks:
    """A simulated e-conomic, which lives on in this process while its clients die."""

    einvoicing = ""

    def __init__(self, folder: Path) -> None:
        schemas = SPECS / "economic" / "schemas"
        self._server = EconomicSimulator(schemas if schemas.is_dir() else None)
        self._server.latency = 0.004
        self.accounting = ECONOMIC.format(url=self._server.url, connections=8) + self.einvoicing

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.__exit__(kind, error, at)

    def listen(self, watch: Callable[[str, str], bool] | None) -> None:
        self._server.watch = watch or (lambda moment, kind: False)

    def trouble(self, chance: random.Random) -> None:
        """In half of the runs a fault or two among the next calls; in a third an hour has passed since the last one."""
        self.calm()
        if chance.random() < 1 / 2:
            self._server.faults.extend(chance.choices(TROUBLES, k=chance.randint(1, 2)))
        if chance.random() < 1 / 3:
            self._server.expire_keys()

    def lose_answers(self, each: int) -> None:
        """The next calls of each kind are done, and nobody is told."""
        with self._server.lock:
            self._server.faults.extend(FORGOTTEN * each)

    def forget_keys(self) -> None:
        """The hour is over in which a call is answered from memory."""
        self._server.expire_keys()

    def calm(self) -> None:
        with self._server.lock:
            self._server.faults.clear()

    def documents(self) -> list[Stands]:
        with self._server.lock:
            invoices = self._server.api.invoices
            every = [*invoices.drafts.values(), *invoices.booked.values()]
        return [
            Stands(
                one.get("notes", {}).get("textLine2", ""),
                "bookedInvoiceNumber" in one,
                str(one["customer"]["customerNumber"]),
                abs(one["grossAmount"]),
            )
            for one in every
        ]

    def contacts(self) -> list[str]:
        kept = self._server.api.customers.contacts
        return [f"{number}: {one['name']}" for number, people in kept.items() for one in people.values()]

    def customers(self) -> dict[str, str]:
        return {str(number): one.get("email", "") for number, one in self._server.api.customers.all.items()}

    def owed_and_sent(self) -> tuple[list[str], list[str]]:
        with self._server.lock:
            invoices = self._server.api.invoices
            booked = {number: one["notes"]["textLine2"] for number, one in invoices.booked.items()}
            public = [booked[number] for number, one in invoices.booked.items() if one["recipient"].get("ean")]
            sent = [booked[one["invoice"]["bookedInvoiceNumber"]] for one in invoices.sent]
        return public if self.einvoicing else [], sent


class SendingBooks(EconomicBooks):
    """The same, which sends what goes to an EAN number as it is booked."""

    einvoicing = '[einvoicing]\non = true\nchannel = "accounting"\n'


BOOKS: dict[str, type[Books]] = {"economic": EconomicBooks, "local": EmbeddedBooks, "sending": SendingBooks}
SENDING = "sending"
"""Of what a lost store knew of these, nobody can say what was sent: a person is asked, so that they never lose it."""
