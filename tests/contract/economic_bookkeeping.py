"""A simulated e-conomic under the contract suite: its agreement, its bookkeeper, and our connection to it."""

from datetime import date, timedelta
from pathlib import Path

from pydantic import SecretStr

from adapters.accounting.economic import EconomicBooks
from adapters.accounting.economic_settings import EconomicAccounting
from tests.simulators.economic import APP_SECRET, GRANT, EconomicSimulator

ADDRESS = "economic.url"


class EconomicBookkeeper:
    """A simulator whose address lies in the folder `place`; who opens the place first runs it, until `close`."""

    many = 60
    per_call = 40
    last_day = date(2025, 12, 31)

    def __init__(self, place: str) -> None:
        self.place = place
        self.simulator: EconomicSimulator | None = None
        address = Path(place) / ADDRESS
        if not address.exists():
            self.simulator = an_agreement().__enter__()
            address.write_text(self.simulator.url)
        self.url = address.read_text()

    def books(self) -> EconomicBooks:
        """A connection with the agreement's tokens."""
        return connected(self.url)

    def bar(self, customer: str) -> None:
        """In the user interface."""
        self._running.api.customers.edit(int(customer), barred=True)

    def delete_customer(self, customer: str) -> None:
        """In the user interface."""
        self._running.api.customers.delete(int(customer))

    def delete_draft(self, number: str) -> None:
        """In the user interface."""
        self._running.api.invoices.delete([int(number)])

    def close_period(self, until: date) -> None:
        """An accounting year is closed as a whole."""
        self._running.api.ledger.closed_years.update(range(2024, until.year + 1))

    def pass_time(self) -> None:
        """Its clock tells seconds, and what changed within a minute is read again."""
        ledger = self._running.api.ledger
        before = ledger.clock
        ledger.clock = lambda: before() + timedelta(minutes=2)

    def close(self) -> None:
        """Stop the simulator, if it is ours."""
        if self.simulator:
            self.simulator.__exit__(None, None, None)

    @property
    def _running(self) -> EconomicSimulator:
        assert self.simulator is not None, "another process runs it"
        return self.simulator


def an_agreement() -> EconomicSimulator:
    """A simulator that has the product of the suite's lines."""
    simulator = EconomicSimulator()
    simulator.api.ledger.add_product("KOP-1", 1, "Kop")
    return simulator


def connected(url: str, **more: object) -> EconomicBooks:
    """Our connection to an agreement; `more` are settings."""
    settings = {
        "kind": "economic",
        "url": url,
        "layout": 19,
        "customer_group": 1,
        "payment_terms": 1,
        "product": "KOP-1",
        "vat_zones": {"domestic": 1, "eu": 2, "abroad": 3},
        "products": {"by_rate": {"0": "momsfri"}, "rounding": "oerer"},
    }
    return EconomicBooks(EconomicAccounting.model_validate(settings | more), SecretStr(APP_SECRET), SecretStr(GRANT))
