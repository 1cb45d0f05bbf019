"""The building blocks of a UBL document: its namespaces, and elements that hold only what XML may hold."""

import re
from decimal import Decimal

from lxml import etree

from domain.money import plain

CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
DOCUMENT = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"

AGENCY = "320"
"""The number of the authority (Digitaliseringsstyrelsen) as the owner of a code list."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(kind: str) -> etree._Element:
    """The root of a document of this type (`Invoice`, `CreditNote`)."""
    own = DOCUMENT.format(kind)
    return etree.Element(etree.QName(own, kind), nsmap={None: own, "cac": CAC, "cbc": CBC})


def group(parent: etree._Element, *names: str) -> etree._Element:
    """A new aggregate below `parent`, each further name below the one before; the innermost is returned."""
    for name in names:
        parent = etree.SubElement(parent, etree.QName(CAC, name))
    return parent


def value(parent: etree._Element, name: str, text: object, **attributes: str) -> None:
    """A new value below `parent`; nothing at all where there is no text, since the rules forbid empty elements."""
    clean = _NOT_XML.sub("", str(text)).strip()
    if clean:
        etree.SubElement(parent, etree.QName(CBC, name), attributes).text = clean


def code(parent: etree._Element, name: str, text: str, code_list: str) -> None:
    """A value from one of the authority's code lists."""
    value(parent, name, text, listAgencyID=AGENCY, listID=f"urn:oioubl:codelist:{code_list}")


def amount(parent: etree._Element, name: str, figure: Decimal, currency: str) -> None:
    """An amount with exactly two decimals, as the rules want all of them."""
    value(parent, name, f"{figure:.2f}", currencyID=currency)


def number(parent: etree._Element, name: str, figure: Decimal, **attributes: str) -> None:
    """A quantity or a percentage, without empty decimals or an exponent."""
    value(parent, name, f"{plain(figure):f}", **attributes)
