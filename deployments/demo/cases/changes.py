"""10 November: what changed in the shop after the first run. Each file takes the place of the one of its name."""

from deployments.demo.cases import CASES
from deployments.demo.cases.case import Case, invoiced
from deployments.demo.goods import goods
from deployments.demo.people import METTE, OFFICE_CVR, SALON_CVR
from deployments.demo.refunds import woo_refund
from deployments.demo.shop import Freight

_FIRST = {case.id: case for case in CASES}


def _refunded(case: Case, shows: str) -> Case:
    refund = woo_refund(case.order, refund_id=9107, quantities={0: 1}, reason="Fortrudt", created="2026-11-10T10:00:00")
    return case.changed(shows, "invoiced").with_refunds(refund)


CHANGES: list[Case] = [
    _FIRST["1104"].changed(
        "A note was written on the order: nothing that stands on the invoice",
        "invoiced",
        customer_note="Må stilles i carporten.",
    ),
    _refunded(_FIRST["1107"], "One of two cups refunded after the invoice: a credit note"),
    _FIRST["1205"].changed(
        "A line was added after the invoice was booked: held with the difference, never a second invoice in silence",
        "held",
        "changed_after_booking",
        meta={"_billing_cvr": OFFICE_CVR},
        lines=[goods("KANDE-F"), goods("ESP-06", 6)],
    ),
    _FIRST["1212"].changed(
        "The CVR number was corrected: the hold ends", "invoiced", customer="new", meta={"_billing_cvr": SALON_CVR}
    ),
    _FIRST["1503"].changed(
        "Cancelled after the invoice was booked", "held", "cancelled_after_invoicing", status="cancelled"
    ),
    invoiced(
        2001,
        "as 1101",
        "A new order of a buyer from the first run",
        billing=METTE,
        created="2026-11-10T08:12:00",
        lines=[goods("BONNE-500", 2)],
        freight=[Freight()],
        alone=True,
    ),
]
