"""What the demo shop sells, and the VAT rates of its tax table."""

from dataclasses import replace
from typing import Any

from deployments.demo.pricing import Goods, Tax
from deployments.demo.shop import MUG

SWEDISH = Tax(2, "SE-MOMS-1", "Moms (SE)", "25")
GERMAN = Tax(3, "DE-MWST-1", "MwSt", "19")
FINNISH = Tax(4, "FI-ALV-1", "ALV", "25.5")

SHELF = {
    goods.sku: goods
    for goods in (
        MUG,
        Goods("Espressokop med underkop", "149.50", sku="ESP-06", product_id=502),
        Goods("Stempelkande, 1 l", "399.00", sku="STEMPEL-1", product_id=503),
        Goods("Husets bønner, 500 g", "94.95", sku="BONNE-500", product_id=504),
        Goods("Filterposer nr. 4, 100 stk.", "39.00", sku="FILTER-4", product_id=505),
        Goods("Kande &#8220;Fuglsang&#8221; &amp; låg", "549.00", sku="KANDE-F", product_id=506),
        Goods("Tallerken – dyb", "179.00", sku="TAL-DYB", product_id=507, variation_id=571),
        Goods("Tallerken – flad", "159.00", sku="TAL-FLAD", product_id=507, variation_id=572),
        Goods("Håndkværn", "725.00", sku="KVARN-H", product_id=508),
        Goods("Skrue til håndkværn", "0.99", sku="SKRUE-3", product_id=509),
        Goods("Kaffebladet, abonnement", "60.00", sku="BLAD-0", product_id=510, tax_class="zero-rate"),
        Goods("Gavekort 500 kr.", "500.00", sku="GAVEKORT-500", product_id=511, taxed=False),
        Goods("Maskine til kontoret, leje pr. måned", "1495.00", sku="LEJE-M", product_id=512),
    )
}


def goods(sku: str, quantity: int = 1, /, **changes: Any) -> Goods:
    """So many of something from the shelf; `changes` such as another price or notes."""
    return replace(SHELF[sku], quantity=quantity, **changes)
