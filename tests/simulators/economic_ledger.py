"""What an agreement is born with: groups, terms, zones, layouts, products, and which VAT follows from which."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.simulators.economic_errors import Json, not_found

DOMESTIC, EU, ABROAD, DOMESTIC_WITHOUT_VAT = 1, 2, 3, 4
ZONES = {DOMESTIC: "Domestic", EU: "EU", ABROAD: "Abroad", DOMESTIC_WITHOUT_VAT: "Domestic without VAT"}
STAMP = "%Y-%m-%dT%H:%M:%SZ"
CURRENCIES = {"DKK": "Danske kroner", "EUR": "Euro", "SEK": "Svenske kroner", "NOK": "Norske kroner"}


class Ledger:
    """The agreement's own records, and its clock. A test may change all of it, as the bookkeeper does in the UI.

    `closed_years` are accounting years that take no more invoices; `clock` gives the time, which tests may move.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.years = range(2024, datetime.now(UTC).year + 2)
        self.closed_years: set[int] = set()
        self.company_number = "29403473"
        self.roles = ["SuperUser"]
        self.can_send_electronic_invoice = True
        self.customer_groups = self._numbered("customer-groups", "customerGroupNumber", {1: "Danske", 2: "Udenlandske"})
        self.layouts = self._numbered("layouts", "layoutNumber", {19: "DK. std. m. bankoplys.", 20: "DK. std."})
        self.units = self._numbered("units", "unitNumber", {1: "stk.", 2: "timer"})
        self.vat_zones = self._numbered("vat-zones", "vatZoneNumber", ZONES)
        for zone in self.vat_zones.values():
            zone |= {"enabledForCustomer": True, "enabledForSupplier": True}
        for unit in self.units.values():
            unit["products"] = f"{unit['self']}/products"
        for group in self.customer_groups.values():
            group["customers"] = f"{group['self']}/customers"
        self.payment_terms: dict[int, Json] = {}
        self.product_groups: dict[int, Json] = {}
        self.products: dict[str, Json] = {}
        self.rates: dict[tuple[int, int], Decimal] = {}
        self._furnish()

    def add_terms(self, number: int, name: str, kind: str = "net", days: int | None = None) -> None:
        """Terms of payment."""
        terms = {
            "paymentTermsNumber": number,
            "name": name,
            "paymentTermsType": kind,
            "self": self.link("payment-terms", number),
        }
        self.payment_terms[number] = terms | ({} if days is None else {"daysOfCredit": days})

    def add_product_group(self, number: int, name: str, rates: dict[int, str]) -> None:
        """A group whose sales accounts give this VAT in percent, zone by zone; a zone without a rate has none."""
        link = self.link("product-groups", number)
        self.product_groups[number] = {
            "productGroupNumber": number,
            "name": name,
            "salesAccounts": f"{link}/sales-accounts",
            "products": f"{link}/products",
            "self": link,
        }
        self.rates |= {(number, zone): Decimal(rates.get(zone, "0")) for zone in self.vat_zones}

    def add_product(self, number: str, group: int, name: str = "", **more: Any) -> Json:
        """A product; what it is sold with in VAT follows from its group."""
        link = self.link("products", number)
        self.products[number] = {
            "productNumber": number,
            "name": name or number,
            "salesPrice": Decimal("0.00"),
            "barred": False,
            **more,
            "lastUpdated": self.now(),
            "productGroup": self.product_groups[group],
            "invoices": {"drafts": f"{link}/invoices/drafts", "booked": f"{link}/invoices/booked"},
            "self": link,
        }
        return self.products[number]

    def rate(self, product: str, zone: int) -> Decimal:
        """Product → product group → sales account in this VAT zone → VAT in percent."""
        return self.rates[self.products[product]["productGroup"]["productGroupNumber"], zone]

    def sales_accounts(self, group: int) -> list[Json]:
        """The group's account in each VAT zone. Raises `Refused`."""
        if group not in self.product_groups:
            raise not_found()
        return [
            {"salesAccount": self.account(1000 + group * 10 + zone, self.rates[group, zone]), "vatZone": shown}
            for zone, shown in self.vat_zones.items()
        ]

    def account(self, number: int, rate: Decimal) -> Json:
        """A sales account; one without VAT names no VAT code."""
        account: Json = {
            "accountNumber": number,
            "accountType": "profitAndLoss",
            "balance": Decimal("0.00"),
            "blockDirectEntries": False,
            "debitCredit": "credit",
            "name": f"Salg {rate:f} % moms",
            "accountingYears": self.link("accounts", number, "accounting-years"),
            "self": self.link("accounts", number),
        }
        code = vat_code(rate)
        return account | ({"vatAccount": {"vatCode": code, "self": self.link("vat-accounts", code)}} if rate else {})

    def vat_accounts(self) -> dict[str, Json]:
        """The VAT codes in use, each with its rate."""
        rates = sorted({rate for rate in self.rates.values() if rate})
        return {
            vat_code(rate): {
                "vatCode": vat_code(rate),
                "name": f"Salgsmoms {rate:f} %",
                "ratePercentage": rate,
                "barred": False,
                "self": self.link("vat-accounts", vat_code(rate)),
            }
            for rate in rates
        }

    def accounting_years(self) -> dict[str, Json]:
        """The years, which here begin in January."""
        return {
            str(year): {
                "fromDate": f"{year}-01-01",
                "toDate": f"{year}-12-31",
                "year": str(year),
                **({"closed": True} if year in self.closed_years else {}),
                "self": self.link("accounting-years", year),
            }
            for year in self.years
        }

    def currencies(self) -> dict[str, Json]:
        """The currencies that this agreement may invoice in."""
        return {
            code: {"code": code, "isoNumber": code, "name": name, "self": self.link("currencies", code)}
            for code, name in CURRENCIES.items()
        }

    def self_(self) -> Json:
        """What `/self` tells of the agreement, its application and its user."""
        return {
            "agreementNumber": 1118081,
            "agreementType": {"agreementTypeNumber": 1, "name": "denmark"},
            "userName": "simulator",
            "signupDate": "2016-02-17",
            "user": {"loginId": "simulator", "name": "Simulator", "agreementNumber": 1118081},
            "company": {"name": "Simulator ApS", "zip": "1411", "companyIdentificationNumber": self.company_number},
            "application": {
                "appNumber": 3162,
                "name": "Afstem",
                "appPublicToken": "public",
                "created": "2016-06-14",
                "requiredRoles": [{"roleNumber": at, "name": name} for at, name in enumerate(self.roles, 2)],
                "self": self.link("apps", 3162),
            },
            "settings": {"baseCurrency": "DKK"},
            "companyAffiliation": "e-conomic",
            "canSendElectronicInvoice": self.can_send_electronic_invoice,
            "modules": [{"moduleNumber": 3, "name": "Indscanning", "self": self.link("modules", "agreement", 3)}],
            "self": self.link("self"),
        }

    def link(self, *steps: Any) -> str:
        """A resource's own address."""
        return "/".join((self.url, *map(str, steps)))

    def now(self) -> str:
        """The time as the API writes it, to the second."""
        return self.clock().astimezone(UTC).strftime(STAMP)

    def _numbered(self, collection: str, key: str, names: dict[int, str]) -> dict[int, Json]:
        return {n: {key: n, "name": name, "self": self.link(collection, n)} for n, name in names.items()}

    def _furnish(self) -> None:
        self.add_terms(1, "Netto 8 dage", days=8)
        self.add_terms(2, "Netto 14 dage", days=14)
        self.add_terms(3, "Til omgående betaling", days=0)
        self.add_terms(7, "Forfaldsdato", kind="dueDate")
        self.add_terms(8, "Forudbetalt", kind="prepaid")
        self.add_product_group(1, "Varer m/moms", {DOMESTIC: "25"})
        self.add_product_group(2, "Varer u/moms", {})
        self.add_product_group(3, "Salg til tyske private", {EU: "19"})
        self.add_product("vare", 1, "Varer med moms")
        self.add_product("fragt", 1, "Fragt")
        self.add_product("gebyr", 1, "Gebyr")
        self.add_product("momsfri", 2, "Varer uden moms")
        self.add_product("oerer", 2, "Øreafrunding")
        self.add_product("tysk", 3, "Varer med tysk moms")


def vat_code(rate: Decimal) -> str:
    """The code of an outgoing VAT of this rate."""
    return f"U{rate:f}"[:5]
