"""Contact persons of customers: the directory's, and those that this process has met since."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from domain.customers import Customer
from domain.identity import normalise


class Mirror(Protocol):
    """The directory, as far as it spares calls and is told what a call has shown."""

    def by_number(self, numbers: Iterable[str]) -> Mapping[str, Customer]:
        """The mirrored customers of these numbers."""

    def save(self, customers: Sequence[Customer]) -> None:
        """Mirror customers as they are now."""


E_INVOICE_ID = 50
"""As long as a person's id on e-invoices may be."""
Directory = Callable[[], Mirror]
"""Opened when it is needed first."""


class People:
    """Name to number of each customer's contact persons. Shared by threads: what was given out changes no more."""

    def __init__(self, directory: Directory | None) -> None:
        self._directory = directory
        self._met: dict[str, Mapping[str, str]] = {}
        self._lock = threading.Lock()

    def of(self, number: str) -> Mapping[str, str]:
        """All who are known."""
        return self._with_met(number, self.mirrored([number]).get(number))

    def mirrored(self, numbers: Iterable[str]) -> Mapping[str, Customer]:
        """Customers as the directory has them."""
        return self._directory().by_number(numbers) if self._directory else {}

    def may_be_known(self, number: str) -> bool:
        """Whether there is a directory, or this process has looked."""
        return self._directory is not None or number in self._met

    def meet(self, number: str, people: Mapping[str, str]) -> None:
        """These were added to those of a customer."""
        with self._lock:
            self._met[number] = {**self._met.get(number, {}), **people}

    def replace(self, number: str, people: Mapping[str, str]) -> None:
        """These are all there are: whoever else was known is gone, from the directory too."""
        mirrored = self.mirrored([number]).get(number)
        if mirrored and self._directory:
            self._directory().save([with_people(mirrored, people)])
        with self._lock:
            self._met[number] = dict(people)

    def forget(self, number: str) -> None:
        """Only what the directory says counts from now on."""
        with self._lock:
            self._met.pop(number, None)

    def on(self, customer: Customer, mirrored: Customer | None) -> Customer:
        """A customer as the books tell it, who name no contact persons, with those who are known."""
        return with_people(customer, self._with_met(customer.number, mirrored))

    def _with_met(self, number: str, mirrored: Customer | None) -> Mapping[str, str]:
        return {**(mirrored.contact_numbers if mirrored else {}), **self._met.get(number, {})}


def person_in(people: Mapping[str, str], name: str) -> str:
    """The number of the contact person of this name, however it is spelled; empty where there is none."""
    if name in people:
        return people[name]
    keys = set(normalise("name", name))
    return next((number for known, number in people.items() if keys and keys <= set(normalise("name", known))), "")


def e_invoice_id(name: str) -> str:
    """What stands for a person on e-invoices. An ellipsis would be part of it, so a long name just ends."""
    return name[:E_INVOICE_ID].rstrip()


def with_people(customer: Customer, people: Mapping[str, str]) -> Customer:
    """A customer whose contact persons are these, name to number."""
    return customer.model_copy(update={"contacts": tuple(people), "contact_numbers": dict(people)})
