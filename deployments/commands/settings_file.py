"""A settings file as `afstem init` writes it: complete, with a comment at each thing that one may want to change."""

import json
from dataclasses import dataclass
from datetime import date

from domain.rules import Preset
from domain.words import Language

COLLECTING_PLACEHOLDER = "SAMLEKUNDE"
"""No customer has this number: until it is replaced every order is held, and `afstem check` says why."""


@dataclass(frozen=True)
class Answers:
    """What a settings file is written from. `place` is the shop's address, or the folder with its orders.

    Layout, group, terms and product are for books that need them: the numbers by which those know them. `server` and
    `database` are where books are that run on a server of one's own.
    """

    name: str
    language: Language
    webshop: str
    place: str
    start: date
    preset: Preset
    cvr: str = ""
    ean: str = ""
    collecting_customer: str = ""
    book: bool = True
    accounting: str = "local"
    layout: str = "1"
    customer_group: str = "1"
    payment_terms: str = "1"
    product: str = "1"
    server: str = "http://127.0.0.1:8000"
    database: str = "tryton"


COMMENTS: dict[str, tuple[str, str]] = {
    "head": (
        "Afstems indstillinger. Hemmeligheder hører til i miljøet, ikke her. Prøv filen af med: afstem check",
        "The settings of Afstem. Secrets belong in the environment, not here. Try the file with: afstem check",
    ),
    "name": (
        "begynder hver reference i regnskabet; ret det ikke senere",
        "begins every reference in the books; keep it",
    ),
    "language": ('eller "en"', 'or "da"'),
    "files": ('eller "woocommerce" med url', 'or "woocommerce" with url'),
    "woocommerce": (
        "nøglerne: AFSTEM_WEBSHOP_KEY og AFSTEM_WEBSHOP_SECRET i miljøet",
        "its keys: AFSTEM_WEBSHOP_KEY and AFSTEM_WEBSHOP_SECRET in the environment",
    ),
    "path": ("mappen med *.json, set fra denne fil", "the folder with *.json, seen from this file"),
    "statuses": ("kun ordrer med disse statusser faktureres", "only orders with these statuses are invoiced"),
    "start": (
        "ældre ordrer bliver ude; uden linjen tæller hele historikken",
        "older orders stay out; without this line the whole history counts",
    ),
    "fields": (
        'første udfyldte vinder: "meta:NØGLE" eller en sti som "billing.company"; afstem check foreslår felter',
        'the first filled one wins: "meta:KEY" or a path such as "billing.company"; afstem check suggests fields',
    ),
    "accounting": ("de indbyggede bøger: en sandkasse at prøve i", "the embedded books: a sandbox to try in"),
    "economic": (
        "nøglerne: AFSTEM_ACCOUNTING_APP_SECRET og AFSTEM_ACCOUNTING_GRANT i miljøet",
        "its tokens: AFSTEM_ACCOUNTING_APP_SECRET and AFSTEM_ACCOUNTING_GRANT in the environment",
    ),
    "tryton": (
        "adgangskoden for user: AFSTEM_ACCOUNTING_KEY i miljøet",
        "the password of user: AFSTEM_ACCOUNTING_KEY in the environment",
    ),
    "catch_all": (
        "kode på varen for alt det, Tryton ikke har en vare til",
        "the code of the product for all that Tryton has none for",
    ),
    "taxes": (
        "skatternes navne i kontoplanen, efter sats i procent",
        "the names of the taxes in the chart, by rate in percent",
    ),
    "tax_rules": ("en ny kundes skatteregel, efter zone", "the tax rule of a new customer, by zone"),
    "numbers": (
        "numrene i aftalen; afstem check ser, om de findes",
        "the agreement's numbers; afstem check sees whether they are there",
    ),
    "product": (
        "varen for alt, der ikke har sin egen; den skal give 25 % moms indenlands",
        "the product for all that has none of its own; it must bear 25 % VAT at home",
    ),
    "products": (
        "varer, der går forud, for eksempel uden moms:",
        "products that go before it, for example without VAT:",
    ),
    "book": ("false: lav kun kladder", "false: make drafts only"),
    "store": (
        "hvad Afstem ved; postgresql://… for flere maskiner",
        "what Afstem knows; postgresql://… beyond one machine",
    ),
    "preset": (
        "recommended: opret og opdatér; match-only: find kun; one-customer: alt på samlekunden",
        "recommended: create and update; match-only: find only; one-customer: all on the collecting customer",
    ),
    "collecting": (
        "samlekundens nummer i regnskabet: kunden skal findes og ændres aldrig",
        "the collecting customer's number in the books: it must exist and is never changed",
    ),
    "rules": ("Regler for én kundetype går forud, for eksempel:", "Rules of one customer type go first, for example:"),
}
"""Danish and English."""


def settings_text(answers: Answers) -> str:
    """The whole file."""
    sections = (_head(answers), _webshop(answers), _fields(answers), _books(answers), _customers(answers))
    return "\n".join("\n".join(section) + "\n" for section in sections)


def _head(answers: Answers) -> list[str]:
    return [
        _comment(answers, "head"),
        _line(answers, "name", _quoted(answers.name), "name"),
        _line(answers, "language", _quoted(answers.language), "language"),
    ]


def _webshop(answers: Answers) -> list[str]:
    place = ("path", "path") if answers.webshop == "files" else ("url", "")
    return [
        "[webshop]",
        _line(answers, "kind", _quoted(answers.webshop), answers.webshop),
        _line(answers, place[0], _quoted(answers.place), place[1]),
        _line(answers, "statuses", '["processing", "completed"]', "statuses"),
        _line(answers, "start", answers.start.isoformat(), "start"),
    ]


def _fields(answers: Answers) -> list[str]:
    named = [("cvr", answers.cvr), ("ean", answers.ean)]
    return [
        f"[webshop.fields]  {_comment(answers, 'fields')}",
        *(f"{field} = [{_quoted(key)}]" if key else f"# {field} = []" for field, key in named),
        '# requisition = ["meta:_billing_ean_reference"]',
        '# reference_person = ["meta:_billing_ean_person"]',
    ]


def _books(answers: Answers) -> list[str]:
    books = {"economic": _economic, "tryton": _tryton}.get(answers.accounting, _embedded)(answers)
    return [*books, "", "[store]", _line(answers, "url", '"sqlite:///afstem.db"', "store")]


def _embedded(answers: Answers) -> list[str]:
    return [
        "[accounting]",
        _line(answers, "kind", '"local"', "accounting"),
        'path = "books.db"',
        _line(answers, "book", "true" if answers.book else "false", "book"),
    ]


def _economic(answers: Answers) -> list[str]:
    return [
        "[accounting]",
        _line(answers, "kind", '"economic"', "economic"),
        _line(answers, "layout", answers.layout, "numbers"),
        f"customer_group = {answers.customer_group}",
        f"payment_terms = {answers.payment_terms}",
        _line(answers, "product", _quoted(answers.product), "product"),
        _line(answers, "book", "true" if answers.book else "false", "book"),
        "",
        "[accounting.vat_zones]",
        "domestic = 1",
        "eu = 2",
        "abroad = 3",
        "",
        f"[accounting.products]  {_comment(answers, 'products')}",
        '# by_rate = {0 = "10"}',
        '# freight = "11"',
        '# rounding = "10"',
    ]


def _tryton(answers: Answers) -> list[str]:
    return [
        "[accounting]",
        _line(answers, "kind", '"tryton"', "tryton"),
        f"url = {_quoted(answers.server)}",
        f"database = {_quoted(answers.database)}",
        'user = "afstem"',
        _line(answers, "# product", '"VARE"', "catch_all"),
        _line(answers, "book", "true" if answers.book else "false", "book"),
        "",
        f"[accounting.taxes.domestic]  {_comment(answers, 'taxes')}",
        '# 25 = "Salgsmoms 25 %"',
        "",
        f"[accounting.vat_zones]  {_comment(answers, 'tax_rules')}",
        '# eu = "EU-kunder"',
        '# abroad = "Udland"',
    ]


def _customers(answers: Answers) -> list[str]:
    lines = ["[customers]", _line(answers, "preset", _quoted(answers.preset), "preset")]
    if answers.collecting_customer:
        lines.append(_line(answers, "collecting_customer", _quoted(answers.collecting_customer), "collecting"))
    example = ["[customers.b2b]", 'identify_by = ["cvr", "email"]', 'on_bad_number = "treat_as_b2c"']
    return [*lines, "", _comment(answers, "rules"), *(f"# {line}" for line in example)]


def _line(answers: Answers, key: str, value: str, comment: str) -> str:
    said = f"{key} = {value}"
    return f"{said}  {_comment(answers, comment)}" if comment else said


def _comment(answers: Answers, key: str) -> str:
    danish, english = COMMENTS[key]
    return f"# {danish if answers.language == 'da' else english}"


def _quoted(text: str) -> str:
    """JSON's strings are TOML's, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
