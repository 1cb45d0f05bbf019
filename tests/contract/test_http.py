"""The way out: whatever happens on it has an end and a name."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from adapters.http import Answer, Http
from domain.outcomes import Misconfigured, Transient
from tests.simulators.woocommerce import API, WooCommerceSimulator


@pytest.fixture
def other_side() -> Iterator[WooCommerceSimulator]:
    with WooCommerceSimulator() as shop:
        yield shop


def client(other_side: WooCommerceSimulator, **how: Any) -> Http:
    return Http(other_side.url, "accounting", **how)


def test_a_silent_side_is_left_after_its_time(other_side: WooCommerceSimulator) -> None:
    other_side.faults.append(("slow", 5))

    with pytest.raises(Transient, match="answer_late: accounting"):
        client(other_side, timeout=httpx.Timeout(0.05)).get(API)


def test_a_wait_is_understood_in_both_its_forms(other_side: WooCommerceSimulator) -> None:
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    for asked, least in (("7200", 7200), (in_an_hour, 3500)):
        other_side.faults.append(("throttle", asked))
        with pytest.raises(Transient) as raised:
            client(other_side).get(API)
        assert raised.value.retry_after is not None
        assert raised.value.retry_after.total_seconds() >= least


def test_waits_add_up_to_no_more_than_is_allowed(other_side: WooCommerceSimulator) -> None:
    other_side.faults.extend([("throttle",)] * 9)

    with pytest.raises(Transient, match="throttled: accounting"):
        client(other_side, longest_wait=timedelta(milliseconds=500)).get(API)

    assert len(other_side.calls) == 1


def test_what_was_asked_for_wrongly_is_for_the_caller_to_read(other_side: WooCommerceSimulator) -> None:
    other_side.faults.append(("status", 422))

    assert client(other_side).get(API).status == 422


def test_numbers_with_decimals_are_never_floats() -> None:
    answer = Answer(200, httpx.Headers(), b'\xef\xbb\xbf{"amount": 1234.10}', "webshop")

    assert answer.json() == {"amount": Decimal("1234.10")}


def test_an_answer_that_is_no_json_may_be_one_the_next_time() -> None:
    for body in (b"<html>", b"", b"[" * 100_000, b"\xff"):
        with pytest.raises(Transient, match="answer_unreadable"):
            Answer(200, httpx.Headers(), body, "webshop").json()


def test_an_address_that_can_not_be_one_is_a_setting_to_mend() -> None:
    with pytest.raises(Misconfigured, match=r"bad_address: accounting\.url"):
        Http("gopher://127.0.0.1", "accounting").get("/x")


def test_one_client_serves_many_threads(other_side: WooCommerceSimulator) -> None:
    other_side.faults.extend([("status", 422)] * 40)
    shared = client(other_side)
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(shared.get(API).status)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [422] * 40
