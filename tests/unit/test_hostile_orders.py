"""Thousands of broken orders: each is understood or held with a code and a field, and nothing else ever happens."""

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.webshops.raw import bodies_in
from adapters.webshops.settings import FilesWebshop
from adapters.webshops.woocommerce_orders import normalise
from domain.orders import Order, RawOrder
from domain.outcomes import NeedsAttention
from domain.sentences import SENTENCES, fix, what
from tests.simulators.orders import Json, a_line, a_refund, an_order

SETTINGS = FilesWebshop(
    kind="files",
    path=Path("orders"),
    fields={"cvr": ["meta:_cvr", "billing.vat"], "ean": "meta:_ean", "requisition": "customer_note"},
)
TAKEN_BACK = [{"key": "_refunded_item_id", "value": "1"}]
REFUND = a_refund(77, "29.70", line_items=[a_line(9, "Kop", "-118.80", "-29.70", quantity=-1, meta_data=TAKEN_BACK)])
ORDER = an_order(
    1,
    meta_data=[{"key": "_cvr", "value": "13585628"}, {"key": "_ean", "value": ""}],
    gift_cards=[{"id": 1, "code": "ABCD-EFGH", "amount": "10.00"}],
    refunds=[{"id": 77, "reason": "", "total": "-29.70"}],
)

NOT_AMOUNTS = ["", " ", "0", "-1", "1e999", "1e-30", "NaN", "Infinity", "12,50", "1_000", "٣", "__class__"]
NOT_TEXTS = ["&#0;&amp;lt;", "<" * 500, "&" * 500, "a" * 10_000, "\x00", "\u202e", "😀", "\udce6", "\ud83d"]
NOT_DATES = ["2026-13-45T99:99:99", "0001-01-01T00:00:00", "9999-12-31T23:59:59"]

nasty_text = st.sampled_from([*NOT_AMOUNTS, *NOT_TEXTS, *NOT_DATES])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**20, max_value=10**40),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.text(max_size=12),
    nasty_text,
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | nasty_text, inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in an order where something can go wrong."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


WHOLE = {"order": ORDER, "refund": REFUND}
PLACES = sorted(places(WHOLE), key=str)
harms = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(["replace", "remove", "double", "empty"]), values),
    min_size=1,
    max_size=5,
)


def harm(whole: Json, path: tuple[str | int, ...], how: str, value: Any) -> None:
    """Break one place, if an earlier harm has left it there."""
    parent: Any = whole
    for part in path[:-1]:
        try:
            parent = parent[part]
        except (KeyError, IndexError, TypeError):
            return
    last = path[-1]
    if isinstance(parent, dict) and last in parent:
        if how == "remove":
            del parent[last]
        else:
            parent[last] = {"replace": value, "double": [parent[last], parent[last]], "empty": None}[how]
    elif isinstance(parent, list) and isinstance(last, int) and last < len(parent):
        parent[last] = value if how == "replace" else None


def outcome(raw: RawOrder) -> Order | NeedsAttention:
    try:
        return normalise(raw, SETTINGS)
    except NeedsAttention as held:
        return held


def assert_sound(found: Order | NeedsAttention) -> None:
    """An order that can be stored and read back as it was, or a hold that can be told."""
    if isinstance(found, NeedsAttention):
        assert found.finding.code in SENTENCES
        assert found.finding.field
        assert what(found.finding, "da")
        assert fix(found.finding, "en")
        return
    assert Order.model_validate_json(found.model_dump_json()) == found
    assert found.content_hash
    amounts = [amount for line in found.lines for amount in (line.net, line.vat, line.vat_rate, line.quantity)]
    assert all(isinstance(amount, Decimal) and amount.is_finite() for amount in amounts)
    assert all(0 <= line.vat_rate <= 100 for line in found.lines)


@settings(max_examples=2000, deadline=None)
@given(harms)
def test_a_broken_order_is_understood_or_held(broken: list[tuple[tuple[str | int, ...], str, Any]]) -> None:
    whole: Json = copy.deepcopy(WHOLE)
    for path, how, value in broken:
        harm(whole, path, how, value)
    (order,) = bodies_in(json.dumps([whole.get("order")]))
    (refund,) = bodies_in(json.dumps([whole.get("refund")]))
    refunds = (refund if isinstance(refund, dict) else {"unreadable": refund},)

    assert_sound(outcome(RawOrder(id="1", body=order, refunds=refunds)))


@settings(max_examples=300, deadline=None)
@given(values)
def test_anything_at_all_in_place_of_an_order_is_held(value: Any) -> None:
    for body in bodies_in(json.dumps([value])):
        found = outcome(RawOrder(id="file:x.json#0", body=body))

        assert isinstance(found, NeedsAttention)
        assert_sound(found)


@settings(max_examples=300, deadline=None)
@given(st.text(), st.integers(min_value=0, max_value=4000), st.booleans())
def test_a_file_cut_or_scribbled_on_gives_what_is_whole_and_the_rest_as_text(scribble: str, at: int, cut: bool) -> None:
    text = json.dumps([ORDER, ORDER | {"id": 2}])
    broken = text[:at] + scribble + ("" if cut else text[at:])

    for body in bodies_in(broken):
        assert_sound(outcome(RawOrder(id="file:x.json", body=body)))


def test_bottomless_nesting_is_no_order() -> None:
    deep = "[" * 100_000
    nested = json.dumps(ORDER)[:-1] + ', "x": ' + '{"a":' * 60 + "1" + "}" * 60 + "}"

    assert [type(body) for body in bodies_in(deep)] == [str]
    assert [type(body) for body in bodies_in(f"[{nested}, {json.dumps(ORDER)}]")] == [str, dict]
    assert [type(body) for body in bodies_in('{"a": ' * 100_000)] == [str]


def test_a_number_with_more_digits_than_anyone_counts_is_no_order() -> None:
    bodies = list(bodies_in('[{"id": 1, "total": ' + "9" * 5000 + "}]"))

    assert [type(body) for body in bodies] == [str]
