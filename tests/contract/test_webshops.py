"""What every webshop adapter promises, held against each of them."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import pytest
from pydantic import SecretStr

from adapters.webshops.files import FilesShop
from adapters.webshops.settings import FilesWebshop, WooCommerceWebshop
from adapters.webshops.woocommerce import WooCommerceShop
from domain.orders import Order, RawOrder
from domain.outcomes import Misconfigured, NeedsAttention
from domain.ports import Webshop
from tests.simulators.orders import Json, a_cost, a_line, a_refund, an_order, times
from tests.simulators.woocommerce import KEY, SECRET, WooCommerceSimulator

LONG_AGO = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
FIELDS = {"cvr": ["meta:_billing_cvr", "billing.vat"], "ean": "meta:_billing_ean"}


class World(Protocol):
    """A shop that a test can change, and the adapter that reads it."""

    webshop: Webshop

    def put(self, *orders: Json) -> None: ...

    def refund(self, number: int, refund: Json) -> None: ...

    def break_connection(self) -> None: ...


class FilesWorld:
    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder / "orders"
        (self.folder / "refunds").mkdir(parents=True)
        self.webshop = FilesShop(FilesWebshop(kind="files", path=self.folder, fields=FIELDS, **settings))

    def put(self, *orders: Json) -> None:
        for order in orders:
            (self.folder / f"{order['id']}.json").write_text(json.dumps(order))

    def refund(self, number: int, refund: Json) -> None:
        path = self.folder / f"refunds/{number}.json"
        path.write_text(json.dumps([refund, *(json.loads(path.read_text()) if path.exists() else [])]))

    def break_connection(self) -> None:
        self.folder.rename(self.folder.with_name("elsewhere"))


class WooCommerceWorld:
    def __init__(self, shop: WooCommerceSimulator, **settings: Any) -> None:
        self.shop = shop
        found = WooCommerceWebshop(kind="woocommerce", url=shop.url, ca_file=shop.ca_file, fields=FIELDS, **settings)
        self.webshop = WooCommerceShop(found, SecretStr(KEY), SecretStr(SECRET))
        self.put, self.refund = shop.put, shop.refund

    def break_connection(self) -> None:
        self.shop.faults.extend([("status", 401)] * 9)


@pytest.fixture(params=["files", "http", "https"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "files":
        yield FilesWorld(tmp_path)
        return
    with WooCommerceSimulator(tmp_path if request.param == "https" else None) as shop:
        yield WooCommerceWorld(shop)


def everything(webshop: Webshop, cursor: str | None = None, since: datetime | None = None) -> dict[str, RawOrder]:
    return {raw.id: raw for page in webshop.read(cursor, since).pages for raw in page}


def only(world: World) -> Order:
    (raw,) = everything(world.webshop).values()
    return world.webshop.normalise(raw)


def test_the_first_reading_brings_every_order_in_every_status(world: World) -> None:
    world.put(*(an_order(n, LONG_AGO, status=s) for n, s in enumerate(["processing", "cancelled", "on-hold"], 1)))

    found = everything(world.webshop)

    assert {raw.id: world.webshop.normalise(raw).status for raw in found.values()} == {
        "1": "processing",
        "2": "cancelled",
        "3": "on-hold",
    }


def test_more_orders_than_fit_on_a_page_are_all_read_once(world: World) -> None:
    world.put(*(an_order(number, LONG_AGO) for number in range(1, 432)))

    pages = [[raw.id for raw in page] for page in world.webshop.read(None).pages]

    assert sorted(int(identity) for page in pages for identity in page) == list(range(1, 432))
    assert max(map(len, pages)) <= 250


def test_what_was_read_is_not_read_again(world: World) -> None:
    world.put(an_order(1, LONG_AGO), an_order(2, LONG_AGO))
    first = world.webshop.read(None)
    assert sum(len(page) for page in first.pages) == 2

    assert everything(world.webshop, first.cursor) == {}


def test_an_order_that_changed_is_read_again_as_it_is_now(world: World) -> None:
    world.put(an_order(1, LONG_AGO), an_order(2, LONG_AGO))
    first = world.webshop.read(None)
    list(first.pages)

    changed = an_order(2, datetime.now(UTC), status="completed")
    world.put(changed)

    found = everything(world.webshop, first.cursor)
    assert [world.webshop.normalise(raw).status for raw in found.values()] == ["completed"]
    assert list(found) == ["2"]


def test_an_order_that_changes_while_we_read_is_read_the_next_time(world: World) -> None:
    world.put(*(an_order(number, LONG_AGO) for number in range(1, 150)))
    first = world.webshop.read(None)

    world.put(an_order(7, datetime.now(UTC), status="cancelled"))
    list(first.pages)

    assert "7" in everything(world.webshop, first.cursor)


def test_a_refund_brings_its_order_back(world: World) -> None:
    world.put(an_order(1, LONG_AGO), an_order(2, LONG_AGO))
    first = world.webshop.read(None)
    list(first.pages)

    world.refund(2, a_refund(77, "25.00", datetime.now(UTC)))

    found = everything(world.webshop, first.cursor)
    assert list(found) == ["2"]
    assert [(refund.id, str(refund.total)) for refund in world.webshop.normalise(found["2"]).refunds] == [
        ("77", "25.00")
    ]


def test_a_wider_reading_brings_back_what_was_read_before(world: World) -> None:
    world.put(an_order(1, LONG_AGO))
    first = world.webshop.read(None)
    list(first.pages)

    assert list(everything(world.webshop, first.cursor, since=LONG_AGO - timedelta(days=1))) == ["1"]


def sold(webshop: Webshop, since: datetime, until: datetime) -> list[str]:
    return [raw.id for page in webshop.sold(since, until) for raw in page]


def test_a_period_holds_its_first_moment_and_not_its_last(world: World) -> None:
    second, until = timedelta(seconds=1), LONG_AGO + timedelta(days=1)
    moments = (LONG_AGO - second, LONG_AGO, until - second, until)
    world.put(*(an_order(number, moment) for number, moment in enumerate(moments, 1)))

    assert sold(world.webshop, LONG_AGO, until) == ["2", "3"]


def test_an_order_stays_in_the_period_in_which_it_was_sold(world: World) -> None:
    world.put(an_order(1, LONG_AGO) | times("modified", datetime.now(UTC)), an_order(2, datetime.now(UTC)))
    world.refund(1, a_refund(77, "25.00", datetime.now(UTC)))

    assert sold(world.webshop, LONG_AGO, LONG_AGO + timedelta(days=1)) == ["1"]


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 7, 1), date(2026, 10, 25)])
def test_periods_side_by_side_hold_every_order_once_whatever_the_clocks_do(world: World, day: date) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=3)
    world.put(*(an_order(hour, start + timedelta(minutes=30 * hour)) for hour in range(1, 60)))
    bounds = [start + timedelta(hours=hours) for hours in (0, 2, 3, 4, 24, 26, 40)]

    found = [order for since, until in pairwise(bounds) for order in sold(world.webshop, since, until)]

    assert sorted(map(int, found)) == list(range(1, 60))


def test_a_period_of_more_orders_than_fit_on_a_page_is_read_whole(world: World) -> None:
    world.put(*(an_order(number, LONG_AGO) for number in range(1, 232)))

    found = sold(world.webshop, LONG_AGO, LONG_AGO + timedelta(days=1))

    assert sorted(map(int, found)) == list(range(1, 232))


def test_orders_are_found_by_their_ids_with_their_refunds(world: World) -> None:
    world.put(*(an_order(number, LONG_AGO, status="cancelled") for number in (1, 2, 3)))
    world.refund(3, a_refund(77, "25.00", LONG_AGO))

    found = {raw.id: raw for raw in world.webshop.orders(["3", "1", "99", "3"])}

    assert sorted(found) == ["1", "3"]
    assert [refund["id"] for refund in found["3"].refunds] == [77]


@pytest.mark.parametrize("stranger", ["../customers/1", "1/refunds", "1?force=true", "", "²", "9" * 400])
def test_what_is_no_id_leads_nowhere(world: World, stranger: str) -> None:
    world.put(an_order(1, LONG_AGO))

    assert list(world.webshop.orders([stranger])) == []


def test_the_cursor_of_another_kind_of_shop_makes_us_read_everything(world: World) -> None:
    world.put(an_order(1, LONG_AGO))

    for cursor in ('{"orders": []}', '{"page": 3}', "gid://shop/1", "[]", ""):
        assert list(everything(world.webshop, cursor)) == ["1"]


def test_an_order_that_makes_no_sense_does_not_stop_the_others(world: World) -> None:
    world.put(an_order(1, LONG_AGO), an_order(2, LONG_AGO, total="mange penge"), an_order(3, LONG_AGO))

    found = everything(world.webshop)

    with pytest.raises(NeedsAttention) as held:
        world.webshop.normalise(found["2"])
    assert (held.value.finding.code, held.value.finding.field) == ("bad_amount", "total")
    assert found["2"].body == an_order(2, LONG_AGO, total="mange penge") | {"line_items": found["2"].body["line_items"]}
    assert [world.webshop.normalise(found[good]).number for good in ("1", "3")] == ["1", "3"]


def test_no_float_comes_with_an_order(world: World) -> None:
    world.put(an_order(1, LONG_AGO, line_items=[a_line(1, "Te", "237.60", "59.40", quantity=1.5)]))

    line = only(world).lines[0]

    assert str(line.quantity) == "1.5"
    (raw,) = everything(world.webshop).values()
    assert '"price": "118.80000000000001"' in json.dumps(raw.body)


def test_both_adapters_tell_the_order_in_the_same_words(world: World) -> None:
    world.put(
        an_order(
            42,
            LONG_AGO,
            number="SHOP-1042",
            customer_id=9,
            meta_data=[{"key": "_billing_cvr", "value": " DK 13 58 56 28 "}, {"key": "_billing_ean", "value": ""}],
        )
    )
    refunded = a_line(
        9, "Kop", "-118.80", "-29.70", quantity=-1, meta_data=[{"key": "_refunded_item_id", "value": "1"}]
    )
    world.refund(42, a_refund(77, "148.50", datetime.now(UTC), line_items=[refunded]))

    order = only(world)

    assert (order.id, order.number, order.currency, str(order.total), str(order.total_vat)) == (
        "42", "SHOP-1042", "DKK", "347.00", "69.40",
    )  # fmt: skip
    assert order.created_at == LONG_AGO
    assert [(line.kind, line.text, str(line.net), str(line.vat_rate)) for line in order.lines] == [
        ("product", "Kop & underkop", "237.60", "25"),
        ("freight", "GLS pakkeshop", "35.20", "25"),
        ("fee", "Kortgebyr", "4.80", "25"),
    ]
    assert (order.buyer.name, order.buyer.street, order.buyer.zip) == ("Karen Blåbjerg", "Rosenvænget 7, 2. tv", "5000")
    assert order.delivery is None
    assert {name: (found.key, found.value) for name, found in order.fields.items()} == {
        "cvr": ("meta:_billing_cvr", "DK 13 58 56 28"),
        "customer_number": ("customer_id", "9"),
    }
    (line,) = order.refunds[0].lines
    assert (line.id, str(line.quantity), str(line.net), str(line.vat)) == ("1", "1", "118.80", "29.70")


def test_the_last_orders_come_newest_first(world: World) -> None:
    world.put(*(an_order(number, LONG_AGO + timedelta(days=number)) for number in range(1, 8)))

    assert [raw.id for raw in world.webshop.recent(3)] == ["7", "6", "5"]
    assert len(world.webshop.recent(200)) == 7


def test_the_last_orders_come_with_their_refunds(world: World) -> None:
    world.put(an_order(1, LONG_AGO))
    world.refund(1, a_refund(5, "10.00", shipping_lines=[a_cost(8, "method_title", "GLS", "-8.00", "-2.00")]))

    (raw,) = world.webshop.recent(10)

    assert [refund.id for refund in world.webshop.normalise(raw).refunds] == ["5"]


def test_a_shop_in_order_has_nothing_to_check(world: World) -> None:
    world.put(an_order(1, LONG_AGO))

    assert world.webshop.check() == []


def test_a_shop_that_can_not_be_read_is_one_sentence(world: World) -> None:
    world.put(an_order(1, LONG_AGO))
    world.break_connection()

    with pytest.raises(Misconfigured):
        everything(world.webshop)
    assert len(world.webshop.check()) == 1


@pytest.mark.parametrize("hour", [0, 1, 21, 22, 23])
def test_no_hour_of_the_day_is_lost_to_the_shops_clock(world: World, hour: int) -> None:
    moment = datetime(2026, 7, 1, hour, 30, tzinfo=UTC)
    world.put(an_order(1, moment))

    assert list(everything(world.webshop, since=moment)) == ["1"]


def test_a_day_begins_by_the_shops_clock() -> None:
    settings = FilesWebshop(kind="files", path=Path("orders"), start=date(2026, 7, 1))

    assert settings.since_start(datetime(2026, 6, 30, 22, 0, tzinfo=UTC))
    assert not settings.since_start(datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC))
