"""Who is alive: whoever lives keeps what it has claimed, and whoever may be taken for dead writes no more."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from adapters.claims import ClaimLost
from adapters.store import Store
from adapters.store.presence import SILENT_TOO_LONG, this_place
from adapters.store.tables import BatchRow, OwnerRow, table_of
from tests.contract.storekeeping import an_order, batch_of, unfinished
from tests.databases import administer, new_schema

SHORT = timedelta(seconds=2)
HERE = this_place()
OTHER_HOST = HERE.replace(HERE.partition("|")[0], "elsewhere", 1)
OTHER_CONTAINER = f"{HERE.rpartition('|')[0]}|pid:[1]"
owners, batches = table_of(OwnerRow), table_of(BatchRow)


def someone_claims(store: Store, other: Store, place: str, silent_for: timedelta) -> None:
    """A living process at a place has claimed an order, and was last heard of so long ago."""
    store.orders.save([an_order("1")])
    other.orders.open(batch_of(other, "1"))
    name = other.presence.owner.replace(HERE, place, 1)
    with store.together() as connection:
        seen = connection.execute(select(owners.c.seen_at).where(owners.c.id == other.presence.owner)).scalar_one()
        store.database.upsert(connection, OwnerRow, [{"id": name, "seen_at": seen - silent_for}])
        connection.execute(update(batches).values(owner=name))


class TestWhoIsAlive:
    @pytest.mark.parametrize("place", [HERE, OTHER_HOST, OTHER_CONTAINER])
    def test_whoever_is_heard_of_keeps_its_orders(self, store: Store, other: Store, place: str) -> None:
        someone_claims(store, other, place, SILENT_TOO_LONG / 2)

        assert unfinished(store) == []

    def test_a_process_of_this_host_that_lives_keeps_them_however_silent_it_is(
        self, store: Store, other: Store
    ) -> None:
        someone_claims(store, other, HERE, timedelta(days=1))

        assert unfinished(store) == []

    @pytest.mark.parametrize("place", [OTHER_HOST, OTHER_CONTAINER])
    def test_one_that_cannot_be_looked_at_loses_them_by_its_silence(
        self, store: Store, other: Store, place: str
    ) -> None:
        someone_claims(store, other, place, SILENT_TOO_LONG + timedelta(seconds=1))

        assert unfinished(store) == ["1"]

    @pytest.mark.slow
    def test_the_clock_of_the_database_tells_how_long_ago_it_was(self, postgresql: str) -> None:
        """As a host sees it whose own clock is ten minutes ahead."""
        url = new_schema(postgresql)
        late = "CREATE FUNCTION {0}.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
        administer(url, f"{late} $$SELECT pg_catalog.clock_timestamp() - interval '10 minutes'$$")
        url += "%2Cpg_catalog"
        store, other = Store(url), Store(url)
        someone_claims(store, other, OTHER_HOST, timedelta())
        administer(url.removesuffix("%2Cpg_catalog"), "UPDATE {0}.owners SET seen_at = {0}.clock_timestamp()")

        assert unfinished(store) == []
        store.close()
        other.close()


@pytest.mark.slow
class TestAClaimThatMayBeLost:
    @pytest.fixture
    def hasty(self, store_url: str) -> Iterator[Store]:
        """A store whose processes are taken for dead after two seconds."""
        opened = Store(store_url, silence=SHORT)
        opened.orders.save([an_order("1"), an_order("2")])
        yield opened
        opened.close()

    def test_a_process_that_is_seen_keeps_its_claim(self, hasty: Store) -> None:
        batch = hasty.orders.open(batch_of(hasty, "1"))

        time.sleep(2 * SHORT.total_seconds())

        batch.still_ours()

    def test_one_that_could_not_be_seen_has_lost_it_for_good_and_may_claim_anew(self, hasty: Store) -> None:
        batch = hasty.orders.open(batch_of(hasty, "1"))

        with hasty.together():  # no heartbeat comes through
            time.sleep(SHORT.total_seconds() * 3 / 4)
            with pytest.raises(ClaimLost):
                batch.still_ours()
        time.sleep(SHORT.total_seconds())
        with pytest.raises(ClaimLost):
            batch.still_ours()

        hasty.orders.open(batch_of(hasty, "2")).still_ours()

    def test_a_silence_that_is_over_when_somebody_asks_has_lost_it_too(self, hasty: Store) -> None:
        batch = hasty.orders.open(batch_of(hasty, "1"))

        with hasty.together():
            time.sleep(SHORT.total_seconds() * 3 / 4)
        time.sleep(SHORT.total_seconds() / 2)

        with pytest.raises(ClaimLost):
            batch.still_ours()
