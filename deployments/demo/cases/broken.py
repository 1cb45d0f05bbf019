"""9 November: orders that can't be believed. Each is held with the place of the fault, and the rest goes on."""

from dataclasses import replace
from typing import Any

from deployments.demo.cases.case import Case, held
from deployments.demo.people import person
from deployments.demo.shop import woo_order

INGER = person("Inger Sprækhøj", "Brudgade 13", "4400 Kalundborg", "20 00 71 01")
LINE = woo_order(id=1904)["line_items"][0]


def broken(order_id: int, code: str, shows: str, **replaced: Any) -> Case:
    """A good order in which these keys were then replaced."""
    case = held(order_id, code, shows, billing=INGER)
    return replace(case, order=case.order | replaced)


CASES: list[Case] = [
    broken(1901, "bad_amount", "The total is missing", total=None),
    broken(1902, "lines_do_not_add_up", "The lines are null", line_items=None),
    broken(1903, "bad_amount", "The total is words", total="et hundrede og femogtyve"),
    broken(1904, "bad_quantity", "A quantity that is no number", line_items=[LINE | {"quantity": "mange"}]),
    broken(1905, "bad_line", "A line that is a text", line_items=["Krus, 30 cl"]),
    broken(1906, "bad_date", "No date", date_created="i går", date_created_gmt=None),
    broken(1907, "nothing_to_identify_by", "No buyer at all: billing is an empty list", billing=[], shipping=[]),
    broken(1908, "bad_amount", "An amount that isn't finite", total="NaN"),
    broken(
        1909,
        "refund_details_missing",
        "A refund whose details are missing",
        refunds=[{"id": 9909, "reason": "", "total": "-25.00", "total_tax": "0.00"}],
    ),
    broken(1910, "bad_currency", "No currency", currency=None),
]

MALFORMED_FILE = "1911.json"
MALFORMED = (
    '{"id": 1911, "number": "1911", "status": "processing", "currency": "DKK", "total": "125.00", "line_items": [{'
)
"""A file that was cut off while it was written."""
