"""Where goods go, as VAT law sees it: the country, or the territory whose rules differ from its country's.

Articles are of Council Directive 2006/112/EC unless another act is named; `since` is the first day on which
the row holds here: the beginning of these tables (1 January 2021), or the day the exception began.
The first row that fits decides. A territory is known by a code of its own or, as shops often give it, by its
country with a postcode or state.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from domain.invoices import VatZone
from domain.orders import Address
from domain.vat_rates import BEGINNING, MEMBERS

HOME = "DK"


class Territory(NamedTuple):
    """One row of the law. `rates_of` is the country or region whose standard rate applies inside the EU."""

    key: str
    zone: VatZone
    source: str
    codes: tuple[str, ...] = ()
    country: str = ""
    zips: str = ""
    states: tuple[str, ...] = ()
    rates_of: str = ""
    since: date = BEGINNING


TERRITORIES: tuple[Territory, ...] = (
    Territory(
        "greenland", "abroad", "momsloven § 2, stk. 1; TEUF art. 204", ("GL",), "DK", r"39\d\d", ("GL", "GRØNLAND")
    ),
    Territory(
        "faroe_islands",
        "abroad",
        "momsloven § 2, stk. 1; TEUF art. 355(5)(a)",
        ("FO",),
        "DK",
        r"[1-9]\d\d",
        ("FO", "FÆRØERNE"),
    ),
    Territory("aland", "abroad", "art. 6(1)(d)", ("AX",), "FI", r"22\d{3}", ("01", "AX", "ÅLAND")),
    Territory("mount_athos", "abroad", "art. 6(1)(a)", (), "GR", r"6308[67]", ("69",)),
    Territory("canary_islands", "abroad", "art. 6(1)(b)", ("IC",), "ES", r"3[58]\d{3}", ("GC", "TF", "CN")),
    Territory("ceuta_melilla", "abroad", "art. 6(2)(c)-(d)", ("EA",), "ES", r"5[12]\d{3}", ("CE", "ML")),
    Territory(
        "french_overseas",
        "abroad",
        "art. 6(1)(c); TEUF art. 349, 355(1)",
        ("GP", "MQ", "GF", "RE", "YT", "MF"),
        "FR",
        r"97[1-468]\d\d",
        ("GP", "MQ", "GF", "RE", "YT", "MF"),
    ),
    Territory(
        "french_countries_overseas",
        "abroad",
        "TEUF art. 198, 355(2) and annex II",
        ("PM", "BL", "WF", "PF", "NC", "TF"),
        "FR",
        r"97[57]\d\d|98[4678]\d\d",
        ("PM", "BL", "WF", "PF", "NC", "TF"),
    ),
    Territory("monaco", "eu", "art. 7", ("MC",), "FR", r"980\d\d", ("MC",), "FR"),
    Territory(
        "campione", "abroad", "art. 6(1)(f); directive (EU) 2019/475", (), "IT", r"2206[01]", since=date(2020, 1, 1)
    ),
    Territory("san_marino", "abroad", "art. 5(2) with TEU art. 52: no member state", ("SM",), "IT", r"4789\d"),
    Territory("vatican", "abroad", "art. 5(2) with TEU art. 52: no member state", ("VA",), "IT", r"00120"),
    Territory("livigno", "abroad", "art. 6(2)(e)", (), "IT", r"23041"),
    Territory("heligoland", "abroad", "art. 6(2)(a)", (), "DE", r"27498"),
    Territory("busingen", "abroad", "art. 6(2)(b)", (), "DE", r"78266"),
    Territory("jungholz_mittelberg", "eu", "UStG 1994 § 10(4), Austria", (), "AT", r"6691|699[1-3]", (), "AT-19"),
    Territory("azores", "eu", "art. 105", (), "PT", r"9[5-9]\d\d(\d{3})?", ("20", "AZORES", "AÇORES"), "PT-20"),
    Territory("madeira", "eu", "art. 105", (), "PT", r"9[0-4]\d\d(\d{3})?", ("30", "MADEIRA"), "PT-30"),
    Territory(
        "northern_ireland",
        "eu",
        "Protocol on Ireland/Northern Ireland, art. 8 (goods)",
        ("XI",),
        "GB",
        r"BT\d[\dA-Z]*",
        ("NIR", "XI", "NORTHERN IRELAND"),
        "XI",
    ),
    Territory(
        "akrotiri_dhekelia",
        "eu",
        "art. 7; Protocol No 3 to the Accession Treaty of 2003",
        (),
        "GB",
        r"BFPO5[78]",
        (),
        "CY",
    ),
    Territory("isle_of_man", "abroad", "art. 7 with the United Kingdom outside the EU", ("IM",), "GB", r"IM\d[\dA-Z]*"),
    Territory("channel_islands", "abroad", "art. 6(1)(e)", ("JE", "GG"), "GB", r"(JE|GY)\d[\dA-Z]*", ("JE", "GG")),
    Territory("united_kingdom", "abroad", "Withdrawal Agreement, art. 126-127", ("GB",)),
)

KEYS = frozenset(row.key for row in TERRITORIES)
_BY_COUNTRY = {
    country: tuple(row for row in TERRITORIES if country in row.codes or country == row.country)
    for country in {code for row in TERRITORIES for code in (*row.codes, row.country)}
}
_ZIPS = {row.key: re.compile(row.zips) for row in TERRITORIES if row.zips}
_OTHER_NAMES = {"EL": "GR", "UK": "GB"}


class Place(NamedTuple):
    """Where the goods go: `domestic` (Danish VAT territory), `eu` or `abroad`, and whose standard rate applies."""

    zone: VatZone
    country: str


def place_of(address: Address, on: date, zones: Mapping[str, VatZone]) -> Place:
    """The VAT place of an address on a day; `zones` overrides the law by territory key or country code.

    An address without a country is domestic.
    """
    country = address.country.strip().upper() or HOME
    country = _OTHER_NAMES.get(country, country)
    for row in _BY_COUNTRY.get(country, ()):
        if row.since <= on and _lies_in(address, country, row):
            return Place(zones.get(row.key) or zones.get(country, row.zone), row.rates_of or country)
    by_country: VatZone = "domestic" if country == HOME else "eu" if country in MEMBERS else "abroad"
    return Place(zones.get(country, by_country), country)


def _lies_in(address: Address, country: str, row: Territory) -> bool:
    if country in row.codes:
        return True
    state = address.state.strip().upper().removeprefix(f"{country}-")
    return (bool(state) and state in row.states) or _zip_lies_in(address.zip, row)


def _zip_lies_in(text: str, row: Territory) -> bool:
    pattern = _ZIPS.get(row.key)
    if pattern is None:
        return False
    spelled = re.sub(r"^[A-Z]{1,2}-(?=\d)", "", text.strip().upper())
    return pattern.fullmatch(re.sub(r"[^0-9A-Z]", "", spelled)) is not None
