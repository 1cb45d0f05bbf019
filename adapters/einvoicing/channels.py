"""The ways on which an integration's e-invoices leave, put to its settings."""

from collections.abc import Mapping, Sequence

from adapters.einvoicing.dropfolder import DropFolder
from adapters.einvoicing.over_http import OverHttp
from adapters.einvoicing.settings import EinvoicingSettings
from adapters.settings import Secrets
from domain.dispatches import Progress
from domain.einvoicing_rules import Channel
from domain.outcomes import Finding, NeedsAttention, Transient
from domain.ports import Accounting, EinvoiceChannel, Letter


class ByAccounting:
    """The accounting system as a way out: the call that booked a document has sent it, and the system says if so.

    It sends in no other call, so what it did not send leaves on another way or by hand.
    """

    name: Channel = "accounting"

    def __init__(self, books: Accounting) -> None:
        self._books = books

    def check(self) -> Sequence[Finding]:
        """Whether the system can send at all."""
        if self._books.capabilities.einvoicing:
            return []
        return [Finding(code="einvoicing_not_by_system", field="einvoicing.channel", found="accounting")]

    def send(self, letters: Sequence[Letter]) -> Sequence[Progress | NeedsAttention | Transient]:
        """Handed over since they were booked."""
        return [Progress("handed") for _ in letters]

    def progress(self, letters: Sequence[Letter]) -> Sequence[Progress | Transient | None]:
        """Whether the system counts each among those that it has sent."""
        try:
            sent = self._books.sent([letter.number for letter in letters])
        except Transient as fault:
            return [fault] * len(letters)
        return [Progress("sent" if one else "handed") for one in sent]


def channels(settings: EinvoicingSettings, secrets: Secrets, books: Accounting) -> Mapping[Channel, EinvoiceChannel]:
    """The ways that the settings open; none while e-invoicing is off. Raises `Misconfigured` without a token."""
    found: dict[Channel, EinvoiceChannel] = {}
    if not settings.on:
        return found
    if settings.channel == "accounting":
        found["accounting"] = ByAccounting(books)
    if settings.own_channel == "dropfolder":
        found["dropfolder"] = DropFolder(settings.folder)
    if settings.own_channel == "http":
        secrets.need("einvoicing_token")
        found["http"] = OverHttp(settings.url, secrets.einvoicing_token, settings.ca_file)
    return found
