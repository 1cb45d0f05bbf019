"""The documents of one order follow one another: an invoice, the credit note that undoes it, the next invoice.

`shop-dk-1042` is undone by `shop-dk-1042-C` and followed by `shop-dk-1042-2`, that by `shop-dk-1042-2-C`, and so on.
An invoice can be undone once only, since its credit note bears its reference; so what comes next follows from what
stands in the books, and is the same however often it is asked for. A refund's credit note ends in `-R` and its id.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

CALLED_OFF = frozenset({"cancelled", "failed", "trash", "refunded"})
"""The statuses of orders that came to nothing. One that merely waits again (`on-hold`) is for a person to judge."""

GONE = {"draft": "draft_gone", "booked": "booked_gone"}
"""By its state, the code of the hold for a document that was written and stands in the books no more."""


class Place(NamedTuple):
    """Where the newest invoice of an order stands or is to stand; `following` is what the one after it would bear.

    It bears no day before `not_before`, on which the one before it was undone.
    """

    reference: str
    following: str
    not_before: date | None = None


def undoing(invoice: str) -> str:
    """The reference of the credit note that undoes what is left of an invoice."""
    return f"{invoice}-C"


def newest(first: str, undone: Mapping[str, date]) -> Place:
    """The place of the newest invoice, after the `first` and each one that was undone.

    `undone` are the credit notes that undo an invoice: their days, by their references.
    """
    place, count = Place(first, f"{first}-2"), 2
    while (note := undoing(place.reference)) in undone:
        count += 1
        place = Place(place.following, f"{first}-{count}", undone[note])
    return place
