"""What `afstem check` asks an agreement: rights, everything that the settings name, and the VAT of the products."""

from collections.abc import Iterator
from decimal import Decimal

from adapters.accounting.economic_client import Client, Json, number_in
from adapters.accounting.economic_settings import NORMAL, EconomicAccounting
from domain.capabilities import MasterData
from domain.invoices import VatZone
from domain.money import NO_VAT, plain
from domain.outcomes import Finding, NeedsAttention

ROLES = frozenset({"superuser", "sales", "salg"})
"""Either lets an app write customers and invoices."""
COLLECTIONS = {
    "layout": ("layouts", "layoutNumber"),
    "customer_group": ("customer-groups", "customerGroupNumber"),
    "payment_terms": ("payment-terms", "paymentTermsNumber"),
    "vat_zone": ("vat-zones", "vatZoneNumber"),
}
PRODUCT_GROUPS = {"create_products_in": ("product-groups", "productGroupNumber")}
"""Looked up only where a product that is missing is to be made."""
MOST = 10
"""Customers that a finding names."""
ZONES: tuple[VatZone, ...] = ("domestic", "eu", "abroad")


def findings(client: Client, settings: EconomicAccounting) -> list[Finding]:
    """All that is wrong; empty when all is well. Raises `Misconfigured` where the tokens are refused."""
    agreement = client.get("self")
    found = [*_roles(agreement), *_numbers(client, settings), *_terms(client, settings)]
    for path, number, charged in _products(settings):
        found += _product(client, settings, path, number, charged)
    if settings.book and not agreement.get("canSendElectronicInvoice"):
        found.append(Finding(code="einvoicing_not_possible", field="accounting.book"))
    return found


def master_data(client: Client, settings: EconomicAccounting) -> MasterData:
    """Groups, terms, layouts, zones, currencies and all products, by page."""
    numbers = {name: _there(client, name) for name in COLLECTIONS}
    products = client.listed("products")
    return MasterData(
        customer_groups=numbers["customer_group"],
        payment_terms=numbers["payment_terms"],
        vat_zones=numbers["vat_zone"] | {z for z in ZONES if str(settings.zone_number(z)) in numbers["vat_zone"]},
        products=frozenset(str(one["productNumber"]) for one in products),
        currencies=frozenset(str(one.get("code") or one.get("isoNumber")) for one in client.listed("currencies")),
        layouts=numbers["layout"],
        makes_products=settings.create_products_in is not None,
    )


def _there(client: Client, name: str) -> frozenset[str]:
    place, number = (COLLECTIONS | PRODUCT_GROUPS)[name]
    return frozenset(str(one[number]) for one in client.listed(place))


def _roles(agreement: Json) -> Iterator[Finding]:
    """Whether none of the app's roles may write, as far as the agreement tells: a run leaves that to the first 403."""
    roles = [str(role.get("name", "")) for role in agreement.get("application", {}).get("requiredRoles", [])]
    if roles and ROLES.isdisjoint(role.casefold() for role in roles):
        yield Finding(code="role_missing", field="accounting", found=", ".join(roles), expected="SuperUser, Sales")


def _numbers(client: Client, settings: EconomicAccounting) -> Iterator[Finding]:
    for name in (*COLLECTIONS, *PRODUCT_GROUPS):
        asked = [(f"accounting.{name}", number)] if (number := getattr(settings, name)) else []
        if name == "vat_zone":
            asked += [(f"accounting.vat_zones.{zone}", number) for zone, number in settings.vat_zones if number]
        there = _there(client, name) if asked else frozenset()
        for place, wanted in asked:
            if str(wanted) not in there:
                yield Finding(code="code_unknown", field=place, found=str(wanted), expected=", ".join(sorted(there)))


def _terms(client: Client, settings: EconomicAccounting) -> Iterator[Finding]:
    """Terms by a day of payment want one on each invoice, and an order names none: neither may a customer have them."""
    listed = client.listed("payment-terms")
    by_day = {number_in(one, "paymentTermsNumber") for one in listed if one.get("paymentTermsType") == "dueDate"}
    if settings.payment_terms in by_day:
        found = str(settings.payment_terms)
        yield Finding(code="terms_need_due_date", field="accounting.payment_terms", found=found)
    customers = client.pages("customers", by="customerNumber") if by_day else ()
    having: dict[int, list[int]] = {}
    for one in [one for page in customers for one in page if not one.get("barred")]:
        number = one.get("paymentTerms", {}).get("paymentTermsNumber")
        if number in by_day:
            having.setdefault(number, []).append(number_in(one, "customerNumber"))
    for terms, numbers in sorted(having.items()):
        told = ", ".join(map(str, numbers[:MOST])) + (" …" if len(numbers) > MOST else "")
        yield Finding(code="terms_need_due_date", field=f"customer {told}", found=str(terms))


def _products(settings: EconomicAccounting) -> Iterator[tuple[str, str, Decimal]]:
    """Path, number and the rate that each product is there for."""
    yield "accounting.product", settings.product, NORMAL
    for name, rate in (("freight", NORMAL), ("fee", NORMAL), ("rounding", NO_VAT)):
        if number := getattr(settings.products, name):
            yield f"accounting.products.{name}", number, rate
    for rate, number in settings.products.by_rate.items():
        yield f"accounting.products.by_rate.{plain(rate):f}", number, rate


def _product(client: Client, settings: EconomicAccounting, path: str, number: str, rate: Decimal) -> Iterator[Finding]:
    """Whether a product is there, open, and bears its rate: at home, or another country's in whichever zone."""
    try:
        product = client.get("products", number, gone=NeedsAttention("product_unknown", path, number))
    except NeedsAttention as missing:
        if not settings.create_products_in:
            yield missing.finding
        return
    if product.get("barred"):
        yield Finding(code="product_barred", field=path, found=number)
    rates = rates_of(client, number_in(product.get("productGroup", {}), "productGroupNumber"))
    found = {zone: rates[place] for zone in ZONES if (place := settings.zone_number(zone)) in rates}
    asked = {found["domestic"]} if rate in (NORMAL, NO_VAT) and "domestic" in found else set(found.values())
    if found and rate not in asked:
        told = ", ".join(f"{zone} {plain(there):f} %" for zone, there in found.items())
        yield Finding(code="product_rate_differs", field=path, found=told, expected=f"{plain(rate):f}")


def rates_of(client: Client, group: int, gone: NeedsAttention | None = None) -> dict[int, Decimal]:
    """The rate that a product group charges in each VAT zone, by its number, as far as the agreement tells.

    Raises `gone` where there is no such group.
    """
    found: dict[int, Decimal] = {}
    for one in client.listed("product-groups", group, "sales-accounts", gone=gone):
        code = one.get("salesAccount", {}).get("vatAccount", {}).get("vatCode")
        rate = _rate(client, str(code)) if code else NO_VAT
        if rate is not None:
            found[int(one["vatZone"]["vatZoneNumber"])] = rate
    return found


def _rate(client: Client, code: str) -> Decimal | None:
    try:
        told = client.get("vat-accounts", code, gone=NeedsAttention("books_refuse", code)).get("ratePercentage")
    except NeedsAttention:
        return None
    return Decimal(told) if told is not None else None
