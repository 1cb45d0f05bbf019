"""3 November: public authorities, known by their EAN number."""

from typing import Any

from deployments.demo.cases.case import Case, held, invoiced
from deployments.demo.goods import goods
from deployments.demo.people import (
    BARRACKS,
    BARRACKS_EAN,
    CLINIC,
    CLINIC_EAN,
    CLOSED_EAN,
    COUNCIL_CVR,
    LIBRARY,
    LIBRARY_EAN,
    MUSEUM,
    MUSEUM_EAN,
    NURSERY,
    NURSERY_EAN,
    SCHOOL,
    SCHOOL_EAN,
    off_by_one,
    spaced,
)
from deployments.demo.shop import Freight

PARCEL = [Freight()]
CVR, EAN = "_billing_cvr", "_billing_ean"
REQUISITION, PERSON = "_billing_ean_reference", "_billing_ean_person"
BY_INVOICE: dict[str, Any] = {"payment_method": "ean", "payment_method_title": "EAN-faktura", "transaction_id": ""}

CASES: list[Case] = [
    invoiced(
        1301,
        "301",
        "A school in the books, EAN typed with spaces; requisition number and reference person",
        billing=SCHOOL,
        meta={EAN: spaced(SCHOOL_EAN, 4, 3, 3), REQUISITION: "REKV-4711", PERSON: "Bente Skovgård"},
        freight=PARCEL,
        lines=[goods("KRUS-30", 24), goods("BONNE-500", 12)],
        **BY_INVOICE,
    ),
    held(
        1302,
        "requisition_or_person_missing",
        "Neither requisition number nor person: the receiver might not pay",
        billing=CLINIC,
        meta={EAN: CLINIC_EAN},
        lines=[goods("FILTER-4", 10)],
        **BY_INVOICE,
    ),
    invoiced(
        1303,
        "302",
        "EAN and CVR both filled: the EAN decides",
        billing=LIBRARY,
        freight=PARCEL,
        meta={EAN: LIBRARY_EAN, CVR: COUNCIL_CVR, REQUISITION: "BIB-2026-118"},
        lines=[goods("BLAD-0", 12)],
        **BY_INVOICE,
    ),
    invoiced(
        1304,
        "new",
        "Another EAN of the same CVR: another customer",
        billing=NURSERY,
        meta={EAN: NURSERY_EAN, CVR: COUNCIL_CVR, PERSON: "Maja Fuglebæk"},
        lines=[goods("TAL-DYB", 30)],
        **BY_INVOICE,
    ),
    invoiced(
        1305,
        "as 1304",
        "That EAN again, typed in groups with a label; its e-invoice is rejected by the receiver",
        billing=NURSERY,
        meta={EAN: "EAN " + spaced(NURSERY_EAN, 4, 3, 3), CVR: COUNCIL_CVR, PERSON: "Maja Fuglebæk"},
        lines=[goods("TAL-FLAD", 30)],
        **BY_INVOICE,
    ),
    invoiced(
        1306,
        "new",
        "The requisition number under another key, the EAN order paid by card",
        billing=MUSEUM,
        meta={EAN: MUSEUM_EAN, "_billing_requisition": "IND-77/2026"},
        lines=[goods("KANDE-F", 2)],
        freight=PARCEL,
    ),
    held(
        1307,
        "ean_check_digit",
        "The check digit fails",
        billing=BARRACKS,
        meta={EAN: off_by_one(BARRACKS_EAN)},
        **BY_INVOICE,
    ),
    held(1308, "cvr_in_ean", "A CVR number in the EAN field", billing=LIBRARY, meta={EAN: COUNCIL_CVR}, **BY_INVOICE),
    held(1309, "ean_length", "Twelve digits", billing=BARRACKS, meta={EAN: BARRACKS_EAN[:12]}, **BY_INVOICE),
    invoiced(
        1310,
        "new",
        "The EAN stands in the buyer's note only: not applied, a private buyer",
        billing=BARRACKS,
        customer_note=f"Faktura til EAN {BARRACKS_EAN}, tak.",
        lines=[goods("STEMPEL-1", 2)],
    ),
    held(
        1311,
        "customer_barred",
        "The authority is barred in the books",
        billing=CLINIC | {"company": "Nedlagt Klinik"},
        meta={EAN: CLOSED_EAN},
        **BY_INVOICE,
    ),
]
