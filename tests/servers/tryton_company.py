"""A Danish company in a new Tryton database, as somebody would set it up: `python -m tests.servers.tryton_company DB`.

It runs in a process of its own, since trytond keeps what it has loaded for as long as its process lives. The database
must have the module account_invoice activated.
"""

import sys
from datetime import date
from decimal import Decimal
from typing import Any

COMPANY = "Keramik ApS"
USER, PASSWORD = "afstem", "made up for the tests, and nothing else"
GROUPS = ("Privat", "Erhverv", "Offentlig")
TERMS = {"Netto 14 dage": 14, "Netto 30 dage": 30, "Betalt": 0}
TAXES = {
    "Salgsmoms 25 %": Decimal(25),
    "Momsfrit salg": Decimal(0),
    "EU-salg": Decimal(0),
    "Eksport": Decimal(0),
    "Reduceret 12 %": Decimal(12),
    "Reduceret 6 %": Decimal(6),
    "Reduceret 5,5 %": Decimal("5.5"),
    "Finland 25,5 %": Decimal("25.5"),
    "Finland 24 %": Decimal(24),
    "Tyskland 19 %": Decimal(19),
}
ZONE_RULES = {"EU-kunder": "EU-salg", "Udland": "Eksport"}
PRODUCTS = {
    "VARE": "Vare",
    "FRAGT": "Fragt",
    "GEBYR": "Gebyr",
    "RABAT": "Rabat",
    "GAVEKORT": "Gavekort",
    "REFUSION": "Refusion",
    "AFRUNDING": "Øreafrunding",
}
CURRENCIES = {"DKK": "208", "EUR": "978", "SEK": "752"}
RATES = {"DKK": Decimal(1), "EUR": Decimal("0.134"), "SEK": Decimal("1.5")}
"""What a krone is in each of them, so that an invoice in any can be posted."""
COUNTRIES = {"DK": "Danmark", "SE": "Sverige", "NO": "Norge", "DE": "Tyskland", "FI": "Finland", "FR": "Frankrig",
             "GL": "Grønland", "FO": "Færøerne", "NL": "Holland", "IE": "Irland", "GB": "Storbritannien", "US": "USA",
             "PL": "Polen", "ES": "Spanien", "IT": "Italien", "AT": "Østrig", "BE": "Belgien", "CH": "Schweiz",
             "LU": "Luxembourg", "EE": "Estland", "IS": "Island", "GR": "Grækenland"}  # fmt: skip
YEARS = (2024, 2025, 2026, 2027)


class SetUp:
    """Everything in one transaction."""

    def __init__(self, pool: Any) -> None:
        self._get = pool.get

    def run(self) -> None:
        from trytond.transaction import Transaction

        company = self._company()
        with Transaction().set_context(company=company.id):
            self._books_of(company)

    def _books_of(self, company: Any) -> None:
        accounts = self._chart(company)
        self._taxes(company, accounts["tax"])
        for year in YEARS:
            self._fiscal_year(company, year)
        self._terms()
        self._products(company, accounts)
        for name in GROUPS:
            self._get("party.category").create([{"name": name}])
        self._user(company)

    def _company(self) -> Any:
        currency, country = self._get("currency.currency"), self._get("country.country")
        made = currency.create(
            [
                {"name": code, "code": code, "numeric_code": number, "symbol": code, "rounding": Decimal("0.01"),
                 "digits": 2, "rates": [("create", [{"date": date(2020, 1, 1), "rate": RATES[code]}])]}
                for code, number in CURRENCIES.items()
            ]
        )  # fmt: skip
        country.create([{"name": name, "code": code} for code, name in COUNTRIES.items()])
        (denmark,) = country.search([("code", "=", "DK")])
        (party,) = self._get("party.party").create(
            [
                {
                    "name": COMPANY,
                    "addresses": [("create", [{"street": "Havnegade 1", "postal_code": "5000", "city": "Odense",
                                               "country": denmark.id}])],
                    "identifiers": [("create", [{"type": "dk_vat", "code": "25313763"}])],
                }
            ]
        )  # fmt: skip
        (company,) = self._get("company.company").create([{"party": party.id, "currency": made[0].id}])
        return company

    def _chart(self, company: Any) -> dict[str, Any]:
        template = self._get("ir.model.data").get_id("account", "account_template_root_en")
        wizard = self._get("account.create_chart", type="wizard")
        session, _, _ = wizard.create()
        chart = wizard(session)
        chart.account.account_template = self._get("account.account.template")(template)
        chart.account.company = company
        chart.transition_create_account()
        account = self._get("account.account")
        found = {}
        for kind in ("receivable", "payable", "revenue", "expense"):
            found[kind] = account.search(
                [(f"type.{kind}", "=", True), ("company", "=", company.id), ("closed", "!=", True)], limit=1
            )[0]
        (found["tax"],) = account.search([("company", "=", company.id), ("code", "=", "6.3.6")], limit=1)
        chart.properties.company = company
        chart.properties.account_receivable = found["receivable"]
        chart.properties.account_payable = found["payable"]
        chart.transition_create_properties()
        configuration = self._get("account.configuration")(1)
        configuration.currency_exchange_credit_account = found["revenue"]
        configuration.currency_exchange_debit_account = found["expense"]
        configuration.save()
        return found

    def _taxes(self, company: Any, account: Any) -> None:
        (group,) = self._get("account.tax.group").create([{"name": "Moms", "code": "MOMS", "kind": "both"}])
        made = self._get("account.tax").create(
            [
                {"name": name, "description": name, "type": "percentage", "rate": rate / 100, "group": group.id,
                 "company": company.id, "invoice_account": account.id, "credit_note_account": account.id}
                for name, rate in TAXES.items()
            ]
        )  # fmt: skip
        by_name = dict(zip(TAXES, made, strict=True))
        self._domestic = by_name["Salgsmoms 25 %"]
        for rule, tax in ZONE_RULES.items():
            line = {"group": group.id, "origin_tax": self._domestic.id, "tax": by_name[tax].id}
            self._get("account.tax.rule").create(
                [{"name": rule, "kind": "sale", "company": company.id, "lines": [("create", [line])]}]
            )

    def _fiscal_year(self, company: Any, year: int) -> None:
        sequences, kinds = self._get("ir.sequence.strict"), self._get("ir.sequence.type")
        (of_moves,) = kinds.search([("name", "=", "Account Move")], limit=1)
        (of_invoices,) = kinds.search([("name", "=", "Invoice")], limit=1)
        moves, invoices = sequences.create(
            [{"name": f"{year}", "sequence_type": kind.id, "company": company.id, "prefix": prefix}
             for kind, prefix in ((of_moves, f"{year}/"), (of_invoices, f"{year}"))]
        )  # fmt: skip
        invoices.padding = 6
        invoices.save()
        kind = ("out_invoice_sequence", "out_credit_note_sequence", "in_invoice_sequence", "in_credit_note_sequence")
        (fiscal_year,) = self._get("account.fiscalyear").create(
            [
                {"name": f"{year}", "start_date": date(year, 1, 1), "end_date": date(year, 12, 31),
                 "company": company.id, "move_sequence": moves.id,
                 "invoice_sequences": [("create", [{"company": company.id, **dict.fromkeys(kind, invoices.id)}])]}
            ]
        )  # fmt: skip
        self._get("account.fiscalyear").create_period([fiscal_year])

    def _terms(self) -> None:
        terms = self._get("account.invoice.payment_term")
        for name, days in TERMS.items():
            delta = [("create", [{"days": days}])]
            terms.create([{"name": name, "lines": [("create", [{"type": "remainder", "relativedeltas": delta}])]}])

    def _products(self, company: Any, accounts: dict[str, Any]) -> None:
        (unit,) = self._get("product.uom").search([("name", "=", "Unit")], limit=1)
        (category,) = self._get("product.category").create(
            [
                {"name": "Varer", "accounting": True, "account_revenue": accounts["revenue"].id,
                 "account_expense": accounts["expense"].id,
                 "customer_taxes": [("add", [self._domestic.id])]}
            ]
        )  # fmt: skip
        for code, name in PRODUCTS.items():
            self._get("product.template").create(
                [
                    {"name": name, "type": "service", "default_uom": unit.id, "list_price": Decimal(0),
                     "account_category": category.id, "products": [("create", [{"suffix_code": code}])]}
                ]
            )  # fmt: skip

    def _user(self, company: Any) -> None:
        groups = [
            self._get("ir.model.data").get_id(module, name)
            for module, name in (("account", "group_account"), ("party", "group_party_admin"))
        ]
        self._get("res.user").create(
            [
                {"name": "Afstem", "login": USER, "password": PASSWORD, "groups": [("add", groups)],
                 "companies": [("add", [company.id])], "company": company.id}
            ]
        )  # fmt: skip


def main(database: str) -> None:
    """Set the company up in this database."""
    from trytond.pool import Pool
    from trytond.transaction import Transaction, TransactionError

    with Transaction().start(database, 0, readonly=True):
        Pool(database).init()
    locks: dict[str, Any] = {}
    while True:
        with Transaction().start(database, 0, **locks) as transaction:
            try:
                SetUp(Pool(database)).run()
                transaction.commit()
                return
            except TransactionError as error:  # trytond's own way to ask for a lock: begin again, with it
                transaction.rollback()
                error.fix(locks)


if __name__ == "__main__":
    main(sys.argv[1])
