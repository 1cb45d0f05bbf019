"""A service that brings e-invoices to their receivers, on loopback, as `docs/einvoicing.md` describes it.

It is a real HTTP server that keeps what it is given by its key. It can be slow, refuse, throttle, be down, take a
document without answering, and have receivers deliver and reject later.
"""

import json
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.simulators.loopback import Loopback, Quiet, Simulated

TOKEN = "a-token-for-tests"


@dataclass
class Taken:
    """One document that the service has, how far it is, and the receiver's ApplicationResponse."""

    content: bytes
    status: str = "accepted"
    response: bytes = b""


class EinvoicingSimulator(Simulated):
    """`taken` are the documents by key. `faults` are for the next calls, one each: `("status", 503)`,
    `("refuse", code, message)`, `("throttle",)`, `("slow", seconds)`, `("lost",)` for a document that is taken and a
    connection that breaks, `("body", text)`.
    """

    def __init__(self) -> None:
        self.taken: dict[str, Taken] = {}
        self.faults: deque[tuple[Any, ...]] = deque()
        self.calls: list[tuple[str, str]] = []
        self._server = Loopback(_Handler, self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def posts(self) -> int:
        """How many documents were posted, whatever came of it."""
        return sum(method == "POST" for method, _ in self.calls)

    def tells(self, key: str, status: str, response: bytes = b"") -> None:
        """A receiver's side has answered."""
        self.taken[key].status, self.taken[key].response = status, response

    def take(self, key: str, content: bytes) -> tuple[int, dict[str, str]]:
        """Take a document; a key is taken once, and never for another document."""
        known = self.taken.get(key)
        if known and known.content != content:
            return 409, {"code": "key_reused", "message": "this key belongs to another document"}
        self.taken.setdefault(key, Taken(content))
        return 200 if known else 201, {"id": f"in-{len(self.taken)}", "status": self.taken[key].status}


class _Handler(Quiet, BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        fault = self._next_fault()
        if not self._allowed() or fault[0] in ("status", "refuse", "throttle"):
            self._faulty(*fault)
            return
        if self.path != "/einvoices" or "xml" not in self.headers["Content-Type"]:
            self._send(404, {})
            return
        answer = self.server.system.take(self.headers["Idempotency-Key"], content)
        if fault[0] == "slow":
            time.sleep(fault[1])
        if fault[0] == "lost":
            self.close_connection = True
            return
        self._send(*answer) if fault[0] != "body" else self._raw(201, fault[1].encode())

    def do_GET(self) -> None:
        fault = self._next_fault()
        if not self._allowed() or fault[0] in ("status", "throttle"):
            self._faulty(*fault)
            return
        key, _, what = self.path.removeprefix("/einvoices/").partition("/")
        taken = self.server.system.taken.get(key)
        if taken is None or (what == "response" and not taken.response):
            self._send(404, {"code": "unknown"})
        elif what == "response":
            self._raw(200, taken.response, "application/xml")
        else:
            self._send(200, {"status": taken.status})

    def _next_fault(self) -> tuple[Any, ...]:
        service = self.server.system
        service.calls.append((self.command, self.path))
        return service.faults.popleft() if service.faults else ("none",)

    def _allowed(self) -> bool:
        return self.headers["Authorization"] == f"Bearer {TOKEN}"

    def _faulty(self, fault: str, *how: Any) -> None:
        if not self._allowed():
            self._send(401, {"code": "unauthorized"})
        elif fault == "refuse":
            self._send(422, {"code": how[0], "message": how[1]})
        elif fault == "throttle":
            self._send(429, {}, {"Retry-After": "0"})
        else:
            self._send(how[0], {})

    def _send(self, status: int, body: dict[str, str], headers: dict[str, str] | None = None) -> None:
        self._raw(status, json.dumps(body).encode(), "application/json", headers)

    def _raw(
        self, status: int, body: bytes, kind: str = "application/json", headers: dict[str, str] | None = None
    ) -> None:
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in {"Content-Type": kind, **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
