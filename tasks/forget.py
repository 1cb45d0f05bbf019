"""People are forgotten: because they ask for it, or because their orders are old. What the law wants kept stays."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from adapters.integration import Integration
from adapters.store import OrderRow, Scrubbing, Store, sharing, take_out_customers
from domain.classification import Classification
from domain.forgetting import kept_until, proof_kept_until
from domain.identity import company_number, normalise
from domain.orders import Order
from domain.outcomes import Misconfigured
from domain.rules import TYPES

AT_ONCE = 500


@dataclass(frozen=True)
class Person:
    """Who is to be forgotten: the buyer of one order, or whoever bears one of these keys, by field."""

    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    order: str = ""

    @classmethod
    def known_by(cls, *, email: str = "", phone: str = "", cvr: str = "", order: str = "") -> "Person":
        """Raises `Misconfigured` where nothing is said by which anybody could be known."""
        keys = {
            "email": frozenset(normalise("email", email)),
            "phone": frozenset(normalise("phone", phone)),
            "cvr": frozenset({company_number(cvr, "")} - {""}),
        }
        if not order and not any(keys.values()):
            raise Misconfigured("nobody_to_forget", found=email or phone or cvr or "–")
        return cls({name: found for name, found in keys.items() if found}, order)

    @property
    def identities(self) -> set[str]:
        """As links name them."""
        return {f"{name}:{key}" for name, keys in self.keys.items() for key in keys}

    def bought(self, row: OrderRow) -> bool:
        """Whether it is this person's order; one that was never understood is, if it says a key of theirs at all."""
        if self.order:
            return self.order in (row.number, row.order_id)
        if not row.normalised:
            return any(key in row.raw.casefold() for keys in self.keys.values() for key in keys)
        order = Order.model_validate_json(row.normalised)
        company = {company_number(order.field(name), order.buyer.country) for name in ("cvr", "vat_number")}
        said = {
            "email": set(normalise("email", order.buyer.email)),
            "phone": set(normalise("phone", order.buyer.phone)),
            "cvr": company,
        }
        return any(keys & said[name] for name, keys in self.keys.items())


@dataclass
class Forgotten:
    """What was done: order numbers, those that are still open and keep their buyer, customer numbers, documents.

    An order of another integration has its name before the number, a customer of other books their name behind it.
    """

    orders: list[str] = field(default_factory=list)
    still_open: list[str] = field(default_factory=list)
    also_in: list[str] = field(default_factory=list)
    """Other integrations of the store in which some of those orders were."""
    customers: list[str] = field(default_factory=list)
    documents: int = 0
    kept_until: date | None = None
    vat_numbers: int = 0
    """Of so many the EU's register's answer stays, and how long."""
    proof_until: date | None = None


def forget(integration: Integration, person: Person) -> Forgotten:
    """Take a person out of the store, all its integrations; what is left of finished orders are amounts, days, goods.

    The documents keep what stands on them, until the law lets go, by the financial year of this integration. A
    customer with an open order is needed for it. Who is meant by one order is the buyer of that order alone.
    """
    done, database = Forgotten(), integration.store.database
    finished: list[OrderRow] = []
    for name in [integration.name] if person.order else sharing.integrations(database):
        finished += _forget_orders(integration, name, person, done)
    own = integration.books.name
    for books in [own] if person.order else {own, *sharing.mirrored(database)}:
        _forget_customers(integration, books, person, finished, done)
    _name_proofs(integration, person, finished, done)
    database.vacuum()
    return done


def forget_old(integration: Integration) -> Forgotten:
    """Take the buyers out of orders older than the settings say, and out of those that came back since.

    What bookkeeping law asks for no longer goes too: documents of forgotten buyers, the proofs of reverse charge.
    """
    privacy = integration.settings.privacy
    days = privacy.retention_days
    done, scrubbing = Forgotten(), Scrubbing(integration.store.database, integration.name)
    rows = scrubbing.due(datetime.now(UTC) - timedelta(days=days) if days else None)
    _take_out(integration, scrubbing, rows, done)
    today = datetime.now(UTC).date()
    with integration.store.together() as connection:
        over = scrubbing.drop_documents(
            connection, lambda day: kept_until(date.fromisoformat(day), privacy.year_end) < today
        )
        over += integration.store.vat_answers.drop(
            connection, lambda moment: proof_kept_until(moment.date(), privacy.year_end) < today
        )
    if rows or over:
        integration.store.database.vacuum()
    return done


def _forget_orders(integration: Integration, name: str, person: Person, done: Forgotten) -> list[OrderRow]:
    """Take the person out of their orders in the integration of this name; gives those that are finished."""
    scrubbing = Scrubbing(integration.store.database, name)
    rows = [row for row in scrubbing.rows() if person.bought(row)]
    finished = scrubbing.finished(rows)
    done.still_open += [_told(integration, row) for row in rows if row not in finished]
    if finished and name != integration.name:
        done.also_in.append(name)
    _take_out(integration, scrubbing, finished, done)
    return finished


def _take_out(integration: Integration, scrubbing: Scrubbing, rows: Sequence[OrderRow], done: Forgotten) -> None:
    year_end = integration.settings.privacy.year_end
    for start in range(0, len(rows), AT_ONCE):
        piece = {row.order_id: _told(integration, row) for row in rows[start : start + AT_ONCE]}
        with integration.store.together() as connection:
            ids = scrubbing.scrub_orders(connection, rows[start : start + AT_ONCE])
            scrubbing.scrub_changes(connection, ids)
            days = scrubbing.scrub_documents(connection, ids)
        done.orders += [piece[order] for order in ids]
        done.documents += len(days)
        until = [kept_until(date.fromisoformat(day), year_end) for day in days]
        done.kept_until = max([*until, *([done.kept_until] if done.kept_until else [])], default=None)


def _told(integration: Integration, row: OrderRow) -> str:
    return row.number if row.integration == integration.name else f"{row.integration}-{row.number}"


def _forget_customers(
    integration: Integration, books: str, person: Person, bought: Sequence[OrderRow], done: Forgotten
) -> None:
    """Take the person's customers out of the mirror of these books, and what is remembered of them."""
    customers = _customers(integration, books, person, bought)
    needed = _needed(integration, books, customers)
    identities = person.identities | _identities(person, [row for row in bought if row.customer not in needed])
    _drop_customers(integration.store, books, identities, sorted(customers - needed))
    other = "" if books == integration.books.name else f" ({books})"
    done.customers += [f"{number}{other}" for number in sorted(customers - needed)]


def _drop_customers(store: Store, books: str, identities: Iterable[str], numbers: Sequence[str]) -> None:
    """Their keyed hashes keep the books from bringing them back."""
    directory = store.directory(books)
    there = list(directory.by_number(numbers).values())
    with store.together() as connection:
        directory.forgotten.add(connection, there)
        directory.leave_out(connection, numbers)
        take_out_customers(connection, books, identities, numbers)


def _customers(integration: Integration, books: str, person: Person, bought: Sequence[OrderRow]) -> set[str]:
    """The customers of these books who bear the person's keys, or for whom the one order was invoiced.

    One that collects many buyers is nobody.
    """
    directory = integration.store.directory(books)
    hits = [hit for name, keys in person.keys.items() for hit in directory.having(name, keys)]
    invoiced = {row.customer for row in bought} if person.order else set()
    collecting = _collecting(integration) if books == integration.books.name else set()
    return ({number for _, _, number in hits} | invoiced) - collecting - {""}


def _collecting(integration: Integration) -> set[str]:
    rules = [integration.settings.customers.of(kind) for kind in TYPES]
    return {number for one in rules for number in (one.collecting_customer, *one.never_updated)}


def _needed(integration: Integration, books: str, customers: set[str]) -> set[str]:
    """Those of them whom an open order needs, or who collect many buyers, in any integration of these books."""
    database = integration.store.database
    own = {integration.name} if books == integration.books.name else set()
    writing = own.union(sharing.writing_to(database, books))
    return {number for name in writing for number in Scrubbing(database, name).needed(customers)}


def _identities(person: Person, bought: Sequence[OrderRow]) -> set[str]:
    """By which the buyer of the one order is remembered; who is forgotten by a key is known by that already."""
    return {one.key for told in _classified(bought) for one in told.identities} if person.order else set()


def _name_proofs(integration: Integration, person: Person, bought: Sequence[OrderRow], done: Forgotten) -> None:
    """Say of how many of the person's VAT numbers the EU's register's answer is kept, and until when."""
    numbers = {*person.keys.get("cvr", ()), *(told.vat_number for told in _classified(bought))}
    known = integration.store.vat_answers.known(numbers - {""})
    year_end = integration.settings.privacy.year_end
    until = [proof_kept_until(one.checked_at.date(), year_end) for listed in known.values() for one in listed]
    done.vat_numbers, done.proof_until = len(known), max(until, default=None)


def _classified(rows: Sequence[OrderRow]) -> Iterator[Classification]:
    return (Classification.model_validate_json(row.classification) for row in rows if row.classification)
