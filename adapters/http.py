"""The one way out over HTTP: TLS is verified, every wait has an end, and every fault becomes one of our own.

What the other side says is never put into a message: it may hold secrets or personal data.
"""

import json
import math
import re
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx

from adapters.claims import make_sure
from adapters.pacing import Allowance, Pace
from domain.outcomes import Misconfigured, Transient

TIMEOUT = httpx.Timeout(connect=10, read=60, write=30, pool=30)
WHOLE_ANSWER = 120.0
LARGEST_ANSWER = 64 * 1024 * 1024
LONGEST_WAIT = timedelta(minutes=2)
MOST_THROTTLES = 8


@dataclass(frozen=True)
class Answer:
    """What came back from `system`, read in full: its status is no redirect, 401, 403, 408, 429 or 5xx."""

    status: int
    headers: httpx.Headers
    body: bytes
    system: str

    @property
    def text(self) -> str:
        """The body as text; bytes that aren't UTF-8 are replaced."""
        return self.body.decode("utf-8-sig", "replace")

    @property
    def date(self) -> datetime | None:
        """When the other side says that it answered."""
        return _http_date(self.headers.get("date", ""))

    def json(self) -> Any:
        """The decoded body, its numbers with decimals as `Decimal`. Raises `Transient` where it is no JSON."""
        try:
            return json.loads(self.text, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise Transient("answer_unreadable", self.system) from error


class Unavailable(Transient):
    """The other side answered 503: it says that it did nothing."""


class Http:
    """Connections to one other system. `settings` is its table in the settings file, which faults refer to.

    Safe to share between threads. A throttled call (429) waits here, as long as the other side asks but bounded, and
    so do all others meanwhile: it asked us, not the thread. All other faults are left to the caller's retry.
    """

    def __init__(
        self,
        url: str,
        settings: str,
        *,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        ca_file: Path | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        longest_wait: timedelta = LONGEST_WAIT,
        connections: int = 10,
    ) -> None:
        self._settings = settings
        self._longest_wait = longest_wait.total_seconds()
        self._open_again_at = 0.0
        self._waiting = threading.Lock()
        self._pace = Pace()
        self._client = httpx.Client(
            base_url=url,
            auth=auth,
            headers={"User-Agent": "afstem", "Accept": "application/json", **(headers or {})},
            verify=_trust(ca_file, f"{settings}.ca_file"),
            timeout=timeout,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        )

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """Ask for something. Raises as `send` does."""
        return self.send("GET", path, params=params)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One call; other 4xx than those of `Answer` are for the caller to read.

        Raises `Misconfigured` (address, certificate, credentials) and `Transient` (all that may pass; `ClaimLost`
        before a call that may write).
        """
        request = self._client.build_request(method, path, params=params, content=body, headers=headers)
        waited = 0.0
        for attempt in range(MOST_THROTTLES):
            turn = self._pace.turn()
            waited += self._wait_in_line(waited, turn.pause)
            if method != "GET":
                make_sure()
            answer = self._call(request)
            self._pace.heard(turn.place, self.allowance(answer))
            if answer.status != 429:
                return self._checked(answer)
            self._hold_back(_asked_wait(answer, otherwise=2.0**attempt))
        raise Transient("throttled", self._settings, retry_after=timedelta(minutes=1))

    def allowance(self, answer: Answer) -> Allowance | None:
        """How much of a limit the other side counts as used; where it tells, calls slow down before they reach it."""
        return None

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _wait_in_line(self, waited: float, pause: float) -> float:
        """Wait, and until the other side takes calls again; gives the seconds.

        Raises `Transient` where that is too long.
        """
        with self._waiting:
            pause = max(pause, self._open_again_at - time.monotonic())
        if waited + pause > self._longest_wait:
            raise Transient("throttled", self._settings, retry_after=timedelta(seconds=math.ceil(pause)))
        if pause > 0:  # sleeping for no time at all still lets every other thread go first
            time.sleep(pause)
        return max(pause, 0)

    def _hold_back(self, pause: float) -> None:
        with self._waiting:
            self._open_again_at = max(self._open_again_at, time.monotonic() + pause)

    def _call(self, request: httpx.Request) -> Answer:
        try:
            response = self._client.send(request, stream=True)
            try:
                return Answer(response.status_code, response.headers, _read(response, self._settings), self._settings)
            finally:
                response.close()
        except httpx.TimeoutException as error:
            raise Transient("answer_late", self._settings) from error
        except httpx.ConnectError as error:
            if _has_cause(error, ssl.SSLCertVerificationError):
                raise Misconfigured("tls_not_trusted", f"{self._settings}.url", request.url.host) from error
            raise Transient("unreachable", self._settings) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise Misconfigured("bad_address", f"{self._settings}.url") from error
        except httpx.HTTPError as error:
            raise Transient("connection_lost", self._settings) from error

    def _checked(self, answer: Answer) -> Answer:
        if answer.status >= 500 or answer.status == 408:
            asked = _asked_wait(answer, otherwise=0)
            wait = timedelta(seconds=asked) if asked else None
            fault = Unavailable if answer.status == 503 else Transient
            raise fault("server_fault", self._settings, answer.status, retry_after=wait)
        if answer.status == 401:
            raise Misconfigured("credentials_refused", self._settings, error_code(answer))
        if answer.status == 403:
            raise Misconfigured("access_denied", self._settings, error_code(answer))
        if 300 <= answer.status < 400:
            raise Misconfigured("address_redirects", f"{self._settings}.url", answer.status, _target(answer))
        return answer


def error_code(answer: Answer) -> str:
    """The other side's own word for what is wrong: a short name that can hold neither secrets nor names."""
    try:
        found = answer.json()
    except Transient:
        return f"HTTP {answer.status}"
    code = str(found.get("code") or found.get("errorCode") or "") if isinstance(found, dict) else ""
    return code if re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", code) else f"HTTP {answer.status}"


def _trust(ca_file: Path | None, field: str) -> ssl.SSLContext:
    context = httpx.create_ssl_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise Misconfigured("ca_file_unreadable", field, ca_file) from error
    return context


def _read(response: httpx.Response, system: str) -> bytes:
    """The whole body. A server that trickles or never ends is left: time-outs by phase would not see it."""
    deadline = time.monotonic() + WHOLE_ANSWER
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            raise Transient("answer_endless", system)
        if time.monotonic() > deadline:
            raise Transient("answer_late", system)
    return b"".join(parts)


def _asked_wait(answer: Answer, otherwise: float) -> float:
    """Seconds as `Retry-After` says them, in either of its two forms."""
    asked = answer.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return int(asked[:9])
    moment = _http_date(asked)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else otherwise


def _http_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _target(answer: Answer) -> str:
    try:
        url = httpx.URL(answer.headers.get("location", ""))
    except httpx.InvalidURL:
        return ""
    return f"{url.scheme}://{url.host}{url.path}" if url.host else ""


def _has_cause(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False
