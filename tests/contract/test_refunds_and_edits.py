"""Refunds of orders that are edited, cancelled or refunded again: each credited once, on the invoice that stands."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.contract.changing import AGAIN, CREDIT, INVOICE, THREE_MUGS, UNDONE, order, proof, refund, sell, totals
from tests.contract.shopkeeping import Shop, opened
from tests.contract.test_cli import afstem

SKIP_REFUNDED = '[invoices]\nfully_refunded = "skip"'


@pytest.fixture
def shop(tmp_path: Path, store_url: str) -> Iterator[Shop]:
    """A shop without orders, and empty books."""
    with opened(tmp_path / "shop", store_url) as one:
        yield one


class TestAnEditAfterBooking:
    TOLD = {
        "da": (
            "netto: 100,00 → 300,00; moms: 25,00 → 75,00; i alt: 125,00 → 375,00; linjen »Krus, 30 cl«: "
            "1 × 100,00 = 100,00 (25 % moms, vare VARE) → 3 × 100,00 = 300,00 (25 % moms, vare VARE)"
        ),
        "en": (
            "net: 100.00 → 300.00; VAT: 25.00 → 75.00; total: 125.00 → 375.00; the line “Krus, 30 cl”: "
            "1 × 100.00 = 100.00 (25 % VAT, product VARE) → 3 × 100.00 = 300.00 (25 % VAT, product VARE)"
        ),
    }

    @pytest.mark.parametrize("command", [("attention",), ("explain", "1"), ("report",)], ids=lambda words: words[0])
    @pytest.mark.parametrize("language", ["da", "en"])
    def test_what_differs_is_told_in_the_language_that_the_settings_ask_for_today(
        self, shop: Shop, language: str, command: tuple[str, ...]
    ) -> None:
        sell(shop, order())
        shop.sync()
        sell(shop, order(THREE_MUGS, day=9))
        shop.sync("second")
        config = shop.folder / "afstem.toml"
        config.write_text(f'language = "{language}"\n' + config.read_text("utf-8"), "utf-8")

        told = " ".join(afstem(*command, "--json", "--config", config).out.split())

        assert self.TOLD[language] in told


class TestRefundsBesideEdits:
    @pytest.mark.parametrize("settings", ["", CREDIT])
    def test_an_edit_and_a_refund_in_one_run(self, shop: Shop, settings: str) -> None:
        shop.set_up(settings)
        sell(shop, order())
        shop.sync()
        sell(shop, order(THREE_MUGS, day=9), refund(77, "25.00"))

        shop.sync("second")

        if not settings:
            assert (shop.hold(1), totals(shop)) == ("changed_after_booking", {INVOICE: "125.00"})
        else:
            assert totals(shop) == {INVOICE: "125.00", UNDONE: "125.00", AGAIN: "375.00", f"{AGAIN}-R77": "25.00"}
            assert proof(shop).complete

    def test_an_earlier_refund_moves_to_the_new_invoice_and_a_later_one_credits_that(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        first, second = refund(77, "25.00"), refund(78, "50.00")
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=3), first)
        shop.sync("second")
        sell(shop, order(THREE_MUGS, day=9), first)
        assert shop.sync("third") == []
        sell(shop, order(THREE_MUGS, day=10), first, second)
        assert shop.sync("fourth") == []
        shop.sync("fifth")

        found = totals(shop)
        assert found == {
            INVOICE: "125.00",
            f"{INVOICE}-R77": "25.00",
            UNDONE: "100.00",
            AGAIN: "375.00",
            f"{AGAIN}-R77": "25.00",
            f"{AGAIN}-R78": "50.00",
        }
        back = proof(shop).read_back["DKK"]
        assert (back.invoices - back.credit_notes, back.difference) == (Decimal("300.00"), Decimal(0))
        assert proof(shop).complete

    def test_a_refund_withdrawn_after_it_was_credited_holds_the_order(self, shop: Shop) -> None:
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=3), refund(77, "25.00"))
        shop.sync("second")
        sell(shop, order(day=4))

        shop.sync("third")
        assert shop.hold(1) == "refund_withdrawn"
        assert totals(shop) == {INVOICE: "125.00", f"{INVOICE}-R77": "25.00"}

        sell(shop, order(day=5), refund(77, "25.00"))
        assert shop.sync("fourth") == []
        assert shop.hold(1) == "booked"

    def test_a_full_refund_is_credited_though_the_policy_skips_those_without_an_invoice(self, shop: Shop) -> None:
        shop.set_up(SKIP_REFUNDED)
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=3, status="refunded"), refund(77, "125.00"))

        assert shop.sync("second") == []

        assert totals(shop) == {INVOICE: "125.00", f"{INVOICE}-R77": "125.00"}
        assert shop.hold(1) == "booked"
        assert proof(shop).complete

    def test_an_edit_after_all_was_refunded_is_for_a_person(self, shop: Shop) -> None:
        shop.set_up(CREDIT)
        sell(shop, order())
        shop.sync()
        sell(shop, order(day=3), refund(77, "125.00"))
        shop.sync("second")
        sell(shop, order(THREE_MUGS, day=9), refund(77, "125.00"))

        shop.sync("third")

        assert shop.hold(1) == "nothing_left_to_credit"
