"""Visma e-conomic over its REST API: `domain.ports.Accounting` for an agreement.

What it costs: a call for each draft and one for its booking, one for a new customer and two more with a contact
person, one or two for a new reference person of a known customer; customers and documents by pages of a thousand.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property

from pydantic import SecretStr

from adapters.accounting.economic_check import findings, master_data
from adapters.accounting.economic_client import Client, Json
from adapters.accounting.economic_customers import LENGTHS, EconomicCustomers
from adapters.accounting.economic_documents import EconomicDocuments
from adapters.accounting.economic_people import Directory
from adapters.accounting.economic_settings import EconomicAccounting
from adapters.accounting.economic_texts import fitted
from domain.capabilities import Capabilities, MasterData
from domain.customers import Customer, CustomerChange, NewCustomer
from domain.invoices import Built, Document, Invoice
from domain.outcomes import Finding, NeedsAttention, Transient
from domain.ports import Booking


class EconomicBooks:
    """One agreement. The `directory` of its customers spares calls, and is told what a call has shown."""

    capabilities = Capabilities(
        identify_by=frozenset({"email", "phone", "cvr", "ean", "customer_number", "name"}),
        fields=frozenset({*LENGTHS, "currency", "customer_group", "payment_terms", "vat_zone"}),
        contacts=True,
        einvoicing=True,
        drafts=True,
        lookup_by_reference=True,
        lengths=LENGTHS,
        books_at_once=False,
        tells_bookings=False,
        unique_references=False,
        guards_credits=False,
        any_rate=False,
        einvoice_fields=frozenset({"requisition", "reference_person"}),
    )

    def __init__(
        self, settings: EconomicAccounting, app_secret: SecretStr, grant: SecretStr, directory: Directory | None = None
    ) -> None:
        self._settings = settings
        self._client = Client(settings, app_secret, grant)
        self._customers = EconomicCustomers(self._client, settings, directory)
        self._documents = EconomicDocuments(self._client, settings, self._customers)

    @cached_property
    def name(self) -> str:
        """`economic:<agreement>`, as the agreement itself says. Raises `Misconfigured` and `Transient`."""
        return f"economic:{self._agreement['agreementNumber']}"

    def check(self) -> Sequence[Finding]:
        """The tokens, the rights, and everything that `[accounting]` names."""
        return findings(self._client, self._settings)

    def master_data(self) -> MasterData:
        """What the agreement has; VAT zones by our words where the settings name them."""
        return master_data(self._client, self._settings)

    def customers(self, since: datetime | None) -> Iterator[Sequence[Customer]]:
        """By number, a thousand a call."""
        return self._customers.read(since)

    def find_customers(self, numbers: Sequence[str]) -> Sequence[Customer]:
        """Two calls each: the customer, and its contact persons."""
        return self._customers.find(numbers)

    def create_customers(self, wanted: Sequence[NewCustomer]) -> Sequence[Customer | NeedsAttention | Transient]:
        """Side by side; those of one key or one wanted number one after the other."""
        currency = str(self._agreement.get("settings", {}).get("baseCurrency") or "DKK") if wanted else ""
        return self._client.each(wanted, _lane, lambda new: self._customers.create(new, currency))

    def update_customers(self, changes: Sequence[CustomerChange]) -> Sequence[Customer | NeedsAttention | Transient]:
        """Side by side; those of one customer one after the other, for each writes the whole."""
        return self._client.each(changes, lambda change: change.number, self._customers.change)

    def documents(self, since: datetime | None) -> Iterator[Sequence[Document]]:
        """All drafts; booked ones too where `since` is None: e-conomic doesn't tell when one was booked."""
        return self._documents.read(drafts_only=since is not None)

    def find_documents(self, references: Sequence[str]) -> Sequence[Document]:
        """Asked for in both places, and compared letter by letter."""
        return self._documents.find(references)

    def fitted(self, built: Built, customer: Customer | None) -> Built:
        """An address takes in who is there too, and a credit note's text what it credits."""
        return fitted(built, self._settings, customer)

    def create_documents(
        self, wanted: Sequence[tuple[str, Invoice]], *, book: bool = False
    ) -> Sequence[Document | NeedsAttention | Transient]:
        """Drafts, whatever `book` says: booking is a call of its own here. Totals are those of e-conomic."""
        terms = self._customers.terms_of({invoice.customer for _, invoice in wanted})
        return self._client.each(
            wanted,
            lambda one: one[1].reference,
            lambda one: self._documents.create(*one, terms.get(one[1].customer, "")),
        )

    def update_drafts(
        self, wanted: Sequence[tuple[str, str, Invoice]]
    ) -> Sequence[Document | NeedsAttention | Transient]:
        """Each draft is read before it is replaced."""
        terms = self._customers.terms_of({invoice.customer for *_, invoice in wanted})
        return self._client.each(
            wanted,
            lambda one: one[1],
            lambda one: self._documents.replace(*one, terms.get(one[2].customer, "")),
        )

    def book(self, drafts: Sequence[Booking]) -> Sequence[Document | NeedsAttention | Transient]:
        """One call each, which also sends."""
        return self._client.each(drafts, lambda draft: draft.number, self._documents.book)

    def sent(self, numbers: Sequence[str]) -> Sequence[bool]:
        """As e-conomic tells of what left by EAN."""
        return self._documents.sent(numbers)

    @cached_property
    def _agreement(self) -> Json:
        return self._client.get("self")


def _lane(new: NewCustomer) -> str:
    return f"number {new.number}" if new.number else f"key {new.key}"
