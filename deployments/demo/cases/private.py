"""1 November: private buyers, and who they are in the books."""

import unicodedata

from deployments.demo.cases.case import Case, held, invoiced
from deployments.demo.goods import goods
from deployments.demo.people import (
    BOERGE,
    FAMILY,
    GRETHE,
    HANNE,
    LONE,
    METTE,
    MOGENS,
    OLE,
    POUL,
    PREBEN,
    RIKKE,
    SIGNE,
    SOREN,
    TOVE,
)
from deployments.demo.shop import Freight

PARCEL = [Freight()]

CASES: list[Case] = [
    invoiced(1101, "new", "A guest buys two mugs", billing=METTE, lines=[goods("KRUS-30", 2)], freight=PARCEL),
    invoiced(
        1102,
        "as 1101",
        "The same guest, e-mail in capitals with spaces around",
        freight=PARCEL,
        billing=METTE | {"email": "  METTE.OESTERGAARD-HOLM@Example.DK "},
        lines=[goods("BONNE-500", 3)],
    ),
    invoiced(
        1103,
        "as 1101",
        "The same guest, the phone with +45 and without spaces",
        billing=METTE | {"phone": "+4520003111"},
        lines=[goods("FILTER-4")],
    ),
    invoiced(
        1104,
        "new",
        "A registered buyer; a note is written on the order after the first run",
        alone=True,
        billing=SOREN,
        lines=[goods("STEMPEL-1"), goods("BONNE-500")],
        freight=PARCEL,
        customer_id=57,
    ),
    invoiced(
        1105,
        "105",
        "Known by e-mail; the name comes with decomposed letters (å as a and ring)",
        freight=PARCEL,
        billing=BOERGE | {"last_name": unicodedata.normalize("NFD", "Kjærsgård")},
        lines=[goods("TAL-DYB", 4)],
    ),
    invoiced(1106, "106", "Known by e-mail and has moved: the address in the books is updated", billing=RIKKE),
    invoiced(
        1107,
        "107",
        "Known, the shop has no phone: the one in the books stays; partly refunded after the first run",
        alone=True,
        billing=PREBEN | {"phone": ""},
        lines=[goods("ESP-06", 2)],
        freight=PARCEL,
    ),
    held(1108, "ambiguous_customer", "Two customers in the books have this e-mail: a person chooses", billing=GRETHE),
    held(1109, "customer_barred", "The customer is barred in the books: never a second one", billing=MOGENS),
    invoiced(1110, "111", "One of several e-mails in the books' field fits", billing=FAMILY),
    invoiced(
        1111,
        "202",
        "A private order with the e-mail of a company in the books: invoiced to it, never updating it",
        billing=HANNE | {"email": "jonna@nordkajen.example.dk"},
        lines=[goods("KVARN-H")],
    ),
    held(1112, "nothing_to_identify_by", "No e-mail at all", billing=POUL | {"email": ""}),
    held(
        1113,
        "nothing_to_identify_by",
        "A placeholder e-mail identifies nobody",
        billing=POUL | {"email": "noreply@example.dk"},
    ),
    invoiced(
        1114, "new", "A company name without CVR number is a private buyer", billing=LONE | {"company": "Lones Ler"}
    ),
    invoiced(
        1115,
        "new",
        "Sent to another address than the billing address, as a gift",
        billing=OLE,
        freight=PARCEL,
        shipping={
            "first_name": "Tove",
            "last_name": "Egholt",
            "address_1": "Bakken 18",
            "postcode": "3770",
            "city": "Allinge",
            "phone": "",
        },
        lines=[goods("ESP-06", 4, notes={"Gavekort med hilsen": "Tillykke med de 60 år, kære Tove!"})],
    ),
    invoiced(
        1116, "new", "The one who got that gift buys herself: another buyer", billing=TOVE, lines=[goods("TAL-FLAD", 6)]
    ),
    invoiced(
        1117,
        "new",
        "Half past midnight in Copenhagen, still October in UTC: counts as 1 November",
        billing=SIGNE,
        created="2026-11-01T00:30:00",
    ),
    invoiced(
        1118,
        "as 1117",
        "The same buyer once more, with a second e-mail address in the field",
        billing=SIGNE | {"email": "signe.nygaard-lind@example.dk, signe@example.invalid"},
    ),
]
