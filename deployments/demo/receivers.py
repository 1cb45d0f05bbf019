"""Those at the other end of the demo's drop folder: a client that picks e-invoices up, and receivers who answer.

For the demo's own folder alone. A real client brings the documents to NemHandel, and puts what comes back there.
"""

from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC, CBC = f"{{{UBL}CommonAggregateComponents-2}}", f"{{{UBL}CommonBasicComponents-2}}"
NAMESPACES = {None: f"{UBL}ApplicationResponse-2", "cac": CAC[1:-1], "cbc": CBC[1:-1]}


def pick_up(folder: Path) -> int:
    """Take every document out of the folder; gives how many there were."""
    taken = folder / "picked-up"
    taken.mkdir(exist_ok=True)
    documents = sorted(folder.glob("*.xml"))
    for document in documents:
        document.rename(taken / document.name)
    return len(documents)


def answer(folder: Path, number: str, code: str, words: str = "") -> None:
    """A receiver's ApplicationResponse to the invoice of this number, in as few words as it can be said."""
    root = etree.Element(f"{{{NAMESPACES[None]}}}ApplicationResponse", nsmap=NAMESPACES)
    for name, text in (
        ("UBLVersionID", "2.1"),
        ("CustomizationID", "OIOUBL-2.1"),
        ("ID", f"{code}-{number}"),
        ("IssueDate", datetime.now(UTC).date().isoformat()),
    ):
        etree.SubElement(root, CBC + name).text = text
    document = etree.SubElement(root, f"{CAC}DocumentResponse")
    response = etree.SubElement(document, f"{CAC}Response")
    etree.SubElement(response, f"{CBC}ReferenceID").text = "1"
    etree.SubElement(response, f"{CBC}ResponseCode", listID="urn:oioubl:codelist:responsecode-1.1").text = code
    if words:
        etree.SubElement(response, f"{CBC}Description").text = words
    reference = etree.SubElement(document, f"{CAC}DocumentReference")
    etree.SubElement(reference, f"{CBC}ID").text = number
    etree.SubElement(reference, f"{CBC}DocumentTypeCode").text = "Invoice"
    written = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    (folder / "receipts" / f"{code}-{number}.xml").write_bytes(written)
