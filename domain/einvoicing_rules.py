"""The rules of e-invoicing as a user sets them: off, until `[einvoicing]` says `on = true`."""

from typing import Literal

from pydantic import Field

from domain.rules import Rules
from domain.sellers import Seller

Channel = Literal["accounting", "dropfolder", "http"]
OwnChannel = Literal["dropfolder", "http"]
Require = Literal["either", "both", "none"]


class EinvoicingRules(Rules):
    """What must be there before an EAN order is booked, which way its e-invoice goes, and how long is waited.

    `channel` is `accounting` where the accounting system sends what it books, else a way of our own. `fallback` is the
    way of our own for what the accounting system booked and did not send. `answer_within` is in hours.
    """

    on: bool = False
    seller: Seller | None = None
    channel: Channel = "dropfolder"
    fallback: OwnChannel | None = None
    require: Require = "either"
    answer_within: int = Field(default=72, ge=1, le=24 * 30)

    @property
    def by_accounting(self) -> bool:
        """Whether the accounting system shall send the e-invoices in the call that books them."""
        return self.on and self.channel == "accounting"

    @property
    def own_channel(self) -> OwnChannel | None:
        """The way for documents that we write ourselves; None where the accounting system writes them all."""
        return self.fallback if self.channel == "accounting" else self.channel
