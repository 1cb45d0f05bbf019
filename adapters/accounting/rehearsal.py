"""Books to rehearse in: everything is read from the real ones, and nothing is written to them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count

from domain.capabilities import MasterData
from domain.customers import Customer, CustomerChange, NewCustomer
from domain.invoices import Built, Document, Invoice
from domain.outcomes import Finding, NeedsAttention, Transient
from domain.ports import Accounting, Booking

NEW = "new-"
"""Begins the number of a customer that a run would create."""


class Rehearsal:
    """Fulfils the accounting port; what would be written is remembered here, and gone with it."""

    def __init__(self, books: Accounting, known: Callable[[Iterable[str]], dict[str, Customer]]) -> None:
        self._books = books
        self._known = known
        self._new_numbers = count(1)
        self._documents: dict[str, Document] = {}
        self.name = books.name
        self.capabilities = books.capabilities

    def check(self) -> Sequence[Finding]:
        """What the real books answer."""
        return self._books.check()

    def master_data(self) -> MasterData:
        """What the real books have."""
        return self._books.master_data()

    def customers(self, since: datetime | None) -> Iterator[Sequence[Customer]]:
        """The real books' customers; the rehearsed ones stand in the directory already."""
        return self._books.customers(since)

    def find_customers(self, numbers: Sequence[str]) -> Sequence[Customer]:
        """The real books' customers."""
        return self._books.find_customers(numbers)

    def create_customers(self, wanted: Sequence[NewCustomer]) -> Sequence[Customer | NeedsAttention | Transient]:
        """As if each had been created, under a number that no real customer has."""
        return [
            Customer(
                number=f"{NEW}{next(self._new_numbers)}",
                values=new.values,
                contacts=new.contacts,
                updated_at=datetime.now(UTC),
            )
            for new in wanted
        ]

    def update_customers(self, changes: Sequence[CustomerChange]) -> Sequence[Customer | NeedsAttention | Transient]:
        """As if each had been changed."""
        return [self._changed(change) for change in changes]

    def documents(self, since: datetime | None) -> Iterator[Sequence[Document]]:
        """The real books' documents."""
        return self._books.documents(since)

    def find_documents(self, references: Sequence[str]) -> Sequence[Document]:
        """The real books' documents, and those rehearsed."""
        rehearsed = [self._documents[reference] for reference in references if reference in self._documents]
        return [*self._books.find_documents(references), *rehearsed]

    def fitted(self, built: Built, customer: Customer | None) -> Built:
        """As the real books can hold it."""
        return self._books.fitted(built, customer)

    def create_documents(
        self, wanted: Sequence[tuple[str, Invoice]], *, book: bool = False
    ) -> Sequence[Document | NeedsAttention | Transient]:
        """As if each had been written."""
        made = [_document(invoice, "booked" if book else "draft") for _, invoice in wanted]
        self._documents |= {document.reference: document for document in made}
        return made

    def update_drafts(
        self, wanted: Sequence[tuple[str, str, Invoice]]
    ) -> Sequence[Document | NeedsAttention | Transient]:
        """As if each draft had been replaced."""
        return [_document(invoice, "draft", number) for _, number, invoice in wanted]

    def book(self, drafts: Sequence[Booking]) -> Sequence[Document | NeedsAttention | Transient]:
        """As if each had been booked."""
        by_number = {document.number: document for document in self._documents.values()}
        return [by_number[draft.number].model_copy(update={"state": "booked"}) for draft in drafts]

    def sent(self, numbers: Sequence[str]) -> Sequence[bool]:
        """What the real books have sent."""
        return self._books.sent(numbers)

    def _changed(self, change: CustomerChange) -> Customer:
        before = self._known([change.number])[change.number]
        values = {**before.values, **change.values}
        contacts = (*before.contacts, *change.new_contacts)
        told = {"values": values, "contacts": contacts, "updated_at": datetime.now(UTC)}
        return before.model_copy(update=told | ({"attention": change.attention} if change.attention else {}))


def _document(invoice: Invoice, state: str, number: str = "") -> Document:
    return Document.model_validate(
        {
            **{name: getattr(invoice, name) for name in ("kind", "reference", "customer", "currency", "date")},
            **{name: getattr(invoice, name) for name in ("net", "vat", "total")},
            "state": state,
            "number": number or f"new-{invoice.reference}",
            "updated_at": datetime.now(UTC),
        }
    )
