"""A shop that sends e-invoices into a drop folder, and what lies there; and what receivers answer."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from adapters.store import DispatchRow
from deployments.demo.numbers import made_up_cvr, made_up_ean
from tasks.answers import follow
from tests.contract.shopkeeping import NAME, Shop
from tests.orders import Json, woo_order

EAN = made_up_ean(77)
CVR = made_up_cvr(77)
SCHOOL = {
    "company": "Egelund Skole",
    "first_name": "Bente",
    "last_name": "Skovgård",
    "address_1": "Skolevænget 1",
    "postcode": "8370",
    "city": "Hadsten",
    "email": "skolen@example.dk",
}
SELLER = f"""
[einvoicing.seller]
name = "Fynsk Fajance ApS"
cvr = "{CVR}"
street = "Havnegade 4"
zip = "5000"
city = "Odense C"
"""
DROPFOLDER = f'[einvoicing]\non = true\nchannel = "dropfolder"\n{SELLER}'


def public(order_id: int, *, requisition: str = "REKV-4711", person: str = "", **told: Any) -> Json:
    """An order of a school, known by its EAN number."""
    meta = {"_billing_ean": EAN, "_billing_ean_reference": requisition, "_billing_ean_person": person}
    billing = SCHOOL | told.pop("billing", {})
    meta |= told.pop("meta", {})
    return woo_order(id=order_id, billing=billing, meta=meta, **told)


def dropped(shop: Shop) -> list[Path]:
    """The documents that lie in the drop folder."""
    return sorted((shop.folder / "einvoices").glob("*.xml"))


def text_of(path: Path, place: str) -> str:
    """The text at a place of a document."""
    return etree.parse(path).findtext(f".//{{*}}{place}") or ""


def dispatch_of(shop: Shop, order: int) -> DispatchRow:
    """The one dispatch of an order."""
    (found,) = shop.integration.dispatches.of_orders([str(order)])[str(order)]
    return found


def states(shop: Shop) -> dict[str, str]:
    """The state of each dispatch, by its reference without the shop's name."""
    rows = shop.integration.dispatches.of_orders(row.order_id for row in shop.integration.store.orders.every(NAME))
    return {one.reference.removeprefix(f"{NAME}-"): one.state for listed in rows.values() for one in listed}


def answer(shop: Shop, number: str, code: str = "BusinessAccept", told: str = "", name: str = "svar.xml") -> None:
    """What a receiver's answer to this document looks like when it comes back into the folder."""
    (shop.folder / "einvoices" / "receipts" / name).write_bytes(application_response(number, code, told))


def application_response(number: str, code: str, told: str = "", kind: str = "Invoice") -> bytes:
    """An ApplicationResponse, with no more in it than what it says of the document."""
    ubl = "urn:oasis:names:specification:ubl:schema:xsd"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ApplicationResponse xmlns="{ubl}:ApplicationResponse-2"
    xmlns:cac="{ubl}:CommonAggregateComponents-2" xmlns:cbc="{ubl}:CommonBasicComponents-2">
  <cbc:UBLVersionID>2.1</cbc:UBLVersionID>
  <cbc:ID>SVAR-1</cbc:ID>
  <cac:DocumentResponse>
    <cac:Response>
      <cbc:ReferenceID>1</cbc:ReferenceID>
      <cbc:ResponseCode listID="urn:oioubl:codelist:responsecode-1.1">{code}</cbc:ResponseCode>
      <cbc:Description>{told}</cbc:Description>
    </cac:Response>
    <cac:DocumentReference>
      <cbc:ID>{number}</cbc:ID>
      <cbc:DocumentTypeCode listID="urn:oioubl:codelist:responsedocumenttypecode-1.2">{kind}</cbc:DocumentTypeCode>
    </cac:DocumentReference>
  </cac:DocumentResponse>
</ApplicationResponse>
""".encode()


def follow_after(shop: Shop, hours: int = 0, run: str = "following") -> dict[str, int]:
    """Ask what became of the e-invoices, so many hours from now."""
    return follow(shop.integration, run, hours_from_now(hours))


def hours_from_now(hours: int) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def history(row: DispatchRow) -> list[str]:
    """The states that a dispatch went through."""
    return [one["state"] for one in json.loads(row.history)]
