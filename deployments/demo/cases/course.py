"""7 and 8 November: orders that don't count, money given back, and one number used twice."""

from typing import Any

from deployments.demo.cases.case import Case, held, invoiced, unbilled
from deployments.demo.goods import goods
from deployments.demo.people import person
from deployments.demo.refunds import woo_refund
from deployments.demo.shop import Freight

PARCEL = [Freight()]
VERNER = person("Verner Ulvshale", "Strandstien 2", "4791 Borre", "20 00 61 01")
GERDA = person("Gerda Nørrelund", "Engdraget 30", "7500 Holstebro", "20 00 61 02")


def given_back(case: Case, **what: Any) -> Case:
    """The order after one refund, on the day after it was placed."""
    return case.with_refunds(
        woo_refund(case.order, refund_id=case.order["id"] + 8000, created="2026-11-09T09:00:00", **what)
    )


CASES: list[Case] = [
    unbilled(1701, "ignored", "Not paid yet", billing=VERNER, status="pending"),
    unbilled(1702, "ignored", "Waits for a bank transfer", billing=VERNER, status="on-hold"),
    unbilled(1703, "ignored", "Cancelled", billing=VERNER, status="cancelled"),
    unbilled(1704, "ignored", "The payment failed", billing=VERNER, status="failed"),
    unbilled(
        1705,
        "ignored",
        "The evening before the start date, half past eleven in Copenhagen",
        billing=VERNER,
        created="2026-10-31T23:30:00",
        status="completed",
    ),
    unbilled(1706, "ignored", "A status of some plug-in", billing=VERNER, status="afventer-lager"),
    invoiced(1707, "new", "Sent and completed", billing=VERNER, status="completed", freight=PARCEL),
    given_back(
        invoiced(
            1801,
            "new",
            "One of four cups refunded: invoice and credit note",
            billing=GERDA,
            freight=PARCEL,
            lines=[goods("ESP-06", 4), goods("BONNE-500")],
        ),
        quantities={0: 1},
        reason="1 kop gik i stykker",
    ),
    given_back(
        invoiced(1802, "as 1801", "25 kr. refunded, without lines", billing=GERDA, lines=[goods("KANDE-F")]),
        amount="25.00",
        reason="Kompensation",
    ),
    given_back(
        invoiced(1803, "as 1801", "The freight refunded", billing=GERDA, freight=PARCEL),
        freight=True,
        reason="Sen levering",
    ),
    given_back(
        unbilled(1804, "ignored", "Refunded in full, and with the status refunded", billing=GERDA, status="refunded"),
        amount="125.00",
        reason="Fortrudt køb",
    ),
    given_back(
        unbilled(
            1805,
            "skipped",
            "Refunded in full before it was invoiced",
            "fully_refunded",
            billing=GERDA,
            lines=[goods("KRUS-30", 2)],
        ),
        quantities={0: 2},
        reason="Fortrudt køb",
    ),
    held(1806, "number_shared", "Two orders of the shop show one number: one", billing=VERNER, number="F-2026-77"),
    held(1807, "number_shared", "The other one of that number", billing=VERNER, number="F-2026-77"),
]
