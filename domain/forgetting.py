"""What is left of an order when its buyer is forgotten, and how long the law wants its documents kept.

Danish bookkeeping law (bogføringsloven § 12): records and vouchers are kept for five years from the end of the
financial year that they are about.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from domain.invoices import Invoice
from domain.orders import Buyer, Order, OrderLine, Refund

YEARS_KEPT = 5
PROVES_FOR = timedelta(days=366)
"""So long after it was given an invoice may rest on an answer of the EU's register, whatever the settings say."""


class YearEnd(NamedTuple):
    """The last day of the financial year, whichever year: 12-31 unless the settings say otherwise."""

    month: int = 12
    day: int = 31

    def after(self, day: date) -> date:
        """The end of the financial year in which a day lies."""
        this = self._of(day.year)
        return this if day <= this else self._of(day.year + 1)

    def _of(self, year: int) -> date:
        return date(year, self.month, min(self.day, monthrange(year, self.month)[1]))


def kept_until(day: date, year_end: YearEnd) -> date:
    """The last day on which the documents of this day must still be there."""
    end = year_end.after(day)
    return YearEnd(year_end.month, year_end.day).after(date(end.year + YEARS_KEPT, end.month, 1))


def proof_kept_until(checked: date, year_end: YearEnd) -> date:
    """The last day on which an answer of the EU's register of this day must be there: as long as what rests on it."""
    return kept_until(checked + PROVES_FOR, year_end)


def without_buyer(order: Order) -> Order:
    """The order's amounts, days and goods. The proof adds up with it as it did; nobody can say who bought."""
    return order.model_copy(
        update={
            "buyer": Buyer(country=order.buyer.country),
            "delivery": None,
            "payment_title": "",
            "note": "",
            "lines": _bare(order.lines),
            "refunds": tuple(_bare_refund(refund) for refund in order.refunds),
            "fields": {},
        }
    )


def as_sold(order: Order) -> Order:
    """What of an order stands on its invoice too: a later edit is held against it, and a refund credited by it."""
    buyer = order.buyer.model_copy(update={"email": "", "phone": ""})
    return order.model_copy(update={"buyer": buyer, "note": "", "payment_title": ""})


def as_sent(invoice: Invoice) -> Invoice:
    """What of a document the law wants kept: whom it is to, what was sold and for how much."""
    recipient = invoice.recipient.model_copy(update={"email": "", "phone": ""})
    return invoice.model_copy(update={"recipient": recipient, "note": ""})


def same_sale(earlier: Order, now: Order) -> bool:
    """Whether two orders differ in nothing but their buyer: a shop may forget people too, and that is no edit."""
    return without_buyer(earlier).content_hash == without_buyer(now).content_hash


def _bare(lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    return tuple(line.model_copy(update={"notes": ()}) for line in lines)


def _bare_refund(refund: Refund) -> Refund:
    return refund.model_copy(update={"reason": "", "lines": _bare(refund.lines)})
