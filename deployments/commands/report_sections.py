"""The proof as tables, for whoever shows them: the terminal and the page that is filed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, get_args

from domain.invoices import VatZone
from domain.outcomes import Finding
from domain.proof import ALL_TIME, GROUPS, ByRate, Period, Proof, ReadBack
from domain.rules import TYPES
from domain.sentences import fix, what
from domain.words import Words

ZONES: tuple[str, ...] = get_args(VatZone)
KEYS = ("eligible", *GROUPS, "ignored")


class Section(NamedTuple):
    """A table under its title; columns from `numbers` on hold figures. `note` says where the figures come from."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: int
    note: str = ""
    totals: frozenset[int] = frozenset()
    """Which rows sum up the others."""


def period_told(period: Period, words: Words) -> str:
    """The days that a proof is about."""
    if period == ALL_TIME:
        return words("whole_time")
    return words("period", first=period.first or words("first"), last=period.last or words("last"))


def verdict(proof: Proof, words: Words) -> str:
    """What the proof comes to, as one sentence."""
    if proof.complete:
        return (
            words("all_well_pending", count=proof.counts["pending"]) if proof.counts["pending"] else words("all_agrees")
        )
    waiting, differences = proof.counts["held"] + proof.counts["failed"], len(proof.discrepancies)
    waits = [words.counted("wait", waiting)] if waiting else []
    return " ".join([*waits, words.counted("differ", differences) if differences else words("rest_agrees")])


def sums_of(proof: Proof, words: Words) -> list[Section]:
    """Every table of sums that has anything in it."""
    made = (_counts(proof, words), _read_back(proof, words), _in_books(proof, words), _by_rate(proof, words))
    return [section for section in made if section.rows]


def names_of(proof: Proof, attention: Sequence[tuple[str, Finding]], words: Words, most: int) -> list[Section]:
    """What must be looked at by name, the first `most` of each: differences, orders that wait, those settled."""
    made = (_differences(proof, words, most), _attention(attention, words, most), _settled(proof, words, most))
    return [section for section in made if section.rows]


def _counts(proof: Proof, words: Words) -> Section:
    currencies = sorted(proof.sums)
    rows: list[list[str]] = []
    for key in KEYS:
        sums = [words.amount(proof.sums[currency][key]) for currency in currencies]
        rows.append([words.of("group", key), str(proof.counts[key]), *sums])
        if key == "invoiced" and proof.drafts:
            rows.append([f"– {words('drafts')}", str(proof.drafts), *("" for _ in currencies)])
        if key == "skipped" and proof.settled:
            sums = _settled_sums(proof, currencies, words)
            rows.append([f"– {words('of_these_settled')}", str(len(proof.settled)), *sums])
    note = words("undated", count=proof.undated) if proof.undated else ""
    return Section(words("counted"), ["", words("orders"), *currencies], rows, 1, note, frozenset({0}))


def _settled_sums(proof: Proof, currencies: Sequence[str], words: Words) -> list[str]:
    sums = dict.fromkeys(currencies, Decimal(0))
    for order in proof.settled:
        if order.day is not None:
            sums[order.currency] += order.total
    return [words.amount(amount) for amount in sums.values()]


def _read_back(proof: Proof, words: Words) -> Section:
    """Orders against the books: each currency, and the customer types within it."""
    rows: list[list[str]] = []
    totals: set[int] = set()
    for currency, back in sorted(proof.read_back.items()):
        of_currency = [(kind, one) for (of, kind), one in proof.by_type.items() if of == currency]
        types = sorted(of_currency, key=lambda item: _rank(currency, item[0]))
        rows += [[currency, _type(kind, words), *_backs(one, words)] for kind, one in types]
        if len(types) > 1:
            totals.add(len(rows))
            rows.append([currency, words("all_types"), *_backs(back, words)])
    keys = ("type", "count", "ordered", "refunded", "invoices", "credit_notes", "diff")
    note = words("read_back_note")
    return Section(words("read_back"), ["", *map(words, keys)], rows, 2, note, frozenset(totals))


def _backs(back: ReadBack, words: Words) -> list[str]:
    amounts = (back.ordered, back.refunded, back.invoices, back.credit_notes, back.difference)
    return [str(back.orders), *map(words.amount, amounts)]


def _type(kind: str, words: Words) -> str:
    return "EAN" if kind == "ean" else words.of("type", kind)


def _in_books(proof: Proof, words: Words) -> Section:
    rows = []
    for place, one in sorted(proof.in_books.items(), key=lambda item: _rank(*item[0])):
        amounts = (one.net, one.vat, one.total, one.expected - one.total)
        told = [place.currency, _type(place.type, words), words.of("zone", place.zone or "unknown")]
        rows.append([*told, str(one.documents), *map(words.amount, amounts)])
    keys = ("type", "zone", "documents", "net", "vat", "total", "diff")
    return Section(words("in_books"), ["", *map(words, keys)], rows, 3, words("in_books_note"))


def _by_rate(proof: Proof, words: Words) -> Section:
    """Over all customer types: a VAT return asks for zone and rate."""
    together: dict[tuple[str, str, Decimal | None], ByRate] = {}
    for (place, rate), one in proof.by_rate.items():
        _add(together.setdefault((place.currency, place.zone or "unknown", rate), ByRate()), one)
    rows = []
    for (currency, zone, rate), one in sorted(together.items(), key=lambda item: _by_name_and_rate(item[0])):
        amounts = (one.net, one.vat, one.confirmed_vat, one.vat - one.confirmed_vat)
        rate_told = words("unknown") if rate is None else words.rate(rate)
        rows.append([currency, words.of("zone", zone), rate_told, *map(words.amount, amounts)])
    keys = ("zone", "rate", "net", "vat", "confirmed_vat", "unconfirmed_vat")
    return Section(words("by_rate"), ["", *map(words, keys)], rows, 2, words("by_rate_note"))


def _add(sums: ByRate, one: ByRate) -> None:
    for name, amount in vars(one).items():
        setattr(sums, name, getattr(sums, name) + amount)


def _by_name_and_rate(key: tuple[str, str, Decimal | None]) -> tuple[str, int, int, Decimal]:
    currency, zone, rate = key
    return *_rank(currency, zone=zone), Decimal(1000) if rate is None else -rate


def _rank(currency: str, kind: str = "", zone: str | None = None) -> tuple[str, int, int]:
    """Where a row stands: by currency, and what is most usual first."""
    return currency, (*TYPES, "").index(kind), ZONES.index(zone) if zone in ZONES else len(ZONES)


def _differences(proof: Proof, words: Words, most: int) -> Section:
    keys = ("order", "reference", "why", "currency", "expected", "kept", "difference")
    rows = [
        [one.order, one.reference, words.of("difference", one.kind), one.currency]
        + [words.amount(amount) for amount in (one.expected, one.found, one.expected - one.found)]
        for one in proof.discrepancies[:most]
    ]
    more = words("more_differences", count=len(proof.discrepancies) - most)
    note = more if len(proof.discrepancies) > most else ""
    return Section(words("differences"), [words(key) for key in keys], rows, 4, note)


def _attention(attention: Sequence[tuple[str, Finding]], words: Words, most: int) -> Section:
    rows = [(number, what(one, words.language), fix(one, words.language)) for number, one in attention[:most]]
    more = words("more", count=len(attention) - most) if len(attention) > most else ""
    return Section(words("attention"), [words(key) for key in ("order", "problem", "fix")], rows, 3, more)


def _settled(proof: Proof, words: Words, most: int) -> Section:
    """Not invoiced by us, or no more as we did; what of ours stands in the books is told, and not compared."""
    rows = []
    for order in proof.settled[:most]:
        standing = ", ".join(one.reference for one in order.documents if not one.gone)
        finding = order.finding or Finding(code="settled_by_hand")
        amount = [order.currency, words.amount(order.total)]
        rows.append([order.number, finding.found, finding.expected, standing, *amount])
    keys = ("order", "why", "settled_by", "left_in_books", "currency", "total")
    more = words("more_differences", count=len(proof.settled) - most) if len(proof.settled) > most else ""
    return Section(words("settled_orders"), [words(key) for key in keys], rows, 5, more)
