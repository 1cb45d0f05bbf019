"""People are forgotten: because they ask for it, or because their orders are old. What the law wants kept stays."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from adapters.integration import Integration
from adapters.store import OrderRow, Scrubbing
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
    """What was done: order numbers, those that are still open and keep their buyer, customer numbers, documents."""

    orders: list[str] = field(default_factory=list)
    still_open: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    documents: int = 0
    kept_until: date | None = None
    vat_numbers: int = 0
    """Of so many the EU's register's answer stays, and how long."""
    proof_until: date | None = None


def forget(integration: Integration, person: Person) -> Forgotten:
    """Take a person out of the store; what is left of their finished orders are amounts, days and goods.

    The documents keep what stands on them, until the law lets go. A customer with an open order is needed for it.
    """
    scrubbing = _scrubbing(integration)
    rows = [row for row in scrubbing.rows() if person.bought(row)]
    finished = scrubbing.finished(rows)
    still_open = [row for row in rows if row not in finished]
    done = Forgotten(still_open=[row.number for row in still_open])
    customers = _customers(integration, person, finished)
    needed = scrubbing.needed(customers)
    identities = person.identities | _identities(person, [row for row in finished if row.customer not in needed])
    _take_out(integration, finished, done)
    _drop_customers(integration, identities, customers - needed, done)
    _name_proofs(integration, person, finished, done)
    integration.store.database.vacuum()
    return done


def forget_old(integration: Integration) -> Forgotten:
    """Take the buyers out of orders older than the settings say, and out of those that came back since.

    What bookkeeping law asks for no longer goes too: documents of forgotten buyers, the proofs of reverse charge.
    """
    privacy = integration.settings.privacy
    days = privacy.retention_days
    done = Forgotten()
    rows = _scrubbing(integration).due(datetime.now(UTC) - timedelta(days=days) if days else None)
    _take_out(integration, rows, done)
    today = datetime.now(UTC).date()
    with integration.store.together() as connection:
        over = _scrubbing(integration).drop_documents(
            connection, lambda day: kept_until(date.fromisoformat(day), privacy.year_end) < today
        )
        over += integration.store.vat_answers.drop(
            connection, lambda moment: proof_kept_until(moment.date(), privacy.year_end) < today
        )
    if rows or over:
        integration.store.database.vacuum()
    return done


def _scrubbing(integration: Integration) -> Scrubbing:
    return Scrubbing(integration.store.database, integration.name, integration.books.name)


def _take_out(integration: Integration, rows: Sequence[OrderRow], done: Forgotten) -> None:
    scrubbing, year_end = _scrubbing(integration), integration.settings.privacy.year_end
    for start in range(0, len(rows), AT_ONCE):
        piece = {row.order_id: row.number for row in rows[start : start + AT_ONCE]}
        with integration.store.together() as connection:
            ids = scrubbing.scrub_orders(connection, rows[start : start + AT_ONCE])
            scrubbing.scrub_changes(connection, ids, ())
            days = scrubbing.scrub_documents(connection, ids)
        done.orders += [piece[order] for order in ids]
        done.documents += len(days)
        until = [kept_until(date.fromisoformat(day), year_end) for day in days]
        done.kept_until = max([*until, *([done.kept_until] if done.kept_until else [])], default=None)


def _drop_customers(
    integration: Integration, identities: Iterable[str], numbers: Iterable[str], done: Forgotten
) -> None:
    """Take customers out of the mirror; their keyed hashes keep the books from bringing them back."""
    directory, scrubbing = integration.directory, _scrubbing(integration)
    done.customers = sorted(numbers)
    there = list(directory.by_number(done.customers).values())
    with integration.store.together() as connection:
        directory.forgotten.add(connection, there)
        directory.leave_out(connection, done.customers)
        scrubbing.drop_links(connection, identities, done.customers)
        scrubbing.scrub_changes(connection, (), done.customers)


def _customers(integration: Integration, person: Person, bought: Sequence[OrderRow]) -> set[str]:
    """The customers of the books who bear the person's keys, or for whom the one order was invoiced.

    One that collects many buyers is nobody.
    """
    hits = [hit for name, keys in person.keys.items() for hit in integration.directory.having(name, keys)]
    rules = [integration.settings.customers.of(kind) for kind in TYPES]
    collecting = {number for one in rules for number in (one.collecting_customer, *one.never_updated)}
    invoiced = {row.customer for row in bought} if person.order else set()
    return ({number for _, _, number in hits} | invoiced) - collecting - {""}


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
