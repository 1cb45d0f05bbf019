"""One integration put together: its settings, its store, its shop and its books."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from adapters.accounting.economic import EconomicBooks
from adapters.accounting.local import LocalAccounting, LocalBooks
from adapters.accounting.tryton import TrytonBooks
from adapters.accounting.tryton_settings import TrytonAccounting
from adapters.einvoicing.channels import channels
from adapters.einvoicing.rules import Rules
from adapters.settings import Secrets, Settings, find, load
from adapters.store import Directory, Dispatches, Documents, Operations, OrderRow, Store
from adapters.vies import Vies
from adapters.webshops.files import FilesShop
from adapters.webshops.settings import FilesWebshop
from adapters.webshops.woocommerce import WooCommerceShop
from domain.einvoicing_rules import Channel
from domain.orders import Order, RawOrder
from domain.ports import Accounting, EinvoiceChannel, VatNumbers, Webshop
from domain.words import Words


@dataclass(frozen=True)
class Integration:
    """Everything that a step needs of the outside world, opened once and shared by threads."""

    settings: Settings
    store: Store
    webshop: Webshop
    books: Accounting
    vat_numbers: VatNumbers
    einvoicing: Mapping[Channel, EinvoiceChannel]

    @property
    def name(self) -> str:
        """The integration's name, which begins every reference."""
        return self.settings.name

    @cached_property
    def words(self) -> Words:
        """How people are spoken to: in the language of its settings."""
        return Words(self.settings.language)

    @cached_property
    def directory(self) -> Directory:
        """The mirror of the customers of its books."""
        return self.store.directory(self.books.name)

    @cached_property
    def documents(self) -> Documents:
        """The mirror of the documents of its books."""
        return self.store.documents(self.books.name)

    @cached_property
    def operations(self) -> Operations:
        """The writes to its books."""
        return self.store.operations(self.books.name)

    @cached_property
    def dispatches(self) -> Dispatches:
        """The e-invoices of its orders."""
        return self.store.dispatches(self.books.name, self.name)

    @cached_property
    def einvoice_rules(self) -> Rules:
        """What e-invoices are held against; its process is started by the first one."""
        return Rules.in_folder(self.settings.einvoicing.rules)

    def order(self, row: OrderRow) -> Order:
        """A stored order in our words; read anew from the shop's body where the settings have changed since.

        Of a forgotten one there is only what was kept.

        Raises `NeedsAttention` where that body can't be believed.
        """
        if row.normalised and (row.is_forgotten or row.read_with == self.settings.reading_hash):
            return Order.model_validate_json(row.normalised)
        return self.webshop.normalise(RawOrder.model_validate_json(row.raw))

    def close(self) -> None:
        """Leave the store, and end the process of the rules where there is one."""
        if "einvoice_rules" in vars(self):
            self.einvoice_rules.close()
        self.store.close()


_open: dict[tuple[str, str], Integration] = {}
_opening = threading.Lock()


def open_integration(name: str) -> Integration:
    """The integration of this name or settings file; opened once a process, and again when its settings change.

    From here on this process is known to be at work in the store, before it claims anything: what it reads may not be
    replaced under it. Raises `Misconfigured`, and `Transient` where the store is locked.
    """
    path = find(name)
    settings, secrets = load(path), Secrets.from_environment()
    stamp = json.dumps([settings.model_dump(mode="json"), secrets.stamp], default=str)
    with _opening:
        if (found := _open.get((str(path), stamp))) is None:
            found = compose(settings, secrets)
            found.store.presence.announce()
            _open[str(path), stamp] = found
    return found


def compose(settings: Settings, secrets: Secrets) -> Integration:
    """Put adapters to the settings. Raises `Misconfigured` where a secret is missing."""
    store = Store(settings.store.url)
    books = _books(settings, secrets, store)
    return Integration(
        settings=settings,
        store=store,
        webshop=_webshop(settings, secrets),
        books=books,
        vat_numbers=Vies(settings.vat),
        einvoicing=channels(settings.einvoicing, secrets, books),
    )


def _webshop(settings: Settings, secrets: Secrets) -> Webshop:
    if isinstance(settings.webshop, FilesWebshop):
        return FilesShop(settings.webshop)
    secrets.need("webshop_key", "webshop_secret")
    return WooCommerceShop(settings.webshop, secrets.webshop_key, secrets.webshop_secret)


def _books(settings: Settings, secrets: Secrets, store: Store) -> Accounting:
    if isinstance(settings.accounting, LocalAccounting):
        return LocalBooks(settings.accounting)
    if isinstance(settings.accounting, TrytonAccounting):
        secrets.need("accounting_key")
        return TrytonBooks(settings.accounting, secrets.accounting_key)
    secrets.need("accounting_app_secret", "accounting_grant")

    def directory() -> Directory:
        return store.directory(books.name)

    books = EconomicBooks(settings.accounting, secrets.accounting_app_secret, secrets.accounting_grant, directory)
    return books
