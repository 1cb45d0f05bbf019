"""XML from outside, read as what it may be: hostile. No document type, so no entities; no network; bounded size."""

from lxml import etree

from domain.outcomes import NeedsAttention

LARGEST = 20 * 2**20
"""Bytes of a document: attachments lie within it, and what is larger no receiver takes."""


def parsed(data: bytes, field: str) -> etree._Element:
    """The root of a document. Raises `NeedsAttention`: too large, not XML, or with a document type of its own."""
    if len(data) > LARGEST:
        raise NeedsAttention("xml_too_large", field, f"{len(data) // 2**20} MB", f"{LARGEST // 2**20} MB")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NeedsAttention("xml_unreadable", field, str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise NeedsAttention("xml_with_doctype", field, root.getroottree().docinfo.doctype)
    return root
