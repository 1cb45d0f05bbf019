"""What makes two customers the same, and which numbers can exist at all."""

import copy
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import identity
from domain.identity import KeyField

CVR = "13585628"
EAN = "5790000435975"
CPR = "010190-1234"


@pytest.mark.parametrize(
    ("field", "left", "right"),
    [
        ("cvr", "DK12345678", "12 34 56 78"),
        ("cvr", "12.34.56.78", "dk-12345678"),
        ("cvr", "CVR-nr. 12345678", "12345678"),
        ("cvr", "\uff11\uff12345678", "12345678"),
        ("cvr", "1234\u200b5678\ufeff", "12345678"),
        ("ean", "5790 0004 3597 5", EAN),
        ("ean", "EAN: 5790000435975", EAN),
        ("ean", "0088:5790000435975", EAN),
        ("phone", "+45 86 12 34 56", "86123456"),
        ("phone", "0045 86123456", "86-12-34-56"),
        ("phone", "4586123456", "(+45) 86123456"),
        ("phone", "+46 (0)70 123 45 67", "0046701234567"),
        ("email", " Mette@Example.DK ", "mette@example.dk"),
        ("email", "Mette Holm <mette@example.dk>", "mailto:METTE@example.dk."),
        ("name", "Søren  Ærø", "SØREN ÆRØ"),
        ("name", "Ma\u0308rit A\u030aberg", "Märit Åberg"),
        ("name", "Jens\u00a0Hansen\n", "jens hansen"),
        ("name", "Jens\u200d\u00ad\u2062 Hansen", "jens hansen"),
        ("customer_number", " a 17 ", "A17"),
        ("vat_number", "DE 136.695.976", "de136695976"),
    ],
)
def test_two_spellings_of_one_value_are_equal(field: KeyField, left: str, right: str) -> None:
    assert identity.normalise(field, left) == identity.normalise(field, right) != ()


@pytest.mark.parametrize(
    ("field", "left", "right"),
    [
        ("phone", "+47 86123456", "86123456"),
        ("phone", "+46 86123456", "+45 86123456"),
        ("phone", "4505551234", "05551234"),
        ("cvr", "DE12345678", "12345678"),
        ("name", "Søren", "Soren"),
        ("email", "jens+shop@example.dk", "jens@example.dk"),
        ("customer_number", "0017", "17"),
    ],
)
def test_values_that_only_look_alike_are_not_equal(field: KeyField, left: str, right: str) -> None:
    assert identity.normalise(field, left) != identity.normalise(field, right)


@pytest.mark.parametrize("field", get_args(KeyField))
@pytest.mark.parametrize("nothing", ["", "   ", "\t\n", "\u200b", "-", "\ud800", "\x00"])
def test_what_holds_no_letter_and_no_digit_says_nothing(field: KeyField, nothing: str) -> None:
    assert identity.normalise(field, nothing) == ()


@pytest.mark.parametrize(
    ("field", "nobody"),
    [
        ("customer_number", "0"),
        ("phone", "00000000"),
        ("phone", "+45 00 00 00 00"),
        ("phone", "12"),
        ("email", "ingen"),
        ("email", "a@b@c"),
        ("email", "@example.dk"),
        ("name", "."),
    ],
)
def test_a_value_that_nobody_can_have_identifies_nobody(field: KeyField, nobody: str) -> None:
    assert identity.normalise(field, nobody) == ()


def test_each_of_several_emails_in_one_field_counts_once() -> None:
    field = "Bogholderi <bog@example.dk>; MetTe@example.dk, bog@EXAMPLE.dk"
    assert identity.normalise("email", field) == ("bog@example.dk", "mette@example.dk")


LANDLINE, MOBILE = "33112233", "40404040"


@pytest.mark.parametrize(
    "field",
    [
        "33 11 22 33 / 40404040",
        "+45 33112233/+45 40 40 40 40",
        "tlf. 33112233, mobil 40404040",
        "33-11-22-33; 0045 40404040",
        "33112233\n40404040\r\n",
        "33/11 22 33, 40/40/40/40",
        "3311 2233 \uff0f 40404040, +4533112233",
    ],
)
def test_each_of_several_phones_in_one_field_counts_once(field: str) -> None:
    assert identity.normalise("phone", field) == (LANDLINE, MOBILE)


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("33/11 22 33", LANDLINE),
        ("33,11,22,33", LANDLINE),
        ("33 11\n22 33", LANDLINE),
        ("0461/123456", "0461123456"),
        ("030/12345678", "03012345678"),
        ("+49 (0)8161/1234567", "+4981611234567"),
        ("0049 8161/12345678", "+49816112345678"),
        ("33112233, lok. 12", "3311223312"),
        ("+49 30 12345678/90", "+49301234567890"),
    ],
)
def test_a_sign_within_one_phone_number_makes_no_two_of_it(field: str, key: str) -> None:
    assert identity.normalise("phone", field) == (key,)


def test_a_semicolon_stands_in_no_phone_number() -> None:
    assert identity.normalise("phone", "112233; 40404040; lok. 12") == ("112233", MOBILE)


@pytest.mark.parametrize("piece", ["0,", "+/", "lok,", "00/", "1\n", "33112233/"])
def test_a_very_long_field_of_phones_takes_no_time(piece: str) -> None:
    identity.normalise("phone", piece * 50_000)


@given(st.sampled_from(get_args(KeyField)), st.text() | st.from_regex(r"[+0-9DKdkCVRNEAGL\-. ()@/,;]{0,30}"))
def test_a_key_is_its_own_only_key(field: KeyField, text: str) -> None:
    for key in identity.normalise(field, text):
        assert identity.normalise(field, key) == (key,)
        key.encode()


@given(st.sampled_from(get_args(KeyField)), st.text(min_size=1, max_size=9), st.integers(min_value=1, max_value=400))
def test_a_key_of_a_long_text_can_be_indexed_and_is_its_own_only_key(field: KeyField, piece: str, times: int) -> None:
    for key in identity.normalise(field, piece * times):
        assert len(key) <= max(identity.LONGEST_KEY, identity.LONGEST_EMAIL)
        assert identity.normalise(field, key) == (key,)


def test_a_long_name_is_the_same_as_what_the_books_had_room_for() -> None:
    name = "Foreningen til Æblernes Fremme i Ærøskøbing og Omegn " * 20
    assert identity.normalise("name", name) == identity.normalise("name", f"{name[:254]}…")
    assert identity.normalise("name", name) != identity.normalise("name", name[:150])


def test_a_longer_address_than_mail_has_is_none() -> None:
    assert identity.normalise("email", f"{'a' * 243}@example.dk")
    assert identity.normalise("email", f"{'a' * 244}@example.dk") == ()


@pytest.mark.parametrize(
    ("value", "patterns"),
    [
        ("NoReply@example.dk", ["noreply@*"]),
        ("00000000", ["00000000"]),
        ("00 00 00 00", ["00000000"]),
        ("Gæst", ["gæst", "kunde"]),
    ],
)
def test_a_placeholder_is_known_in_any_spelling(value: str, patterns: list[str]) -> None:
    assert identity.is_placeholder(value, patterns)


def test_an_empty_value_or_pattern_is_no_placeholder() -> None:
    assert not identity.is_placeholder("", ["*"])
    assert not identity.is_placeholder("jens@example.dk", [])
    assert not identity.is_placeholder("jens@example.dk", ["noreply@*", ""])


@pytest.mark.parametrize("text", [CVR, "DK 13 58 56 28", "55133018", "cvr 13.58.56.28"])
def test_a_possible_cvr_number(text: str) -> None:
    assert identity.is_cvr(text)


@pytest.mark.parametrize(
    "text", ["", "00000000", "13585629", "1358562", "135856280", "DE136695976", "²³585628", "\u0660", EAN]
)
def test_an_impossible_cvr_number(text: str) -> None:
    assert not identity.is_cvr(text)


@pytest.mark.parametrize("text", ["", "0" * 13, "5790000435970", "579000043597", CVR, "57900004359750", "40170725"])
def test_an_impossible_ean_number(text: str) -> None:
    assert not identity.is_ean(text)


def _with_one_digit_changed(number: str, place: int, step: int) -> str:
    place %= len(number)
    return number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]


@given(st.integers(0, 12), st.integers(1, 9))
def test_every_wrong_digit_is_caught(place: int, step: int) -> None:
    assert identity.is_cvr(CVR)
    assert identity.is_ean(EAN)
    assert not identity.is_cvr(_with_one_digit_changed(CVR, place, step))
    assert not identity.is_ean(_with_one_digit_changed(EAN, place, step))


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("DE 136.695.976", "DE", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("SE556188840401", "SE", "SE556188840401"),
        ("NO 995 525 828 MVA", "NO", "NO995525828"),
        ("995525828", "NO", "NO995525828"),
        ("EL094259216", "GR", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("GB980780684", "GB", "GB980780684"),
        ("XI980780684", "GB", "GB980780684"),
        ("CHE-107.787.577 MWST", "CH", "CHE107787577"),
        ("ATU13585627", "AT", "ATU13585627"),
        ("BE 0697.449.992", "be", "BE0697449992"),
        ("DK13585628", "DK", CVR),
    ],
)
def test_a_vat_number_is_written_in_one_way(text: str, country: str, key: str) -> None:
    assert identity.is_vat_number(text, country)
    assert identity.vat_key(text, country) == key
    assert identity.company_number(text, country) == identity.company_number(key, country) == key


@pytest.mark.parametrize(
    ("text", "country"),
    [("DE136695975", "DE"), ("DE136695976", "SE"), ("", "DE"), ("hund", "DE"), ("123456789", "US"), ("1" * 9000, "FR")],
)
def test_what_is_no_vat_number_of_the_country(text: str, country: str) -> None:
    assert not identity.is_vat_number(text, country)


@given(
    st.text(max_size=30) | st.from_regex("[A-Z]{0,3}[0-9A-Z+*]{4,14}"),
    st.sampled_from(["AT", "BE", "CY", "ES", "FR", "GB", "IE", "NL", "NO", "XX"]),
)
def test_no_text_breaks_the_look_at_a_vat_number(text: str, country: str) -> None:
    key = identity.vat_key(text, country)
    assert key == "" or identity.vat_key(key, country) == key


def test_a_danish_number_stays_danish_for_a_company_abroad() -> None:
    assert identity.company_number("DK 13585628", "HU") == CVR


@pytest.mark.parametrize(
    "text", ["0101901234", CPR, "010190 1234", "CPR-nr. 010190-1234", "2902001234", "DK0101901234"]
)
def test_a_cpr_number_is_recognised(text: str) -> None:
    assert identity.is_cpr(text)
    assert identity.holds_cpr(text)


@pytest.mark.parametrize("text", ["4586123456", "3101901", "3213901234", "2902011234", "+4586123456", EAN, CVR, ""])
def test_a_number_that_no_person_has_is_no_cpr(text: str) -> None:
    assert not identity.is_cpr(text)
    assert not identity.holds_cpr(text)


def test_a_belgian_vat_number_with_its_prefix_is_no_cpr() -> None:
    assert not identity.holds_cpr("BE 0403170701")


KEYS = ["meta:_billing_cvr", "meta:_billing_ean", "billing.vat"]


def _order(value: object) -> dict[str, Any]:
    return {
        "id": 7,
        "total": "998.00",
        "billing": {"phone": "4586123456", "vat": "", "tags": [1.5, None, True]},
        "meta_data": [
            {"id": 1, "key": "_billing_cvr", "value": value},
            {"id": 2, "key": "_wc_shipping/demo/cvr", "value": value},
            "not a dictionary",
        ],
        "customer_note": f"mit nummer er {value}, hilsen Jens",
    }


@pytest.mark.parametrize(
    "typed", ["0101901234", CPR, "010190 1234", "cpr 010190-1234", "0101901\u200b234", "Jens 010190-1234"]
)
def test_a_cpr_number_is_masked_everywhere_in_the_order(typed: str) -> None:
    body = _order(typed)
    before = copy.deepcopy(body)
    masked = identity.mask_cpr(body, KEYS)
    assert body == before
    assert "1234" not in str(masked).replace("4586123456", "")
    assert identity.holds_cpr(masked["meta_data"][0]["value"])
    assert masked["meta_data"][2:] == ["not a dictionary"]
    assert masked["billing"] == before["billing"]
    assert masked["customer_note"].endswith("hilsen Jens")


@pytest.mark.parametrize("number", [101901234, Decimal(101901234), 101901234.0])
def test_a_cpr_number_that_lost_its_zero_to_json_is_masked_too(number: object) -> None:
    masked = identity.mask_cpr(_order(number), KEYS)
    assert [entry["value"] for entry in masked["meta_data"][:2]] == [identity.CPR_MASK] * 2


def test_a_cpr_number_nested_in_a_field_is_masked() -> None:
    body = {"meta_data": [{"key": "_billing_cvr", "value": {"typed": [CPR]}}], "lines": [{"cvr": CPR}]}
    assert CPR not in str(identity.mask_cpr(body, KEYS))
    assert CPR not in str(identity.mask_cpr(body, ["lines.0.cvr"]))


@pytest.mark.parametrize("harmless", [CVR, EAN, 13585628, 5790000435975, "", None, True, float("nan"), 10**400, []])
def test_an_order_without_a_cpr_number_comes_back_as_it_is(harmless: object) -> None:
    body = _order(harmless)
    assert identity.mask_cpr(body, KEYS) is body


def test_a_number_elsewhere_that_only_looks_like_a_cpr_is_left_alone() -> None:
    body = {"transaction_id": "0101901234", "billing": {"vat": ""}, "meta_data": None}
    assert identity.mask_cpr(body, KEYS) is body


def test_a_body_that_nobody_could_decode_is_not_touched() -> None:
    assert identity.mask_cpr(f"<html>{CPR}", KEYS) == f"<html>{CPR}"


def test_a_very_deep_body_does_not_break_the_masking() -> None:
    deep: Any = CPR
    for _ in range(50_000):
        deep = [deep]
    masked = identity.mask_cpr({"billing": {"vat": CPR}, "deep": deep}, KEYS)
    inner = masked["deep"]
    while isinstance(inner, list):
        inner = inner[0]
    assert inner == identity.CPR_MASK
