"""Tryton as accounting system: trytond with the modules party, product, account and account_invoice, 8.2."""

from collections.abc import Sequence

import httpx
from pydantic import SecretStr

from adapters.accounting.tryton_booking import TrytonBooking
from adapters.accounting.tryton_customers import LENGTHS, TrytonCustomers
from adapters.accounting.tryton_late import Late
from adapters.accounting.tryton_rpc import TrytonServer
from adapters.accounting.tryton_settings import TrytonAccounting
from adapters.accounting.tryton_terms import MasterRecords
from adapters.http import Http
from domain.capabilities import Capabilities, MasterData
from domain.outcomes import AfstemError, Finding, Misconfigured

TIMEOUT = httpx.Timeout(connect=10, read=110, write=30, pool=60)
"""Posting takes a server that prints its invoices itself up to half a second each."""


class TrytonBooks(TrytonCustomers, TrytonBooking):
    """A company in a Tryton database as `domain.ports.Accounting`. Opened at the first call; shared by threads."""

    capabilities = Capabilities(
        identify_by=frozenset({"email", "phone", "cvr", "ean", "customer_number", "name"}),
        fields=frozenset(
            {
                *("name", "address", "zip", "city", "country", "email", "phone", "cvr", "ean", "vat_number"),
                *("customer_group", "payment_terms", "vat_zone"),
            }
        ),
        contacts=False,
        einvoicing=False,
        drafts=True,
        lookup_by_reference=True,
        lengths=LENGTHS,
        books_at_once=False,
        remembers_keys=False,
        any_number=True,
    )

    def __init__(self, settings: TrytonAccounting, key: SecretStr, timeout: httpx.Timeout = TIMEOUT) -> None:
        http = Http(settings.url, "accounting", ca_file=settings.ca_file, timeout=timeout)
        self._settings = settings
        self._server = TrytonServer(http, settings.database, settings.user, key)
        self._records = MasterRecords(self._server, settings)
        self._asks = set()
        self._late_customers, self._late_documents = Late(), Late()
        self.name = f"tryton:{settings.url.rstrip('/')}/{settings.database}:{settings.company}"

    def check(self) -> Sequence[Finding]:
        """Whether the server answers, and the company has all that the settings name."""
        try:
            terms = self._records.terms(anew=True)
        except Misconfigured as error:
            return error.findings
        except AfstemError as error:
            return [error.finding]
        found: list[Finding] = []
        if self._settings.product and self._settings.product not in terms.products:
            found.append(_unknown("accounting.product", self._settings.product, terms.products))
        if not (terms.products.get(self._settings.product) or terms.revenue):
            found.append(Finding(code="settings_missing_key", field="accounting.product"))
        for zone, rule in self._settings.vat_zones.items():
            if rule and rule not in terms.rules:
                found.append(_unknown(f"accounting.vat_zones.{zone}", rule, terms.rules))
        for zone, taxes in self._settings.taxes.items():
            for rate, name in taxes.items():
                if name not in terms.taxes:
                    found.append(_unknown(f"accounting.taxes.{zone}.{rate}", name, terms.taxes))
        return found

    def master_data(self) -> MasterData:
        """The names that settings may use. VAT zones are ours: they choose among the books' taxes and tax rules."""
        terms = self._records.terms()
        return MasterData(
            customer_groups=frozenset(terms.groups),
            payment_terms=frozenset(terms.payment_terms),
            vat_zones=frozenset({"domestic", "eu", "abroad"}),
            products=frozenset(terms.products),
            currencies=frozenset(terms.currencies),
        )


def _unknown(field: str, found: str, known: object) -> Finding:
    names = ", ".join(map(str, known)) if isinstance(known, dict) else ""
    return Finding(code="code_unknown", field=field, found=found, expected=names or "–")
