"""Tryton under the contract suite: the server of the session, emptied for each test, and who works in it by hand."""

import tomllib
from datetime import date
from pathlib import Path

import httpx
from pydantic import SecretStr

from adapters.accounting.tryton import TIMEOUT, TrytonBooks
from adapters.accounting.tryton_settings import TrytonAccounting
from tests.databases import administer
from tests.servers.tryton import DATABASE, PASSWORD, SETTINGS, closing_sql, of_database, of_this_session

PLACE = "tryton.url"


class TrytonBookkeeper:
    """Whoever opens the folder `place` first empties the server; others find its address there."""

    many = 60
    per_call = 5
    last_day = date(2025, 3, 31)

    def __init__(self, place: str) -> None:
        self.place = place
        address = Path(place) / PLACE
        if not address.exists():
            of_this_session().reset()
            address.write_text(of_this_session().url)
        self.url = address.read_text()

    def books(self) -> TrytonBooks:
        """A connection with a session of its own."""
        return connected(self.url)

    def bar(self, customer: str) -> None:
        """A customer who is no longer one is made inactive."""
        self._by_hand("party.party.write", [self._party(customer)], {"active": False})

    def add_mobile(self, customer: str, number: str) -> None:
        """A second number, beside the phone's."""
        mobile = {"type": "mobile", "value": number}
        self._by_hand("party.party.write", [self._party(customer)], {"contact_mechanisms": [["create", [mobile]]]})

    def delete_customer(self, customer: str) -> None:
        """In the client."""
        self._by_hand("party.party.delete", [self._party(customer)])

    def delete_draft(self, number: str) -> None:
        """In the client."""
        self._by_hand("account.invoice.delete", [int(number)])

    def close_period(self, until: date) -> None:
        """Every period up to a day."""
        administer(of_database(of_this_session().postgresql, DATABASE), closing_sql(until))

    def pass_time(self) -> None:
        """Its clock tells microseconds."""

    def close(self) -> None:
        """The server goes on for the next test."""

    def _party(self, customer: str) -> int:
        (party,) = self._by_hand("party.party.search", [["code", "=", customer]], 0, None, None)
        return int(party)

    def _by_hand(self, method: str, *parameters: object) -> list[int]:
        books = self.books()
        books.master_data()
        return list(books._server.call(f"model.{method}", *parameters) or [])


def connected(url: str, timeout: httpx.Timeout = TIMEOUT) -> TrytonBooks:
    """A connection to the company at this address."""
    settings = tomllib.loads(SETTINGS.format(url=url))["accounting"]
    return TrytonBooks(TrytonAccounting(**settings), SecretStr(PASSWORD), timeout)
