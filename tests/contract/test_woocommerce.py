"""How a WooCommerce is read over HTTP: the traps of its clock, its pages and its neighbours on the way."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import SecretStr, ValidationError

from adapters.webshops.settings import WooCommerceWebshop
from adapters.webshops.woocommerce import WooCommerceShop
from domain.orders import RawOrder
from domain.outcomes import AfstemError, Misconfigured, Transient
from tests.simulators.orders import a_refund, an_order
from tests.simulators.woocommerce import KEY, SECRET, WooCommerceSimulator

LONG_AGO = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def shop() -> Iterator[WooCommerceSimulator]:
    with WooCommerceSimulator() as shop:
        yield shop


def reader(shop: WooCommerceSimulator, secret: str = SECRET, **settings: Any) -> WooCommerceShop:
    found = WooCommerceWebshop(kind="woocommerce", url=shop.url, **{"ca_file": shop.ca_file, **settings})
    return WooCommerceShop(found, SecretStr(KEY), SecretStr(secret))


def everything(webshop: WooCommerceShop, cursor: str | None = None, since: datetime | None = None) -> list[RawOrder]:
    return [raw for page in webshop.read(cursor, since).pages for raw in page]


def ids(found: list[RawOrder]) -> list[int]:
    return [int(raw.id) for raw in found]


def test_a_shop_with_nothing_new_costs_one_call(shop: WooCommerceSimulator) -> None:
    shop.put(*(an_order(number, LONG_AGO) for number in range(1, 250)))
    webshop = reader(shop)
    first = webshop.read(None)
    list(first.pages)
    shop.calls.clear()

    assert everything(webshop, first.cursor) == []
    assert len(shop.calls) == 1


def test_refunds_are_asked_for_only_where_there_are_some(shop: WooCommerceSimulator) -> None:
    shop.put(an_order(1, LONG_AGO), an_order(2, LONG_AGO))
    shop.refund(2, a_refund(77, "25.00"))

    everything(reader(shop))

    assert [call for call in shop.calls if "refunds" in call] == ["/wp-json/wc/v3/orders/2/refunds?per_page=100&page=1"]


def test_an_order_in_the_last_second_before_the_cursor_is_seen(shop: WooCommerceSimulator) -> None:
    webshop = reader(shop)
    cursor = webshop.read(None).cursor
    shop.put(an_order(1, datetime.fromisoformat(cursor)))

    assert ids(everything(webshop, cursor)) == [1]


def test_the_time_is_asked_for_in_the_one_form_that_every_shop_gets_right(shop: WooCommerceSimulator) -> None:
    everything(reader(shop), since=datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC))

    asked = dict(parse_qsl(urlsplit(shop.calls[0]).query))
    assert (asked["modified_after"], asked["dates_are_gmt"]) == ("2026-07-01T11:54:59", "true")


def test_what_changed_an_hour_before_the_cursor_is_not_read_again(shop: WooCommerceSimulator) -> None:
    shop.put(an_order(1, datetime.now(UTC) - timedelta(minutes=50)))
    webshop = reader(shop)

    assert everything(webshop, webshop.read(None).cursor) == []


def test_the_shops_clock_counts_where_ours_is_ahead_of_it(shop: WooCommerceSimulator) -> None:
    before = datetime.now(UTC)

    cursor = datetime.fromisoformat(reader(shop).read(None).cursor)

    assert before - timedelta(seconds=2) <= cursor <= datetime.now(UTC)


def test_without_a_cursor_reading_begins_at_the_start_of_the_settings(shop: WooCommerceSimulator) -> None:
    shop.put(an_order(1, datetime(2026, 6, 30, 12, tzinfo=UTC)), an_order(2, datetime(2026, 7, 1, 12, tzinfo=UTC)))

    assert ids(everything(reader(shop, start=date(2026, 7, 1)))) == [2]


def test_an_order_binned_while_we_read_makes_no_other_be_missed(shop: WooCommerceSimulator) -> None:
    shop.put(*(an_order(number, LONG_AGO) for number in range(1, 351)))
    shop.after_page = lambda page: shop.trash(1, 2, 3) if page == 1 else None

    assert set(range(4, 351)) <= set(ids(everything(reader(shop))))


def test_many_orders_binned_at_once_make_no_other_be_missed(shop: WooCommerceSimulator) -> None:
    shop.put(*(an_order(number, LONG_AGO) for number in range(1, 601)))
    shop.after_page = lambda page: shop.trash(*range(1, 251)) if page == 3 else None

    assert set(range(251, 601)) <= set(ids(everything(reader(shop))))


def test_orders_that_arrive_while_we_read_neither_loop_nor_double(shop: WooCommerceSimulator) -> None:
    shop.put(*(an_order(number, LONG_AGO) for number in range(1, 351)))
    shop.after_page = lambda page: shop.put(an_order(1000 + len(shop.calls), datetime.now(UTC)))

    found = ids(everything(reader(shop)))

    assert set(range(1, 351)) <= set(found)
    assert len(found) == len(set(found))
    assert len(shop.calls) < 20


def test_a_shop_that_sends_the_same_page_for_ever_is_found_out(shop: WooCommerceSimulator) -> None:
    shop.put(*(an_order(number, LONG_AGO) for number in range(1, 1001)))
    shop.ignores_page = True

    with pytest.raises(Misconfigured, match="pages_repeat"):
        everything(reader(shop))


def test_a_shop_that_ignores_modified_after_is_noticed_and_its_old_orders_left_out(shop: WooCommerceSimulator) -> None:
    shop.put(an_order(1, LONG_AGO), an_order(2, LONG_AGO))
    shop.ignores_modified_after = True
    webshop = reader(shop)
    cursor = webshop.read(None).cursor
    shop.change(2, datetime.now(UTC), status="completed")

    assert ids(everything(webshop, cursor)) == [2]
    assert [finding.code for finding in webshop.check()] == ["modified_after_ignored"]


def test_an_order_in_the_bin_is_no_order(shop: WooCommerceSimulator) -> None:
    shop.put(an_order(1, LONG_AGO), an_order(2, LONG_AGO))
    shop.trash(1)

    assert ids(everything(reader(shop))) == [2]


def test_an_order_without_an_id_is_held_by_its_place(shop: WooCommerceSimulator) -> None:
    shop.put(an_order(1, LONG_AGO), an_order(2, LONG_AGO))
    shop.orders[1] = shop.orders[1] | {"id": 0, "number": None}
    webshop = reader(shop)

    found = everything(webshop)

    assert [webshop.normalise(raw).id for raw in found] == ["page:1#0", "2"]


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (("status", 401), Misconfigured, "credentials_refused"),
        (("status", 403), Misconfigured, "access_denied"),
        (("status", 404), Misconfigured, "webshop_api_missing"),
        (("status", 400), Misconfigured, "webshop_refuses_query"),
        (("stranger",), Misconfigured, "webshop_api_missing"),
        (("redirect", "https://www.example.dk/wp-json/wc/v3/orders?oauth_consumer_key=x"), Misconfigured, "redirects"),
        (("status", 500), Transient, "server_fault"),
        (("status", 503), Transient, "server_fault"),
        (("html",), Transient, "answer_unreadable"),
        (("cut",), Transient, "connection_lost"),
        (("throttle", "3600"), Transient, "throttled"),
    ],
)
def test_each_fault_on_the_way_has_its_own_name(
    shop: WooCommerceSimulator, fault: tuple[Any, ...], kind: type[AfstemError], says: str
) -> None:
    shop.faults.append(fault)

    with pytest.raises(kind, match=says) as raised:
        everything(reader(shop))

    assert SECRET not in repr(raised.value)
    assert KEY not in repr(raised.value)


def test_a_redirect_says_where_to_without_what_was_asked(shop: WooCommerceSimulator) -> None:
    shop.faults.append(("redirect", "https://www.example.dk/wp-json?oauth_consumer_key=x"))

    with pytest.raises(Misconfigured) as raised:
        everything(reader(shop))

    assert raised.value.finding.expected == "https://www.example.dk/wp-json"


def test_a_throttled_call_waits_as_long_as_the_shop_asks(shop: WooCommerceSimulator) -> None:
    shop.put(an_order(1, LONG_AGO))
    shop.faults.extend([("throttle", "0"), ("throttle", "0")])

    assert ids(everything(reader(shop))) == [1]


def test_a_shop_that_asks_for_too_long_a_wait_is_left_to_the_next_try(shop: WooCommerceSimulator) -> None:
    shop.faults.append(("throttle", "3600"))

    with pytest.raises(Transient) as raised:
        everything(reader(shop))

    assert raised.value.retry_after == timedelta(hours=1)


def test_a_shop_that_throttles_for_ever_is_left_in_the_end(shop: WooCommerceSimulator) -> None:
    shop.faults.extend([("throttle", "0")] * 50)

    with pytest.raises(Transient):
        everything(reader(shop))


def test_a_fault_in_the_middle_loses_nothing_as_the_cursor_stays(shop: WooCommerceSimulator) -> None:
    shop.put(*(an_order(number, LONG_AGO) for number in range(1, 251)))
    webshop = reader(shop)
    shop.after_page = lambda page: shop.faults.append(("status", 502)) if len(shop.calls) == 1 else None

    with pytest.raises(Transient):
        everything(webshop)

    assert len(everything(webshop)) == 250


def test_a_shop_nobody_answers_for_may_answer_later() -> None:
    with WooCommerceSimulator() as shop:
        webshop = reader(shop)

    with pytest.raises(Transient, match="unreachable"):
        everything(webshop)
    assert [finding.code for finding in webshop.check()] == ["unreachable"]


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_wrong_secret_is_refused(tmp_path: Path, encrypted: bool) -> None:
    with WooCommerceSimulator(tmp_path if encrypted else None) as shop, pytest.raises(Misconfigured) as raised:
        everything(reader(shop, secret="cs_wrong"))

    assert raised.value.finding.code == "credentials_refused"
    assert raised.value.finding.found == "woocommerce_rest_authentication_error"


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    with WooCommerceSimulator(tmp_path) as shop, pytest.raises(Misconfigured, match="tls_not_trusted"):
        everything(reader(shop, ca_file=None))


def test_a_certificate_file_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    with WooCommerceSimulator(tmp_path) as shop:
        for missing in ("gone.pem", "empty.pem"):
            with pytest.raises(Misconfigured, match="ca_file_unreadable"):
                reader(shop, ca_file=tmp_path / missing)


def test_over_plain_http_the_key_stands_in_no_address() -> None:
    with WooCommerceSimulator() as shop:
        shop.put(an_order(1, LONG_AGO))
        webshop = reader(shop)

        assert ids(everything(webshop, since=LONG_AGO)) == [1]
        assert KEY not in "".join(shop.calls)


def test_plain_http_is_for_this_machine_alone_unless_allowed() -> None:
    def settings(url: str, **more: Any) -> WooCommerceWebshop:
        return WooCommerceWebshop(kind="woocommerce", url=url, **more)

    for url in ("http://127.0.0.1:8080", "http://localhost", "http://[::1]:81", "https://shop.example.dk/"):
        settings(url)
    assert settings("http://shop.example.dk", allow_http=True).is_plain_http
    with pytest.raises(ValidationError, match="settings_plain_http"):
        settings("http://shop.example.dk")


@pytest.mark.parametrize(
    "url",
    ["", "shop.example.dk", "ftp://shop.example.dk", "https://ck:cs@shop.example.dk", "https://x.dk?a=1", "https://[x"],
)
def test_an_address_that_is_none_is_refused_by_the_settings(url: str) -> None:
    with pytest.raises(ValidationError, match="bad_address"):
        WooCommerceWebshop(kind="woocommerce", url=url)
