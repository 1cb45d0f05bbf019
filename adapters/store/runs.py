"""Which process works for which run: a run whose process is gone may be started again at once."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from adapters.store.database import Database, chunks
from adapters.store.presence import Presence
from adapters.store.tables import LeaseRow, OwnerRow, table_of

leases = table_of(LeaseRow)


class Runs:
    """Runs that were begun and have not ended, by their ids."""

    def __init__(self, database: Database, presence: Presence) -> None:
        self._database = database
        self._presence = presence

    def begin(self, run: str) -> None:
        """This process works for that run from here on, whoever did before."""
        owner = self._presence.announce()
        with self._database.writing() as connection:
            self._database.upsert(connection, LeaseRow, [{"key": _key(run), "batch": run, "owner": owner}])

    def end(self, run: str) -> None:
        """Nobody needs to work for it any more."""
        with self._database.writing() as connection:
            connection.execute(delete(leases).where(leases.c.key == _key(run)))

    def orphaned(self, runs: Iterable[str]) -> set[str]:
        """Which of these runs were begun by a process that is gone."""
        owners: dict[str, str] = {}
        with self._database.reading() as connection:
            for piece in chunks(map(_key, runs)):
                found = connection.execute(select(leases.c.batch, leases.c.owner).where(leases.c.key.in_(piece)))
                owners.update({row.batch: row.owner for row in found})
        dead = self._presence.dead(set(owners.values()))
        return {run for run, owner in owners.items() if owner in dead}

    def drop_dead(self) -> int:
        """Take away what processes that are gone have left: their names, and their leases. Gives how many leases."""
        with self._database.writing() as connection:
            owners = set(connection.execute(select(leases.c.owner).distinct()).scalars())
            known = set(connection.execute(select(table_of(OwnerRow).c.id)).scalars())
            dead = self._presence.dead(owners | known)
            gone = 0
            for piece in chunks(dead):
                gone += connection.execute(delete(leases).where(leases.c.owner.in_(piece))).rowcount
                connection.execute(delete(table_of(OwnerRow)).where(table_of(OwnerRow).c.id.in_(piece)))
        return gone


def _key(run: str) -> str:
    return f"run|{run}"
