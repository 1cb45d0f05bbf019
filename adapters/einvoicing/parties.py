"""Who sells, who receives, where it was delivered and how it is paid, as OIOUBL 2.1 says it."""

import re

from lxml import etree

from adapters.einvoicing.elements import AGENCY, code, group, value
from domain.einvoices import Einvoice, receivers_contact
from domain.identity import HOME, is_cvr
from domain.invoices import Recipient
from domain.orders import Address
from domain.sellers import DanishAccount, Fik, Iban, NemKonto, Seller, payment_id

LONGEST_PAYMENT_NOTE = 20

_HOUSE = re.compile(
    r"(?P<street>[^0-9,]*[^0-9, ]),? (?P<house>[0-9]{1,4}(?:-[0-9]{1,4})? ?[A-Za-z]?)(?:, *(?P<rest>.+))?"
)
"""`Nørregade 12 B, 2. tv.`: street, house number, and where in the house. Anything less plain is left whole."""

_MEANS: dict[type, str] = {DanishAccount: "42", Iban: "31", Fik: "93", NemKonto: "97"}
_UNDEFINED = "1"


def tax_scheme(parent: etree._Element) -> None:
    """Danish VAT."""
    scheme = group(parent, "TaxScheme")
    value(scheme, "ID", "63", schemeAgencyID=AGENCY, schemeID="urn:oioubl:id:taxschemeid-1.1")
    value(scheme, "Name", "Moms")


def supplier(parent: etree._Element, seller: Seller) -> None:
    """The seller, known by its CVR number."""
    cvr = f"{HOME}{seller.cvr}"
    party = group(parent, "AccountingSupplierParty", "Party")
    value(party, "EndpointID", cvr, schemeID="DK:CVR")
    value(group(party, "PartyIdentification"), "ID", cvr, schemeID="DK:CVR")
    value(group(party, "PartyName"), "Name", seller.name)
    _address(group(party, "PostalAddress"), _sellers_address(seller))
    registered = group(party, "PartyTaxScheme")
    value(registered, "CompanyID", cvr, schemeID="DK:SE")
    tax_scheme(registered)
    entity = group(party, "PartyLegalEntity")
    value(entity, "RegistrationName", seller.name)
    value(entity, "CompanyID", cvr, schemeID="DK:CVR")
    if seller.contact or seller.phone or seller.email:
        _contact(group(party, "Contact"), "", seller.contact, seller.phone, seller.email)


def customer(parent: etree._Element, einvoice: Einvoice) -> None:
    """The receiver, known by its EAN number, with the one contact that the rules demand."""
    invoice = einvoice.invoice
    recipient = invoice.recipient
    party = group(parent, "AccountingCustomerParty", "Party")
    value(party, "EndpointID", recipient.ean, schemeAgencyID="9", schemeID="GLN")
    value(group(party, "PartyIdentification"), "ID", recipient.ean, schemeAgencyID="9", schemeID="GLN")
    value(group(party, "PartyName"), "Name", recipient.name)
    _address(group(party, "PostalAddress"), recipient)
    _legal_entity(party, recipient)
    person = invoice.reference_person or recipient.attention
    _contact(group(party, "Contact"), receivers_contact(invoice), person, recipient.phone, recipient.email)


def delivery(parent: etree._Element, address: Address) -> None:
    """Where the goods went, where that is another place than the receiver's."""
    delivered = group(parent, "Delivery")
    _address(group(delivered, "DeliveryLocation", "Address"), address)
    name = address.company or address.name
    if name:
        party = group(delivered, "DeliveryParty")
        value(group(party, "PartyName"), "Name", name)
        if address.company and address.name:
            _contact(group(party, "Contact"), "", address.name, "", "")


def payment(parent: etree._Element, einvoice: Einvoice) -> None:
    """Where the money is to go, and when; without an account the means is "not defined" and bears the day alone."""
    means = group(parent, "PaymentMeans")
    value(means, "ID", "1")
    account = einvoice.seller.payment
    value(means, "PaymentMeansCode", _MEANS.get(type(account), _UNDEFINED))
    value(means, "PaymentDueDate", einvoice.due_date.isoformat())
    if isinstance(account, DanishAccount):
        _bank(means, account, einvoice.number)
    elif isinstance(account, Iban):
        _iban(means, account, einvoice.number)
    elif isinstance(account, Fik):
        _slip(means, account, einvoice.number)
    elif isinstance(account, NemKonto):
        _channel(means, "DK:NEMKONTO")


def _channel(means: etree._Element, channel: str) -> None:
    code(means, "PaymentChannelCode", channel, "paymentchannelcode-1.1")


def _bank(means: etree._Element, account: DanishAccount, invoice_number: str) -> None:
    _channel(means, "DK:BANK")
    payee = group(means, "PayeeFinancialAccount")
    value(payee, "ID", account.account)
    value(payee, "PaymentNote", invoice_number[:LONGEST_PAYMENT_NOTE])
    value(group(payee, "FinancialInstitutionBranch"), "ID", account.registration)


def _iban(means: etree._Element, account: Iban, invoice_number: str) -> None:
    _channel(means, "IBAN")
    payee = group(means, "PayeeFinancialAccount")
    value(payee, "ID", account.iban)
    value(payee, "PaymentNote", invoice_number[:LONGEST_PAYMENT_NOTE])
    value(group(payee, "FinancialInstitutionBranch", "FinancialInstitution"), "ID", account.bic)


def _slip(means: etree._Element, slip: Fik, invoice_number: str) -> None:
    _channel(means, "DK:FIK")
    value(means, "InstructionID", payment_id(slip, invoice_number))
    value(means, "PaymentID", slip.card, schemeAgencyID=AGENCY, schemeID="urn:oioubl:id:paymentid-1.1")
    value(group(means, "CreditAccount"), "AccountID", slip.creditor)


def _legal_entity(party: etree._Element, recipient: Recipient) -> None:
    if is_cvr(recipient.cvr):
        entity = group(party, "PartyLegalEntity")
        value(entity, "RegistrationName", recipient.name)
        value(entity, "CompanyID", f"{HOME}{recipient.cvr}", schemeID="DK:CVR")


def _contact(contact: etree._Element, contact_id: str, name: str, phone: str, email: str) -> None:
    for element, text in (("ID", contact_id), ("Name", name), ("Telephone", phone), ("ElectronicMail", email)):
        value(contact, element, text)


def _sellers_address(seller: Seller) -> Address:
    return Address(street=seller.street, zip=seller.zip, city=seller.city, country=seller.country)


def _address(element: etree._Element, address: Address) -> None:
    """Structured the Danish way where a house number can be told apart, else the lax way, which asks for nothing."""
    parts = _HOUSE.fullmatch(address.street) if address.country == HOME and address.zip else None
    code(element, "AddressFormatCode", "StructuredDK" if parts else "StructuredLax", "addressformatcode-1.1")
    value(element, "StreetName", parts["street"] if parts else address.street)
    if parts:
        value(element, "AdditionalStreetName", parts["rest"] or "")
        value(element, "BuildingNumber", parts["house"])
    value(element, "CityName", address.city)
    value(element, "PostalZone", address.zip)
    value(element, "CountrySubentity", address.state)
    if address.country:
        value(group(element, "Country"), "IdentificationCode", address.country)
