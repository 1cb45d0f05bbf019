"""A shop of files, its embedded books and the store in one folder, and the real flow that runs between them."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.accounting.local import LocalBooks
from adapters.integration import Integration, open_integration
from adapters.store import OrderRow
from domain.customers import Values
from domain.stages import INVOICED, Stage
from tests.flows.runs import Run
from tests.orders import Json

SETTINGS = """\
name = "{name}"
language = "en"
[webshop]
{webshop}
statuses = ["processing", "completed"]
[webshop.fields]
cvr = ["meta:_billing_cvr"]
ean = ["meta:_billing_ean"]
requisition = ["meta:_billing_ean_reference"]
[accounting]
kind = "local"
path = "books.db"
[store]
url = "sqlite:///afstem.db"
{more}
"""


FILES = 'kind = "files"\npath = "orders"'


class Business:
    """What a test does to the world outside, and what it sees there afterwards; `folder` holds the settings file."""

    def __init__(self, folder: Path, name: str = "shop-dk") -> None:
        self.folder = folder
        self.name = name
        self.config = folder / "afstem.toml"

    def set_up(self, more: str = "", webshop: str = FILES) -> None:
        """Write the settings file anew: the usual ones, and `more`."""
        self.config.write_text(SETTINGS.format(name=self.name, webshop=webshop, more=more), encoding="utf-8")

    def sell(self, *orders: Json, refunds: Mapping[int, list[Json]] | None = None) -> None:
        """Each order in a file of its own; an order of an id that is there already takes its place."""
        for order in orders:
            (self.folder / "orders" / f"{order['id']}.json").write_text(json.dumps(order), encoding="utf-8")
        for order_id, listed in (refunds or {}).items():
            (self.folder / "orders" / "refunds" / f"{order_id}.json").write_text(json.dumps(listed), encoding="utf-8")

    def run(self) -> Run:
        """One run of the flow, here and now."""
        from flows.sync_orders import sync_orders

        return Run(sync_orders(str(self.config), return_state=True))

    def follow(self) -> Run:
        """One run of the flow that asks what became of the e-invoices."""
        from flows.follow_einvoices import follow_einvoices

        return Run(follow_einvoices(str(self.config), return_state=True))

    @property
    def integration(self) -> Integration:
        """The integration as its settings are now."""
        return open_integration(str(self.config))

    @property
    def books(self) -> LocalBooks:
        """The books, seen by a person."""
        return LocalBooks(self.integration.settings.accounting)

    def add_customer(self, **values: Any) -> str:
        """A customer that a person creates; gives its number."""
        barred = values.pop("barred", False)
        filled: Values = {"name": "Hans Ottosen", **values}  # type: ignore[typeddict-item]
        return self.books.add_customer(filled, barred=barred).number

    def customers(self) -> list[dict[str, Any]]:
        """The books' customers."""
        return self.books.statement()["customers"]

    def documents(self) -> list[dict[str, Any]]:
        """The books' invoices and credit notes."""
        return self.books.statement()["invoices"]

    def invoices(self) -> Counter[str]:
        """How many invoices each order has, by its number."""
        references = (one["reference"] for one in self.documents() if one["kind"] == "invoice")
        return Counter(reference.removeprefix(f"{self.name}-") for reference in references)

    def orders(self) -> dict[str, OrderRow]:
        """What the store says of each order, by its id."""
        return {row.order_id: row for row in self.integration.store.orders.every(self.name)}

    def stages(self) -> dict[str, Stage]:
        """The stage of each order, by its id."""
        return {order: row.stage for order, row in self.orders().items()}  # type: ignore[misc]

    def holds(self) -> dict[str, str]:
        """The code by which each held order is held, by the order's id."""
        return {order: row.code for order, row in self.orders().items() if row.stage == "held" and row.eligible}

    def is_invoiced(self, order: int) -> bool:
        """Whether this order has arrived in the books."""
        return self.orders()[str(order)].stage in INVOICED and self.invoices()[str(order)] == 1

    def dump(self) -> tuple[object, ...]:
        """All that stands in the books, and each order's stage: the same twice means that nothing was written."""
        return self.customers(), self.documents(), self.stages()
