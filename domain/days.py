"""Which day a document bears: days are Danish days, and a closed period stays closed."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.invoice_rules import InvoiceRules
from domain.orders import Order
from domain.outcomes import Finding, NeedsAttention

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def danish_day(moment: datetime) -> date:
    """The day it was in Denmark at an aware moment; at the very ends of the calendar, the day that stands there."""
    try:
        return moment.astimezone(COPENHAGEN).date()
    except OverflowError:
        return moment.date()


def start_of(day: date) -> datetime:
    """The first moment of a Danish day, aware."""
    return datetime(day.year, day.month, day.day, tzinfo=COPENHAGEN)


def periods(first: date, last: date, days: int) -> list[tuple[date, date]]:
    """The days from first to last, both included, in pieces of at most so many."""
    found: list[tuple[date, date]] = []
    while first <= last:
        found.append((first, min(last, first + timedelta(days=days - 1))))
        first += timedelta(days=days)
    return found


def invoice_day(order: Order, rules: InvoiceRules) -> tuple[date, tuple[Finding, ...]]:
    """The day by setting (ordered, paid or completed), the order's own where that is unknown; then `open_day`."""
    wanted = {"order": order.created_at, "paid": order.paid_at, "completed": order.completed_at}[rules.date]
    day, moved = open_day(danish_day(wanted or order.created_at), rules)
    if wanted is None:
        ordered = danish_day(order.created_at).isoformat()
        return day, (Finding(code="date_fallback", field=f"{rules.date}_at", expected=ordered), *moved)
    return day, moved


def open_day(day: date, rules: InvoiceRules) -> tuple[date, tuple[Finding, ...]]:
    """The day itself, or the first one that isn't closed. Raises `NeedsAttention` (`closed_period`) by setting."""
    if rules.closed_until is None or day > rules.closed_until:
        return day, ()
    first = rules.closed_until + timedelta(days=1)
    field = "invoices.closed_until"
    if rules.closed_period == "hold":
        raise NeedsAttention("closed_period", field, day.isoformat(), first.isoformat())
    return first, (Finding(code="date_moved", field=field, found=day.isoformat(), expected=first.isoformat()),)
