"""Our own checks of an OIOUBL document, which need no schema: what must be there, what must add up, check digits.

They find what the official rules would, for each mandatory element that is missing, also where no rule set was taken
in; and what those rules don't look at: they count the digits of a number and never reckon its check digit.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice

from lxml import etree

from domain.einvoices import Violation
from domain.identity import is_cvr, is_ean
from domain.money import ZERO
from domain.money import amount as read_amount
from domain.outcomes import Finding

TOLERANCE = Decimal("0.005")
ONE = Decimal(1)
MOST = 200
"""So many violations are told: a hostile document may hold millions, and each one's place takes its time."""

ALWAYS = ("UBLVersionID", "CustomizationID", "ProfileID", "ID", "IssueDate")
BILLS = {"Invoice": "InvoiceLine", "CreditNote": "CreditNoteLine"}
BILL = ("DocumentCurrencyCode", "AccountingSupplierParty", "AccountingCustomerParty", "TaxTotal", "LegalMonetaryTotal")
LINE = ("ID", "LineExtensionAmount", "TaxTotal", "Item", "Price")

REQUIRED: dict[str, tuple[str, ...]] = {
    "AccountingSupplierParty": ("Party",),
    "AccountingSupplierParty/Party": ("EndpointID", "PartyLegalEntity", "PartyIdentification/ID|PartyName/Name"),
    "AccountingCustomerParty": ("Party",),
    "AccountingCustomerParty/Party": ("EndpointID", "Contact", "PartyIdentification/ID|PartyName/Name"),
    "AccountingCustomerParty/Party/Contact": ("ID",),
    "Contact": ("ID|Name|Telephone|Telefax|ElectronicMail|Note|OtherCommunication",),
    "DeliveryLocation": ("ID|Address",),
    "DeliveryParty": ("PartyIdentification/ID|PartyName/Name",),
    "OrderReference": ("ID",),
    "InvoiceDocumentReference": ("ID",),
    "PartyIdentification": ("ID",),
    "PartyName": ("Name",),
    "PartyLegalEntity": ("CompanyID",),
    "PartyTaxScheme": ("CompanyID", "TaxScheme"),
    "PostalAddress": ("AddressFormatCode",),
    "Address": ("AddressFormatCode",),
    "Country": ("IdentificationCode",),
    "PaymentMeans": ("PaymentMeansCode",),
    "AllowanceCharge": ("ChargeIndicator", "Amount"),
    "Invoice/AllowanceCharge": ("TaxCategory",),
    "CreditNote/AllowanceCharge": ("TaxCategory",),
    "TaxTotal": ("TaxAmount", "TaxSubtotal"),
    "TaxSubtotal": ("TaxableAmount", "TaxAmount", "TaxCategory"),
    "TaxCategory": ("ID", "TaxScheme"),
    "TaxScheme": ("ID", "Name"),
    "LegalMonetaryTotal": ("LineExtensionAmount", "PayableAmount"),
    "InvoiceLine": (*LINE, "InvoicedQuantity"),
    "CreditNoteLine": (*LINE, "CreditedQuantity"),
    "Item": ("Name",),
    "SellersItemIdentification": ("ID",),
    "Price": ("PriceAmount",),
}
"""What must stand in an element, by its name or the end of its path; `A|B` is met by either."""

WHEN: dict[tuple[str, str], tuple[str, ...]] = {
    ("AddressFormatCode", "StructuredDK"): ("StreetName|Postbox", "BuildingNumber|Postbox", "PostalZone"),
    ("PaymentMeansCode", "42"): (
        "PaymentChannelCode",
        "PayeeFinancialAccount/ID",
        "PayeeFinancialAccount/FinancialInstitutionBranch/ID",
    ),
    ("PaymentMeansCode", "31"): ("PaymentChannelCode", "PayeeFinancialAccount/ID"),
    ("PaymentMeansCode", "93"): ("PaymentID", "CreditAccount/AccountID"),
    ("PaymentID", "71"): ("InstructionID",),
    ("PaymentID", "75"): ("InstructionID",),
    ("PaymentChannelCode", "IBAN"): ("PayeeFinancialAccount/FinancialInstitutionBranch/FinancialInstitution/ID",),
    ("ID", "StandardRated"): ("Percent",),
}
"""What must stand beside an element of this value."""

ATTRIBUTES = {"Amount": "currencyID", "Quantity": "unitCode"}
"""The attribute that every element whose name ends so must have."""


def mandatory(root: etree._Element) -> list[Violation]:
    """What is missing or doesn't add up: the document would be refused."""
    return list(islice(_mandatory(root), MOST))


def beyond_the_rules(root: etree._Element) -> list[Violation]:
    """Numbers that can't exist: where the receiver's EAN number is false, the document reaches nobody.

    The others are only told, each once.
    """
    receiver = root.find("{*}AccountingCustomerParty/{*}Party/{*}EndpointID")
    found: dict[str, Violation] = {}
    for element in root.iter("{*}EndpointID", "{*}ID", "{*}CompanyID"):
        scheme, number = element.get("schemeID"), _text(element)
        if scheme in ("GLN", "EAN") and not is_ean(number):
            code = "einvoice_gln_bad"
        elif scheme in ("DK:CVR", "DK:SE") and not is_cvr(number):
            code = "einvoice_cvr_bad"
        else:
            continue
        if element is receiver or (number not in found and len(found) < MOST):
            found[number] = _violation(element, code, number, fatal=element is receiver)
    return list(found.values())


def place_of(element: etree._Element) -> str:
    """The XPath of an element, as the official results write it: `/Invoice[1]/cac:TaxTotal[1]`."""
    steps: list[str] = []
    at: etree._Element | None = element
    while at is not None:
        name = etree.QName(at)
        prefix = f"{at.prefix}:" if at.prefix else ""
        before = len(list(at.itersiblings(name.text, preceding=True)))
        steps.append(f"/{prefix}{name.localname}[{before + 1}]")
        at = at.getparent()
    return "".join(reversed(steps))


def _mandatory(root: etree._Element) -> Iterator[Violation]:
    name = etree.QName(root).localname
    yield from (_missing(root, child) for child in ALWAYS if not _has(root, child))
    if name in BILLS:
        yield from (_missing(root, child) for child in (*BILL, BILLS[name]) if not _has(root, child))
        for element in root.iter("{*}*"):
            yield from (_missing(element, child) for child in _wanted(element) if not _has(element, child))
            yield from _attribute(element)
        yield from _one_contact(root)
        yield from _sums(root)


def _wanted(element: etree._Element) -> Iterator[str]:
    """The requirements of an element's name, of the end of its path, and of the values within it."""
    path = ""
    at: etree._Element | None = element
    while at is not None and path.count("/") < 2:
        name = etree.QName(at).localname
        path = f"{name}/{path}" if path else name
        yield from REQUIRED.get(path, ())
        at = at.getparent()
    for child in element:
        if isinstance(child.tag, str):
            yield from WHEN.get((etree.QName(child).localname, _text(child)), ())


def _has(element: etree._Element, child: str) -> bool:
    """Whether one of the alternatives stands there, and isn't empty."""
    return any(
        len(found) or _text(found)
        for path in child.split("|")
        for found in element.findall("/".join(f"{{*}}{name}" for name in path.split("/")))
    )


def _attribute(element: etree._Element) -> Iterator[Violation]:
    name = etree.QName(element).localname
    for ending, attribute in ATTRIBUTES.items():
        if name.endswith(ending) and not len(element) and not element.get(attribute):
            yield _missing(element, f"@{attribute}")


def _one_contact(root: etree._Element) -> Iterator[Violation]:
    contacts = root.findall("{*}AccountingCustomerParty/{*}Party/{*}Contact")
    if len(contacts) > 1:
        yield _violation(contacts[1], "einvoice_one_contact", len(contacts), fatal=True)


def _sums(root: etree._Element) -> Iterator[Violation]:
    """The sums of the rules: lines, charges, VAT and what is to be paid."""
    total = root.find("{*}LegalMonetaryTotal")
    lines = root.findall(f"{{*}}{BILLS[etree.QName(root).localname]}")
    if total is None:
        return
    vat = _sum(root, "{*}TaxTotal/{*}TaxSubtotal/{*}TaxAmount")
    charges, allowances = (_allowance_charges(root, charge) for charge in ("true", "false"))
    paid = sum((_number(total, name) for name in ("LineExtensionAmount", "PayableRoundingAmount")), ZERO)
    inclusive = paid + vat + charges - allowances
    payable = inclusive - _number(total, "PrepaidAmount")
    wanted: list[tuple[str, Decimal]] = [
        ("LineExtensionAmount", sum((_number(line, "LineExtensionAmount") for line in lines), ZERO)),
        ("ChargeTotalAmount", charges),
        ("AllowanceTotalAmount", allowances),
        ("PayableAmount", payable),
    ]
    optional = (("TaxExclusiveAmount", vat), ("TaxInclusiveAmount", inclusive))
    wanted += [(name, figure) for name, figure in optional if total.find(f"{{*}}{name}") is not None]
    yield from (_differs(total, name, figure) for name, figure in wanted if _apart(_number(total, name), figure))
    for tax in root.iterfind(".//{*}TaxTotal"):
        subtotals = _sum(tax, "{*}TaxSubtotal/{*}TaxAmount")
        if _apart(_number(tax, "TaxAmount"), subtotals):
            yield _differs(tax, "TaxAmount", subtotals)
    terms = root.findall("{*}PaymentTerms")
    figures = [_number(one, "Amount") for one in terms]
    if terms and _apart(figures[0], payable) and _apart(sum(figures, ZERO), payable):
        yield _differs(terms[0], "Amount", payable)
    yield from _categories(root, lines)


def _categories(root: etree._Element, lines: Iterable[etree._Element]) -> Iterator[Violation]:
    """Each VAT category of the header has the base that its lines, charges and allowances give it, within 1.00."""
    bases: dict[str, Decimal] = {}
    for line in lines:
        for subtotal in line.iterfind("{*}TaxTotal/{*}TaxSubtotal"):
            _add(bases, subtotal, _number(subtotal, "TaxableAmount"))
    for one in root.iterfind("{*}AllowanceCharge"):
        sign = -1 if _text(one.find("{*}ChargeIndicator")) == "false" else 1
        _add(bases, one, sign * _number(one, "Amount"))
    for subtotal in root.iterfind("{*}TaxTotal/{*}TaxSubtotal"):
        base = bases.pop(_category(subtotal), None)
        if base is None or abs(base - _number(subtotal, "TaxableAmount")) > ONE:
            yield _differs(subtotal, "TaxableAmount", base or ZERO)
    header = root.find("{*}TaxTotal")
    for category, base in bases.items():
        yield _violation(root if header is None else header, "einvoice_category_unsummed", category, base, fatal=True)


def _add(bases: dict[str, Decimal], element: etree._Element, figure: Decimal) -> None:
    category = _category(element)
    bases[category] = bases.get(category, ZERO) + figure


def _category(element: etree._Element) -> str:
    return _text(element.find("{*}TaxCategory/{*}ID"))


def _allowance_charges(root: etree._Element, charge: str) -> Decimal:
    every = root.iterfind("{*}AllowanceCharge")
    return sum((_number(one, "Amount") for one in every if _text(one.find("{*}ChargeIndicator")) == charge), ZERO)


def _sum(element: etree._Element, path: str) -> Decimal:
    return sum((_figure(found) for found in element.iterfind(path)), ZERO)


def _number(element: etree._Element, name: str) -> Decimal:
    return _figure(element.find(f"{{*}}{name}"))


def _figure(element: etree._Element | None) -> Decimal:
    """Zero where nothing stands, or nothing that is a number: that it is missing is told by itself."""
    try:
        return read_amount(_text(element) or "0")
    except ValueError:
        return ZERO


def _apart(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) > TOLERANCE


def _text(element: etree._Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _missing(element: etree._Element, child: str) -> Violation:
    return _violation(element, "einvoice_element_missing", "", child.replace("|", " / "), fatal=True)


def _differs(element: etree._Element, name: str, expected: Decimal) -> Violation:
    at = element.find(f"{{*}}{name}")
    found = _text(at) or "0"
    return _violation(element if at is None else at, "einvoice_sum_differs", found, expected, fatal=True, name=name)


def _violation(
    element: etree._Element, code: str, found: object, expected: object = "", *, fatal: bool, name: str = ""
) -> Violation:
    field = name or etree.QName(element).localname
    finding = Finding(code=code, field=field, found=str(found)[:100], expected=str(expected)[:100])
    return Violation(rule=code, fatal=fatal, place=place_of(element), finding=finding)
