"""Which call does what: e-conomic's paths, its pages, and what each collection may be filtered by."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

from tests.simulators.economic_customers import CONTACT_FILTERABLE, FILTERABLE, LOCATION_FILTERABLE
from tests.simulators.economic_errors import Json, Problems, Refused, not_found
from tests.simulators.economic_filters import matching, value_at
from tests.simulators.economic_invoices import BOOKED_FILTERABLE, DRAFT_FILTERABLE, Invoices
from tests.simulators.economic_ledger import Ledger
from tests.simulators.economic_schemas import Schemas

MOST_ON_A_PAGE, USUAL_PAGE = 1000, 20
PRODUCT_FILTERABLE = {
    "productNumber", "name", "description", "barred", "barCode", "salesPrice", "costPrice", "lastUpdated",
    "unit.unitNumber", "productGroup.productGroupNumber",
}  # fmt: skip
PRODUCT = ("name", "description", "barCode", "costPrice", "recommendedPrice", "salesPrice", "barred")
NAMED = re.compile(r"(?<=/)(?:\d+|(?<=/products/)[^/]+|(?<=/vat-accounts/)[^/]+|(?<=/currencies/)[^/]+)(?=/|$)")


@dataclass(frozen=True)
class Call:
    """A request that was let in. `numbers` are those in its path, `kind` is method and path without them."""

    method: str
    path: str
    query: dict[str, str]
    body: Any = None

    @property
    def kind(self) -> str:
        """Such as `POST /customers/N/contacts`."""
        return f"{self.method} {NAMED.sub('N', self.path)}"

    @property
    def numbers(self) -> list[int]:
        """The numbers in its path, from left to right."""
        return [int(one) for one in NAMED.findall(self.path) if one.isdigit()]

    @property
    def last(self) -> str:
        """The last step of its path."""
        return unquote(self.path.rsplit("/", 1)[-1])


@dataclass(frozen=True)
class Answer:
    """Status and body; a creation also says where the new record stands."""

    status: int
    body: Any
    location: str = ""


Route = Callable[[Call], Answer]


class Api:
    """The agreement behind its paths. Raises `Refused`."""

    def __init__(self, url: str) -> None:
        self.ledger = Ledger(url)
        self.invoices = Invoices(self.ledger)
        self.customers = self.invoices.customers
        self._routes: dict[str, Route] = {
            **self._reading(),
            **self._customer_writing(),
            **self._other_writing(),
        }

    def answer(self, call: Call, schemas: Schemas | None = None) -> Answer:
        """Do it. With `schemas` the body must also be one that the vendor's allow."""
        route = self._routes.get(call.kind)
        if route is None:
            raise not_found()
        if call.method in ("POST", "PUT"):
            check_body(call, schemas)
        return route(call)

    def _reading(self) -> dict[str, Route]:
        reading = self._customer_reading() | self._invoice_reading() | self._record_reading()
        return {f"GET {path}": route for path, route in reading.items()}

    def _customer_reading(self) -> dict[str, Route]:
        customers = self.customers

        def below(kept: dict[int, dict[int, Json]]) -> Callable[[Call], Iterable[Json]]:
            return lambda call: kept[customers.get(call.numbers[0])["customerNumber"]].values()

        def one_below(kept: dict[int, dict[int, Json]]) -> Route:
            return _one(lambda call: kept.get(call.numbers[0], {}).get(call.numbers[1]))

        return {
            "/customers": self._page_of(lambda call: customers.all.values(), FILTERABLE),
            "/customers/N": _one(lambda call: customers.all.get(call.numbers[0])),
            "/customers/N/contacts": self._page_of(below(customers.contacts), CONTACT_FILTERABLE),
            "/customers/N/contacts/N": one_below(customers.contacts),
            "/customers/N/delivery-locations": self._page_of(below(customers.locations), LOCATION_FILTERABLE),
            "/customers/N/delivery-locations/N": one_below(customers.locations),
        }

    def _invoice_reading(self) -> dict[str, Route]:
        invoices = self.invoices

        def sent(call: Call) -> Iterable[Json]:
            return [one for one in invoices.sent if one["invoice"]["bookedInvoiceNumber"] == call.numbers[0]]

        def listed(kept: dict[int, Json]) -> Callable[[Call], Iterable[Json]]:
            return lambda call: map(_without_lines, kept.values())

        return {
            "/invoices/drafts": self._page_of(listed(invoices.drafts), DRAFT_FILTERABLE),
            "/invoices/drafts/N": _one(lambda call: invoices.drafts.get(call.numbers[0])),
            "/invoices/booked": self._page_of(listed(invoices.booked), BOOKED_FILTERABLE),
            "/invoices/booked/N": _one(lambda call: invoices.booked.get(call.numbers[0])),
            "/invoices/booked/N/sent": self._page_of(sent),
            "/invoices/sent": self._page_of(lambda call: invoices.sent),
        }

    def _record_reading(self) -> dict[str, Route]:
        ledger = self.ledger
        records: dict[str, tuple[Callable[[], dict[Any, Json]], Collection[str]]] = {
            "customer-groups": (lambda: ledger.customer_groups, ("customerGroupNumber", "name")),
            "payment-terms": (lambda: ledger.payment_terms, ()),
            "vat-zones": (lambda: ledger.vat_zones, ()),
            "layouts": (lambda: ledger.layouts, ()),
            "units": (lambda: ledger.units, ()),
            "currencies": (ledger.currencies, ()),
            "product-groups": (lambda: ledger.product_groups, ()),
            "products": (lambda: ledger.products, PRODUCT_FILTERABLE),
            "vat-accounts": (ledger.vat_accounts, ()),
            "accounting-years": (ledger.accounting_years, ("year", "fromDate", "toDate")),
        }
        reading = {
            "/self": _one(lambda call: ledger.self_()),
            "/product-groups/N/sales-accounts": self._page_of(lambda call: ledger.sales_accounts(call.numbers[0])),
        }
        for name, (kept, allowed) in records.items():
            reading[f"/{name}"] = self._page_of(lambda call, kept=kept: kept().values(), allowed)
            reading[f"/{name}/N"] = _one(
                lambda call, kept=kept: {str(number): record for number, record in kept().items()}.get(call.last)
            )
        return reading

    def _page_of(self, items: Callable[[Call], Iterable[Json]], allowed: Collection[str] = ()) -> Route:
        return lambda call: Answer(200, self._page(call, items(call), allowed))

    def _customer_writing(self) -> dict[str, Route]:
        customers = self.customers
        return {
            "POST /customers": lambda call: _made(201, customers.create(call.body)),
            "PUT /customers/N": lambda call: _made(*customers.replace(call.numbers[0], call.body)),
            "DELETE /customers/N": lambda call: _gone(customers.delete(call.numbers[0])),
            "POST /customers/N/contacts": lambda call: _made(*customers.set_contact(call.numbers[0], call.body)),
            "PUT /customers/N/contacts/N": lambda call: _made(
                *customers.set_contact(call.numbers[0], call.body, call.numbers[1])
            ),
            "DELETE /customers/N/contacts/N": lambda call: _gone(customers.delete_contact(*call.numbers)),
            "POST /customers/N/delivery-locations": lambda call: _made(
                *customers.set_location(call.numbers[0], call.body)
            ),
            "PUT /customers/N/delivery-locations/N": lambda call: _made(
                *customers.set_location(call.numbers[0], call.body, call.numbers[1])
            ),
        }

    def _other_writing(self) -> dict[str, Route]:
        invoices = self.invoices

        def delete(numbers: list[int]) -> Answer:
            return Answer(200, invoices.delete(numbers))

        return {
            "POST /products": lambda call: _made(201, self._set_product(call.body.get("productNumber", ""), call.body)),
            "PUT /products/N": lambda call: _made(200, self._set_product(call.last, call.body)),
            "POST /invoices/drafts": lambda call: _made(201, invoices.create(call.body)),
            "PUT /invoices/drafts/N": lambda call: _made(*invoices.replace(call.numbers[0], call.body)),
            "DELETE /invoices/drafts/N": lambda call: delete([invoices.draft(call.numbers[0])["draftInvoiceNumber"]]),
            "DELETE /invoices/drafts": lambda call: delete(list(invoices.drafts)),
            "POST /invoices/booked": lambda call: _made(201, invoices.book(call.body)),
        }

    def _set_product(self, number: str, body: Json) -> Json:
        group = (body.get("productGroup") or {}).get("productGroupNumber")
        problems = Problems()
        if group not in self.ledger.product_groups:
            problems.add(("productGroup",), "E06000", f"productGroup '{group}' does not exist.", group)
        if not number or not body.get("name"):
            problems.add(("name",), "E04042", "Number or name is missing.")
        problems.raise_if_any()
        return self.ledger.add_product(number, group, **{name: body[name] for name in PRODUCT if name in body})

    def _page(self, call: Call, items: Iterable[Json], allowed: Collection[str]) -> Json:
        query = {name.casefold(): value for name, value in call.query.items()}
        every = list(items)
        found = matching(every, query["filter"], allowed) if query.get("filter") else every
        found = _sorted(found, query.get("sort", ""))
        skip, size = _number(query, "skippages", 0), _number(query, "pagesize", USUAL_PAGE)
        if size > MOST_ON_A_PAGE:
            raise Refused(400, f"Page size {size} is more than {MOST_ON_A_PAGE}.", errorCode="E04810")
        last = max(0, -(-len(found) // size) - 1)

        def link(page: int) -> str:
            more = f"&filter={quote(query['filter'])}" if query.get("filter") else ""
            return f"{self.ledger.link(call.path[1:])}?skippages={page}&pagesize={size}{more}"

        return {
            "collection": found[skip * size : (skip + 1) * size],
            "pagination": {
                "maxPageSizeAllowed": MOST_ON_A_PAGE,
                "skipPages": skip,
                "pageSize": size,
                "results": len(found),
                "resultsWithoutFilter": len(every),
                "firstPage": link(0),
                **({"nextPage": link(skip + 1)} if skip < last else {}),
                "lastPage": link(last),
            },
            "self": link(skip),
        }


def check_body(call: Call, schemas: Schemas | None) -> None:
    """No null, no number 0 for a record, and nothing that the vendor's schemas forbid."""
    if not isinstance(call.body, dict):
        raise Refused(400, "The body is no JSON object.", errorCode="E00500")
    problems = Problems()
    for place, value in _leaves(call.body, ()):
        if value is None:
            problems.add(place or ("body",), "E04300", "Null is not allowed: leave the property out.")
        elif value == 0 and str(place[-1]).endswith("Number") and not isinstance(value, bool):
            problems.add(place, "E04300", "0 is no number of a record.", 0)
    problems.raise_if_any()
    if schemas is not None:
        schemas.check_request(call.kind, call.body, problems)
        problems.raise_if_any()


def _leaves(value: Any, place: tuple[Any, ...]) -> Iterable[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*place, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*place, index))
    else:
        yield place, value


def _sorted(items: list[Json], sort: str) -> list[Json]:
    for name in reversed([one for one in sort.split(",") if one]):
        field = name.removeprefix("-")
        items = sorted(items, key=lambda item: _key(value_at(item, field)), reverse=name.startswith("-"))
    return items


def _key(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    return (1, Decimal(value)) if isinstance(value, int | Decimal) else (2, str(value).casefold())


def _number(query: dict[str, str], name: str, otherwise: int) -> int:
    text = query.get(name, str(otherwise))
    if not text.isdigit() or (name == "pagesize" and int(text) == 0):
        raise Refused(400, f"{name} is no number.", errorCode="E04300")
    return int(text)


def _one(found: Callable[[Call], Json | None]) -> Route:
    """Answers with what is found, or that there is nothing."""

    def route(call: Call) -> Answer:
        record = found(call)
        if record is None:
            raise not_found()
        return Answer(200, record)

    return route


def _made(status: int, record: Json) -> Answer:
    return Answer(status, record, record["self"])


def _gone(_: None) -> Answer:
    return Answer(204, None)


def _without_lines(invoice: Json) -> Json:
    return {name: value for name, value in invoice.items() if name != "lines"}
