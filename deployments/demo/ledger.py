"""The customers who stand in the books before the first order comes."""

from typing import Any

from deployments.demo.people import (
    BARRED,
    BARRED_CVR,
    BOERGE,
    CLOSED_EAN,
    COUNCIL_CVR,
    DITTE,
    FAMILY,
    GRETHE,
    HARBOUR,
    HARBOUR_CVR,
    LIBRARY,
    LIBRARY_EAN,
    MOGENS,
    PREBEN,
    RIKKE,
    SCHOOL,
    SCHOOL_EAN,
    TWICE,
    TWICE_CVR,
    Billing,
    spaced,
)


def customer(number: str, billing: Billing, *contacts: str, barred: bool = False, **values: str) -> dict[str, Any]:
    """A customer of that number, as a bookkeeper has typed it: like the buyer, but for `values`."""
    typed = {
        "name": billing.get("company") or f"{billing['first_name']} {billing['last_name']}",
        "address": billing["address_1"],
        "zip": billing["postcode"],
        "city": billing["city"],
        "country": "DK",
        "email": billing["email"],
        "phone": billing["phone"],
        **values,
    }
    return {"number": number, "values": typed, "contacts": list(contacts), "barred": barred}


BOOKS: list[dict[str, Any]] = [
    customer("100", BOERGE, name="Webkunder", address="", zip="", city="", email="", phone=""),
    customer("105", BOERGE, email="Boerge.Kjaersgaard@EXAMPLE.dk"),
    customer("106", RIKKE, address="Gammel Stationsvej 4", zip="4100", city="Ringsted"),
    customer("107", PREBEN),
    customer("108", GRETHE),
    customer("109", GRETHE, name="Grethe K. Bæk", address="Lærkevej 2, kld."),
    customer("110", MOGENS, barred=True),
    customer("111", FAMILY, name="Familien Fynsk-Bøgh", email="bo@example.dk; anna.fynsk-boegh@example.dk"),
    customer("112", DITTE),
    customer("202", HARBOUR, "Jonna Sandø", cvr=f"DK{HARBOUR_CVR}", address="Søndre Kaj 2", phone="20 00 88 00"),
    customer("203", BARRED, barred=True, cvr=BARRED_CVR),
    customer("204", TWICE, cvr=TWICE_CVR),
    customer("205", TWICE, name="Dammark og Døtre", cvr=spaced(TWICE_CVR, 2, 2, 2)),
    customer("301", SCHOOL, "Kontoret", ean=SCHOOL_EAN, cvr=COUNCIL_CVR),
    customer("302", LIBRARY, ean=LIBRARY_EAN, cvr=COUNCIL_CVR),
    customer("303", SCHOOL, name="Nedlagt Klinik", email="", phone="", ean=CLOSED_EAN, barred=True),
]
