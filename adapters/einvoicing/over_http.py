"""E-invoices over HTTP, to a service that brings them to NemHandel. Its contract stands in `docs/einvoicing.md`.

POST /einvoices              the document, `Idempotency-Key`: 201, or 200 where the key was taken before
GET  /einvoices/KEY          {"status": "accepted | sent | delivered | rejected"}; 404: never heard of
GET  /einvoices/KEY/response the receiver's ApplicationResponse; 404 while there is none
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from adapters.einvoicing.receipts import receipts_in
from adapters.http import Answer, Http
from domain.dispatches import Progress, State
from domain.einvoicing_rules import Channel
from domain.identity import visible
from domain.outcomes import Finding, Misconfigured, NeedsAttention, Transient
from domain.ports import Letter

TIMEOUT = httpx.Timeout(connect=10, read=60, write=30, pool=30)
SAID: dict[str, State] = {"accepted": "handed", "sent": "sent", "delivered": "delivered", "rejected": "rejected"}
LONGEST_TOLD = 500


class OverHttp:
    """`domain.ports.EinvoiceChannel`. Nothing of a document stands in an address, so it is in nobody's log."""

    name: Channel = "http"

    def __init__(
        self, url: str, token: SecretStr, ca_file: Path | None = None, *, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        self._url = url
        self._token = token
        self._ca_file = ca_file
        self._timeout = timeout

    def check(self) -> Sequence[Finding]:
        """Whether the service answers, and takes the token: it is asked for a key that it can't have."""
        try:
            answer = self._http.get("/einvoices/check")
        except Misconfigured as error:
            return [error.finding]
        except Transient as fault:
            return [Finding(code="einvoice_service_silent", field="einvoicing.url", found=str(fault))]
        if answer.status != 404:
            return [Finding(code="einvoice_service_strange", field="einvoicing.url", found=str(answer.status))]
        return []

    def send(self, letters: Sequence[Letter]) -> Sequence[Progress | NeedsAttention | Transient]:
        """Post each document. Raises `Misconfigured` (address, certificate, token)."""
        outcomes: list[Progress | NeedsAttention | Transient] = []
        for letter in letters:
            try:
                outcomes.append(self._post(letter))
            except (NeedsAttention, Transient) as error:
                outcomes.append(error)
        return outcomes

    def progress(self, letters: Sequence[Letter]) -> Sequence[Progress | Transient | None]:
        """Ask for each. Raises `Misconfigured` as `send` does."""
        outcomes: list[Progress | Transient | None] = []
        for letter in letters:
            try:
                outcomes.append(self._ask(letter))
            except Transient as fault:
                outcomes.append(fault)
        return outcomes

    @cached_property
    def _http(self) -> Http:
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        return Http(
            self._url,
            "einvoicing",
            headers=headers,
            ca_file=self._ca_file,
            timeout=self._timeout,
            longest_wait=timedelta(seconds=30),
        )

    def _post(self, letter: Letter) -> Progress:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Idempotency-Key": letter.key}
        answer = self._http.send("POST", "/einvoices", body=letter.content, headers=headers)
        if answer.status in (200, 201, 202):
            return _progress(answer)
        code, told = _refusal(answer)
        raise NeedsAttention("einvoice_refused", code, told, letter.number)

    def _ask(self, letter: Letter) -> Progress | None:
        answer = self._http.get(f"/einvoices/{letter.key}")
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise Transient("einvoice_service_strange", "einvoicing.url", f"HTTP {answer.status}")
        found = _progress(answer)
        return self._with_response(letter, found) if found.state in ("delivered", "rejected") else found

    def _with_response(self, letter: Letter, found: Progress) -> Progress:
        """What the receiver said, where the service has it; without it the service's own word stands."""
        answer = self._http.get(f"/einvoices/{letter.key}/response")
        receipts = receipts_in(answer.body) if answer.status == 200 else ()
        mine = next((one for one in receipts if one.number == letter.number and one.state == found.state), None)
        return found._replace(code=mine.code, told=mine.told) if mine else found


def _progress(answer: Answer) -> Progress:
    body = _body(answer)
    state = SAID.get(str(body.get("status", "accepted")), "handed")
    return Progress(state, place=visible(str(body.get("id", "")))[:100])


def _refusal(answer: Answer) -> tuple[str, str]:
    """The service's code for it, and its explanation."""
    body = _body(answer)
    code = visible(str(body.get("code", "")))[:60] or f"HTTP {answer.status}"
    return code, visible(str(body.get("message", "")))[:LONGEST_TOLD]


def _body(answer: Answer) -> dict[str, Any]:
    try:
        found = answer.json()
    except Transient:
        return {}
    return found if isinstance(found, dict) else {}
