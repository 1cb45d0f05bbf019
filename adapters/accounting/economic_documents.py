"""Drafts and booked invoices of e-conomic: written, booked, and read by page or by reference."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from adapters.accounting.checks import check_amounts, check_texts
from adapters.accounting.economic_check import rates_of
from adapters.accounting.economic_client import Client, Json, Told, number_in, number_of
from adapters.accounting.economic_customers import EconomicCustomers
from adapters.accounting.economic_drafts import can_be_ours, document_of, draft_body, reference_of
from adapters.accounting.economic_errors import unexplained
from adapters.accounting.economic_filters import chains
from adapters.accounting.economic_people import person_in
from adapters.accounting.economic_settings import EconomicAccounting
from adapters.accounting.economic_texts import DELIVERY, RECIPIENT, attention_of
from domain.invoices import Document, Invoice, InvoiceLine
from domain.money import plain
from domain.outcomes import NeedsAttention, Transient
from domain.ports import Booking

DRAFTS, BOOKED = ("invoices", "drafts"), ("invoices", "booked")
FEW = 5
"""So many booked invoices are asked for one by one; all that was ever sent is read by pages of a thousand."""
WENT_OUT = frozenset(
    {"sent", "delivered", "received", "accepted", "approved", "ok", "success", "succeeded", "successful", "completed"}
)
"""Inferred: the vendor's schema has a status of what was sent, and tells no word of it."""
PRODUCT_NAME = 300
LENGTHS = {
    "reference": 250,
    "requisition": 250,
    "reference_person": 255,
    "kontostreng": 40,
    "layout": 10,
    "payment_account": 250,
    "note": 1000,
    "product": 25,
    "text": 2500,
    "recipient": 255,
    "delivery": 255,
    **{f"recipient.{part}": length for part, length in RECIPIENT.items()},
    **{f"delivery.{part}": length for part, length in DELIVERY.items()},
}


class EconomicDocuments:
    """The invoices of one agreement."""

    def __init__(self, client: Client, settings: EconomicAccounting, customers: EconomicCustomers) -> None:
        self._client = client
        self._settings = settings
        self._customers = customers
        self._rates: Mapping[int, Decimal] = {}

    def read(self, *, drafts_only: bool) -> Iterator[Sequence[Document]]:
        """Documents that bear a reference, drafts first: one that is booked meanwhile is met twice, never missed.

        Of two under one reference, as a copy made by hand leaves them, the oldest booked one comes last and counts.
        """
        for page in self._client.pages(*DRAFTS, by="draftInvoiceNumber"):
            yield self._bearing(page, set())
        booked: set[str] = set()
        for page in () if drafts_only else self._client.pages(*BOOKED, by="bookedInvoiceNumber"):
            yield self._bearing(page, booked)

    def find(self, references: Sequence[str]) -> Sequence[Document]:
        """The documents of exactly these references: two calls for some forty of them."""
        asked = set(references)
        found: dict[str, Document] = {}
        for chain in chains(self._settings.order_in, references):
            for place, by in ((DRAFTS, "draftInvoiceNumber"), (BOOKED, "bookedInvoiceNumber")):
                for page in self._client.pages(*place, by=by, where=chain):
                    documents = [one for one in self._bearing(page, set()) if one.reference in asked]
                    booked = {reference for reference, one in found.items() if one.state == "booked"}
                    found |= {one.reference: one for one in documents if one.reference not in booked}
        return list(found.values())

    def create(self, key: str, invoice: Invoice, terms: str) -> Document:
        """A draft. Raises `NeedsAttention`, also `draft_gone` where this key's draft was deleted since."""
        told = self._sent(invoice, terms, lambda body, step: self._client.post(body, *DRAFTS, key=f"{step}|{key}"))
        return self._as_it_stands(told.body) if told.replayed else document_of(told.body, self._settings)

    def replace(self, key: str, number: str, invoice: Invoice, terms: str) -> Document:
        """New content for a draft, which must still be there and be the one that was meant.

        A PUT to a draft that is gone makes one; that one is deleted again.
        """
        place = (*DRAFTS, number_of(number, _gone(number)))
        standing = document_of(self._client.get(*place, gone=_gone(number)), self._settings)
        if (standing.reference, standing.kind) != (invoice.reference, invoice.kind):
            raise _gone(number)
        told = self._sent(invoice, terms, lambda body, step: self._client.put(body, *place, key=f"{step}|{key}"))
        if told.created:
            self._client.delete_draft(number_in(told.body, "draftInvoiceNumber"))
            raise _gone(number)
        return self._as_it_stands(told.body) if told.replayed else document_of(told.body, self._settings)

    def book(self, booking: Booking) -> Document:
        """Book, and send where asked. Raises `NeedsAttention` (`draft_gone`)."""
        number = number_of(booking.number, _gone(booking.number))
        body: Json = {"draftInvoice": {"draftInvoiceNumber": number}}
        body |= {"sendBy": self._settings.send_by} if booking.send else {}
        told = self._client.post(body, *BOOKED, key=f"booking|{booking.key}", gone=_gone(booking.number))
        return document_of(told.body, self._settings)

    def sent(self, numbers: Sequence[str]) -> Sequence[bool]:
        """Whether each booked invoice was sent electronically: a few by a call each, many by all that ever were."""
        if len(numbers) <= FEW:
            try:
                return [self._was_sent(number) for number in numbers]
            except Transient as fault:
                if fault.finding.code != "answer_unreadable":
                    raise
        listed = filter(_went_out, self._client.listed("invoices", "sent"))
        there = {str(one.get("invoice", {}).get("bookedInvoiceNumber")) for one in listed}
        return [number in there for number in numbers]

    def _was_sent(self, number: str) -> bool:
        """Raises `Transient` (`answer_unreadable`) where the answer is of another form: no schema tells of it."""
        unknown = _gone(number)
        try:
            listed = self._client.listed(*BOOKED, number_of(number, unknown), "sent", gone=unknown)
            return any(map(_went_out, listed))
        except NeedsAttention as error:
            if error is not unknown:
                raise
            return False

    def _sent(self, invoice: Invoice, terms: str, send: Callable[[Json, str], Told]) -> Told:
        """Send a document; once more with who its contact persons are now, or with a product that was missing."""
        check_texts(invoice, LENGTHS)
        check_amounts(invoice)
        self._settings.check_rates(invoice)
        body = self._body(invoice, terms)
        try:
            return send(body, "document")
        except NeedsAttention as refused:
            if refused.finding.code == "terms_need_due_date":
                raise self._named(invoice, terms) from refused
            if refused.finding.code == "contact_gone":
                self._look_for_person(invoice, body, refused)
            elif not (refused.finding.code == "product_unknown" and self._made_products(invoice)):
                raise
        return send(self._body(invoice, terms), "document again")

    def _named(self, invoice: Invoice, terms: str) -> NeedsAttention:
        """Whose terms they are that want a day of payment."""
        settings = str(self._settings.payment_terms)
        places = (invoice.payment_terms, "invoices.payments"), (terms, f"customer {invoice.customer}")
        found, field = next((one for one in places if one[0]), (settings, "accounting.payment_terms"))
        return NeedsAttention("terms_need_due_date", field, found)

    def _look_for_person(self, invoice: Invoice, body: Json, refused: NeedsAttention) -> None:
        """See who the contact persons are now. Raises the refusal where an e-invoice is to name one who is gone, and
        what the books said where it isn't that.
        """
        now = person_in(self._customers.look_up_people(invoice.customer), attention_of(invoice))
        if not now and invoice.recipient.ean:
            raise refused
        if now and body["recipient"].get("attention") == {"customerContactNumber": int(now)}:
            raise unexplained(refused)

    def _body(self, invoice: Invoice, terms: str) -> Json:
        people = self._customers.people_of(invoice.customer) if attention_of(invoice) else {}
        return draft_body(invoice, self._settings, people, terms)

    def _made_products(self, invoice: Invoice) -> bool:
        """Make the products that a document needs and nobody has, where the settings say in which group."""
        group = self._settings.create_products_in
        if group is None:
            return False
        lines = {line.product: line for line in reversed(invoice.lines)}
        missing = {number: line for number, line in lines.items() if not self._there(number)}
        self._refuse_other_rates(group, missing.values(), self._settings.zone_number(invoice.vat_zone))
        for number, line in missing.items():
            self._make_product(number, line.text[:PRODUCT_NAME], group)
        return True

    def _make_product(self, number: str, name: str, group: int) -> None:
        body = {"productNumber": number, "name": name, "productGroup": {"productGroupNumber": group}}
        try:
            self._client.post(body, "products", key=f"product|{number}|{group}")
        except NeedsAttention as refused:
            if refused.finding.code == "product_group_unknown":
                raise _no_group(group, refused.finding.expected) from refused
            raise

    def _there(self, product: str) -> bool:
        unknown = NeedsAttention("product_unknown", "product", product)
        if not product.strip("."):  # no address names it
            raise unknown
        try:
            self._client.get("products", product, gone=unknown)
        except NeedsAttention as error:
            if error is not unknown:
                raise
            return False
        return True

    def _refuse_other_rates(self, group: int, lines: Iterable[InvoiceLine], zone: int) -> None:
        """Refuse to make products that would bear another rate than the order's: asked anew before it is told."""
        wrong = [line for line in lines if self._rates.get(zone) != line.vat_rate]
        if wrong:
            self._rates = rates_of(self._client, group, gone=_no_group(group))
        for line in wrong:
            rate = self._rates.get(zone, line.vat_rate)
            if rate != line.vat_rate:
                told = f"{plain(rate):f} %", f"{plain(line.vat_rate):f}"
                raise NeedsAttention("product_rate_differs", "accounting.create_products_in", *told)

    def _as_it_stands(self, before: Json) -> Document:
        """A draft of an earlier try, which may have been booked or deleted since."""
        reference = reference_of(before, self._settings)
        found = next(iter(self.find([reference])), None)
        if found is None:
            raise _gone(str(before.get("draftInvoiceNumber", "")))
        return found

    def _bearing(self, page: Sequence[Json], seen: set[str]) -> list[Document]:
        """The documents of a page that bear what can be a reference and isn't in `seen`, which grows by them."""
        found: list[Document] = []
        for body in page:
            reference = reference_of(body, self._settings)
            if can_be_ours(reference) and reference not in seen:
                seen.add(reference)
                found.append(document_of(body, self._settings))
        return found


def _went_out(entry: Json) -> bool:
    """Whether an entry among what was sent is of an e-invoice that left.

    A word that isn't known leaves it handed over, until somebody is told that no answer came.
    """
    by, status = (str(entry.get(name) or "").strip().casefold() for name in ("sendBy", "status"))
    return by in ("", "ean") and (not status or status in WENT_OUT)


def _no_group(group: int, there: str = "") -> NeedsAttention:
    return NeedsAttention("product_group_unknown", "accounting.create_products_in", group, there)


def _gone(number: str) -> NeedsAttention:
    return NeedsAttention("draft_gone", "number", number)
