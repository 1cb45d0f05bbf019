"""Calls to e-conomic's REST API: tokens, keys of idempotency, pages, exact numbers, and a bounded pool of threads.

There is no way to say DELETE but `delete_draft` and `delete_customer`, which take the number of one: without a number
e-conomic deletes every draft there is.
"""

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from pydantic import SecretStr

from adapters.accounting.economic_errors import refusal
from adapters.accounting.economic_filters import both
from adapters.accounting.economic_settings import EconomicAccounting
from adapters.accounting.unforeseen import unforeseen
from adapters.claims import ClaimLost
from adapters.http import Answer, Http
from adapters.pacing import Allowance
from domain.outcomes import Finding, Misconfigured, NeedsAttention, Transient

PAGE = 1000
LARGEST_NUMBER = 999_999_999
SETTINGS = "accounting"

HOLDS_FOR_ALL = 30
"""Seconds: longer than the batches of a run take to hear of it, shorter than a person to mend it and press Retry."""

RATE = re.compile(r"-per-([0-9]{1,9})-seconds: *([0-9]{1,9})/([0-9]{1,9})")
"""`token-limit-10000-per-60-seconds: 147/10000`: of 10,000 in 60 seconds, 147 are used."""

CHOICES = {
    "currency_unknown": ("currencies", "code"),
    "customer_group_unknown": ("customer-groups", "customerGroupNumber"),
    "payment_terms_unknown": ("payment-terms", "paymentTermsNumber"),
    "layout_unknown": ("layouts", "layoutNumber"),
    "product_group_unknown": ("product-groups", "productGroupNumber"),
}
"""Where it stands what could have been said instead."""

Json = dict[str, Any]
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class Told(NamedTuple):
    """The body that a write was answered with; `created` says 201, `replayed` that it is an earlier try's answer."""

    body: Json
    created: bool
    replayed: bool


class Client:
    """Connections to one agreement, shared by threads."""

    def __init__(self, settings: EconomicAccounting, app_secret: SecretStr, grant: SecretStr) -> None:
        tokens = {
            "X-AppSecretToken": app_secret.get_secret_value(),
            "X-AgreementGrantToken": grant.get_secret_value(),
            "Content-Type": "application/json",
        }
        self._http = _Connections(
            settings.url, SETTINGS, headers=tokens, ca_file=settings.ca_file, connections=settings.connections
        )
        self._threads = settings.connections
        self._choices: dict[str, str] = {}

    def get(self, *place: str | int, gone: NeedsAttention | None = None, **params: str | int) -> Json:
        """One resource. Raises `gone` where it isn't there, and as `Http` does."""
        return _body(self._told(self._http.get(_path(*place), params), gone))

    def post(self, body: Json, *place: str | int, key: str, gone: NeedsAttention | None = None) -> Told:
        """Create; under a key that was answered within the last hour, its answer comes again."""
        return self._write("POST", body, place, key, gone)

    def put(self, body: Json, *place: str | int, key: str, gone: NeedsAttention | None = None) -> Told:
        """Replace the whole: what the body leaves out is cleared there, and what isn't there is created."""
        return self._write("PUT", body, place, key, gone)

    def delete_draft(self, number: int) -> None:
        """Delete one draft. Raises `ValueError` for what isn't the number of one."""
        self._delete(number, "invoices", "drafts")

    def delete_customer(self, number: int) -> None:
        """Delete one customer. Raises `ValueError` for what isn't the number of one."""
        self._delete(number, "customers")

    def _delete(self, number: int, *place: str) -> None:
        if type(number) is not int or not 0 < number <= LARGEST_NUMBER:
            raise ValueError("nothing is deleted but by its number")
        answer = self._http.send("DELETE", _path(*place, number))
        if answer.status != 404:
            self._told(answer, None)

    def pages(self, *place: str | int, by: str, where: str = "") -> Iterator[list[Json]]:
        """A collection in the order of its numbers, read on from the last one: what changes meanwhile shifts none."""
        condition = where
        while True:
            asked: dict[str, str | int] = {"filter": condition} if condition else {}
            found = _collection(self.get(*place, gone=None, sort=by, pagesize=PAGE, **asked))
            if found:
                yield found
            if len(found) < PAGE:
                return
            condition = both(f"{by}$gt:{max(one[by] for one in found)}", where)

    def listed(self, *place: str | int, gone: NeedsAttention | None = None) -> Iterator[Json]:
        """A collection that can't be sorted or filtered, such as payment terms. Raises `gone` where it isn't there."""
        page = 0
        while True:
            found = _collection(self.get(*place, gone=gone, skippages=page, pagesize=PAGE))
            yield from found
            if len(found) < PAGE:
                return
            page += 1

    def each(
        self, items: Sequence[Item], lane: Callable[[Item], Hashable], work: Callable[[Item], Outcome]
    ) -> list[Outcome | NeedsAttention | Transient]:
        """Work on many items at once, those of one lane one after the other; an outcome for each, in order.

        Raises `Misconfigured` and `ClaimLost` as soon as one does: it would hold for all.
        """
        lanes: dict[Hashable, list[int]] = {}
        for place, item in enumerate(items):
            lanes.setdefault(lane(item), []).append(place)
        breaker = _Breaker(2 * self._threads)

        def drive(places: list[int]) -> list[Outcome | NeedsAttention | Transient]:
            return [breaker.attempt(work, items[place]) for place in places]

        futures = [self._pool.submit(copy_context().run, drive, places) for places in lanes.values()]
        outcomes: dict[int, Outcome | NeedsAttention | Transient] = {}
        try:
            for places, future in zip(lanes.values(), futures, strict=True):
                outcomes.update(zip(places, future.result(), strict=True))
        finally:
            for future in futures:
                future.cancel()
        return [outcomes[place] for place in range(len(items))]

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix="economic")

    def _write(
        self, method: str, body: Json, place: tuple[str | int, ...], key: str, gone: NeedsAttention | None
    ) -> Told:
        headers = {"Idempotency-Key": hashlib.sha256(key.encode()).hexdigest()[:40]} if key else None
        sent = written(body).encode()
        answer = self._told(self._http.send(method, _path(*place), body=sent, headers=headers), gone)
        replayed = answer.headers.get("x-resultfromcache", "").lower() == "true"
        return Told(_body(answer), answer.status == 201, replayed)

    def _told(self, answer: Answer, gone: NeedsAttention | None) -> Answer:
        if answer.status == 404:
            raise self._with_choice(gone) if gone else Misconfigured("bad_address", f"{SETTINGS}.url")
        if answer.status >= 400:
            raise self._with_choice(refusal(answer))
        return answer

    def _with_choice(self, refused: NeedsAttention) -> NeedsAttention:
        """A code that isn't there, with those that are: asked for once."""
        told = refused.finding
        if told.code not in CHOICES:
            return refused
        if told.code not in self._choices:
            place, name = CHOICES[told.code]
            self._choices[told.code] = ", ".join(sorted(str(one[name]) for one in self.listed(place)))
        return NeedsAttention(told.code, told.field, told.found, self._choices[told.code])


class _Connections(Http):
    """The way to e-conomic, which tells with each answer how many calls the app has made.

    What it says of the tokens is true of every call, and what it says of the right to write of every write: for a
    while nobody asks again, so that the batches of a run don't have it said to each of them.
    """

    def __init__(self, *told: Any, **more: Any) -> None:
        super().__init__(*told, **more)
        self._refused: dict[str, tuple[float, Finding]] = {}

    def send(self, method: str, path: str, **told: Any) -> Answer:
        """As `Http` does. Raises at once what was refused a moment ago."""
        asks = ("credentials_refused",) if method == "GET" else ("credentials_refused", "access_denied")
        for said_at, told_then in [self._refused[code] for code in asks if code in self._refused]:
            if time.monotonic() - said_at < HOLDS_FOR_ALL:
                raise Misconfigured(told_then.code, told_then.field, told_then.found)
        try:
            return super().send(method, path, **told)
        except Misconfigured as error:
            if error.finding.code in asks:
                self._refused[error.finding.code] = (time.monotonic(), error.finding)
            raise

    def allowance(self, answer: Answer) -> Allowance | None:
        """As the header has it; None where there is none that can be read."""
        found = RATE.search(answer.headers.get("x-ratelimiting", ""))
        return Allowance(used=int(found[2]), limit=int(found[3]), seconds=int(found[1])) if found else None


class _Breaker:
    """Spares a system that doesn't answer: after so many faults in a row, what is left fails without a call."""

    def __init__(self, limit: int) -> None:
        self._left = self._limit = limit
        self._lock = threading.Lock()
        self._for_all: Misconfigured | ClaimLost | None = None

    def attempt(self, work: Callable[[Item], Outcome], item: Item) -> Outcome | NeedsAttention | Transient:
        """One item's outcome, or why not."""
        if self._for_all:
            raise self._for_all
        if self._left <= 0:
            return Transient("unreachable", SETTINGS)
        try:
            outcome: Outcome | NeedsAttention | Transient = work(item)
        except NeedsAttention as refused:
            outcome = refused
        except (Misconfigured, ClaimLost) as error:
            self._for_all = error
            raise
        except Transient as fault:
            outcome = fault
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this item's alone
            outcome = unforeseen(error)
        with self._lock:
            self._left = self._left - 1 if isinstance(outcome, Transient) else self._limit
        return outcome


def written(value: Any) -> str:
    """JSON in which a `Decimal` is a number, digit by digit as it is."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(name))}:{written(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(written(inner) for inner in value) + "]"
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def number_of(text: str, missing: NeedsAttention) -> int:
    """A record's number as a path takes it. Raises `missing` for what can't be one."""
    if not (text.isascii() and text.isdigit()) or text.startswith("0") or len(text) > len(str(LARGEST_NUMBER)):
        raise missing
    return int(text)


def number_in(body: Json, name: str) -> int:
    """The number of a record by its property. Raises `Transient` for a body that has none."""
    found = body.get(name)
    if not isinstance(found, int):
        raise Transient("answer_unreadable", SETTINGS)
    return found


def _path(*place: str | int) -> str:
    parts = [quote(str(part), safe="") for part in place]
    if not all(part.strip(".") for part in parts):
        raise ValueError("no part of a path may be empty")
    return "/" + "/".join(parts)


def _body(answer: Answer) -> Json:
    body = answer.json()
    if not isinstance(body, dict):
        raise Transient("answer_unreadable", SETTINGS)
    return body


def _collection(body: Json) -> list[Json]:
    found = body.get("collection")
    if not isinstance(found, list):
        raise Transient("answer_unreadable", SETTINGS)
    return found
