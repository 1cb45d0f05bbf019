"""The labels of pages and prompts, in Danish and English; what went wrong is told by `domain/sentences.py`."""

from dataclasses import dataclass

from domain.sentences import Language


@dataclass(frozen=True)
class Words:
    """The words of one language: `words("orders")`, with places to fill in as `words("of", count=3)`."""

    language: Language

    def __call__(self, key: str, **places: object) -> str:
        """The word or phrase of this key."""
        danish, english = WORDS[key]
        return (danish if self.language == "da" else english).format(**places)


WORDS: dict[str, tuple[str, str]] = {
    # how far an order has come
    "fetched": ("hentet", "fetched"),
    "classified": ("klassificeret", "classified"),
    "reconciled": ("har sin kunde", "reconciled"),
    "invoiced": ("faktureret", "invoiced"),
    "booked": ("bogført", "booked"),
    "dispatched": ("afsendt", "dispatched"),
    "held": ("venter på dig", "held"),
    "skipped": ("sprunget over", "skipped"),
    "failed": ("prøves igen", "failed"),
    "pending": ("undervejs", "pending"),
    "ignored": ("tæller ikke med", "ignored"),
    "eligible": ("skal faktureres", "eligible"),
    "drafts": ("heraf kladder", "of these, drafts"),
    "draft": ("kladde", "draft"),
    # customers
    "b2c": ("privat", "private"),
    "b2b": ("virksomhed", "company"),
    "ean": ("offentlig (EAN)", "public (EAN)"),
    "matched": ("fundet i regnskabet", "found in the books"),
    "new": ("oprettet", "created"),
    "collecting": ("samlekunde", "collecting customer"),
    "undecided": ("ikke afgjort", "undecided"),
    "remembered": ("husket valg", "remembered choice"),
    "barred": ("spærret", "barred"),
    "ambiguous": ("flere mulige", "several fit"),
    "creating_off": ("ingen fundet, og nye oprettes ikke", "none found, and new ones are not created"),
    "no_identity": ("intet at kende kunden på", "nothing to know the customer by"),
    "collecting_missing": ("samlekunden mangler", "the collecting customer is missing"),
    "collecting_barred": ("samlekunden er spærret", "the collecting customer is barred"),
    # evidence
    "shop_field": ("Webshoppens felt", "The shop's field"),
    "not_used": ("bruges ikke", "not used"),
    "valid": ("gyldigt", "valid"),
    "empty": ("tomt", "empty"),
    "placeholder": ("pladsholder", "placeholder"),
    "impossible": ("umuligt", "impossible"),
    # why a field was left alone
    "policy": ("feltets regel siger nej", "the field's policy says no"),
    "update_off": ("opdatering er slået fra", "updating is off"),
    "empty_in_shop": ("tomt i webshoppen", "empty in the shop"),
    "b2c_hits_company": ("privat ordre på en virksomhed", "a private order on a company"),
    "other_ean": ("kunden har et andet EAN-nummer", "the customer has another EAN number"),
    "collecting_untouched": ("samlekunder ændres aldrig", "collecting customers are never changed"),
    # headings and columns
    "order": ("Ordre", "Order"),
    "orders": ("Ordrer", "Orders"),
    "date": ("Dato", "Date"),
    "status": ("Status", "Status"),
    "stage": ("Nået til", "Stage"),
    "total": ("I alt", "Total"),
    "net": ("Netto", "Net"),
    "vat": ("Moms", "VAT"),
    "vat_rate": ("Momssats", "VAT rate"),
    "currency": ("Valuta", "Currency"),
    "type": ("Kundetype", "Customer type"),
    "identified_by": ("Kendt på", "Identified by"),
    "decision": ("Afgørelse", "Decision"),
    "customer": ("Kunde", "Customer"),
    "customers": ("Kunder", "Customers"),
    "candidates": ("Mulige kunder", "Candidates"),
    "evidence": ("Hvad ordren siger", "What the order says"),
    "changed": ("Skrevet på kunden", "Written to the customer"),
    "protected": ("Ladt være", "Left alone"),
    "invoice": ("Faktura", "Invoice"),
    "invoices": ("Fakturaer", "Invoices"),
    "credit_note": ("Kreditnota", "Credit note"),
    "credit_notes": ("Kreditnotaer", "Credit notes"),
    "warnings": ("Værd at vide", "Worth knowing"),
    "field": ("Felt", "Field"),
    "value": ("Værdi", "Value"),
    "verdict": ("Vurdering", "Verdict"),
    "before": ("Før", "Before"),
    "after": ("Efter", "After"),
    "kept": ("I regnskabet", "In the books"),
    "shop": ("I webshoppen", "In the shop"),
    "why": ("Hvorfor", "Why"),
    "text": ("Tekst", "Text"),
    "product": ("Vare", "Product"),
    "quantity": ("Antal", "Quantity"),
    "unit_net": ("Pris", "Price"),
    "number": ("Nr.", "No."),
    "reference": ("Reference", "Reference"),
    "requisition": ("Rekvisitionsnr.", "Requisition"),
    "reference_person": ("Att./reference", "Reference person"),
    "recipient": ("Modtager", "Recipient"),
    "name": ("Navn", "Name"),
    "email": ("E-mail", "E-mail"),
    "address": ("Adresse", "Address"),
    "found": ("Fundet", "Found"),
    "problem": ("Hvad er der galt", "What is wrong"),
    "fix": ("Hvad skal der gøres", "What to do"),
    # report
    "report": ("Afstemning", "Report"),
    "whole_time": ("alle ordrer", "all orders"),
    "period": ("{first} til {last}", "{first} to {last}"),
    "first": ("den første", "the first"),
    "last": ("i dag", "today"),
    "read_back": ("Læst tilbage fra regnskabet", "Read back from the books"),
    "ordered": ("Ordrer, faktureret", "Orders, invoiced"),
    "refunded": ("Refunderet", "Refunded"),
    "in_order": ("På ordren", "On the order"),
    "more": ("… og {count} mere: afstem attention", "… and {count} more: afstem attention"),
    "difference": ("Difference", "Difference"),
    "differences": ("Differencer", "Differences"),
    "attention": ("Ordrer, der venter på dig", "Orders that need attention"),
    "all_well": ("Alt stemmer.", "Everything agrees."),
    "not_well": (
        "{orders} ordrer venter på dig, og der er {differences} differencer.",
        "{orders} orders need attention, and there are {differences} differences.",
    ),
    "undated": (
        "{count} ordrer kunne aldrig læses; de har hverken dato eller beløb og tælles med i enhver periode.",
        "{count} orders could never be read; they have no date or amount, and count in every period.",
    ),
    "missing": ("mangler i regnskabet", "missing from the books"),
    "surplus": ("overskydende i regnskabet", "surplus in the books"),
    "invoice_total": ("fakturaen er ikke ordrens total", "the invoice is not the order's total"),
    "credit_total": ("kreditnotaerne er ikke det refunderede", "the credit notes are not what was refunded"),
    "other_currency": ("bogført i en anden valuta", "booked in another currency"),
    # attention
    "nothing_waits": ("Ingen ordrer venter på dig.", "No orders need attention."),
    "waiting": ("{count} ordrer venter på dig.", "{count} orders need attention."),
    # check
    "check": ("Kontrol af {name}", "Check of {name}"),
    "connections_fine": ("Webshop, regnskab og indstillinger er i orden.", "Shop, books and settings are in order."),
    "no_start": (
        "Der er ingen start under [webshop]: alle {count} ordrer siden {first} tæller med.",
        "There is no start under [webshop]: all {count} orders since {first} count.",
    ),
    "no_orders": ("Der er ingen ordrer, der tæller med.", "There are no orders that count."),
    "looked_at": ("De seneste {count} ordrer", "The latest {count} orders"),
    "unreadable": ("kan ikke læses", "can't be read"),
    "without": ("{kind} uden {field}", "{kind} without {field}"),
    "impossible_number": ("umuligt nummer i {field}", "impossible number in {field}"),
    "unnamed": (
        "Felter med CVR- eller EAN-numre, som indstillingerne ikke nævner",
        "Fields with CVR or EAN numbers that the settings don't name",
    ),
    "holds": ("Ligner", "Looks like"),
    "filled": ("Udfyldt", "Filled"),
    "matching": ("Gyldige", "Valid"),
    "add_line": ("Skriv under [webshop.fields]:", "Write under [webshop.fields]:"),
    "counting": ("tæller ordrer …", "counting orders …"),
    "looking": ("ser på de seneste ordrer …", "looking at the latest orders …"),
    # init
    "ask_name": ("Navn på integrationen (begynder hver reference)", "Name of the integration (begins every reference)"),
    "ask_webshop": ("Webshop", "Webshop"),
    "ask_url": ("Webshoppens adresse", "The shop's address"),
    "ask_path": ("Mappe med ordrer", "Folder with the orders"),
    "ask_accounting": ("Regnskab", "Accounting system"),
    "ask_layout": ("Layoutets nummer", "Number of the layout"),
    "ask_group": ("Kundegruppens nummer", "Number of the customer group"),
    "ask_terms": ("Betalingsbetingelsens nummer", "Number of the payment terms"),
    "ask_product": ("Varen for alt uden sin egen", "Product for all that has none of its own"),
    "ask_cvr": ("Felt med CVR-nummer (- for intet)", "Field with the CVR number (- for none)"),
    "ask_ean": ("Felt med EAN-nummer (- for intet)", "Field with the EAN number (- for none)"),
    "ask_preset": ("Udgangspunkt for kunderne", "Preset for the customers"),
    "ask_collecting": ("Samlekundens nummer i regnskabet", "The collecting customer's number in the books"),
    "ask_book": ("Skal fakturaerne bogføres med det samme?", "Book the invoices at once?"),
    "written": ("{path} er skrevet.", "{path} is written."),
    "next_tokens": (
        "Læg regnskabets nøgler i miljøet: AFSTEM_ACCOUNTING_APP_SECRET og AFSTEM_ACCOUNTING_GRANT.",
        "Put the books' tokens into the environment: AFSTEM_ACCOUNTING_APP_SECRET and AFSTEM_ACCOUNTING_GRANT.",
    ),
    "next_secrets": (
        "Læg nøglerne i miljøet: AFSTEM_WEBSHOP_KEY og AFSTEM_WEBSHOP_SECRET.",
        "Put the keys into the environment: AFSTEM_WEBSHOP_KEY and AFSTEM_WEBSHOP_SECRET.",
    ),
    "next_collecting": (
        "Ret {placeholder} til samlekundens nummer i regnskabet.",
        "Replace {placeholder} with the collecting customer's number in the books.",
    ),
    "next_check": (
        "Næste skridt: afstem check{config}, derefter afstem plan{config}.",
        "Next: afstem check{config}, then afstem plan{config}.",
    ),
    # books
    "sandbox": (
        "En sandkasse, ikke et registreret bogføringssystem.",
        "A sandbox, not a registered bookkeeping system.",
    ),
    "nothing_there": ("Der er intet endnu.", "There is nothing yet."),
}
"""Key to Danish and English."""
