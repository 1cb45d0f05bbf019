from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from pydantic import ValidationError

from domain.orders import Address, CustomerType, Order
from domain.outcomes import NeedsAttention
from domain.vat import VatNumberAnswer, VatRules, foreign_vat_number, judge, zone_of
from domain.vat_places import TERRITORIES, place_of
from domain.vat_rates import MEMBERS, STANDARD, standard_rate
from tests.unit.orders_by_hand import order

TODAY = date(2026, 3, 2)
SWEDISH = "SE556188840401"


def place(country: str, zip_code: str = "", state: str = "") -> tuple[str, str]:
    return place_of(Address(country=country, zip=zip_code, state=state), TODAY, {})


@pytest.mark.parametrize(
    ("country", "zip_code", "zone"),
    [
        ("DK", "8000", "domestic"),
        ("", "", "domestic"),
        ("DK", "3900", "abroad"),  # Nuuk, in the Danish postcodes
        ("DK", "3800", "domestic"),
        ("DK", "100", "abroad"),  # Tórshavn, FO-100
        ("DK", "0999", "domestic"),  # a Copenhagen postcode of four digits
        ("GL", "3900", "abroad"),
        ("FO", "100", "abroad"),
        ("AX", "22100", "abroad"),
        ("FI", "22100", "abroad"),
        ("FI", "AX-22100", "abroad"),
        ("FI", "00100", "eu"),
        ("GB", "BT1 1AA", "eu"),
        ("GB", "bt71 6hb", "eu"),
        ("XI", "", "eu"),
        ("GB", "SW1A 1AA", "abroad"),
        ("UK", "B1 1AA", "abroad"),  # Birmingham, not Belfast
        ("GB", "IM1 1AA", "abroad"),
        ("IM", "", "abroad"),
        ("JE", "", "abroad"),
        ("GG", "", "abroad"),
        ("GB", "JE2 3AB", "abroad"),
        ("ES", "35001", "abroad"),
        ("ES", "38001", "abroad"),
        ("IC", "", "abroad"),
        ("ES", "51001", "abroad"),
        ("ES", "52001", "abroad"),
        ("ES", "07001", "eu"),  # the Balearics are inside
        ("ES", "28038", "eu"),
        ("DE", "78266", "abroad"),
        ("DE", "27498", "abroad"),
        ("DE", "D-78266", "abroad"),
        ("DE", "78267", "eu"),
        ("IT", "23041", "abroad"),
        ("IT", "22061", "abroad"),
        ("IT", "00118", "eu"),
        ("GR", "63086", "abroad"),
        ("EL", "63086", "abroad"),
        ("EL", "10431", "eu"),
        ("FR", "97110", "abroad"),
        ("FR", "97400", "abroad"),
        ("FR", "97500", "abroad"),
        ("FR", "98800", "abroad"),
        ("RE", "", "abroad"),
        ("FR", "98000", "eu"),  # Monaco
        ("MC", "", "eu"),
        ("FR", "75001", "eu"),
        ("PT", "9000-001", "eu"),
        ("NO", "0155", "abroad"),
        ("CH", "8238", "abroad"),
        ("SM", "", "abroad"),
        ("IT", "47890", "abroad"),  # San Marino, in the Italian postcodes
        ("IT", "47900", "eu"),
        ("VA", "", "abroad"),
        ("IT", "00120", "abroad"),  # the Vatican
        ("US", "35001", "abroad"),
    ],
)
def test_the_zone_follows_the_place_as_shops_write_it(country: str, zip_code: str, zone: str) -> None:
    assert place(country, zip_code)[0] == zone


@pytest.mark.parametrize(
    ("country", "state", "zone"),
    [("ES", "TF", "abroad"), ("ES", "GC", "abroad"), ("ES", "ES-CE", "abroad"), ("ES", "M", "eu")],
)
def test_a_territory_is_known_by_its_state_too(country: str, state: str, zone: str) -> None:
    assert place(country, state=state)[0] == zone


@pytest.mark.parametrize(
    ("country", "zip_code", "rate"),
    [
        ("PT", "9500-123", "16"),
        ("PT", "9000", "22"),
        ("AT", "6691", "19"),
        ("AT", "1010", "20"),
        ("MC", "", "20"),
        ("GB", "BT1 1AA", "20"),
    ],
)
def test_a_region_has_its_own_standard_rate(country: str, zip_code: str, rate: str) -> None:
    assert standard_rate(place(country, zip_code)[1], TODAY) == Decimal(rate)


@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        ("FI", date(2024, 8, 31), "24"),
        ("FI", date(2024, 9, 1), "25.5"),
        ("EE", date(2023, 12, 31), "20"),
        ("EE", date(2025, 6, 30), "22"),
        ("EE", date(2025, 7, 1), "24"),
        ("SK", date(2024, 12, 31), "20"),
        ("SK", date(2025, 1, 1), "23"),
        ("RO", date(2025, 7, 31), "19"),
        ("RO", date(2025, 8, 1), "21"),
        ("LU", date(2022, 12, 31), "17"),
        ("LU", date(2023, 1, 1), "16"),
        ("LU", date(2024, 1, 1), "17"),
        ("EE", date(2024, 1, 1), "22"),
        ("IE", date(2021, 2, 28), "21"),
        ("IE", date(2021, 3, 1), "23"),
        ("DK", TODAY, "25"),
    ],
)
def test_a_rate_holds_from_its_first_day(country: str, day: date, rate: str) -> None:
    assert standard_rate(country, day) == Decimal(rate)


def test_a_country_outside_the_table_has_no_rate() -> None:
    assert standard_rate("NO", TODAY) is None
    assert standard_rate("DK", date(2020, 1, 1)) is None


def test_the_tables_are_whole() -> None:
    assert len(MEMBERS) == 27
    assert all(one.source and one.since for one in TERRITORIES)
    assert all(one.rates_of in STANDARD for one in TERRITORIES if one.zone == "eu")
    assert all(earlier[0] < later[0] for rates in STANDARD.values() for earlier, later in pairwise(rates))


def test_a_setting_overrides_the_law_by_territory_or_country() -> None:
    rules = VatRules(zones={"greenland": "domestic", "NO": "domestic"})
    assert zone_of(order("1 × Vase = 80 + 20 (25 %)", country="GL"), "b2c", rules) == "domestic"
    assert zone_of(order("1 × Vase = 80 + 20 (25 %)", country="NO"), "b2c", rules) == "domestic"
    assert zone_of(order("1 × Vase = 80 + 20 (25 %)", country="FO"), "b2c", rules) == "abroad"


def test_an_unknown_territory_in_the_settings_is_an_error() -> None:
    with pytest.raises(ValidationError, match="atlantis"):
        VatRules(zones={"atlantis": "abroad"})


@pytest.mark.parametrize(
    ("customer_type", "number", "oss", "zone"),
    [
        ("b2c", "", False, "domestic"),
        ("b2c", "", True, "eu"),
        ("b2c", SWEDISH, False, "domestic"),
        ("b2b", SWEDISH, False, "eu"),
        ("b2b", SWEDISH, True, "eu"),
        ("b2b", "", True, "domestic"),
        ("b2b", "DK13585628", False, "domestic"),
        ("ean", "", False, "domestic"),
    ],
)
def test_an_eu_buyer_is_judged_by_type_number_and_oss(
    customer_type: CustomerType, number: str, oss: bool, zone: str
) -> None:
    sold = order("1 × Vase = 80 + 20 (25 %)", country="SE", fields={"vat_number": number} if number else {})
    assert zone_of(sold, customer_type, VatRules(oss=oss)) == zone


def test_a_company_that_collects_in_denmark_buys_at_home() -> None:
    delivery = Address(name="Lager", zip="8000", country="DK")
    sold = order("1 × Vase = 80 + 20 (25 %)", country="SE", fields={"vat_number": SWEDISH}, delivery=delivery)
    assert zone_of(sold, "b2b", VatRules()) == "domestic"


@pytest.mark.parametrize(
    ("country", "written", "number"),
    [
        ("SE", "SE556188840401", SWEDISH),
        ("SE", "556188 8404 01", SWEDISH),
        ("DE", "de 136 695 976", "DE136695976"),
        ("DK", "DE136695976", "DE136695976"),
        ("GR", "EL094259216", "EL094259216"),
        ("GR", "GR094259216", "EL094259216"),
        ("GB", "XI980780684", "XI980780684"),
    ],
)
def test_a_vat_number_of_another_eu_country_is_recognised(country: str, written: str, number: str) -> None:
    sold = order("1 × Vase = 80 + 0 (0 %)", country=country, fields={"cvr": written})
    found = foreign_vat_number(sold)
    assert found is not None
    assert (found.number, found.field) == (number, "meta:cvr")


@pytest.mark.parametrize(
    "written", ["DK13585628", "13585628", "DE123", "GB980780684", "NO923609016MVA", "", "ÆØÅ", "SE556188840402"]
)
def test_what_is_no_eu_vat_number_is_not_one(written: str) -> None:
    assert foreign_vat_number(order("1 × Vase = 80 + 20 (25 %)", fields={"vat_number": written})) is None


def reverse_charged() -> Order:
    return order("1 × Vase = 80 + 0 (0 %)", country="SE", fields={"vat_number": SWEDISH})


def answer(*, valid: bool, number: str = SWEDISH) -> VatNumberAnswer:
    return VatNumberAnswer(number=number, valid=valid, checked_at=datetime(2026, 3, 2, tzinfo=UTC), name="Vas AB")


def test_reverse_charge_is_booked_with_proof() -> None:
    zone, told = judge(reverse_charged(), "b2b", {Decimal(0)}, VatRules(check_vat_numbers=True), answer(valid=True))
    assert (zone, [(one.code, one.found, one.expected) for one in told]) == (
        "eu",
        [("vat_number_proven", SWEDISH, "2026-03-02 01:00 · Vas AB")],
    )


def test_zero_rated_goods_to_a_consumer_are_no_reverse_charge() -> None:
    rules = VatRules(oss=True, check_vat_numbers=True, rates={"SE": (Decimal(25), Decimal(0))})
    assert judge(reverse_charged(), "b2c", {Decimal(0)}, rules) == ("eu", ())


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (None, "vat_number_unproven"),
        (answer(valid=True, number="SE202100548901"), "vat_number_unproven"),
        (answer(valid=False), "vat_number_invalid"),
    ],
)
def test_reverse_charge_without_proof_is_held(given: VatNumberAnswer | None, code: str) -> None:
    with pytest.raises(NeedsAttention) as held:
        judge(reverse_charged(), "b2b", {Decimal(0)}, VatRules(check_vat_numbers=True), given)
    assert held.value.finding.code == code


def test_a_number_known_to_be_invalid_holds_also_where_nobody_asked_for_proof() -> None:
    with pytest.raises(NeedsAttention):
        judge(reverse_charged(), "b2b", {Decimal(0)}, VatRules(), answer(valid=False))


def test_no_proof_is_needed_where_vat_was_charged() -> None:
    zone, told = judge(reverse_charged(), "b2b", {Decimal(25)}, VatRules(check_vat_numbers=True))
    assert zone == "domestic"
    assert [(one.code, one.found, one.expected) for one in told] == [("vat_rate_unexpected", "25 %", "0 %")]


@pytest.mark.parametrize(
    ("country", "oss", "charged", "zone", "expected"),
    [
        ("DK", False, {"25"}, "domestic", None),
        ("DK", False, {"0"}, "domestic", None),
        ("DK", False, {"25", "0"}, "domestic", None),
        ("DK", False, {"12"}, "domestic", "25 %"),
        ("DK", False, set(), "domestic", None),
        ("DE", False, {"25", "0"}, "domestic", None),
        ("DE", False, {"0"}, "domestic", "25 %"),
        ("DE", False, {"19"}, "eu", "25 %"),
        ("DE", True, {"19"}, "eu", None),
        ("DE", True, {"19", "0"}, "eu", None),
        ("DE", True, {"7"}, "eu", "19 %"),
        ("DE", True, {"25"}, "domestic", "19 %"),
        ("DE", True, {"0"}, "domestic", "19 %"),
        ("SE", True, {"25"}, "eu", None),
        ("NO", False, {"0"}, "abroad", None),
        ("NO", False, {"25"}, "domestic", "0 %"),
        ("GB", False, {"20"}, "abroad", "0 %"),
    ],
)
def test_the_shops_rate_decides_where_it_is_booked_and_is_told_when_it_does_not_fit(
    country: str, oss: bool, charged: set[str], zone: str, expected: str | None
) -> None:
    sold = order("1 × Vase = 80 + 20 (25 %)", country=country)
    booked, told = judge(sold, "b2c", {Decimal(rate) for rate in charged}, VatRules(oss=oss))
    assert booked == zone
    assert [one.expected for one in told] == ([expected] if expected else [])


def test_a_missing_country_is_told() -> None:
    zone, told = judge(order("1 × Vase = 80 + 20 (25 %)", country=""), "b2c", {Decimal(25)}, VatRules())
    assert (zone, [one.code for one in told]) == ("domestic", ["country_missing"])


def test_the_day_of_the_order_in_denmark_decides_the_rate() -> None:
    """23:30 UTC on the last day of August is September in Denmark."""
    late = datetime(2024, 8, 31, 23, 30, tzinfo=UTC)
    sold = order("1 × Vase = 100 + 25.50 (25.5 %)", country="FI", created_at=late)
    assert judge(sold, "b2c", {Decimal("25.5")}, VatRules(oss=True)) == ("eu", ())
