"""The documents that we write, held against the authority's own schema and rules, and against ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from adapters.einvoicing.checks import mandatory
from adapters.einvoicing.official import OfficialRules
from adapters.einvoicing.oioubl import written
from adapters.einvoicing.rules import Rules
from adapters.settings import Settings, load
from adapters.webshops.files import FilesShop
from adapters.webshops.settings import FilesWebshop
from deployments.demo import make_orders
from domain.classification import classify
from domain.credit_notes import build_credit_notes
from domain.einvoices import Credited, Einvoice
from domain.invoices import Built
from domain.invoicing import build_invoice
from domain.money import ORE
from domain.orders import Address, Order
from domain.outcomes import NeedsAttention, Skip
from tests.einvoices import PAYMENTS, a_credit_note, a_seller, an_einvoice, assert_passes, einvoices, with_receiver

DEMO = Path(make_orders.__file__).parent
ABROAD = Address(name="Bo Ibsen", company="Skolen", street="Uden nummer", zip="8000", city="Aarhus", country="DK")


@settings(suppress_health_check=list(HealthCheck))
@given(einvoices())
def test_whatever_was_booked_becomes_a_document_that_passes_to_the_ore(rules: Rules, einvoice: Einvoice) -> None:
    assert_passes(rules, einvoice)


EXAMPLES = {
    "everything at once": an_einvoice(
        "2 × Kaffekop [KOP-1] = 158.40 + 39.60 (25 %) before discount 200.00",
        "3 × Bog = 100 + 0 (0 %)",
        "freight GLS = 39.20 + 9.80 (25 %)",
        "fee Gebyr = 10.00 + 2.50 (25 %)",
        total="359.51",
        delivery=ABROAD,
    ),
    "one line": an_einvoice(),
    **{
        f"paid by {payment['kind'] + payment.get('card', '') if payment else 'nothing'}": an_einvoice(
            seller=a_seller(payment=payment)
        )
        for payment in PAYMENTS[1:]
    },
}
EXAMPLES["credit note"] = a_credit_note(EXAMPLES["everything at once"])


def without_each(document: bytes) -> Iterator[tuple[str, etree._Element]]:
    """The document without each of its elements in turn, and which one it was."""
    whole = etree.fromstring(document)
    for element in whole.iterdescendants("{*}*"):
        path = whole.getroottree().getelementpath(element)
        rest = etree.fromstring(document)
        missing = rest.find(path)
        assert missing is not None
        missing.getparent().remove(missing)  # type: ignore[union-attr]
        yield path, rest


def refused(official: OfficialRules, document: etree._Element) -> bool:
    return any(one.fatal for one in official.violations(etree.tostring(document)) or [])


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_is_refused_for_a_missing_element_our_own_checks_find_first(example: str, official: OfficialRules) -> None:
    for path, rest in without_each(written(EXAMPLES[example])):
        assert mandatory(rest) or not refused(official, rest), path


def test_our_own_checks_demand_nothing_that_the_rules_let_be_missing(official: OfficialRules) -> None:
    demanded = [
        (path, refused(official, rest))
        for path, rest in without_each(written(EXAMPLES["everything at once"]))
        if mandatory(rest)
    ]
    assert len(demanded) > 100
    profile = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}ProfileID"
    assert {path for path, also_theirs in demanded if not also_theirs} == {profile}


@pytest.mark.parametrize("document", ["Invoice", "CreditNote", "ApplicationResponse"])
def test_the_official_examples_of_what_we_send_and_receive_pass(
    document: str, examples: dict[str, bytes], rules: Rules
) -> None:
    verdicts = [rules.verdict(data) for name, data in examples.items() if name.startswith(f"OIOUBL_{document}")]
    assert verdicts
    assert all(one.passed and one.rules and one.document == document for one in verdicts)


@pytest.fixture(scope="module", params=["demo", "woocommerce"])
def shop(request: pytest.FixtureRequest, specs: Path) -> Settings:
    settings = load(DEMO / "afstem.toml")
    if request.param == "demo":
        return settings
    webshop = settings.webshop.model_dump() | {"path": specs / "woocommerce" / "real", "start": None}
    return settings.model_copy(update={"webshop": FilesWebshop.model_validate(webshop)})


def test_every_order_of_the_demo_and_of_a_real_shop_passes(shop: Settings, rules: Rules) -> None:
    passed = {"ean": 0, "other": 0, "credit_note": 0}
    for sold in _orders_of(shop):
        for customer_type, einvoice in _einvoices_of(sold, shop):
            assert_passes(rules, einvoice)
            credit = einvoice.invoice.kind == "credit_note"
            passed["credit_note" if credit else "ean" if customer_type == "ean" else "other"] += 1
    assert min(passed.values()) > 0
    assert sum(passed.values()) > 30


def _orders_of(shop: Settings) -> Iterator[Order]:
    assert isinstance(shop.webshop, FilesWebshop)
    files = FilesShop(shop.webshop)
    for raw in (raw for page in files.read(None).pages for raw in page):
        try:
            yield files.normalise(raw)
        except NeedsAttention:
            continue


def _einvoices_of(sold: Order, shop: Settings) -> Iterator[tuple[str, Einvoice]]:
    """The invoice and its credit notes, with a test receiver where the buyer is no authority."""
    rules = shop.invoices.once_invoiced()
    try:
        customer_type = classify(sold, shop.customers).type
        invoice = build_invoice(sold, customer_type, "1", f"demo-{sold.number}", rules, shop.vat).invoice
    except (NeedsAttention, Skip):
        return
    if not invoice.total:
        return
    booked = Einvoice(invoice=with_receiver(invoice), number="1042", seller=a_seller())
    yield customer_type, booked
    credited = Credited(number=booked.number, date=invoice.date)
    for outcome in build_credit_notes(sold, invoice, [], rules):
        if isinstance(outcome, Built):
            note = with_receiver(outcome.invoice)
            yield customer_type, booked.model_copy(update={"invoice": note, "number": "2001", "credits": credited})


def test_an_invoice_of_many_lines_adds_up(rules: Rules) -> None:
    einvoice = an_einvoice(*(f"3 × Vare {place} = {place}.01 + {place / 4:.2f} (25 %)" for place in range(1, 300)))
    assert einvoice.invoice.total > ORE
    assert rules.verdict(written(einvoice)).violations == ()
