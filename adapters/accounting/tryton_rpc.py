"""Calls to a Tryton server over its JSON-RPC, measured on trytond 8.2.

`POST /DATABASE/rpc/` with `{id, method, params}`; the last parameter is the context. Each call is one transaction of
the database. An error of the business comes with 200 and `error: [kind, details]`; a lock or a serialisation that
didn't succeed is a 503, and then nothing was written. `_timestamp` in the context makes a call fail with
`ConcurrencyException` where one of these records was written to since: `{"party.party,7": "1795620613.713562"}`.

The REST interface of the same server takes no such condition and neither posts nor writes in bulk.
"""

import base64
import json
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import SecretStr

from adapters.accounting.unforeseen import unforeseen
from adapters.claims import ClaimLost
from adapters.http import Answer, Http, Unavailable
from domain.outcomes import AfstemError, Misconfigured, NeedsAttention, Transient

PER_CALL = 50
TRIES = 12
PAUSE, LONGEST_PAUSE = timedelta(milliseconds=100), timedelta(seconds=1)
MOMENT = ("year", "month", "day", "hour", "minute", "second", "microsecond")
Row = dict[str, Any]
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class Changed(Transient):
    """A record that the call depended on was written to meanwhile, and nothing was done."""


class Warned(NeedsAttention):
    """Tryton asks whether it is meant; `about` is the kind of question."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__("books_ask", "accounting", found=message)
        self.about = name.partition(".")[2]


class TrytonServer:
    """One user's session, shared by threads; logged in again where the server has forgotten it."""

    def __init__(self, http: Http, database: str, user: str, key: SecretStr) -> None:
        self._http = http
        self._path = f"/{database}/rpc/"
        self._database, self._user, self._key = database, user, key
        self._session = ""
        self.user = 0
        self._logging_in = threading.Lock()
        self.context: dict[str, Any] = {}

    def call(self, method: str, *params: Any, timestamps: Mapping[str, str] | None = None) -> Any:
        """The result of one method, such as `model.party.party.read`.

        Raises `Transient` (`Changed` where a timestamp is out of date), `NeedsAttention` (`books_refuse`, `books_ask`)
        and `Misconfigured`.
        """
        context = {**self.context, **({"_timestamp": dict(timestamps)} if timestamps else {})}
        question = {"id": 0, "method": method, "params": [*params, context]}
        session = self._session or self._log_in("")
        try:
            return self._understood(self._send(question, session))
        except Misconfigured as error:
            if error.finding.code != "credentials_refused":
                raise
        return self._understood(self._send(question, self._log_in(session)))

    def search_read(self, model: str, domain: Sequence[Any], fields: Sequence[str], **rest: Any) -> list[Row]:
        """The records that fit, with these fields; `limit` and `order` as Tryton takes them."""
        offset, limit, order = rest.get("offset", 0), rest.get("limit"), rest.get("order")
        return list(self.call(f"model.{model}.search_read", domain, offset, limit, order, list(fields)))

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> list[Row]:
        """These records, in this order. Raises `NeedsAttention` where one of them is gone."""
        if not ids:
            return []
        by_id = {row["id"]: row for row in self.call(f"model.{model}.read", list(ids), list(fields))}
        return [by_id[one] for one in ids]

    def _log_in(self, stale: str) -> str:
        """A new session, unless another thread has made one in place of the stale one meanwhile."""
        with self._logging_in:
            if self._session == stale:
                parameters = {"password": self._key.get_secret_value()}
                question = {"id": 0, "method": "common.db.login", "params": [self._user, parameters, "en"]}
                self.user, token, *_ = self._understood(self._send(question, ""))
                self._session = base64.b64encode(f"{self._user}:{self.user}:{token}".encode()).decode()
        return self._session

    def _send(self, question: Row, session: str) -> Answer:
        headers = {"Content-Type": "application/json"}
        if session:
            headers["Authorization"] = f"Session {session}"
        return self._http.send("POST", self._path, body=json.dumps(question).encode(), headers=headers)

    def _understood(self, answer: Answer) -> Any:
        if answer.status == 404:
            raise Misconfigured("database_missing", "accounting.database", self._database)
        if answer.status != 200:
            raise NeedsAttention("books_refuse", "accounting", found=f"HTTP {answer.status}")
        body = answer.json()
        if "error" in body:
            raise _error(body["error"])
        return _ours(body.get("result"))


def _error(told: Any) -> AfstemError:
    """What an `error` says: business errors in the words of the server, whatever else by its first line."""
    kind, *details = told if isinstance(told, list) and told else ["", ""]
    said = details[0] if details and isinstance(details[0], list) else details
    if kind == "ConcurrencyException":
        return Changed("changed_meanwhile", "accounting")
    if kind == "UserWarning":
        return Warned(str(said[0]), str(said[1]))
    if kind == "UserError":
        return NeedsAttention("books_refuse", "accounting", found=" ".join(str(part) for part in said[:2] if part))
    return NeedsAttention("books_refuse", "accounting", found=str(kind).partition("\n")[0])


def _ours(value: Any) -> Any:
    """Tryton's JSON with its decimals, days and moments as such."""
    if isinstance(value, list):
        return [_ours(one) for one in value]
    if not isinstance(value, dict):
        return value
    match value.get("__class__"):
        case "Decimal":
            return Decimal(value["decimal"])
        case "date":
            return date(value["year"], value["month"], value["day"])
        case "datetime":
            return datetime(*(value[name] for name in MOMENT), tzinfo=UTC)  # type: ignore[misc]
    return {name: _ours(one) for name, one in value.items()}


def decimal(value: Decimal) -> Row:
    """An amount as Tryton takes it."""
    return {"__class__": "Decimal", "decimal": str(value)}


def day(value: date) -> Row:
    """A day as Tryton takes it."""
    return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}


def moment(value: datetime) -> Row:
    """A moment as Tryton takes it: UTC, without saying so."""
    utc = value.astimezone(UTC)
    return {"__class__": "datetime", **{name: getattr(utc, name) for name in MOMENT}}


def patiently(attempt: Callable[[], Outcome]) -> Outcome:
    """Try again where others were writing to the same records: nothing was done then. At last raises `Transient`."""
    for count in range(1, TRIES):
        try:
            return attempt()
        except (Changed, Unavailable):
            pause = min(LONGEST_PAUSE, PAUSE * 2**count)
            time.sleep(random.random() * pause.total_seconds())  # noqa: S311 (not a secret)
    return attempt()


def in_bulk(
    items: Sequence[Item], write: Callable[[Sequence[Item]], Sequence[Outcome]], size: int = PER_CALL
) -> list[Outcome | NeedsAttention | Transient]:
    """`write` some at a time, an outcome for each; what it refuses is split until the culprit is alone.

    `write` looks first at what stands there already: after an error of ours nobody knows how far it came.
    Raises `ClaimLost`.
    """
    outcomes: list[Outcome | NeedsAttention | Transient] = []
    for start in range(0, len(items), size):
        outcomes += _halved(items[start : start + size], write)
    return outcomes


def _halved(
    items: Sequence[Item], write: Callable[[Sequence[Item]], Sequence[Outcome]]
) -> list[Outcome | NeedsAttention | Transient]:
    try:
        return list(write(items))
    except NeedsAttention as refusal:
        if len(items) == 1:
            return [refusal]
    except ClaimLost:
        raise
    except Transient as fault:
        return [fault] * len(items)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is one item's alone
        if len(items) == 1:
            return [unforeseen(error)]
    half = len(items) // 2
    return _halved(items[:half], write) + _halved(items[half:], write)


def stamps(model: str, rows: Iterable[Row]) -> dict[str, str]:
    """The condition that none of these rows has been written to since they were read with `_timestamp`."""
    return {f"{model},{row['id']}": row["_timestamp"] for row in rows}
