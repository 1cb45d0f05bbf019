"""What the settings name in a Tryton database, and the record that each of them is."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from adapters.accounting.tryton_rpc import Row, TrytonServer
from adapters.accounting.tryton_settings import TrytonAccounting
from domain.invoices import VatZone
from domain.money import HUNDRED
from domain.outcomes import Misconfigured, NeedsAttention

REMEMBERED = timedelta(minutes=5)
"""For how long master data is believed to be what it was."""


class Product(NamedTuple):
    """A product: its record, its unit, and the account that its sales go to."""

    id: int
    unit: int
    account: int


class Tax(NamedTuple):
    """A tax: its record and the accounts of invoices and of what is taken back."""

    id: int
    name: str
    rate: Decimal
    accounts: tuple[int, int]


@dataclass(frozen=True)
class Terms:
    """The master data of one company, names to records."""

    company: int
    company_party: int
    company_address: int
    currency: str
    journal: int
    receivable: int
    revenue: int
    groups: Mapping[str, int]
    payment_terms: Mapping[str, int]
    rules: Mapping[str, int]
    taxes: Mapping[str, Tax]
    products: Mapping[str, Product]
    currencies: Mapping[str, int]
    countries: Mapping[str, int]
    codes: Mapping[int, str] = field(default_factory=dict)
    """Countries by their records."""


class MasterRecords:
    """Reads them once in a while, and anew where a name is asked for that isn't among them."""

    def __init__(self, server: TrytonServer, settings: TrytonAccounting) -> None:
        self._server = server
        self._settings = settings
        self._known: Terms | None = None
        self._read_at = time.monotonic()

    def terms(self, *, anew: bool = False) -> Terms:
        """The master data. Raises `Misconfigured` where what every invoice needs isn't there."""
        if anew or self._known is None or time.monotonic() - self._read_at > REMEMBERED.total_seconds():
            self._known, self._read_at = self._read(), time.monotonic()
        return self._known

    def tax(self, zone: VatZone, rate: Decimal, terms: Terms) -> Tax | None:
        """The tax of a rate in percent: the one that the settings name, or the only one of that rate; None for none.

        Raises `NeedsAttention` (`tax_unmapped`) where it can't be told which.
        """
        named = self._settings.taxes
        name = named.get(zone, {}).get(rate) or named.get("domestic", {}).get(rate)
        if name:
            if name not in terms.taxes:
                raise NeedsAttention("code_unknown", f"accounting.taxes.{zone}", name, ", ".join(terms.taxes))
            return terms.taxes[name]
        fitting = [tax for tax in terms.taxes.values() if tax.rate == rate]
        if len(fitting) == 1:
            return fitting[0]
        if not rate:
            return None
        expected = ", ".join(tax.name for tax in fitting) or "–"
        raise NeedsAttention("tax_unmapped", f"accounting.taxes.{zone}", f"{rate} %", expected)

    def product(self, code: str, terms: Terms) -> Product | None:
        """The product of this number, else the catch-all of the settings, else none: a line needs no product."""
        found = terms.products.get(code)
        return found or terms.products.get(self._settings.product)

    def rule(self, zone: str, terms: Terms) -> int | None:
        """The tax rule of a VAT zone; None where its customers need none."""
        name = self._settings.vat_zones.get(zone, "")  # type: ignore[call-overload]
        if name and name not in terms.rules:
            raise NeedsAttention("code_unknown", f"accounting.vat_zones.{zone}", name, ", ".join(terms.rules))
        return terms.rules[name] if name else None

    def zone(self, rule: str) -> str:
        """The VAT zone whose customers have this tax rule."""
        by_rule = {name: zone for zone, name in self._settings.vat_zones.items()}
        return by_rule.get(rule, "" if rule else "domestic")

    def _read(self) -> Terms:
        company = self._company()
        of_company = [["company", "=", company["id"]]]
        countries = {row["code"]: row["id"] for row in self._all("country.country", [["code", "!=", None]], "code")}
        revenue = self._account("revenue", self._settings.revenue, of_company)
        return Terms(
            company=company["id"],
            company_party=company["party"],
            company_address=self._address(company),
            currency=company["currency."]["code"],
            journal=self._journal(),
            receivable=self._receivable(of_company),
            revenue=revenue,
            groups=_by_name(self._all("party.category", [], "name")),
            payment_terms=_by_name(self._all("account.invoice.payment_term", [], "name")),
            rules=_by_name(self._all("account.tax.rule", [*of_company, ["kind", "in", ["sale", "both"]]], "name")),
            taxes=self._taxes(of_company),
            products=self._products(revenue),
            currencies={row["code"]: row["id"] for row in self._all("currency.currency", [], "code")},
            countries=countries,
            codes={record: code for code, record in countries.items()},
        )

    def _all(self, model: str, domain: list[Any], *fields: str) -> list[Row]:
        return self._server.search_read(model, domain, fields)

    def _company(self) -> Row:
        server, wanted = self._server, self._settings.company
        preferences = server.call("model.res.user.get_preferences", True)
        companies = self._all("company.company", [["id", "in", preferences.get("companies") or []]], *COMPANY)
        named = {row["party."]["name"]: row for row in companies}
        if wanted and wanted not in named:
            raise Misconfigured("code_unknown", "accounting.company", wanted, ", ".join(named) or "–")
        mine = [row for row in companies if row["id"] == preferences.get("company")]
        if not wanted and not mine:
            raise Misconfigured("code_unknown", "accounting.company", "–", ", ".join(named) or "–")
        found = named[wanted] if wanted else mine[0]
        server.context = {"company": found["id"], "companies": [found["id"]], "language": preferences.get("language")}
        return found

    def _address(self, company: Row) -> int:
        """The company's own address, which customers are created under the guard of."""
        if not company["party."]["addresses"]:
            raise Misconfigured("company_address_missing", "accounting.company", company["party."]["name"])
        return int(company["party."]["addresses"][0])

    def _journal(self) -> int:
        journals = {row["code"]: row["id"] for row in self._all("account.journal", [["type", "=", "revenue"]], "code")}
        wanted = self._settings.journal
        if not journals or (wanted and wanted not in journals):
            raise Misconfigured("code_unknown", "accounting.journal", wanted or "–", ", ".join(journals) or "–")
        return int(journals[wanted] if wanted else next(iter(journals.values())))

    def _receivable(self, of_company: list[Any]) -> int:
        if self._settings.receivable:
            return self._account("receivable", self._settings.receivable, of_company)
        (configured,) = self._server.read("account.configuration", [1], ["default_account_receivable"])
        if not configured["default_account_receivable"]:
            raise Misconfigured("settings_missing_key", "accounting.receivable")
        return int(configured["default_account_receivable"])

    def _account(self, kind: str, code: str, of_company: list[Any]) -> int:
        """An account of the chart by its code; 0 where none is named and products name theirs."""
        if not code:
            return 0
        domain = [*of_company, ["code", "=", code], [f"type.{kind}", "=", True], ["closed", "!=", True]]
        found = self._all("account.account", domain, "code")
        if not found:
            raise Misconfigured("code_unknown", f"accounting.{kind}", code, "–")
        return int(found[0]["id"])

    def _taxes(self, of_company: list[Any]) -> dict[str, Tax]:
        domain = [*of_company, ["type", "=", "percentage"], ["parent", "=", None]]
        domain.append(["OR", ["group", "=", None], ["group.kind", "in", ["sale", "both"]]])
        rows = self._all("account.tax", domain, "name", "rate", "invoice_account", "credit_note_account")
        return {
            row["name"]: Tax(
                row["id"], row["name"], row["rate"] * HUNDRED, (row["invoice_account"], row["credit_note_account"])
            )
            for row in rows
        }

    def _products(self, revenue: int) -> dict[str, Product]:
        fields = ("code", "default_uom", "account_category.account_revenue")
        found: dict[str, Product] = {}
        for row in self._all("product.product", [["code", "!=", None]], *fields):
            account = (row["account_category."] or {}).get("account_revenue") or revenue
            if account:
                found[row["code"]] = Product(row["id"], row["default_uom"], account)
        return found


COMPANY = ("party", "party.name", "party.addresses", "currency.code")


def _by_name(rows: list[Row]) -> dict[str, int]:
    return {row["name"]: row["id"] for row in rows}
