"""Customers in Tryton: parties with an address, e-mail, phone, identifiers, a category and their terms.

Tryton has no idempotency keys, so a customer bears the key that it was made under (a contact mechanism of type
`other`, named Afstem), and a key is looked for before anything is made. That the look-up isn't out of date when the
customer is made is what the guard is for: in the same transaction the company's own address is written to, on
condition that nobody has written to it since before the look-up. So of two that look at the same time one is refused,
and looks again; and a call that was given up as lost can't come through later, once another try has been made.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.accounting.checks import check_text
from adapters.accounting.tryton_late import CHANGED, Late, changed_at
from adapters.accounting.tryton_rpc import Row, TrytonServer, in_bulk, patiently, stamps
from adapters.accounting.tryton_terms import MasterRecords, Terms
from domain.customers import Customer, CustomerChange, CustomerField, NewCustomer, Values
from domain.identity import HOME
from domain.outcomes import NeedsAttention, Transient

PAGE = 500
LENGTHS: dict[CustomerField, int] = {"name": 255, "address": 510, "zip": 30, "city": 100}
"""Tryton has no limits of its own; these are what an index and an invoice can bear."""
LONGEST = 500
LONGEST_NUMBER = 40
MARK = "Afstem"
CVR, VAT_NUMBER = "dk_vat", "eu_vat"
FIELDS = (
    *("code", "name", "active", *CHANGED, "_timestamp"),
    *("customer_payment_term.name", "customer_tax_rule.name", "categories.name"),
    *(f"addresses.{name}" for name in ("street", "postal_code", "city", "country")),
    *("contact_mechanisms.type", "contact_mechanisms.value", "identifiers.type", "identifiers.code"),
)
EVERYBODY = ["active", "in", [True, False]]


class TrytonCustomers:
    """The customers' part of the port."""

    _server: TrytonServer
    _records: MasterRecords
    _late_customers: Late

    def customers(self, since: datetime | None) -> Iterator[Sequence[Customer]]:
        """Customers changed at or after `since` (None: all), by pages."""
        terms = self._records.terms()
        domain = [EVERYBODY, ["id", "!=", terms.company_party], self._late_customers.condition(since)]
        rows = self._server.search_read("party.party", domain, CHANGED, order=[["id", "ASC"]])
        ids = self._late_customers.untold(rows, since)
        for start in range(0, len(ids), PAGE):
            page = self._server.search_read("party.party", [["id", "in", ids[start : start + PAGE]], EVERYBODY], FIELDS)
            self._late_customers.tell(page)
            yield [self._customer(row, terms) for row in sorted(page, key=lambda row: int(row["id"]))]

    def find_customers(self, numbers: Sequence[str]) -> Sequence[Customer]:
        """The parties of these codes, barred ones too."""
        domain = [["code", "in", [number for number in numbers if number]], EVERYBODY]
        rows = self._server.search_read("party.party", domain, FIELDS)
        terms = self._records.terms()
        return [self._customer(row, terms) for row in rows]

    def create_customers(self, wanted: Sequence[NewCustomer]) -> Sequence[Customer | NeedsAttention | Transient]:
        """Create each, some at a time; one that bears its key already is given as it stands."""
        outcomes: dict[int, Customer | NeedsAttention | Transient] = {}
        made: list[int] = []
        first: dict[str, int] = {}
        for place, new in enumerate(wanted):
            try:
                self._values(new.values, new.number)
            except (NeedsAttention, Transient) as error:
                outcomes[place] = error
                continue
            if first.setdefault(new.key, place) == place:
                made.append(place)
        written = in_bulk([wanted[place] for place in made], lambda some: patiently(lambda: self._create_parties(some)))
        outcomes |= dict(zip(made, written, strict=True))
        return [outcomes[place] if place in outcomes else outcomes[first[new.key]] for place, new in enumerate(wanted)]

    def update_customers(self, changes: Sequence[CustomerChange]) -> Sequence[Customer | NeedsAttention | Transient]:
        """Write the values that are filled; several changes of one customer become one write."""
        outcomes: dict[int, Customer | NeedsAttention | Transient] = {}
        merged: dict[str, Values] = {}
        for place, change in enumerate(changes):
            try:
                self._values(change.values)
            except (NeedsAttention, Transient) as error:
                outcomes[place] = error
                continue
            filled: Values = {field: text for field, text in change.values.items() if text}
            merged[change.number] = {**merged.get(change.number, {}), **filled}
        items = list(merged.items())
        written = in_bulk(items, lambda some: patiently(lambda: self._update(some)))
        by_number = {number: outcome for (number, _), outcome in zip(items, written, strict=True)}
        return [outcomes.get(place) or by_number[change.number] for place, change in enumerate(changes)]

    def _create_parties(self, wanted: Sequence[NewCustomer]) -> list[Customer | NeedsAttention]:
        """One call: the guard is read before anything is looked for."""
        terms = self._records.terms()
        guard = self._server.read("party.address", [terms.company_address], ["_timestamp"])
        standing = self._bearing([new.key for new in wanted])
        taken = self._taken([new.number for new in wanted if new.number])
        refused: dict[str, NeedsAttention] = {}
        fresh: list[NewCustomer] = []
        for new in wanted:
            if new.key in standing:
                continue
            if new.number and new.number in taken:
                refused[new.key] = NeedsAttention("customer_number_taken", "customer_number", new.number)
                continue
            taken |= {new.number}
            fresh.append(new)
        if fresh:
            parties = [self._party(new, terms) for new in fresh]
            parties[0]["addresses"].append(["write", [terms.company_address], {}])
            ids = self._server.call("model.party.party.create", parties, timestamps=stamps("party.address", guard))
            standing |= dict(zip((new.key for new in fresh), ids, strict=True))
        told = self._told_parties(standing.values(), terms)
        return [refused.get(new.key) or told[standing[new.key]] for new in wanted]

    def _update(self, changes: Sequence[tuple[str, Values]]) -> list[Customer | NeedsAttention]:
        terms = self._records.terms()
        numbers = [number for number, _ in changes if number]
        rows = self._server.search_read("party.party", [["code", "in", numbers], EVERYBODY], (*FIELDS, "categories"))
        parties = {row["code"]: row for row in rows}
        writes: list[Any] = []
        for number, values in changes:
            if number in parties and values:
                writes += [[parties[number]["id"]], self._changed(parties[number], values, terms)]
        if writes:
            self._server.call("model.party.party.write", *writes, timestamps=stamps("party.party", rows))
        told = self._told_parties([row["id"] for row in rows], terms)
        gone = {number: NeedsAttention("customer_gone", "customer", number) for number, _ in changes}
        return [told[parties[number]["id"]] if number in parties else gone[number] for number, _ in changes]

    def _told_parties(self, ids: Any, terms: Terms) -> dict[int, Customer]:
        rows = self._server.read("party.party", list(ids), FIELDS)
        self._late_customers.tell(rows)
        return {row["id"]: self._customer(row, terms) for row in rows}

    def _bearing(self, keys: Sequence[str]) -> dict[str, int]:
        """The parties that were made under these keys."""
        domain = [["type", "=", "other"], ["name", "=", MARK], ["value", "in", list(keys)], EVERYBODY]
        rows = self._server.search_read("party.contact_mechanism", domain, ("value", "party"))
        return {row["value"]: row["party"] for row in rows}

    def _taken(self, numbers: Sequence[str]) -> set[str]:
        if not numbers:
            return set()
        rows = self._server.search_read("party.party", [["code", "in", list(numbers)], EVERYBODY], ("code",))
        return {row["code"] for row in rows}

    def _values(self, values: Mapping[CustomerField, str], number: str = "") -> None:
        """What Tryton would refuse, or not say well. Raises `NeedsAttention`."""
        if "name" in values and not values["name"].strip():
            raise NeedsAttention("customer_name_missing", "name")
        for field, text in values.items():
            check_text(field, text, LENGTHS.get(field, LONGEST))
        if number and (len(number) > LONGEST_NUMBER or not number.isprintable() or number != number.strip()):
            expected = f"1–{LONGEST_NUMBER} characters"
            raise NeedsAttention("customer_number_impossible", "customer_number", number, expected)
        terms = self._records.terms()
        if unknown := self._unknown(values, terms):
            terms = self._records.terms(anew=True)
            if unknown := self._unknown(values, terms):
                raise unknown
        self._records.rule(values.get("vat_zone") or "domestic", terms)

    def _unknown(self, values: Mapping[CustomerField, str], terms: Terms) -> NeedsAttention | None:
        known: tuple[tuple[CustomerField, str, Mapping[str, Any]], ...] = (
            ("customer_group", "customer_group_unknown", terms.groups),
            ("payment_terms", "payment_terms_unknown", terms.payment_terms),
            ("vat_zone", "vat_zone_unknown", dict.fromkeys(("domestic", "eu", "abroad"))),
            ("country", "country_unknown", terms.countries),
        )
        for field, code, names in known:
            if (found := values.get(field)) and found not in names:
                return NeedsAttention(code, field, found, ", ".join(names))
        return None

    def _party(self, new: NewCustomer, terms: Terms) -> Row:
        values = new.values
        mechanisms = [{"type": "other", "name": MARK, "value": new.key, "sequence": 99}]
        mechanisms += [{"type": kind, "value": values[kind]} for kind in ("email", "phone") if values.get(kind)]
        identifiers = [
            {"type": kind, "code": values[field]} for field, kind in _IDENTIFIERS.items() if values.get(field)
        ]
        return {
            **({"code": new.number} if new.number else {}),
            **self._plain(values, terms),
            "addresses": [["create", [{**_address(values, terms), "invoice": True}]]],
            "contact_mechanisms": [["create", mechanisms]],
            "identifiers": [["create", identifiers]],
            "categories": [["add", [terms.groups[values["customer_group"]]]]] if values.get("customer_group") else [],
        }

    def _plain(self, values: Mapping[CustomerField, str], terms: Terms) -> Row:
        """The fields of the party itself."""
        found: Row = {"name": values["name"]} if values.get("name") else {}
        if values.get("payment_terms"):
            found["customer_payment_term"] = terms.payment_terms[values["payment_terms"]]
        if values.get("vat_zone"):
            found["customer_tax_rule"] = self._records.rule(values["vat_zone"], terms)
        return found

    def _changed(self, row: Row, values: Values, terms: Terms) -> Row:
        """What to write to a party: into the address, mail, phone or identifier that it has, or a new one."""
        write = self._plain(values, terms)
        if address := _address(values, terms):
            write["addresses"] = [_write_or_create(row["addresses."], address)]
        mechanisms = [
            _write_or_create([one for one in row["contact_mechanisms."] if one["type"] == kind], new)
            for kind in ("email", "phone")
            if (text := values.get(kind)) and (new := {"type": kind, "value": text})
        ]
        identifiers = [
            _write_or_create(_identifiers(row, kind), {"type": kind, "code": values[field]})
            for field, kind in _IDENTIFIERS.items()
            if values.get(field)
        ]
        if values.get("customer_group"):
            had = [category["id"] for category in _categories(row)[:1]]
            write["categories"] = [["remove", had], ["add", [terms.groups[values["customer_group"]]]]]
        return {**write, "contact_mechanisms": mechanisms, "identifiers": identifiers}

    def _customer(self, row: Row, terms: Terms) -> Customer:
        address = row["addresses."][0] if row["addresses."] else {}
        values: dict[CustomerField, Any] = {
            "name": row["name"],
            "address": address.get("street"),
            "zip": address.get("postal_code"),
            "city": address.get("city"),
            "country": terms.codes.get(address.get("country") or 0),
            "email": _mechanisms(row, "email"),
            "phone": "; ".join(filter(None, (_mechanisms(row, kind) for kind in ("phone", "mobile")))),
            "cvr": _code(row, CVR).removeprefix(HOME),
            "ean": _code(row, None),
            "vat_number": _code(row, VAT_NUMBER),
            "customer_group": next((category["name"] for category in _categories(row)), ""),
            "payment_terms": (row["customer_payment_term."] or {}).get("name"),
            "vat_zone": self._records.zone((row["customer_tax_rule."] or {}).get("name", "")),
        }
        return Customer(
            number=row["code"],
            values={field: text for field, text in values.items() if text},
            barred=not row["active"],
            updated_at=changed_at(row),
        )


_IDENTIFIERS: Mapping[CustomerField, str | None] = {"cvr": CVR, "vat_number": VAT_NUMBER, "ean": None}
"""Tryton has no identifier type of its own for a GLN, so it bears none."""


def _address(values: Mapping[CustomerField, str], terms: Terms) -> Row:
    names: tuple[tuple[CustomerField, str], ...] = (("address", "street"), ("zip", "postal_code"), ("city", "city"))
    found: Row = {name: values[field] for field, name in names if values.get(field)}
    if values.get("country"):
        found["country"] = terms.countries[values["country"]]
    return found


def _write_or_create(standing: Sequence[Row], new: Row) -> list[Any]:
    return ["write", [standing[0]["id"]], new] if standing else ["create", [new]]


def _mechanisms(row: Row, kind: str) -> str:
    return ", ".join(one["value"] for one in row["contact_mechanisms."] if one["type"] == kind)


def _identifiers(row: Row, kind: str | None) -> list[Row]:
    """Of the identifiers without a type only a GLN is ours: 13 digits."""
    found = [one for one in row["identifiers."] if one["type"] == kind]
    return [one for one in found if kind or (len(one["code"]) == 13 and one["code"].isdigit())]


def _code(row: Row, kind: str | None) -> str:
    return str(next((one["code"] for one in _identifiers(row, kind)), ""))


def _categories(row: Row) -> list[Row]:
    return sorted(row["categories."], key=lambda category: int(category["id"]))
