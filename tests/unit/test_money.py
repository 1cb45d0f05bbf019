from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import LARGEST, ORE, ZERO, amount, apportion, ore, plain, round_together, split_price, vat_of

amounts = st.decimals(-100_000, 100_000, places=2)
fine_amounts = st.decimals(-100_000, 100_000, places=5)
some_weights = st.lists(st.decimals(0, 10_000, places=2), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("written", "meant"), [("12.50", "12.5"), (" 7 ", "7"), (3, "3"), ("-0.01", "-0.01"), ("1e3", "1000")]
)
def test_an_amount_is_read_as_shops_write_it(written: object, meant: str) -> None:
    assert amount(written) == Decimal(meant)


@pytest.mark.parametrize(
    "written", [0.1, True, None, "", "12,50", "NaN", "Infinity", "1e12", "1e999999999", Decimal("sNaN"), [], "12 kr"]
)
def test_what_is_no_amount_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        amount(written)


def test_the_largest_amount_is_just_below_a_million_millions() -> None:
    assert amount(str(LARGEST - ORE)) == LARGEST - ORE


@pytest.mark.parametrize(
    ("exact", "rounded"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("-0.004", "0.00"), ("1", "1.00")]
)
def test_halves_are_rounded_away_from_zero_and_zero_has_no_sign(exact: str, rounded: str) -> None:
    assert str(ore(Decimal(exact))) == rounded


def test_vat_is_rounded_once() -> None:
    assert vat_of(Decimal("0.15"), Decimal(25)) == Decimal("0.04")
    assert vat_of(Decimal("100.00"), Decimal("25.5")) == Decimal("25.50")
    assert str(vat_of(Decimal("-7.00"), Decimal(0))) == "0.00"


@pytest.mark.parametrize(
    ("value", "shown"), [("25.0000", "25"), ("25.50", "25.5"), ("100", "100"), ("-0", "0"), ("1E+2", "100")]
)
def test_equal_numbers_are_written_the_same(value: str, shown: str) -> None:
    assert str(plain(Decimal(value))) == shown


def test_the_largest_remainder_gets_the_last_ore() -> None:
    thirds = [Decimal(1), Decimal(1), Decimal(1)]
    assert apportion(Decimal("100.00"), thirds) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert apportion(Decimal("0.05"), [Decimal(99), Decimal(1)]) == [Decimal("0.05"), ZERO]


def test_without_weights_the_first_share_takes_it_all() -> None:
    assert apportion(Decimal("5.00"), [ZERO, ZERO]) == [Decimal("5.00"), ZERO]
    assert apportion(Decimal("5.00"), []) == []


@given(amounts, some_weights)
def test_shares_always_add_up_and_none_is_an_ore_off(total: Decimal, weights: list[Decimal]) -> None:
    shares = apportion(total, weights)
    assert sum(shares, ZERO) == total
    if whole := sum(weights, ZERO):
        exact = [total * weight / whole for weight in weights]
        assert all(abs(share - value) < ORE for share, value in zip(shares, exact, strict=True))


@given(st.lists(fine_amounts, min_size=1, max_size=20))
def test_amounts_rounded_together_keep_their_sum(values: list[Decimal]) -> None:
    rounded = round_together(values)
    assert sum(rounded, ZERO) == ore(sum(values, ZERO))
    assert all(abs(one - value) < ORE for one, value in zip(rounded, values, strict=True))
    assert all(one == ore(one) for one in rounded)


@given(amounts, st.integers(1, 100_000))
def test_a_whole_quantity_can_always_be_priced_exactly(net: Decimal, quantity: int) -> None:
    pairs = split_price(net, Decimal(quantity))
    assert 1 <= len(pairs) <= 2
    assert sum((count * price for count, price in pairs), ZERO) == net
    assert sum(count for count, _ in pairs) == quantity
    assert all(count > 0 and price == ore(price) for count, price in pairs)
    assert max(price for _, price in pairs) - min(price for _, price in pairs) <= ORE


@given(amounts, st.decimals("0.001", 1000, places=3))
def test_a_broken_quantity_is_priced_exactly_or_not_at_all(net: Decimal, quantity: Decimal) -> None:
    pairs = split_price(net, quantity)
    assert not pairs or sum((count * price for count, price in pairs), ZERO) == net
    assert all(count == ore(count) for count, _ in pairs)


def test_a_quantity_finer_than_the_books_take_is_not_priced() -> None:
    assert split_price(Decimal("10.00"), Decimal("0.333")) == []
    assert split_price(Decimal("10.00"), Decimal("1E-9")) == []
    assert split_price(Decimal("10.00"), Decimal("0.03")) == []
