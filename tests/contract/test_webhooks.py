"""A shop's webhooks: only one who knows the secret is heard, and of what he says only the order's id is kept."""

import base64
import hashlib
import hmac
import json
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from typer.testing import CliRunner

from adapters.store import Store
from deployments.cli import main
from deployments.webhooks import ANSWER_SECONDS, GATHER_SECONDS, LARGEST_BODY, Follower, receiver

SECRET = "s3cret"
NAME = "shop-dk"


@dataclass
class Listening:
    """A receiver that really listens, and what it has kept."""

    url: str
    store: Store
    hinted: list[bool] = field(default_factory=list)

    def send(self, body: bytes, signature: str | None = None, topic: str = "order.updated") -> int:
        """Deliver as a shop does, rightly signed unless told otherwise; gives the status that it was answered."""
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Signature": signed(body) if signature is None else signature,
            "X-WC-Webhook-Topic": topic,
        }
        return httpx.post(f"{self.url}/woocommerce", content=body, headers=headers).status_code

    @property
    def hints(self) -> list[str]:
        """The orders that are to be looked at."""
        return [hint.order for hint in self.store.hints.waiting(NAME, 1000)]


def signed(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


@pytest.fixture
def listening(store: Store) -> Iterator[Listening]:
    with listens(store) as found:
        yield found


@contextmanager
def listens(store: Store) -> Iterator[Listening]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        found = Listening(f"http://127.0.0.1:{port}", store)
        app = receiver(NAME, store.hints, SecretStr(SECRET), lambda: found.hinted.append(True))
        taken.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        thread.start()
        yield found
        server.should_exit = True
        thread.join()


def test_a_delivery_of_a_real_shop_is_heard(listening: Listening, specs: Path) -> None:
    delivery = json.loads((specs / "woocommerce/real/webhook_order_updated.json").read_text())
    headers = {name: value for name, value in delivery["headers"].items() if name.startswith(("X-WC", "Content-Type"))}

    answer = httpx.post(f"{listening.url}/woocommerce", content=delivery["body"].encode(), headers=headers)

    assert answer.status_code == 202
    assert listening.hints == ["26"]
    assert listening.hinted == [True]


@pytest.mark.parametrize("signature", ["", "nonsense", "æøå", signed(b'{"id": 7}', "another"), signed(b'{"id": 8}')])
def test_whoever_does_not_know_the_secret_is_not_heard(listening: Listening, signature: str) -> None:
    body = b'{"id": 7}'
    headers = {"X-WC-Webhook-Signature": signature.encode(), "X-WC-Webhook-Topic": b"order.updated"}

    assert httpx.post(f"{listening.url}/woocommerce", content=body, headers=headers).status_code == 401  # type: ignore[arg-type]
    assert httpx.post(f"{listening.url}/woocommerce", content=body).status_code == 401
    assert (listening.hints, listening.hinted) == ([], [])


def test_a_doubled_or_replayed_hint_is_one(listening: Listening) -> None:
    assert [listening.send(b'{"id": 7}') for _ in range(3)] == [202, 202, 202]

    assert listening.hints == ["7"]


def test_nothing_but_the_id_is_kept(listening: Listening) -> None:
    body = json.dumps({"id": 7, "status": "completed", "total": "0.01", "billing": {"email": "x@example.dk"}}).encode()
    listening.send(body)

    assert listening.hints == ["7"]
    with listening.store.database.reading() as connection:
        kept = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM hints")]
    assert "example" not in str(kept)


def test_a_hint_that_came_again_while_it_was_followed_waits_for_the_next_run(listening: Listening) -> None:
    listening.send(b'{"id": 7}')
    listening.send(b'{"id": 8}')
    waiting = listening.store.hints.waiting(NAME, 1000)
    listening.send(b'{"id": 8}')

    listening.store.hints.followed(NAME, waiting)

    assert listening.hints == ["8"]


def test_the_shops_first_look_is_answered_and_changes_nothing(listening: Listening) -> None:
    assert listening.send(b"webhook_id=17", signature="", topic="") == 200
    assert listening.hints == []


@pytest.mark.parametrize("topic", ["customer.updated", "product.deleted", "action.something", ""])
def test_what_is_not_about_an_order_is_answered_and_left(listening: Listening, topic: str) -> None:
    assert listening.send(b'{"id": 7}', topic=topic) == 200
    assert listening.hints == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"id": "7"}', b'{"id": true}', b'{"id": -1}', b'{"id": 1e99}', b"[" * 100_000]
)
def test_a_signed_body_that_names_no_order_is_refused(listening: Listening, body: bytes) -> None:
    assert listening.send(body) == 400
    assert listening.hints == []


def test_a_body_too_large_to_be_an_order_is_not_read_to_its_end(listening: Listening) -> None:
    assert listening.send(b"x" * (LARGEST_BODY + 1)) == 413


def test_a_shop_is_answered_in_time_while_the_store_is_locked_and_the_hint_is_kept_after_it(
    listening: Listening,
) -> None:
    """WooCommerce gives up on a webhook that does not answer some times in a row."""
    with listening.store.together():
        began = time.monotonic()
        assert listening.send(b'{"id": 7}') == 202
        assert time.monotonic() - began < ANSWER_SECONDS + 1
        assert listening.hinted == []

    wait_for(lambda: listening.hinted)
    assert listening.hints == ["7"]


def test_a_shop_is_told_where_its_hint_could_not_be_kept(
    store: Store, store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    impatient = Store(store_url, timedelta(milliseconds=50))
    with listens(impatient) as listening:
        with store.together():
            assert listening.send(b'{"id": 7}') == 503
        assert (listening.hints, listening.hinted) == ([], [])
    impatient.close()
    assert "could not be kept: store_locked" in caplog.text


def test_hints_that_come_together_are_followed_by_one_run_and_a_failed_run_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("deployments.webhooks.AGAIN_SECONDS", 0.2)
    runs: list[float] = []

    def follow() -> float | None:
        runs.append(time.monotonic())
        if len(runs) == 1:
            raise OSError("the shop is gone")
        return None

    follower = Follower(follow)
    follower.start()
    wait_for(lambda: len(runs) == 1)
    for _ in range(5):
        follower.hinted()
    wait_for(lambda: len(runs) == 2)
    follower.stop()

    assert len(runs) == 2


def test_what_a_run_has_left_is_followed_though_no_hint_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployments.webhooks.AGAIN_SECONDS", 0.1)
    runs: list[float] = []

    def follow() -> float | None:
        runs.append(time.monotonic())
        if len(runs) == 1:
            raise OSError("the shop is gone")
        return 0 if len(runs) == 2 else None

    follower = Follower(follow)
    follower.start()
    wait_for(lambda: len(runs) == 3)
    time.sleep(2 * GATHER_SECONDS)
    follower.stop()

    assert len(runs) == 3


def test_while_it_is_in_vain_pauses_grow_hints_shorten_none_and_it_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("deployments.webhooks.AGAIN_SECONDS", 0.2)
    runs: list[float] = []

    def follow() -> float | None:
        runs.append(time.monotonic())
        if len(runs) <= 4:
            raise OSError("the shop is gone")
        return None

    follower = Follower(follow)
    follower.start()
    while len(runs) < 5:
        follower.hinted()
        time.sleep(0.01)
    follower.stop()

    pauses = [after - before for before, after in pairwise(runs)]
    assert [pause >= 0.2 * 2**times for times, pause in enumerate(pauses[:4])] == [True] * 4
    told = [record.getMessage() for record in caplog.records if record.name == "afstem.webhooks"]
    assert told == [
        "hints could not be followed: OSError; they wait",
        "hints are followed again, after 4 times in vain",
    ]


def wait_for(happened: Any) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("webshop", "named"),
    [
        ('kind = "files"\npath = "orders"', "webshop.kind"),
        ('kind = "woocommerce"\nurl = "https://x.example.dk"', "AFSTEM_WEBHOOK_SECRET"),
    ],
)
def test_without_a_shop_that_signs_nothing_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, webshop: str, named: str
) -> None:
    for name in ("AFSTEM_WEBSHOP_KEY", "AFSTEM_WEBSHOP_SECRET"):
        monkeypatch.setenv(name, "a key")
    (tmp_path / "afstem.toml").write_text(f'name = "shop-dk"\n[webshop]\n{webshop}\n[accounting]\nkind = "local"\n')

    done = CliRunner().invoke(main, ["webhooks", "--config", str(tmp_path / "afstem.toml")])

    assert done.exit_code == 2
    assert named in done.output


def test_the_receiver_is_known_to_be_at_work_before_the_first_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AFSTEM_WEBSHOP_KEY", "AFSTEM_WEBSHOP_SECRET", "AFSTEM_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, "a key")
    webshop = 'kind = "woocommerce"\nurl = "https://x.example.dk"'
    (tmp_path / "afstem.toml").write_text(f'name = "shop-dk"\n[webshop]\n{webshop}\n[accounting]\nkind = "local"\n')
    there: list[str] = []

    def listen(*_: object, **__: object) -> None:
        with closing(sqlite3.connect(tmp_path / "afstem.db")) as store:
            there.extend(owner for (owner,) in store.execute("SELECT id FROM owners"))

    monkeypatch.setattr("uvicorn.run", listen)
    done = CliRunner().invoke(main, ["webhooks", "--config", str(tmp_path / "afstem.toml")])

    assert done.exit_code == 0, done.output
    assert [owner.split("|")[3] for owner in there] == [str(os.getpid())]
