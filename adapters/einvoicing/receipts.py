"""What a receiver answers to an e-invoice: an OIOUBL ApplicationResponse, read as the hostile file that it may be.

Source of the codes: urn:oioubl:codelist:responsecode-1.1.
"""

from typing import NamedTuple

from lxml import etree

from adapters.einvoicing.hostile_xml import parsed
from domain.dispatches import State
from domain.identity import visible
from domain.outcomes import NeedsAttention

LARGEST = 2 * 1024 * 1024
"""Bytes: an answer is a page or two, and a larger file isn't looked into."""
LONGEST_TOLD = 500
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMESPACES = {"cac": f"{UBL}CommonAggregateComponents-2", "cbc": f"{UBL}CommonBasicComponents-2"}
ROOT = f"{{{UBL}ApplicationResponse-2}}ApplicationResponse"

MEANING: dict[str, State] = {
    "TechnicalAccept": "delivered",
    "BusinessAccept": "delivered",
    "TechnicalReject": "rejected",
    "ProfileReject": "rejected",
    "BusinessReject": "rejected",
}
KINDS = {"Invoice": "invoice", "CreditNote": "credit_note"}


class Receipt(NamedTuple):
    """An answer to one document: its `kind` (`invoice`, `credit_note`, or empty where it isn't said) and number."""

    kind: str
    number: str
    state: State
    code: str
    told: str


def receipts_in(content: bytes) -> tuple[Receipt, ...]:
    """The answers that a file holds; none where it is no ApplicationResponse, or one that can't be understood."""
    if len(content) > LARGEST:
        return ()
    try:
        root = parsed(content, "receipts")
    except NeedsAttention:
        return ()
    if root.tag != ROOT:
        return ()
    found = (_receipt(one) for one in root.iterfind("cac:DocumentResponse", NAMESPACES))
    return tuple(receipt for receipt in found if receipt)


def _receipt(response: "etree._Element") -> Receipt | None:
    code = _text(response, "cac:Response/cbc:ResponseCode")
    number = _text(response, "cac:DocumentReference/cbc:ID")
    if code not in MEANING or not number:
        return None
    kind = KINDS.get(_text(response, "cac:DocumentReference/cbc:DocumentTypeCode"), "")
    told = [visible(one.text or "") for one in response.iterfind(".//cac:Response/cbc:Description", NAMESPACES)]
    return Receipt(kind, number, MEANING[code], code, " · ".join(filter(None, told))[:LONGEST_TOLD])


def _text(element: "etree._Element", path: str) -> str:
    return visible(element.findtext(path, "", NAMESPACES)).strip()
