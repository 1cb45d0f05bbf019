"""A WooCommerce on loopback that behaves as a real one was measured to, with its traps.

It is a real HTTP or HTTPS server, and only answers GET. Its clock runs in Europe/Copenhagen.
"""

import base64
import hashlib
import hmac
import json
import re
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from tests.simulators.certificate import write_certificate
from tests.simulators.loopback import Loopback, Quiet, Simulated
from tests.simulators.orders import COPENHAGEN, STAMP, Json, times

API = "/wp-json/wc/v3/orders"
KEY, SECRET = "ck_simulator", "cs_simulator"
HIDDEN = {"trash", "auto-draft", "checkout-draft"}


class Refused(Exception):
    """An error of the REST API, as it answers it."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"code": code, "message": "Beklager, det går ikke.", "data": {"status": status}}


class WooCommerceSimulator(Simulated):
    """A shop with orders and refunds.

    `faults` are for the next calls, one each: `("status", 503)`, `("throttle", "0")`, `("html",)`, `("cut",)`,
    `("redirect", url)`, `("slow", seconds)`, `("stranger",)` for JSON that is no list.
    `after_page` is called with the number of each page once it was answered: shops don't stand still.
    """

    def __init__(self, certificate_folder: Path | None = None) -> None:
        self.orders: dict[int, Json] = {}
        self.refunds: dict[int, list[Json]] = {}
        self.faults: deque[tuple[Any, ...]] = deque()
        self.after_page: Callable[[int], None] = lambda page: None
        self.ignores_modified_after = False
        self.ignores_page = False
        self.latency: int | float = 0
        """How long, in seconds, every call takes at least."""
        self.calls: list[str] = []
        self._nonces: set[str] = set()
        self._lock = threading.Lock()
        self._server = Loopback(_Handler, self)
        self.scheme = "http"
        self.ca_file: Path | None = None
        if certificate_folder is not None:
            self.scheme, self.ca_file = "https", write_certificate(certificate_folder)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.ca_file)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{self.scheme}://127.0.0.1:{self._server.server_address[1]}"

    def put(self, *orders: Json) -> None:
        """Place orders, or replace them; their own dates stand."""
        with self._lock:
            self.orders.update((order["id"], order) for order in orders)

    def change(self, number: int, at: datetime, **changes: Any) -> None:
        """Edit an order, which moves its `date_modified`."""
        with self._lock:
            self.orders[number] = self.orders[number] | changes | times("modified", at)

    def refund(self, number: int, refund: Json) -> None:
        """Refund an order: it names the refund from then on, and counts as modified."""
        with self._lock:
            self.refunds.setdefault(number, []).insert(0, refund)
            order = self.orders[number]
            named = {"id": refund["id"], "reason": refund["reason"], "total": f"-{refund['amount']}"}
            at = datetime.strptime(refund["date_created_gmt"], STAMP).replace(tzinfo=UTC)
            self.orders[number] = order | {"refunds": [named, *order["refunds"]]} | times("modified", at)

    def trash(self, *numbers: int) -> None:
        """Put orders in the bin: lists don't show them any more."""
        with self._lock:
            for number in numbers:
                self.orders[number] = self.orders[number] | {"status": "trash"}

    def answer(self, path: str, query: dict[str, str]) -> tuple[Any, dict[str, str]]:
        """The JSON and the headers of a GET. Raises `Refused`."""
        with self._lock:
            if path == API:
                return self._list(query)
            found = re.fullmatch(rf"{API}/(\d+)(/refunds)?", path)
            if not found:
                raise Refused(404, "rest_no_route")
            number = int(found[1])
            if number not in self.orders:
                raise Refused(404, "woocommerce_rest_shop_order_invalid_id")
            if found[2]:
                return _page(self.refunds.get(number, []), query)
            return self.orders[number], {}

    def _list(self, query: dict[str, str]) -> tuple[Any, dict[str, str]]:
        status = query.get("status", "any")
        hidden = HIDDEN if status == "any" else {order["status"] for order in self.orders.values()} - {status}
        found = [order for order in self.orders.values() if order["status"] not in hidden]
        if (bound := query.get("modified_after")) and not self.ignores_modified_after:
            column, limit = _bound(bound, "date_modified", gmt=query.get("dates_are_gmt") == "true")
            found = [order for order in found if order[column] > limit]
        for bound, later in (("after", True), ("before", False)):
            if text := query.get(bound):
                column, limit = _bound(text, "date_created", gmt=query.get("dates_are_gmt") == "true")
                found = [order for order in found if (order[column] > limit if later else order[column] < limit)]
        orderby = query.get("orderby", "date")
        if orderby not in {"date", "id", "include", "title", "slug", "modified"}:
            raise Refused(400, "rest_invalid_param")
        column = {"id": "id", "modified": "date_modified_gmt"}.get(orderby, "date_created_gmt")
        found.sort(key=lambda order: (order[column], order["id"]), reverse=query.get("order", "desc") == "desc")
        return _page(found, query | ({"page": "1"} if self.ignores_page else {}))

    def check_signature(self, method: str, path: str, query: list[tuple[str, str]], header: str) -> None:
        """Verify OAuth 1 as WooCommerce does: over all values but the signature itself, sorted by name."""
        oauth = {name: unquote(value) for name, value in re.findall(r'(oauth_[a-z_]+)="([^"]*)"', header)}
        given = oauth.pop("oauth_signature", "")
        if oauth.get("oauth_consumer_key") != KEY or oauth.get("oauth_signature_method") != "HMAC-SHA256":
            raise Refused(401, "woocommerce_rest_authentication_error")
        values = dict(query) | oauth
        pairs = [f"{_twice(name)}%3D{_twice(values[name])}" for name in sorted(values)]
        base = f"{method}&{quote(self.url + path, safe='~')}&{'%26'.join(pairs)}"
        wanted = base64.b64encode(hmac.new(f"{SECRET}&".encode(), base.encode(), hashlib.sha256).digest()).decode()
        fresh = abs(time.time() - int(oauth.get("oauth_timestamp", "0"))) < 900
        nonce = oauth.get("oauth_nonce", "")
        with self._lock:
            known, _ = nonce in self._nonces, self._nonces.add(nonce)
        if not hmac.compare_digest(wanted, given) or not fresh or known or not nonce:
            raise Refused(401, "woocommerce_rest_authentication_error")


def _page(found: list[Json], query: dict[str, str]) -> tuple[Any, dict[str, str]]:
    size, number = int(query.get("per_page", "10")), int(query.get("page", "1"))
    if not 1 <= size <= 100 or number < 1:
        raise Refused(400, "rest_invalid_param")
    headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // size))}
    return found[(number - 1) * size : number * size], headers


def _bound(text: str, name: str, *, gmt: bool) -> tuple[str, str]:
    """Which column is compared with what. A value with an offset becomes shop time, whatever the column is."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        moment = moment.astimezone(COPENHAGEN)
    return (f"{name}_gmt" if gmt else name), moment.strftime(STAMP)


def _twice(text: str) -> str:
    return quote(text, safe="~").replace("%", "%25")


class _Handler(Quiet, BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        shop = self.server.system
        parts = urlsplit(self.path)
        query = parse_qsl(parts.query, keep_blank_values=True)
        shop.calls.append(self.path)
        time.sleep(shop.latency)
        try:
            if shop.faults and self._misbehaves(*shop.faults.popleft()):
                return
            self._authenticate(parts.path, query)
            found, headers = shop.answer(parts.path, dict(query))
        except Refused as refused:
            self._send(refused.status, json.dumps(refused.body))
            return
        self._send(200, json.dumps(found), headers=headers)
        if parts.path == API:
            shop.after_page(int(dict(query).get("page", "1")))

    def _authenticate(self, path: str, query: list[tuple[str, str]]) -> None:
        """Basic counts over HTTPS only; over plain HTTP it is as if nothing had been said."""
        header = self.headers.get("Authorization", "")
        if self.server.system.scheme == "https" and header.startswith("Basic "):
            if base64.b64decode(header.removeprefix("Basic ")).decode() != f"{KEY}:{SECRET}":
                raise Refused(401, "woocommerce_rest_authentication_error")
        elif header.startswith("OAuth "):
            self.server.system.check_signature(self.command, path, query, header)
        else:
            raise Refused(401, "woocommerce_rest_cannot_view")

    def _misbehaves(self, fault: str, *how: Any) -> bool:
        """Whether the fault was the whole answer."""
        match fault:
            case "slow":
                time.sleep(how[0])
                return False
            case "status":
                self._send(how[0], '{"code": "internal_server_error"}')
            case "throttle":
                self._send(429, "{}", headers={"Retry-After": how[0]} if how else {})
            case "redirect":
                self._send(301, "", headers={"Location": how[0]})
            case "html":
                self._send(200, "<!DOCTYPE html><title>Vi er straks tilbage</title>", kind="text/html")
            case "stranger":
                self._send(200, '{"name": "En anden side", "routes": {}}')
            case "cut":
                self._send(200, '[{"id": 1, "sta', length=4000)
                self.close_connection = True
        return True

    def _send(
        self,
        status: int,
        text: str,
        kind: str = "application/json",
        length: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        body = text.encode()
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in {"Content-Type": f"{kind}; charset=UTF-8", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(length or len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
