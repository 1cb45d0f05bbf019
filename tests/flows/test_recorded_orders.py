"""Orders of a real WooCommerce, through the whole way: every total right to the øre."""

from decimal import Decimal
from typing import Any

import pytest

from tests.flows.business import FILES, Business

BLOCK_CHECKOUT = """\
[webshop.fields]
cvr = ["meta:_billing_cvr", "meta:cvr_number", "meta:_wc_billing/demo/cvr"]
ean = ["meta:_billing_ean", "meta:ean_number", "meta:_wc_other/demo/ean"]
vat_number = ["meta:vat_number"]
requisition = ["meta:_billing_ean_reference"]
"""
AS_DOCUMENTED = """\
[webshop.fields]
cvr = ["meta:_billing_cvr"]
ean = ["meta:_billing_ean"]
requisition = ["meta:_billing_ean_reference"]
reference_person = ["meta:_billing_ean_person"]
"""


def with_fields(business: Business, fields: str) -> None:
    """The usual settings with these fields of the shop instead."""
    before, _, rest = business.config.read_text().partition("[webshop.fields]")
    business.config.write_text(before + fields + rest[rest.index("[accounting]") :])


def totals(business: Business, kind: str) -> dict[str, tuple[str, Decimal]]:
    """Currency and total of each document of a kind, by its reference."""
    found = [one for one in business.documents() if one["kind"] == kind]
    return {one["reference"]: (one["currency"], Decimal(one["total"])) for one in found}


@pytest.mark.parametrize("fields", [AS_DOCUMENTED, BLOCK_CHECKOUT], ids=["plain", "block checkout"])
def test_every_total_is_the_orders_and_every_refund_is_credited(
    business: Business, recorded: dict[str, Any], fields: str
) -> None:
    business.set_up(webshop=FILES)
    with_fields(business, fields)

    business.run()

    held = business.holds()
    counted = {key: one for key, one in recorded.items() if one["status"] in {"processing", "completed"}}
    invoiced = {key: one for key, one in counted.items() if key not in held}
    assert len(counted) > 30
    assert totals(business, "invoice") == {
        f"shop-dk-{one['number']}": (one["currency"], Decimal(one["total"])) for one in invoiced.values()
    }
    assert totals(business, "credit_note") == {
        f"shop-dk-{one['number']}-R{refund['id']}": (one["currency"], Decimal(refund["amount"]))
        for one in invoiced.values()
        for refund in one["refunded"]
    }
    assert {key for key in recorded if key in business.orders() and not business.orders()[key].eligible} == (
        recorded.keys() - counted.keys()
    )
    expected = {"54": "nothing_to_identify_by"}
    assert held == (expected if fields is AS_DOCUMENTED else expected | {"29": "ean_check_digit"})


def test_the_buyers_of_the_block_checkout_are_who_they_say(business: Business, recorded: dict[str, Any]) -> None:
    with_fields(business, BLOCK_CHECKOUT)

    business.run()

    orders = business.orders()
    assert {key: orders[key].customer_type for key in ("25", "26", "27", "28", "38", "68")} == {
        "25": "b2c",
        "26": "b2b",
        "27": "b2b",
        "28": "ean",
        "38": "b2b",
        "68": "ean",
    }
    assert orders["26"].customer == orders["27"].customer
    assert recorded["27"]["billing"]["company"] == "Vinduespudseren ApS"
    (office,) = [one for one in business.customers() if one["number"] == orders["26"].customer]
    assert (office["cvr"], office["name"]) == ("13585628", "Vinduespudseren ApS")
    (invoice,) = [one for one in business.documents() if one["reference"] == "shop-dk-28"]
    assert (invoice["recipient"]["ean"], invoice["requisition"]) == ("5790000435975", "REKV-4711")


def test_a_second_run_writes_nothing(business: Business, recorded: dict[str, Any]) -> None:
    business.run()
    before = business.dump()

    assert business.run().message.startswith("nothing new")
    assert business.dump() == before
    assert len(recorded) == 37
