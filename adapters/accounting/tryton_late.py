"""Reading on from the newest change without missing what was written before it and committed after it.

A record of Tryton bears the moment at which its transaction began; one that takes its time is seen only after later
ones have been. So each reading goes back a little further than asked, and leaves out what was told already.
"""

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from adapters.accounting.tryton_rpc import Row, moment

OVERLAP = timedelta(minutes=3)
"""Longer than any call of ours may take."""
MOST = 10_000
CHANGED = ("write_date", "create_date")


class Late:
    """What this connection has told of one kind of record: id to the moment of the change, for a while."""

    def __init__(self) -> None:
        self._told: dict[int, datetime] = {}
        self._lock = threading.Lock()

    def condition(self, since: datetime | None) -> list[Any]:
        """The records to look at, to tell of all that changed at or after `since`.

        Parties and invoices are written to as they are made, since they keep fields that are computed from others.
        A nested condition would hide those that aren't active.
        """
        return ["write_date", ">=", moment(since - OVERLAP)] if since else []

    def untold(self, rows: Iterable[Row], since: datetime | None) -> list[int]:
        """Which of the rows that were found are to be told of."""
        with self._lock:
            return [
                row["id"]
                for row in rows
                if since is None or changed_at(row) >= since or self._told.get(row["id"]) != changed_at(row)
            ]

    def tell(self, rows: Sequence[Row]) -> None:
        """These rows are known as they are now; what is older than anybody will ask for is forgotten."""
        with self._lock:
            self._told.update((row["id"], changed_at(row)) for row in rows)
            if len(self._told) > MOST:
                newest = max(self._told.values())
                self._told = {id_: at for id_, at in self._told.items() if at >= newest - 2 * OVERLAP}


def changed_at(row: Row) -> datetime:
    """When a record was last written to."""
    return cast("datetime", row["write_date"] or row["create_date"])
