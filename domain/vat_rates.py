"""The standard VAT rates of the EU countries and the regions that have their own, each with its first day.

From the Commission's tables ("VAT rates applied in the Member States of the European Union", the TEDB database)
and the laws that changed a rate since. Good for supplies from 1 January 2021. Reduced rates depend on the goods
and stand in no table: `[vat.rates]` names those that a shop uses.
"""

from datetime import date
from decimal import Decimal

BEGINNING = date(2021, 1, 1)


def _rates(*changes: tuple[date, str]) -> tuple[tuple[date, Decimal], ...]:
    return tuple((since, Decimal(rate)) for since, rate in changes)


def _always(rate: str) -> tuple[tuple[date, Decimal], ...]:
    return _rates((BEGINNING, rate))


STANDARD: dict[str, tuple[tuple[date, Decimal], ...]] = {
    "AT": _always("20"),
    "AT-19": _always("19"),  # Jungholz and Mittelberg
    "BE": _always("21"),
    "BG": _always("20"),
    "CY": _always("19"),
    "CZ": _always("21"),
    "DE": _always("19"),
    "DK": _always("25"),
    "EE": _rates((BEGINNING, "20"), (date(2024, 1, 1), "22"), (date(2025, 7, 1), "24")),
    "ES": _always("21"),
    "FI": _rates((BEGINNING, "24"), (date(2024, 9, 1), "25.5")),
    "FR": _always("20"),
    "GR": _always("24"),
    "HR": _always("25"),
    "HU": _always("27"),
    "IE": _rates((BEGINNING, "21"), (date(2021, 3, 1), "23")),
    "IT": _always("22"),
    "LT": _always("21"),
    "LU": _rates((BEGINNING, "17"), (date(2023, 1, 1), "16"), (date(2024, 1, 1), "17")),
    "LV": _always("21"),
    "MT": _always("18"),
    "NL": _always("21"),
    "PL": _always("23"),
    "PT": _always("23"),
    "PT-20": _rates((BEGINNING, "18"), (date(2021, 7, 1), "16")),  # the Azores
    "PT-30": _always("22"),  # Madeira
    "RO": _rates((BEGINNING, "19"), (date(2025, 8, 1), "21")),
    "SE": _always("25"),
    "SI": _always("22"),
    "SK": _rates((BEGINNING, "20"), (date(2025, 1, 1), "23")),
    "XI": _always("20"),  # Northern Ireland
}

MEMBERS = frozenset(country for country in STANDARD if len(country) == 2) - {"XI"}


def standard_rate(country: str, on: date) -> Decimal | None:
    """The standard rate in percent of an EU country or region on a day; None where we know none."""
    known = [rate for since, rate in STANDARD.get(country, ()) if since <= on]
    return known[-1] if known else None
