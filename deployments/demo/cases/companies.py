"""2 November: companies, known by their CVR number."""

from deployments.demo.cases.case import Case, held, invoiced
from deployments.demo.goods import goods
from deployments.demo.numbers import made_up_cvr
from deployments.demo.people import (
    BARRED,
    BARRED_CVR,
    DITTE,
    HARBOUR,
    HARBOUR_CVR,
    OFFICE,
    OFFICE_CVR,
    SALON,
    SALON_CVR,
    SCHOOL_EAN,
    SCREENS,
    SCREENS_CVR,
    SCREENS_TOO,
    STUDIO,
    STUDIO_CVR,
    TWICE,
    TWICE_CVR,
    off_by_one,
    spaced,
)
from deployments.demo.shop import Freight

PARCEL = [Freight()]
CVR = "_billing_cvr"

CASES: list[Case] = [
    invoiced(
        1201,
        "new",
        "A new company, CVR typed as `DK 12 34 56 78`",
        billing=SCREENS,
        freight=PARCEL,
        meta={CVR: "DK " + spaced(SCREENS_CVR, 2, 2, 2)},
        lines=[goods("LEJE-M"), goods("BONNE-500", 10)],
    ),
    invoiced(
        1202,
        "as 1201",
        "A colleague there, CVR with dots: the same customer, a second contact person",
        billing=SCREENS_TOO,
        meta={CVR: spaced(SCREENS_CVR, 2, 2, 2).replace(" ", ".")},
        lines=[goods("FILTER-4", 5)],
    ),
    invoiced(
        1203,
        "202",
        "In the books as `DK12345678`, in the shop `12345678`; moved: the address is updated, the phone is protected",
        billing=HARBOUR,
        meta={CVR: HARBOUR_CVR},
        lines=[goods("BONNE-500", 6)],
        freight=PARCEL,
    ),
    invoiced(
        1204,
        "new",
        "Her e-mail is that of a private customer in the books, but she buys for her company: known by CVR alone",
        billing=DITTE | {"company": "Byskov Byggeri ApS"},
        meta={CVR: made_up_cvr(17)},
        lines=[goods("KRUS-30", 12)],
    ),
    invoiced(
        1205,
        "new",
        "A line is added in the shop after the first run",
        billing=OFFICE,
        alone=True,
        freight=PARCEL,
        meta={CVR: OFFICE_CVR},
        lines=[goods("KANDE-F")],
    ),
    invoiced(
        1206,
        "new",
        "CVR stands in the second of the configured keys, with the first one empty",
        billing=STUDIO,
        meta={CVR: "", "billing_vat_number": f"cvr-nr. {STUDIO_CVR}"},
        lines=[goods("KVARN-H")],
    ),
    invoiced(
        1207,
        "new",
        "CVR stands in a field that the settings don't name: private; `afstem check` shows the line to add",
        billing=SALON,
        meta={"_kundens_cvr_nr": SALON_CVR},
        lines=[goods("ESP-06", 6)],
    ),
    invoiced(
        1208, "as 1206", "A field from the block checkout", billing=STUDIO, meta={"_wc_other/fajance/cvr": STUDIO_CVR}
    ),
    held(1209, "customer_barred", "The company is barred in the books", billing=BARRED, meta={CVR: BARRED_CVR}),
    held(1210, "ambiguous_customer", "Two customers in the books have this CVR", billing=TWICE, meta={CVR: TWICE_CVR}),
    held(1211, "cvr_length", "Seven digits in the CVR field", billing=OFFICE, meta={CVR: OFFICE_CVR[:7]}),
    held(
        1212,
        "cvr_check_digit",
        "The check digit fails; corrected after the first run, which ends the hold",
        alone=True,
        billing=SALON,
        meta={CVR: off_by_one(SALON_CVR)},
        lines=[goods("TAL-DYB", 8)],
    ),
    held(1213, "phone_in_cvr", "A phone number in the CVR field", billing=SALON, meta={CVR: "+45 20 00 41 07"}),
    held(
        1214,
        "cpr_in_cvr",
        "A CPR number in the CVR field: masked before it is stored",
        billing=STUDIO,
        meta={CVR: "111111-1111"},
    ),
    held(1215, "bad_cvr", "Zeros in the CVR field", billing=STUDIO, meta={CVR: "00000000"}),
    held(1216, "ean_in_cvr", "An EAN number in the CVR field", billing=STUDIO, meta={CVR: SCHOOL_EAN}),
]
