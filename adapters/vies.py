"""VIES, the EU's register of VAT numbers, over its public REST service.

Read in the service's own description (`swagger_publicVAT.yaml`, "VIES on the Web") and in answers that others have
published: `POST /check-vat-number` takes `countryCode` (Greece is `EL`, Northern Ireland `XI`) and `vatNumber`
without it, and with `requesterMemberStateCode` and `requesterNumber` gives a consultation number,
`requestIdentifier`. It answers 200 with `valid`, `name` and `requestDate`; an unknown name is `---`. A fault comes
with 200 too: `{"actionSucceed": false, "errorWrappers": [{"error": "MS_MAX_CONCURRENT_REQ"}]}`, or as a `userError`
beside a `valid` that is false then and means nothing. `userError` may also be `VALID` or `INVALID`.

Inferred: only `INVALID` and `INVALID_INPUT` speak of the number, so whatever else is said, known or not, is no answer;
`GLOBAL_…`, `SERVICE_UNAVAILABLE` and `…_BLOCKED` hold for every country, all other codes for the one that was asked.
The time that is kept is ours when the answer came, since the register's own is at most some seconds off it.
"""

import json
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any

import httpx
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from adapters.addresses import OverTls
from adapters.http import Answer, Http
from domain.identity import vat_key, visible
from domain.outcomes import Finding, Misconfigured, NeedsAttention, Transient
from domain.vat import VatNumberAnswer, VatRules
from domain.vat_places import HOME

TIMEOUT = httpx.Timeout(connect=5, read=20, write=10, pool=30)
PAUSES = (timedelta(seconds=1), timedelta(seconds=2))
"""Before the second and the third try: a country that was busy most often answers then."""
LONGEST_NAME = 200
VERDICTS = {True: ("", "VALID"), False: ("", "INVALID")}
EVERYWHERE = re.compile(r"GLOBAL_\w+|SERVICE_UNAVAILABLE|\w+_BLOCKED")


def _own_number(text: str) -> str:
    if text and not vat_key(text, HOME):
        raise PydanticCustomError("settings_own_number", "no CVR number")
    return vat_key(text, HOME)


class VatSettings(VatRules):
    """The whole `[vat]` table: the rules, and where and as whom VIES is asked.

    `vies_requester` is the company's own CVR number. With it VIES gives a consultation number with each answer.
    """

    vies_url: OverTls = "https://ec.europa.eu/taxation_customs/vies/rest-api"
    vies_requester: Annotated[str, AfterValidator(_own_number)] = ""


class Silent(Transient):
    """No answer from the register; `where` is the country that is concerned, or empty for all of them."""

    def __init__(self, why: Finding, where: str = "") -> None:
        super().__init__(why.code, why.field, why.found)
        self.where = where


class Vies:
    """`domain.ports.VatNumbers`. A silent country, or a silent service, is asked no more in the same `check`."""

    def __init__(
        self, settings: VatSettings, *, pauses: Sequence[timedelta] = PAUSES, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        self._url = settings.vies_url
        self._requester = settings.vies_requester
        self._pauses = pauses
        self._timeout = timeout

    def check(self, numbers: Sequence[str]) -> Sequence[VatNumberAnswer | NeedsAttention | Transient]:
        """Ask for one after the other, since VIES refuses those who ask for many at once."""
        silent: dict[str, Silent] = {}
        outcomes: list[VatNumberAnswer | NeedsAttention | Transient] = []
        for number in numbers:
            outcome = silent.get("") or silent.get(number[:2]) or self._patiently(number)
            if isinstance(outcome, Silent):
                silent[outcome.where] = outcome
            outcomes.append(outcome)
        return outcomes

    @cached_property
    def _http(self) -> Http:
        """Opened at the first question: most runs have none."""
        return Http(self._url, "vat", timeout=self._timeout, longest_wait=timedelta(seconds=10))

    def _patiently(self, number: str) -> VatNumberAnswer | NeedsAttention | Silent:
        outcome = self._ask(number)
        for pause in self._pauses:
            if not isinstance(outcome, Silent):
                break
            time.sleep(pause.total_seconds())
            outcome = self._ask(number)
        return outcome

    def _ask(self, number: str) -> VatNumberAnswer | NeedsAttention | Silent:
        """Faults of the way there hold for every number; the number stands in no address, so in nobody's log."""
        question = {"countryCode": number[:2], "vatNumber": number[2:]}
        if self._requester:
            question |= {"requesterMemberStateCode": HOME, "requesterNumber": self._requester}
        body, kind = json.dumps(question).encode(), {"Content-Type": "application/json"}
        try:
            answer = self._http.send("POST", "/check-vat-number", body=body, headers=kind)
            return self._understood(number, answer, answer.json())
        except Transient as fault:
            return Silent(fault.finding)
        except Misconfigured as error:
            if error.finding.code in {"access_denied", "credentials_refused"}:  # there are none: it is a refusal
                return Silent(_silence(error.finding.found))
            return NeedsAttention(error.finding.code, "vat.vies_url", error.finding.found, error.finding.expected)

    def _understood(self, number: str, answer: Answer, body: Any) -> VatNumberAnswer | NeedsAttention | Silent:
        told = body if isinstance(body, dict) else {}
        error, valid = _error_of(told), told.get("valid")
        if error == "INVALID_REQUESTER_INFO":
            return NeedsAttention("vat_requester_refused", "vat.vies_requester", self._requester)
        is_verdict = answer.status == 200 and isinstance(valid, bool) and error in VERDICTS[valid]
        if is_verdict or error == "INVALID_INPUT":
            return VatNumberAnswer(
                number=number,
                valid=is_verdict and bool(valid),
                checked_at=datetime.now(UTC),
                name=_text(told.get("name"))[:LONGEST_NAME],
                consultation=_text(told.get("requestIdentifier"))[:LONGEST_NAME],
            )
        return Silent(_silence(error or f"HTTP {answer.status}"), "" if EVERYWHERE.fullmatch(error) else number[:2])


def _silence(found: str) -> Finding:
    return Finding(code="register_silent", field="vat.vies_url", found=found)


def _error_of(told: dict[str, Any]) -> str:
    """The code by which VIES says why it gives no answer, or empty; a failure without a code is one of its own."""
    wrappers = told.get("errorWrappers")
    first = wrappers[0] if isinstance(wrappers, list) and wrappers else None
    code = told.get("userError") or (first.get("error") if isinstance(first, dict) else None)
    if code or wrappers or told.get("actionSucceed") is False:
        return code if isinstance(code, str) and re.fullmatch(r"[A-Z_]{1,60}", code) else "FAILED"
    return ""


def _text(value: object) -> str:
    """A text of the register, or nothing where it writes that it doesn't tell."""
    text = visible(value) if isinstance(value, str) else ""
    return "" if text.strip("-") == "" else text
