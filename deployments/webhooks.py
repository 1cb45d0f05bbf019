"""Receives a shop's webhooks. They are hints: which order to ask the shop for, and nothing else is believed of them.

A hint that is lost, doubled, late or sent again by a stranger changes nothing: the shop is asked what is so, and the
schedule reads everything anyway. Listens on loopback; before a network belongs a proxy that speaks TLS.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import SecretStr

from domain.outcomes import AfstemError
from domain.pauses import growing

LARGEST_BODY = 1024 * 1024
"""In bytes. A real order of 100 lines has about 60,000."""
SIGNATURE, TOPIC = "x-wc-webhook-signature", "x-wc-webhook-topic"
ANSWER_SECONDS = 3
"""So long a shop waits at most: a store that is locked for longer is tried on after the answer."""
GATHER_SECONDS = 1
"""So long more hints are waited for: a shop sends several at once."""
AGAIN_SECONDS = 60
LONGEST_PAUSE = timedelta(minutes=15)
LOG = logging.getLogger("afstem.webhooks")


class Hints(Protocol):
    """Where hints are kept."""

    def keep(self, integration: str, orders: list[str]) -> None:
        """A shop has spoken of these orders."""


def receiver(integration: str, hints: Hints, secret: SecretStr, hinted: Callable[[], None]) -> FastAPI:
    """The application: `POST /woocommerce`. `hinted` is called after each hint that was kept."""
    app = FastAPI(title="Afstem", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    def health() -> Response:
        return Response()

    @app.post("/woocommerce")
    async def woocommerce(request: Request) -> Response:
        body = await body_of(request)
        if body is None:
            return Response(status_code=413)
        if is_ping(body):
            return Response()
        if not is_signed(body, request.headers.get(SIGNATURE, ""), secret):
            return Response(status_code=401)
        if not request.headers.get(TOPIC, "").startswith("order."):
            return Response()
        order = order_of(body)
        if not order:
            return Response(status_code=400)
        keeping = asyncio.ensure_future(run_in_threadpool(hints.keep, integration, [order]))
        keeping.add_done_callback(lambda kept: hinted() if is_kept(kept) else None)
        done, _ = await asyncio.wait({keeping}, timeout=ANSWER_SECONDS)
        return Response(status_code=503 if done and keeping.exception() else 202)

    return app


def is_kept(keeping: "asyncio.Future[None]") -> bool:
    """Whether a hint has come into the store; what kept it out is logged, also after the shop had its answer."""
    if keeping.cancelled():
        return False
    error = keeping.exception()
    if error:
        code = error.finding.code if isinstance(error, AfstemError) else type(error).__name__
        LOG.warning("a hint could not be kept: %s", code)
    return error is None


async def body_of(request: Request) -> bytes | None:
    """The body exactly as it was sent, which is what was signed; None where it is too large to be an order."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def is_ping(body: bytes) -> bool:
    """Whether it is what WooCommerce sends, unsigned, to see whether anybody is there before it keeps the address."""
    return body.startswith(b"webhook_id=") and body.removeprefix(b"webhook_id=").isdigit() and len(body) < 40


def is_signed(body: bytes, signature: str, secret: SecretStr) -> bool:
    """Whether the sender knows the secret: base64 of HMAC-SHA256 over the body. Takes the same time, right or wrong."""
    wanted = base64.b64encode(hmac.digest(secret.get_secret_value().encode(), body, hashlib.sha256))
    return hmac.compare_digest(wanted, signature.encode("utf-8", "replace"))


def order_of(body: bytes) -> str:
    """The id of the order that a delivery is about; empty where it names none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    order = found.get("id") if isinstance(found, dict) else None
    known = isinstance(order, int) and not isinstance(order, bool) and 0 < order < 10**19
    return str(order) if known else ""


class HintsLeft(Exception):
    """A run was had for these hints, and they still wait."""


class Follower:
    """Has hints followed soon after they came, one run at a time.

    `follow` gives in how many seconds it is to be called again though no hint comes; None where nothing waits. What
    it raises is told once and tried again after a minute, then after pauses that grow; hints do not shorten them.
    """

    def __init__(self, follow: Callable[[], float | None]) -> None:
        self._follow = follow
        self._hinted = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="afstem-hints", daemon=True)

    def start(self) -> None:
        """Begin, with what an earlier process left."""
        self._hinted.set()
        self._thread.start()

    def hinted(self) -> None:
        """There is something to follow."""
        self._hinted.set()

    def stop(self) -> None:
        """End, after the run that is under way."""
        self._over.set()
        self._hinted.set()
        self._thread.join()

    def _work(self) -> None:
        pause: float | None = None
        in_vain = 0
        while not self._ends(pause, in_vain):
            self._hinted.clear()
            try:
                pause = self._follow()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next hint must find somebody here
                in_vain += 1
                pause = growing(in_vain, timedelta(seconds=AGAIN_SECONDS), LONGEST_PAUSE).total_seconds()
                if in_vain == 1:
                    LOG.warning("hints could not be followed: %s; they wait", type(error).__name__)
            else:
                if in_vain:
                    LOG.warning("hints are followed again, after %d times in vain", in_vain)
                in_vain = 0

    def _ends(self, pause: float | None, in_vain: int) -> bool:
        """Wait for the next hint, but no longer than the pause; after a fault for the whole of it."""
        if in_vain:
            return self._over.wait(pause)
        self._hinted.wait(pause)
        return self._over.wait(GATHER_SECONDS)
