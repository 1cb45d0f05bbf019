"""5 November: discounts, fees, freight, and what rounding does. All are sold to one buyer, who is new on that day."""

from typing import Any

from deployments.demo.cases.case import Case, held, invoiced
from deployments.demo.goods import goods
from deployments.demo.people import KAREN
from deployments.demo.pricing import Coupon
from deployments.demo.shop import Fee, Freight

PARCEL = [Freight()]
TEN = Coupon("ti", "percent", "10")
FIFTY = Coupon("halvtreds", "fixed_cart", "50")
KAREN_AGAIN = "as 1501"


def sold(order_id: int, shows: str, **told: Any) -> Case:
    """One more of Karen's orders."""
    return invoiced(order_id, KAREN_AGAIN if order_id > 1501 else "new", shows, billing=KAREN, **told)


CASES: list[Case] = [
    sold(1501, "A coupon of 10 %", lines=[goods("KRUS-30", 3)], coupons=[TEN], freight=PARCEL),
    sold(1502, "A coupon of 50 kr. over two lines", lines=[goods("ESP-06", 3), goods("BONNE-500")], coupons=[FIFTY]),
    sold(
        1503,
        "Two coupons, one of them 20 kr. a piece; cancelled in the shop after the first run",
        lines=[goods("TAL-DYB", 2), goods("KANDE-F")],
        coupons=[TEN, Coupon("stk20", "fixed_product", "20")],
        alone=True,
    ),
    sold(
        1504,
        "A coupon of 100 %: an invoice of nothing",
        lines=[goods("KRUS-30")],
        coupons=[Coupon("gave", "percent", "100")],
    ),
    sold(1505, "Everything free of charge already, no coupon", lines=[goods("FILTER-4", price="0.00")]),
    sold(1506, "A fee with VAT", lines=[goods("BONNE-500")], fees=[Fee("Gaveindpakning", "24.00")], freight=PARCEL),
    sold(
        1507, "A negative fee, which is a discount", lines=[goods("TAL-FLAD", 12)], fees=[Fee("Mængderabat", "-160.00")]
    ),
    sold(1508, "A fee without VAT", lines=[goods("STEMPEL-1")], fees=[Fee("Pant", "12.50", taxed=False)]),
    sold(
        1509,
        "A tip, without VAT",
        lines=[goods("KRUS-30")],
        fees=[Fee("Drikkepenge til pakkeriet", "25.00", taxed=False)],
    ),
    sold(
        1510,
        "Two freight lines, one of them free",
        freight=[Freight(), Freight("Afhentning i butikken", "0.00", "local_pickup")],
    ),
    sold(1511, "Free freight", lines=[goods("KVARN-H")], freight=[Freight("Gratis fragt", "0.00", "free_shipping")]),
    sold(
        1512,
        "Seven screws of 0.99 with 33 % off",
        lines=[goods("SKRUE-3", 7)],
        coupons=[Coupon("tredive3", "percent", "33")],
    ),
    sold(
        1513,
        "Seven screws and three mugs with 33 % off: the odd øre",
        freight=PARCEL,
        lines=[goods("SKRUE-3", 7), goods("KRUS-30", 3)],
        coupons=[Coupon("tredive3", "percent", "33")],
    ),
    sold(
        1514,
        "Prices entered without VAT, halves of an øre in VAT",
        prices_include_tax=False,
        lines=[
            goods("SKRUE-3", 7, price="0.82"),
            goods("FILTER-4", 3, price="31.26"),
            goods("BONNE-500", price="75.94"),
        ],
    ),
    sold(1515, "Twenty lines of one screw each: rounding of every line", lines=[goods("SKRUE-3") for _ in range(20)]),
    sold(1516, "A gift card sold, without VAT", lines=[goods("GAVEKORT-500"), goods("KRUS-30")]),
    sold(
        1517, "A magazine at 0 % beside goods at 25 %", lines=[goods("BLAD-0", 2), goods("BONNE-500")], freight=PARCEL
    ),
    sold(1518, "A line with quantity zero", lines=[goods("TAL-DYB", 0), goods("TAL-FLAD", 2)]),
    sold(
        1519,
        "A line with a negative amount: an old mug in part exchange",
        lines=[goods("KANDE-F"), goods("KRUS-30", price="-25.00")],
    ),
    sold(1520, "Only a fee, no goods", lines=[], fees=[Fee("Kaffekursus", "800.00")]),
    sold(
        1521,
        "A variation and an engraving, HTML entities in the name",
        lines=[goods("TAL-DYB", 2, notes={"Glasur": "Havblå", "Gravering": "Mor &amp; Far"}), goods("KANDE-F")],
    ),
    sold(1522, "A product deleted since: no number, no SKU", lines=[goods("KRUS-30", 2, product_id=0, sku=None)]),
    held(
        1523,
        "lines_do_not_add_up",
        "The total is 10 kr. more than its lines",
        billing=KAREN,
        total="135.00",
        lines=[goods("KRUS-30")],
    ),
    held(
        1524, "negative_total", "More taken back than bought", billing=KAREN, lines=[goods("KVARN-H", price="-725.00")]
    ),
]
