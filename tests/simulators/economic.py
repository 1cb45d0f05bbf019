"""A Visma e-conomic on loopback, as its REST API was seen to behave, with its traps.

It is a real HTTP server with an agreement behind it, and its state outlives whoever calls. Run by itself
(`python -m tests.simulators.economic --port 8700`) it is told what to do by `POST /_simulator`,
and `GET /_simulator` shows what stands in it.
"""

import argparse
import json
import re
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.simulators.economic_api import Answer, Api, Call
from tests.simulators.economic_control import CONTROL, control
from tests.simulators.economic_errors import Refused, repeating
from tests.simulators.economic_schemas import Schemas
from tests.simulators.loopback import Loopback, Quiet, Simulated

APP_SECRET, GRANT = "simulated-app-secret", "simulated-grant"
DEMO = "demo"
REMEMBERED = timedelta(hours=1)
Moment = str
"""`before` an answer is worked out, or `committed` when what was asked for stands, and nobody has been told."""


class EconomicSimulator(Simulated):
    """One agreement.

    `faults` are for the next calls, one each; a fault that names a kind waits for a call of it:
    `("slow", seconds)`, `("throttle", "1")`, `("status", 500)`, `("answer", 400, body)`, `("html",)`, `("cut_before",)`
    and `("cut_after",)` committing, `("cut_forgotten",)` which is the latter at the end of the hour in which keys are
    remembered, `("repeats", shape, 400)` which refuses with every text of the request in its answer,
    `("late", seconds)` which commits and then takes its time, `("slow", 2, "POST /customers")`.
    `latency` in seconds is each call's, half of it after the work.
    `limit` calls are taken in any `window` seconds. `watch` is called with the moment and the kind of
    each call; if it says yes, the connection is cut there. `wrong_answers` is what the vendor's schemas would not have
    let it say, if `schemas` are there and `checks_answers`; leaving the block then raises.
    """

    def __init__(self, schemas: Path | None = None, *, checks_answers: bool = False, port: int = 0) -> None:
        self.faults: deque[tuple[Any, ...]] = deque()
        self.latency = 0.0
        self.limit = 10_000
        self.window = 60
        self.read_only = False
        self.revoked = False
        self.records = False
        self.watch: Callable[[Moment, str], object] = lambda moment, kind: None
        self.calls: Counter[str] = Counter()
        self.requests: list[tuple[str, str, str, str]] = []
        self.refusals: list[str] = []
        self.wrong_answers: list[str] = []
        self.checks_answers = checks_answers
        self.schemas = Schemas(schemas) if schemas else None
        self.lock = threading.RLock()
        self._answered: dict[str, tuple[datetime, Answer]] = {}
        self._recent: deque[float] = deque()
        self._server = Loopback(_Handler, self, port)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.api = Api(self.url)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        super().__exit__(kind, error, at)
        if kind is None:
            assert not self.wrong_answers, self.wrong_answers[:3]

    def expire_keys(self) -> None:
        """Let the hour pass in which an idempotency key is remembered."""
        with self.lock:
            self._answered.clear()

    def take_fault(self, kind: str) -> tuple[Any, ...]:
        """The first fault that is meant for a call of this kind."""
        with self.lock:
            for fault in self.faults:
                meant = next((how for how in fault[1:] if isinstance(how, str) and how.count(" /") == 1), kind)
                if meant == kind:
                    self.faults.remove(fault)
                    return fault
        return ("none",)

    def admit(self, token: tuple[str, str], method: str) -> dict[str, str]:
        """Look at the tokens and count the call; gives the headers that tell how many may follow. Raises `Refused`."""
        if self.revoked or token not in ((APP_SECRET, GRANT), (DEMO, DEMO)):
            raise Refused(401, "Access denied: the tokens are not valid.", errorCode="E02250")
        if method != "GET" and (self.read_only or token == (DEMO, DEMO)):
            raise Refused(403, "The application lacks the role for this.", errorCode="E02260")
        now = time.monotonic()
        with self.lock:
            while self._recent and self._recent[0] < now - self.window:
                self._recent.popleft()
            if len(self._recent) >= self.limit:
                wait = int(self._recent[0] + self.window - now) + 1
                raise Refused(429, "Too many requests.", headers={"Retry-After": str(wait)})
            self._recent.append(now)
            spent = f"token-limit-{self.limit}-per-{self.window}-seconds: {len(self._recent)}/{self.limit}"
        return {"X-RateLimiting": spent, "X-CallCost": "1"}

    def answer(self, call: Call, key: str) -> tuple[Answer, dict[str, str]]:
        """Do what is asked, once for each idempotency key. Raises `Refused`."""
        key = key if call.method != "GET" else ""
        with self.lock:
            if key in self._answered:
                at, answered = self._answered[key]
                if self.api.ledger.clock() - at < REMEMBERED:
                    return answered, {"X-ResultFromCache": "true"}
            answer = self.api.answer(call, self.schemas)
            if key:
                self._answered[key] = (self.api.ledger.clock(), answer)
            return answer, {}

    def look_at(self, call: Call, answer: Answer) -> None:
        """Hold an answer against the vendor's schema."""
        if self.schemas and self.checks_answers:
            self.wrong_answers += self.schemas.check_answer(call.kind, answer.body)


class _Handler(Quiet, BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if parts.path.startswith(CONTROL):
            self._send(200, control(self.server.system, self.command, parts.path, json.loads(text or "null")), {})
            return
        self._serve(Call(self.command, parts.path, dict(parse_qsl(parts.query))), text)

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def _serve(self, call: Call, text: str) -> None:
        books = self.server.system
        self._count(call, text)
        time.sleep(books.latency / 2)
        fault, *how = books.take_fault(call.kind)
        if books.watch("before", call.kind) or fault == "cut_before":
            self._cut()
            return
        if self._fails(fault, text, *how):
            return
        status, body, headers = self._worked_out(call, text)
        cut = books.watch("committed", call.kind) or fault in ("cut_after", "cut_forgotten")
        time.sleep(books.latency / 2 + (how[0] if fault == "late" else 0))
        if fault == "cut_forgotten":
            books.expire_keys()
        if cut:
            self._cut()
            return
        self._send(status, body, headers)

    def _worked_out(self, call: Call, text: str) -> tuple[int, Any, dict[str, str]]:
        books = self.server.system
        headers: dict[str, str] = {}
        try:
            token = (self.headers.get("X-AppSecretToken", ""), self.headers.get("X-AgreementGrantToken", ""))
            headers = books.admit(token, call.method)
            call = Call(call.method, call.path, call.query, read(text))
            answer, more = books.answer(call, self.headers.get("Idempotency-Key", ""))
        except Refused as refused:
            books.refusals.append(f"{call.kind}: {json.dumps(refused.body, default=str)}")
            return refused.status, refused.body, headers | refused.headers
        books.look_at(call, answer)
        location = {"Location": answer.location} if answer.status == 201 else {}
        return answer.status, answer.body, headers | more | location

    def _count(self, call: Call, text: str) -> None:
        books = self.server.system
        with books.lock:
            books.calls[call.kind] += 1
            if books.records:
                books.requests.append((call.method, self.path, text, self.headers.get("Idempotency-Key", "")))

    def _fails(self, fault: str, text: str, *how: Any) -> bool:
        """Whether the fault is the whole answer."""
        match fault:
            case "slow":
                time.sleep(how[0])
                return False
            case "status":
                self._send(how[0], {"message": "Internal error.", "errorCode": "E00000", "httpStatusCode": how[0]}, {})
            case "throttle":
                self._send(429, {"message": "Too many requests."}, {"Retry-After": how[0]} if how else {})
            case "answer":
                self._send(how[0], how[1], {})
            case "repeats":
                told = repeating(json.loads(text), how[0])
                self.server.system.refusals.append(json.dumps(told, ensure_ascii=False))
                self._send(how[1], told, {})
            case "html":
                self._send(502, "<html><title>Bad gateway</title></html>", {"Content-Type": "text/html"})
            case _:
                return False
        return True

    def _cut(self) -> None:
        self.close_connection = True

    def _send(self, status: int, body: Any, headers: dict[str, str]) -> None:
        text = b"" if body is None else (body if isinstance(body, str) else written(body)).encode()
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
            self.wfile.flush()


def read(text: str) -> Any:
    """JSON with exact numbers. Raises `Refused`."""
    try:
        return json.loads(text, parse_float=Decimal) if text else None
    except ValueError as error:
        raise Refused(400, "The body is no JSON.", errorCode="E00500") from error


def written(body: Any) -> str:
    """JSON in which a Decimal is a number with all of its digits."""
    marked = json.dumps(body, default=lambda value: f"\0{value:f}")
    return re.sub(r'"\\u0000([^"]*)"', r"\1", marked)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.economic", description=__doc__)
    parser.add_argument("--port", type=int, default=8700, help="0 for any that is free")
    parser.add_argument("--schemas", type=Path, help="hold each request against the schemas in this folder")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each call takes")
    chosen = parser.parse_args()
    with EconomicSimulator(chosen.schemas, port=chosen.port) as books:
        books.latency = chosen.latency
        print(books.url, flush=True)  # noqa: T201
        if sys.stdout.isatty():  # a program knows them
            tokens = f"AFSTEM_ACCOUNTING_APP_SECRET={APP_SECRET} AFSTEM_ACCOUNTING_GRANT={GRANT}"
            print(f"its tokens: {tokens}; what stands in it: {books.url}{CONTROL}")  # noqa: T201
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
