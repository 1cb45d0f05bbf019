"""What another process may do to the simulator behind the API's back, and see of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulators.economic_errors import Json

if TYPE_CHECKING:
    from tests.simulators.economic import EconomicSimulator

CONTROL = "/_simulator"


def control(books: EconomicSimulator, method: str, path: str, said: Json | None) -> Json:
    """`POST` takes `faults` to queue, `latency`, `limit`, `window`, `records`, `expire_keys` and `forget_calls`.

    `GET` gives what stands in it, `GET /_simulator/calls` how often what was called, and
    `GET /_simulator/requests` gives the recorded requests, as `[method, path with query, body, idempotency key]`.
    """
    with books.lock:
        if method == "POST":
            _told(books, said or {})
        if path == f"{CONTROL}/requests":
            return {"requests": books.requests}
        if path == f"{CONTROL}/calls":
            return {"calls": books.calls}
        return {
            "calls": books.calls,
            "customers": list(books.api.customers.all.values()),
            "contacts": [one for kept in books.api.customers.contacts.values() for one in kept.values()],
            "drafts": list(books.api.invoices.drafts.values()),
            "booked": list(books.api.invoices.booked.values()),
            "sent": books.api.invoices.sent,
            "refusals": books.refusals,
        }


def _told(books: EconomicSimulator, said: Json) -> None:
    books.faults.extend(tuple(fault) for fault in said.pop("faults", ()))
    if said.pop("expire_keys", False):
        books.expire_keys()
    if said.pop("forget_calls", False):
        books.calls.clear()
        books.requests.clear()
    for name in ("latency", "limit", "window", "records"):
        if name in said:
            setattr(books, name, said.pop(name))
    assert not said, f"unknown: {', '.join(said)}"
