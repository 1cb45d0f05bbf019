"""The periods of a Tryton company: which days are open for invoices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from adapters.accounting.tryton_rpc import Row, TrytonServer, day
from adapters.accounting.tryton_terms import Terms
from domain.outcomes import NeedsAttention


@dataclass(frozen=True)
class Periods:
    """The periods around some days, as they are now."""

    rows: Sequence[Row]

    @classmethod
    def read(cls, server: TrytonServer, terms: Terms, days: Iterable[date]) -> "Periods":
        """The periods that these days lie in."""
        wanted = sorted(set(days))
        if not wanted:
            return cls(())
        domain = [
            ["company", "=", terms.company],
            ["type", "=", "standard"],
            ["start_date", "<=", day(wanted[-1])],
            ["end_date", ">=", day(wanted[0])],
        ]
        return cls(server.search_read("account.period", domain, ("start_date", "end_date", "state", "fiscalyear")))

    def fiscal_year(self, when: date) -> int:
        """The fiscal year of an open day. Raises `NeedsAttention` where it is closed, or no period has it."""
        for row in self.rows:
            if row["start_date"] <= when <= row["end_date"]:
                if row["state"] != "open":
                    raise NeedsAttention("period_closed", "date", when, row["end_date"])
                return int(row["fiscalyear"])
        raise NeedsAttention("period_missing", "date", when)
