"""A WooCommerce shop over its REST API (`/wp-json/wc/v3`). Only reads; nothing is written to the shop.

Measured on WooCommerce 11: `modified_after` is right as naive UTC together with `dates_are_gmt=true`, and loses
orders in any other form; its bound is exclusive and one second fine. Version 4.9 ignores it altogether.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from pydantic import SecretStr

from adapters.http import Answer, Http, error_code
from adapters.webshops.oauth1 import OAuth1
from adapters.webshops.raw import Body, believable, decode
from adapters.webshops.settings import WooCommerceWebshop
from adapters.webshops.values import identity_of, text_of
from adapters.webshops.woocommerce_orders import normalise
from domain.orders import Order, RawOrder
from domain.outcomes import Finding, Misconfigured, Transient
from domain.ports import Reading

API = "/wp-json/wc/v3"
PAGE = 100
OVERLAP = timedelta(minutes=5)
"""Read again each time: an order may be committed in the shop some while after the time that it carries."""
STAMP = "%Y-%m-%dT%H:%M:%S"
"""The only form in which the shop's own clock takes no part: UTC, and no mark that says so."""
MOST_IDLE = 3
"""Pages in a row that may bring nothing new, as they do when the list shifts under us."""

Query = dict[str, str | int]


@dataclass(frozen=True)
class Page:
    """One page of the order list; `total` and `pages` are of the whole list, where the shop says them."""

    bodies: list[Body]
    total: int | None
    pages: int | None
    answered_at: datetime | None

    def ends(self, number: int) -> bool:
        """Whether this, as page `number`, is the last. A short page need not be: some shops cap or filter pages."""
        return not self.bodies or (number >= self.pages if self.pages is not None else len(self.bodies) < PAGE)

    def grown(self, before: "Page") -> int:
        """By how many orders the list grew since the page `before`; negative where it shrank."""
        return (self.total or 0) - (before.total or 0)


class WooCommerceShop:
    """The webshop `woocommerce`, read with a consumer key: by Basic over HTTPS, by OAuth 1 over plain HTTP."""

    def __init__(self, settings: WooCommerceWebshop, key: SecretStr, secret: SecretStr) -> None:
        self._settings = settings
        basic = httpx.BasicAuth(key.get_secret_value(), secret.get_secret_value())
        auth = OAuth1(key, secret) if settings.is_plain_http else basic
        self._http = Http(settings.url + API, "webshop", auth=auth, ca_file=settings.ca_file)

    def read(self, cursor: str | None, since: datetime | None = None) -> Reading:
        """All that changed since `cursor`, the first page at once; without cursor, since the settings' start.

        The next reading starts at the earlier of our clock and the shop's, so that neither can lose an order.
        """
        started = datetime.now(UTC)
        query = self._query(since or _moment(cursor) or self._settings.starts_at)
        first = self._page(query, 1)
        next_start = min(started, first.answered_at or started)
        bound = str(query.get("modified_after", ""))
        return Reading(self._pages(query, first, lambda body: _changed_after(bound, body)), next_start.isoformat())

    def sold(self, since: datetime, until: datetime) -> Iterator[Sequence[RawOrder]]:
        """The orders whose own date lies in the period, by the shop's UTC column: both bounds are exclusive there."""
        after, before = _stamp(since - timedelta(seconds=1)), _stamp(until)
        query = self._query(None) | {"after": after, "before": before, "dates_are_gmt": "true"}
        return self._pages(query, self._page(query, 1), lambda body: _sold_within(after, before, body))

    def orders(self, ids: Sequence[str]) -> Iterator[RawOrder]:
        """Each by a call of its own, which shows also what lies in the bin and in no list."""
        for order in dict.fromkeys(filter(_is_number, ids)):
            answer = self._http.get(f"/orders/{order}", {})
            if answer.status != 404:
                body = believable(self._json(answer))
                yield self._raw(identity_of(body) or order, body)

    def normalise(self, raw: RawOrder) -> Order:
        """The order in our words. Raises `NeedsAttention`."""
        return normalise(raw, self._settings)

    def recent(self, count: int) -> Sequence[RawOrder]:
        """The last `count` orders by their date, in all statuses."""
        found: dict[str, RawOrder] = {}
        for number in range(1, -(-count // PAGE) + 1):
            page = self._page({"status": "any", "orderby": "date", "order": "desc"}, number)
            found |= {identity: self._raw(identity, body) for identity, body in _identified(page, number)}
            if page.ends(number):
                break
        return list(found.values())[:count]

    def check(self) -> Sequence[Finding]:
        """Whether the shop answers, takes the key, and minds `modified_after`."""
        try:
            changed_tomorrow = self._page(self._query(datetime.now(UTC) + timedelta(days=1)), 1)
        except (Misconfigured, Transient) as error:
            return [error.finding]
        if changed_tomorrow.bodies:
            return [Finding(code="modified_after_ignored", field="webshop.url", found=self._settings.url)]
        return []

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def _query(self, changed_since: datetime | None) -> Query:
        query: Query = {"status": "any", "orderby": "id", "order": "asc"}
        if changed_since is not None:
            bound = changed_since.astimezone(UTC) - OVERLAP - timedelta(seconds=1)
            query |= {"modified_after": _stamp(bound), "dates_are_gmt": "true"}
        return query

    def _pages(self, query: Query, page: Page, asked_for: Callable[[Body], bool]) -> Iterator[Sequence[RawOrder]]:
        """Every page, without what the shop should not have sent.

        A list that grew or shrank meanwhile has shifted: we step back and read on from there.
        Growing alone hides nothing, but may cover that an order left; a busy shop must not keep us for that.
        """
        seen: set[str] = set()
        number, idle = 1, 0
        while True:
            fresh = {identity: body for identity, body in _identified(page, number) if identity not in seen}
            seen |= fresh.keys()
            idle = 0 if fresh else idle + 1
            yield [self._raw(identity, body) for identity, body in fresh.items() if asked_for(body)]
            if page.ends(number):
                return
            if idle > MOST_IDLE:
                raise Misconfigured("pages_repeat", "webshop.url", self._settings.url)
            following = self._page(query, number + 1)
            grown = following.grown(page)
            if grown and idle < (1 if grown > 0 else MOST_IDLE):
                number = max(1, number - abs(grown) // PAGE)
                page = self._page(query, number)
            else:
                number += 1
                page = following

    def _page(self, query: Query, number: int) -> Page:
        answer = self._http.get("/orders", query | {"per_page": PAGE, "page": number})
        bodies = [believable(value) for value in self._list(answer)]
        total, pages = _count(answer, "x-wp-total"), _count(answer, "x-wp-totalpages")
        if pages is None and total is not None:
            pages = -(-total // PAGE)
        return Page(bodies, total, pages, answer.date)

    def _list(self, answer: Answer) -> list[object]:
        """The list that a call answered."""
        found = self._json(answer)
        if not isinstance(found, list):
            raise Misconfigured("webshop_api_missing", "webshop.url", self._settings.url)
        return found

    def _json(self, answer: Answer) -> object:
        """What a call answered. A page of HTML is a shop in maintenance, or a guard before it."""
        if answer.status == 404:
            raise Misconfigured("webshop_api_missing", "webshop.url", self._settings.url)
        if answer.status >= 400:
            raise Misconfigured("webshop_refuses_query", "webshop.url", error_code(answer))
        try:
            return decode(answer.text)
        except ValueError as error:
            raise Transient("answer_unreadable", "webshop") from error

    def _raw(self, identity: str, body: Body) -> RawOrder:
        refunded = isinstance(body, dict) and bool(body.get("refunds"))
        return RawOrder(id=identity, body=body, refunds=self._refunds(identity) if refunded else ())

    def _refunds(self, order: str) -> tuple[dict[str, object], ...]:
        """The refunds of an order, none where it was deleted meanwhile."""
        found: list[dict[str, object]] = []
        if not _is_number(order):
            return ()
        for number in range(1, PAGE):
            answer = self._http.get(f"/orders/{order}/refunds", {"per_page": PAGE, "page": number})
            bodies = [] if answer.status == 404 else [believable(value) for value in self._list(answer)]
            found += [body if isinstance(body, dict) else {"unreadable": body} for body in bodies]
            if len(bodies) < PAGE:
                break
        return tuple(found)


def _identified(page: Page, number: int) -> Iterator[tuple[str, Body]]:
    """The orders of a page by the shop's id; one without gets its place in the list."""
    for index, body in enumerate(page.bodies):
        yield identity_of(body) or f"page:{number}#{index}", body


def _is_number(identity: str) -> bool:
    """Whether it can be one of the shop's ids: what else is put into an address may lead anywhere."""
    return identity.isascii() and identity.isdigit() and len(identity) < 20


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(STAMP)


def _sold_within(after: str, before: str, body: Body) -> bool:
    """Whether a shop was right to send it: one that ignores the bounds sends all it has."""
    created = text_of(body.get("date_created_gmt")) if isinstance(body, dict) else ""
    return not created or after < created < before


def _changed_after(bound: str, body: Body) -> bool:
    """Whether a shop was right to send it: one that ignores `modified_after` sends all it has."""
    modified = text_of(body.get("date_modified_gmt")) if isinstance(body, dict) else ""
    return not modified or modified > bound


def _count(answer: Answer, header: str) -> int | None:
    value = answer.headers.get(header, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else None


def _moment(cursor: str | None) -> datetime | None:
    """The moment of a cursor; one of another kind of shop says nothing."""
    try:
        found = datetime.fromisoformat(cursor or "")
    except ValueError:
        return None
    return found if found.tzinfo else None
