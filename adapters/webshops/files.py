"""Orders as files, as WooCommerce's REST API returns them.

Each `*.json` of the folder holds one order, a list of orders, or either of them wrapped in `data`;
`refunds/ORDER.json` holds the refund list of the order with that id. Files are read one at a time.

The cursor is what the folder looked like: names with size and time. An unchanged folder is thus told by looking
alone, and nothing is opened. Where a refund list changed, its order is looked for in all files, since nothing says
which of them holds it.
"""

import heapq
import itertools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters.webshops.raw import Body, believable, bodies_in, decode
from adapters.webshops.settings import FilesWebshop
from adapters.webshops.values import identity_of, moment_of, rows, text_of
from adapters.webshops.woocommerce_orders import normalise
from domain.orders import Order, RawOrder
from domain.outcomes import Finding, Misconfigured, Transient
from domain.ports import Reading

PAGE = 200
REFUNDS = "refunds"

Marks = dict[str, list[int]]
"""File name to its size in bytes and time of change in nanoseconds."""


@dataclass(frozen=True)
class Folder:
    """What the folder looks like at one moment."""

    orders: Marks
    refunds: Marks

    @classmethod
    def from_cursor(cls, cursor: str | None) -> "Folder":
        """What it looked like; an empty folder where there is no cursor, or one of another kind of shop."""
        try:
            found = json.loads(cursor or "{}")
            return cls(dict(found["orders"]), dict(found["refunds"]))
        except (ValueError, TypeError, KeyError):
            return cls({}, {})

    def cursor(self) -> str:
        """As text that a later reading starts from."""
        return json.dumps({"orders": self.orders, "refunds": self.refunds}, separators=(",", ":"))


class FilesShop:
    """The webshop `files`."""

    def __init__(self, settings: FilesWebshop) -> None:
        self._settings = settings
        self._root = settings.path

    def read(self, cursor: str | None, since: datetime | None = None) -> Reading:
        """What changed in the folder since `cursor`; with `since` everything, as a file's time may be a copy's."""
        now, before = self._look(), Folder.from_cursor(None if since else cursor)
        places = tuple(f"file:{name}" for name in sorted(_changed(now.orders, before.orders)))
        return Reading(self._pages(now, before), now.cursor(), places)

    def sold(self, since: datetime, until: datetime) -> Iterator[Sequence[RawOrder]]:
        """The orders whose own date lies in the period; every file is read for it.

        One that tells no date is in no period: the ordinary reading finds it, and holds it.
        """
        now, zone = self._look(), self._settings.zone
        for page in self._pages(now, Folder({}, {})):
            yield [raw for raw in page if (at := _sold_at(raw, zone)) and since <= at < until]

    def orders(self, ids: Sequence[str]) -> Iterator[RawOrder]:
        """The orders of these ids; every file is read for it."""
        wanted = set(ids)
        everything = itertools.chain.from_iterable(self._pages(self._look(), Folder({}, {})))
        return (raw for raw in everything if raw.id in wanted)

    def normalise(self, raw: RawOrder) -> Order:
        """The order in our words. Raises `NeedsAttention`."""
        return normalise(raw, self._settings)

    def recent(self, count: int) -> Sequence[RawOrder]:
        """The last `count` orders by their date; every file is read for it."""
        now = self._look()
        everything = itertools.chain.from_iterable(self._pages(now, Folder({}, {})))
        return heapq.nlargest(count, everything, key=_ordered_at)

    def check(self) -> Sequence[Finding]:
        """Whether the folder is there and holds files."""
        try:
            found = self._look()
        except Misconfigured as error:
            return [error.finding]
        return [] if found.orders else [Finding(code="folder_empty", field="webshop.path", found=str(self._root))]

    def _look(self) -> Folder:
        try:
            if not self._root.is_dir():
                raise Misconfigured("folder_missing", "webshop.path", self._root)
            return Folder(self._marks(self._root), self._marks(self._root / REFUNDS))
        except OSError as error:
            raise Misconfigured("folder_unreadable", "webshop.path", self._root, error.strerror) from error

    def _marks(self, folder: Path) -> Marks:
        """The JSON files of a folder, by name. A link that leads out of the root is none of ours."""
        root = self._root.resolve()
        if not folder.is_dir() or not folder.resolve().is_relative_to(root):
            return {}
        found: Marks = {}
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.name.endswith(".json") or not entry.is_file():
                    continue
                if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root):
                    continue
                state = entry.stat()
                found[entry.name] = [state.st_size, state.st_mtime_ns]
        return dict(sorted(found.items()))

    def _pages(self, now: Folder, before: Folder) -> Iterator[Sequence[RawOrder]]:
        refunded = {name.removesuffix(".json") for name in _changed(now.refunds, before.refunds)}
        new = _changed(now.orders, before.orders)
        for name in now.orders if refunded else sorted(new):
            orders = self._orders(name, now.refunds)
            wanted = orders if name in new else (order for order in orders if order.id in refunded)
            while page := list(itertools.islice(wanted, PAGE)):
                yield page

    def _orders(self, name: str, refunds: Marks) -> Iterator[RawOrder]:
        for index, body in enumerate(bodies_in(self._text(self._root / name))):
            identity = identity_of(body)
            listed = f"{identity}.json" in refunds
            yield RawOrder(
                id=identity or _place(name, index, body),
                body=body,
                refunds=tuple(self._refunds(f"{identity}.json")) if listed else (),
            )

    def _refunds(self, name: str) -> Iterator[dict[str, Any]]:
        text = self._text(self._root / REFUNDS / name)
        try:
            found = decode(text)
        except ValueError:
            found = [text[:200]]
        content = found["data"] if isinstance(found, dict) and "data" in found else found
        for body in map(believable, rows(content)):
            yield body if isinstance(body, dict) else {"unreadable": body}

    def _text(self, path: Path) -> str:
        """A file's text; one that vanished since we looked is empty of orders. Raises `Misconfigured`, `Transient`."""
        try:
            return path.read_bytes().decode("utf-8-sig", "replace")
        except FileNotFoundError:
            return "[]"
        except PermissionError as error:
            raise Misconfigured("folder_unreadable", "webshop.path", path.name, error.strerror) from error
        except OSError as error:
            raise Transient("file_unreadable", "webshop.path", error.strerror) from error


def _changed(now: Marks, before: Mapping[str, Any]) -> set[str]:
    return {name for name, mark in now.items() if before.get(name) != mark} | (before.keys() - now.keys())


def _place(name: str, index: int, body: Body) -> str:
    """The id of what has none: `file:orders.json` as a whole, `file:orders.json#3` within its list."""
    return f"file:{name}" if index == 0 and isinstance(body, str) else f"file:{name}#{index}"


def _sold_at(raw: RawOrder, zone: ZoneInfo) -> datetime | None:
    return moment_of(raw.body, "date_created", zone) if isinstance(raw.body, dict) else None


def _ordered_at(raw: RawOrder) -> str:
    body = raw.body if isinstance(raw.body, dict) else {}
    return text_of(body.get("date_created_gmt")) or text_of(body.get("date_created"))
