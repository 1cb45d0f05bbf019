"""From an XPath to a place that a person finds: `the receiver / contact`, `invoice line 2 / price`."""

import re

from domain.words import Language

_STEP = re.compile(r"/(?:[\w.-]+:)?(?P<name>[\w*.-]+)(?:\[(?P<index>[0-9]+)\])?")

LINES = frozenset({"InvoiceLine", "CreditNoteLine", "OrderLine", "ReminderLine", "StatementLine", "CatalogueLine"})
"""What is counted from the first one on; anything else only from the second."""

PASSED_OVER = frozenset({"*", "Party", "FinancialInstitution"})
"""Steps that say nothing more than the one before."""

PLACES: dict[str, tuple[str, str]] = {
    "Invoice": ("fakturaen", "the invoice"),
    "CreditNote": ("kreditnotaen", "the credit note"),
    "ApplicationResponse": ("svaret", "the response"),
    "Reminder": ("rykkeren", "the reminder"),
    "InvoiceLine": ("fakturalinje", "invoice line"),
    "CreditNoteLine": ("kreditnotalinje", "credit note line"),
    "OrderLine": ("ordrelinje", "order line"),
    "AccountingSupplierParty": ("sælgeren", "the seller"),
    "AccountingCustomerParty": ("modtageren", "the receiver"),
    "BuyerCustomerParty": ("køberen", "the buyer"),
    "SellerSupplierParty": ("leverandøren", "the supplier"),
    "PayeeParty": ("betalingsmodtageren", "the payee"),
    "SenderParty": ("afsenderen", "the sender"),
    "ReceiverParty": ("modtageren", "the receiver"),
    "DeliveryParty": ("hvem der leveres til", "who it is delivered to"),
    "EndpointID": ("den elektroniske adresse (EAN eller CVR)", "the electronic address (EAN or CVR)"),
    "PartyIdentification": ("partens nummer", "the party's number"),
    "PartyName": ("navn", "name"),
    "PostalAddress": ("adresse", "address"),
    "Address": ("adresse", "address"),
    "AddressFormatCode": ("adressens form", "the form of the address"),
    "StreetName": ("vejnavn", "street"),
    "BuildingNumber": ("husnummer", "house number"),
    "CityName": ("by", "city"),
    "PostalZone": ("postnummer", "postcode"),
    "Country": ("land", "country"),
    "IdentificationCode": ("landekode", "country code"),
    "PartyTaxScheme": ("momsregistrering", "VAT registration"),
    "PartyLegalEntity": ("den juridiske enhed", "the legal entity"),
    "CompanyID": ("CVR-nummer", "CVR number"),
    "Contact": ("kontakt", "contact"),
    "OrderReference": ("rekvisition (ordrereference)", "requisition (order reference)"),
    "BillingReference": ("henvisning til det krediterede", "reference to what is credited"),
    "InvoiceDocumentReference": ("fakturaen, der henvises til", "the invoice referred to"),
    "AdditionalDocumentReference": ("bilag", "attachment"),
    "AccountingCost": ("kontostreng", "kontostreng (accounting cost)"),
    "Delivery": ("levering", "delivery"),
    "DeliveryLocation": ("leveringssted", "place of delivery"),
    "PaymentMeans": ("betalingsmåde", "means of payment"),
    "PaymentMeansCode": ("betalingsmådens kode", "code of the means of payment"),
    "PaymentChannelCode": ("betalingskanal", "payment channel"),
    "PayeeFinancialAccount": ("konto", "account"),
    "FinancialInstitutionBranch": ("bank (registreringsnummer)", "bank (registration number)"),
    "CreditAccount": ("FIK-kreditor", "FIK creditor"),
    "InstructionID": ("betalings-id", "payment id"),
    "PaymentTerms": ("betalingsbetingelser", "payment terms"),
    "AllowanceCharge": ("gebyr eller rabat", "charge or allowance"),
    "TaxTotal": ("moms", "VAT"),
    "TaxSubtotal": ("momsgrundlag", "VAT subtotal"),
    "TaxCategory": ("momskategori", "VAT category"),
    "TaxScheme": ("afgiftstype", "tax scheme"),
    "TaxAmount": ("momsbeløb", "VAT amount"),
    "TaxableAmount": ("grundlag", "taxable amount"),
    "Percent": ("momssats", "VAT rate"),
    "LegalMonetaryTotal": ("totaler", "totals"),
    "LineExtensionAmount": ("linjebeløb", "line amount"),
    "TaxExclusiveAmount": ("momsbeløb i alt (TaxExclusiveAmount)", "VAT in total (TaxExclusiveAmount)"),
    "TaxInclusiveAmount": ("total med moms", "total with VAT"),
    "PayableAmount": ("til betaling", "payable amount"),
    "PayableRoundingAmount": ("øreafrunding", "rounding"),
    "ChargeTotalAmount": ("gebyrer i alt", "charges in total"),
    "AllowanceTotalAmount": ("rabatter i alt", "allowances in total"),
    "InvoicedQuantity": ("antal", "quantity"),
    "CreditedQuantity": ("antal", "quantity"),
    "Item": ("vare", "item"),
    "SellersItemIdentification": ("varenummer", "item number"),
    "Price": ("pris", "price"),
    "PriceAmount": ("pris pr. enhed", "unit price"),
    "DocumentCurrencyCode": ("valuta", "currency"),
    "IssueDate": ("dato", "date"),
    "ProfileID": ("profil", "profile"),
    "DocumentResponse": ("svar på et dokument", "response to a document"),
    "Response": ("svar", "response"),
    "ID": ("nummer", "number"),
    "Name": ("navn", "name"),
}


def place(xpath: str, language: Language) -> str:
    """The place in words; what has no word keeps its name in the document."""
    steps = list(_STEP.finditer(xpath))
    telling = [step for step in steps if step["name"] not in PASSED_OVER]
    inner = telling[1:] if len(telling) > 1 and telling[0] is steps[0] else telling
    words = [_word(step["name"], int(step["index"] or 1), language) for step in inner]
    return " / ".join(words) or ("hele dokumentet" if language == "da" else "the whole document")


def _word(name: str, index: int, language: Language) -> str:
    danish, english = PLACES.get(name, (name, name))
    word = danish if language == "da" else english
    return f"{word} {index}" if name in LINES or index > 1 else word
