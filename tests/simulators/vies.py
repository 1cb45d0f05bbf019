"""The EU's register of VAT numbers on loopback, as its public REST service was seen to answer.

It is a real HTTP server. A country that is down, or busy, answers with status 200 and a code; so does a refusal.
"""

import json
import time
from collections import deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.simulators.loopback import Loopback, Quiet, Simulated

PATH = "/taxation_customs/vies/rest-api/check-vat-number"
Json = dict[str, Any]


class ViesSimulator(Simulated):
    """`registered` are the valid numbers with the names of their holders, `silent` the countries that are down.

    `faults` are for the next calls, one each: `("code", "MS_UNAVAILABLE")`, `("user_error", "MS_MAX_CONCURRENT_REQ")`
    beside a `valid` that means nothing, `("status", 503)`, `("throttle",)`, `("slow", seconds)`, `("redirect", url)`,
    `("body", text)` for whatever else.
    """

    def __init__(self) -> None:
        self.registered: dict[str, str] = {}
        self.silent: set[str] = set()
        self.faults: deque[tuple[Any, ...]] = deque()
        self.questions: list[Json] = []
        self._server = Loopback(_Handler, self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}{PATH.removesuffix('/check-vat-number')}"

    @property
    def asked(self) -> list[str]:
        """The numbers that were asked for, in order."""
        return [one["countryCode"] + one["vatNumber"] for one in self.questions]

    def answer(self, question: Json) -> Json:
        """What the register says of a number."""
        country, number = question["countryCode"], question["vatNumber"]
        if country in self.silent:
            return failed("MS_UNAVAILABLE")
        if country == "GR" or not number.isalnum():
            return failed("INVALID_INPUT")
        if ("requesterNumber" in question) != ("requesterMemberStateCode" in question):
            return failed("INVALID_REQUESTER_INFO")
        name = self.registered.get(country + number)
        identified = name is not None and "requesterNumber" in question
        return {
            "countryCode": country,
            "vatNumber": number,
            "requestDate": "2026-11-02T09:15:12.544Z",
            "valid": name is not None,
            "requestIdentifier": f"WAPI{len(self.questions):012}" if identified else "",
            "name": name or "---",
            "address": "---",
        }


def failed(code: str) -> Json:
    """A failure of the service as it tells one."""
    return {"actionSucceed": False, "errorWrappers": [{"error": code}]}


class _Handler(Quiet, BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        vies = self.server.system
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != PATH or self.headers["Content-Type"] != "application/json":
            self._send(404, "<h1>Not Found</h1>")
            return
        vies.questions.append(question)
        fault = vies.faults.popleft() if vies.faults else ("none",)
        if fault[0] == "slow":
            time.sleep(fault[1])
        self._send(*self._faulty(vies, question, *fault))

    def _faulty(self, vies: ViesSimulator, question: Json, fault: str, *how: Any) -> tuple[int, str, dict[str, str]]:
        answer = vies.answer(question)
        match fault:
            case "code":
                return 200, json.dumps(failed(how[0])), {}
            case "user_error":
                return 200, json.dumps(answer | {"valid": False, "userError": how[0]}), {}
            case "status":
                return how[0], json.dumps(answer), {}
            case "throttle":
                return 429, "{}", {"Retry-After": "0"}
            case "redirect":
                return 302, "", {"Location": how[0]}
            case "body":
                return 200, how[0], {}
        return 200, json.dumps(answer), {}

    def _send(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        body = text.encode()
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
