"""The completeness proof: each order counted exactly once, and nothing in the books that no order accounts for."""

import weakref
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.invoices import DocumentKind, VatZone
from domain.money import ore
from domain.proof import (
    ALL_TIME,
    GROUPS,
    Accounted,
    AsWritten,
    AtRate,
    ByRate,
    Discrepancy,
    InBooks,
    Period,
    Place,
    Proof,
    ReadBack,
    Sold,
    Standing,
    group_of,
)
from domain.proof import prove as proven
from domain.stages import INVOICED, Stage

DAY = date(2026, 11, 2)
STAGES: tuple[Stage, ...] = get_args(Stage)


def sold(
    number: str,
    total: str = "100.00",
    stage: Stage = "booked",
    day: date | None = DAY,
    currency: str = "DKK",
    refunds: dict[str, str] | None = None,
    eligible: bool = True,
) -> Sold:
    returned = {key: Decimal(amount) for key, amount in (refunds or {}).items()}
    currency = currency if day else ""
    return Sold(f"id-{number}", number, day, currency, Decimal(total), returned, stage, eligible, f"shop-{number}")


class Written(NamedTuple):
    """A document that we wrote, and for which order."""

    reference: str
    order: str
    kind: DocumentKind


def document(reference: str, total: str = "100.00", kind: DocumentKind = "invoice", currency: str = "DKK") -> Standing:
    amount = Decimal(total)
    return Standing(reference, f"n-{reference}", kind, DAY, currency, amount, Decimal("0.00"), amount)


def written(number: str, suffix: str = "", kind: DocumentKind = "invoice") -> Written:
    return Written(f"shop-{number}{suffix}", f"id-{number}", kind)


def prove(
    orders: Sequence[Sold], own: Sequence[Written], standing: Sequence[Standing], period: Period = ALL_TIME
) -> Proof:
    """The proof of orders, of which these documents were written, and of what stands in the books."""
    books = {one.reference: one for one in standing}
    with_documents = [
        order._replace(
            documents=tuple(
                books.get(one.reference) or document(one.reference, kind=one.kind)._replace(gone=True)
                for one in own
                if one.order == order.id
            )
        )
        for order in orders
    ]
    ours = {one.reference for one in own}
    return proven(with_documents, [one for one in standing if one.reference not in ours], period)


def told(proof: Proof) -> list[tuple[str, str, str]]:
    return [(one.kind, one.order, one.reference) for one in proof.discrepancies]


class TestCounting:
    @pytest.mark.parametrize(
        ("stage", "group"),
        [
            ("fetched", "pending"),
            ("classified", "pending"),
            ("reconciled", "pending"),
            ("invoiced", "invoiced"),
            ("booked", "invoiced"),
            ("dispatched", "invoiced"),
            ("held", "held"),
            ("skipped", "skipped"),
            ("failed", "failed"),
        ],
    )
    def test_every_stage_belongs_to_one_group(self, stage: Stage, group: str) -> None:
        assert group_of(stage) == group

    def test_an_order_that_is_not_eligible_is_ignored_whatever_its_stage(self) -> None:
        proof = prove([sold("1", stage=stage, eligible=False) for stage in STAGES], [], [])
        assert proof.counts == {"ignored": len(STAGES)}
        assert proof.sums["DKK"]["ignored"] == Decimal("900.00")
        assert proof.sums["DKK"]["eligible"] == 0

    def test_drafts_are_invoiced_and_counted_apart(self) -> None:
        orders = [sold("1", stage="invoiced"), sold("2", stage="booked")]
        proof = prove(orders, [written("1"), written("2")], [document("shop-1"), document("shop-2")])
        assert (proof.counts["invoiced"], proof.drafts) == (2, 1)

    def test_currencies_are_never_mixed(self) -> None:
        proof = prove([sold("1", "10.00", "held"), sold("2", "7.00", "held", currency="EUR")], [], [])
        assert {currency: sums["held"] for currency, sums in proof.sums.items()} == {
            "DKK": Decimal("10.00"),
            "EUR": Decimal("7.00"),
        }

    def test_an_order_that_was_never_understood_counts_in_every_period_and_in_no_sum(self) -> None:
        proof = prove([sold("1", stage="held", day=None)], [], [], Period(date(2020, 1, 1), date(2020, 1, 31)))
        assert (proof.counts["eligible"], proof.counts["held"], proof.undated) == (1, 1, 1)
        assert proof.sums == {}

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(STAGES),
                st.booleans(),
                st.sampled_from(["DKK", "EUR"]),
                st.decimals("0", "99999", places=4),
                st.one_of(st.none(), st.dates(date(2026, 11, 1), date(2026, 11, 6))),
            ),
            max_size=30,
        )
    )
    def test_eligible_is_the_sum_of_its_groups_in_orders_and_in_every_currency(
        self, drawn: list[tuple[Stage, bool, str, Decimal, date | None]]
    ) -> None:
        orders = [
            sold(str(index), str(total), stage, day, currency, eligible=eligible)
            for index, (stage, eligible, currency, total, day) in enumerate(drawn)
        ]
        proof = prove(orders, [], [], Period(date(2026, 11, 2), date(2026, 11, 4)))
        assert proof.counts["eligible"] == sum(proof.counts[group] for group in GROUPS)
        for sums in proof.sums.values():
            assert sums["eligible"] == sum(sums[group] for group in GROUPS)
            assert all(amount == amount.quantize(Decimal("0.01")) for amount in sums.values())


class TestPeriod:
    @pytest.mark.parametrize(
        ("day", "inside"),
        [(date(2026, 11, 1), False), (DAY, True), (date(2026, 11, 4), True), (date(2026, 11, 5), False)],
    )
    def test_both_ends_are_included(self, day: date, inside: bool) -> None:
        assert Period(DAY, date(2026, 11, 4)).holds(day) is inside

    def test_an_open_end_holds_everything(self) -> None:
        assert ALL_TIME.holds(date.min)
        assert ALL_TIME.holds(date.max)

    def test_an_order_outside_the_period_is_neither_counted_nor_are_its_documents_surplus(self) -> None:
        proof = prove([sold("1")], [written("1")], [document("shop-1")], Period(date(2026, 12, 1), None))
        assert proof.counts.total() == 0
        assert proof.complete


class TestAgainstTheBooks:
    def prove(self, order: Sold, own: Sequence[Written], standing: Sequence[Standing]) -> Proof:
        return prove([order], own, standing)

    def test_an_invoice_of_the_orders_total_is_right(self) -> None:
        proof = self.prove(sold("1"), [written("1")], [document("shop-1")])
        assert proof.complete
        assert proof.read_back["DKK"] == ReadBack(
            1, Decimal("100.00"), Decimal("0.00"), Decimal("100.00"), Decimal("0.00")
        )

    def test_an_oere_too_little_is_told(self) -> None:
        proof = self.prove(sold("1"), [written("1")], [document("shop-1", "99.99")])
        assert proof.discrepancies == [
            Discrepancy("invoice_total", "1", "shop-1", "DKK", Decimal("100.00"), Decimal("99.99"))
        ]
        assert proof.read_back["DKK"].difference == Decimal("0.01")
        assert not proof.complete

    def test_an_invoice_that_left_the_books_is_missing(self) -> None:
        assert told(self.prove(sold("1"), [written("1")], [])) == [("missing", "1", "shop-1")]

    def test_an_order_marked_invoiced_of_which_nothing_was_written_is_missing(self) -> None:
        assert told(self.prove(sold("1"), [], [])) == [("missing", "1", "shop-1")]

    def test_two_orders_that_claim_one_invoice_are_found_out(self) -> None:
        twins = [sold("1"), sold("1")._replace(id="id-twin")]
        proof = prove(twins, [written("1")], [document("shop-1")])
        assert told(proof) == [("missing", "1", "shop-1")]

    def test_a_refund_with_its_credit_note_is_right(self) -> None:
        order = sold("1", refunds={"7": "30.00"})
        notes = [document("shop-1"), document("shop-1-R7", "30.00", "credit_note")]
        proof = self.prove(order, [written("1"), written("1", "-R7", "credit_note")], notes)
        assert proof.complete
        assert proof.read_back["DKK"].credit_notes == Decimal("30.00")

    def test_a_refund_without_its_credit_note_is_told(self) -> None:
        proof = self.prove(sold("1", refunds={"7": "30.00"}), [written("1")], [document("shop-1")])
        assert told(proof) == [("credit_total", "1", "shop-1")]

    def test_an_invoice_too_low_by_just_the_missing_credit_note_is_told_twice(self) -> None:
        order = sold("1", refunds={"7": "30.00"})
        proof = self.prove(order, [written("1")], [document("shop-1", "70.00")])
        assert proof.read_back["DKK"].difference == 0
        assert [one.kind for one in proof.discrepancies] == ["invoice_total", "credit_total"]

    def test_an_invoice_that_was_credited_and_made_again_counts_once(self) -> None:
        own = [written("1"), written("1", "-C", "credit_note"), written("1", "-2")]
        standing = [document("shop-1", "90.00"), document("shop-1-C", "90.00", "credit_note"), document("shop-1-2")]
        assert self.prove(sold("1"), own, standing).complete

    def test_a_refund_of_an_invoice_that_was_undone_counts_on_the_one_that_stands(self) -> None:
        order = sold("1", refunds={"7": "30.00"})
        undone = [document("shop-1", "90.00"), document("shop-1-R7", "30.00", "credit_note")]
        undone.append(document("shop-1-C", "60.00", "credit_note"))
        standing = [*undone, document("shop-1-2"), document("shop-1-2-R7", "30.00", "credit_note")]
        own = [Written(one.reference, "id-1", one.kind) for one in standing]
        assert self.prove(order, own, standing).complete
        assert told(self.prove(order, own[:-1], standing[:-1])) == [("credit_total", "1", "shop-1")]

    def test_an_order_called_off_and_credited_is_right(self) -> None:
        order = sold("1", refunds={"7": "100.00"})._replace(called_off=True)
        own = [written("1"), written("1", "-C", "credit_note")]
        standing = [document("shop-1"), document("shop-1-C", "100.00", "credit_note")]
        assert self.prove(order, own, standing).complete
        too_little = [document("shop-1"), document("shop-1-C", "99.00", "credit_note")]
        assert told(self.prove(order, own, too_little)) == [("invoice_total", "1", "shop-1")]

    def test_a_document_of_a_held_order_that_left_the_books_is_missing_too(self) -> None:
        assert told(self.prove(sold("1", stage="held"), [written("1")], [])) == [("missing", "1", "shop-1")]

    def test_an_order_booked_in_another_currency_is_told_and_not_summed(self) -> None:
        proof = self.prove(sold("1"), [written("1")], [document("shop-1", currency="EUR")])
        assert told(proof) == [("other_currency", "1", "shop-1")]
        assert proof.read_back["DKK"].invoices == 0

    def test_a_document_that_no_order_accounts_for_is_surplus(self) -> None:
        proof = prove([], [], [document("shop-9")])
        assert told(proof) == [("surplus", "", "shop-9")]

    def test_a_surplus_document_belongs_to_the_period_of_its_own_date(self) -> None:
        assert prove([], [], [document("shop-9")], Period(date(2026, 12, 1), None)).complete

    def test_an_invoice_of_a_skipped_order_is_surplus_and_named_by_it(self) -> None:
        assert told(self.prove(sold("1", stage="skipped"), [], [document("shop-1")])) == [("surplus", "1", "shop-1")]

    @pytest.mark.parametrize("stage", ["reconciled", "held", "failed"])
    def test_an_invoice_of_an_order_that_is_not_done_yet_is_no_surplus(self, stage: Stage) -> None:
        assert told(self.prove(sold("1", stage=stage), [], [document("shop-1")])) == []

    @given(st.lists(st.sampled_from(["right", "lost", "wrong"]), max_size=12))
    def test_exactly_the_orders_whose_books_are_wrong_are_named(self, fates: list[str]) -> None:
        orders = [sold(str(index)) for index in range(len(fates))]
        standing = [
            document(f"shop-{index}", "100.00" if fate == "right" else "99.00")
            for index, fate in enumerate(fates)
            if fate != "lost"
        ]
        proof = prove(orders, [written(str(index)) for index in range(len(fates))], standing)
        assert {one.order for one in proof.discrepancies} == {
            str(index) for index, fate in enumerate(fates) if fate != "right"
        }


def test_every_stage_that_is_invoiced_is_held_against_the_books() -> None:
    proof = prove([sold(stage, stage=stage) for stage in INVOICED], [], [])
    assert {one.kind for one in proof.discrepancies} == {"missing"}
    assert len(proof.discrepancies) == len(INVOICED)


def taxed(reference: str, *rates: tuple[str, str, str], zone: VatZone = "domestic", vat: str = "") -> Standing:
    """A document of `(rate, net, VAT)` that we wrote; the books say `vat`, where that is another."""
    lines = tuple(AtRate(*map(Decimal, rate)) for rate in rates)
    wrote = AsWritten(
        zone, sum((one.net for one in lines), Decimal(0)), sum((one.vat for one in lines), Decimal(0)), lines
    )
    total, says = wrote.net + wrote.vat, Decimal(vat) if vat else wrote.vat
    return Standing(reference, f"n-{reference}", "invoice", DAY, "DKK", total - says, says, total, wrote)


def invoiced(number: str, *documents: Standing, total: str = "125.00") -> Sold:
    return sold(number, total)._replace(documents=documents, type="b2b")


class TestVat:
    def test_vat_is_summed_by_rate_as_written_and_by_zone_as_the_books_say(self) -> None:
        home = taxed("shop-1", ("25", "100.00", "25.00"))
        mixed = taxed("shop-2", ("25", "40.00", "10.00"), ("0", "60.00", "0.00"))
        abroad = taxed("shop-3", ("0", "125.00", "0.00"), zone="abroad")

        proof = proven([invoiced("1", home), invoiced("2", mixed, total="110.00"), invoiced("3", abroad)], [])

        here, there = Place("DKK", "b2b", "domestic"), Place("DKK", "b2b", "abroad")
        figures = (Decimal(140), Decimal(35))
        assert proof.by_rate[here, Decimal(25)] == ByRate(*figures, figures[1])
        assert proof.by_rate[here, Decimal(0)] == ByRate(Decimal(60), Decimal(0), Decimal(0))
        assert proof.in_books[here] == InBooks(2, Decimal(200), Decimal(35), Decimal(235), Decimal(235))
        assert proof.in_books[there].net == Decimal(125)
        assert proof.complete

    def test_vat_that_the_books_have_otherwise_is_told_though_the_total_is_right(self) -> None:
        proof = proven([invoiced("1", taxed("shop-1", ("25", "100.00", "25.00"), vat="24.99"))], [])

        assert proof.discrepancies == [
            Discrepancy("vat_total", "1", "shop-1", "DKK", Decimal("25.00"), Decimal("24.99"))
        ]
        (at_rate,) = proof.by_rate.values()
        assert (at_rate.vat, at_rate.confirmed_vat) == (Decimal("25.00"), Decimal(0))

    def test_a_document_of_which_we_lost_what_we_wrote_has_no_known_rate_and_confirms_none(self) -> None:
        proof = proven([invoiced("1", taxed("shop-1", ("25", "100.00", "25.00"))._replace(written=None))], [])

        unknown = ByRate(Decimal(100), Decimal(25), Decimal(0))
        assert proof.by_rate == {(Place("DKK", "b2b", None), None): unknown}
        assert proof.complete

    def test_a_credit_note_counts_against(self) -> None:
        sale = taxed("shop-1", ("25", "100.00", "25.00"))
        note = taxed("shop-1-R7", ("25", "20.00", "5.00"))._replace(kind="credit_note")
        order = invoiced("1", sale, note)._replace(refunds={"7": Decimal(25)})

        proof = proven([order], [])

        (sums,), (at_rate,) = proof.in_books.values(), proof.by_rate.values()
        assert (sums.documents, sums.total, at_rate.vat) == (2, Decimal(100), Decimal(20))
        assert proof.complete

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["b2c", "b2b", "ean"]),
                st.sampled_from(["domestic", "eu", "abroad"]),
                st.lists(
                    st.tuples(st.sampled_from(["0", "25", "25.5"]), st.decimals("0", "999", places=2)), min_size=1
                ),
            )
        )
    )
    def test_the_sums_by_type_zone_and_rate_come_to_those_of_the_currency(
        self, drawn: list[tuple[str, str, list[tuple[str, Decimal]]]]
    ) -> None:
        orders = []
        for index, (kind, zone, rates) in enumerate(drawn):
            one = taxed(f"shop-{index}", *((rate, str(net), str(ore(net / 4))) for rate, net in rates), zone=zone)  # type: ignore[arg-type]
            orders.append(invoiced(str(index), one, total=str(one.total))._replace(type=kind))  # type: ignore[arg-type]
        proof = proven(orders, [])
        total = sum((back.invoices for back in proof.read_back.values()), Decimal(0))
        assert sum((back.invoices for back in proof.by_type.values()), Decimal(0)) == total
        assert sum((one.total for one in proof.in_books.values()), Decimal(0)) == total
        assert sum((one.net + one.vat for one in proof.by_rate.values()), Decimal(0)) == total
        assert all(one.vat == one.confirmed_vat for one in proof.by_rate.values())


class TestSettledByHand:
    def test_an_order_that_a_person_settled_is_skipped_and_counted_apart(self) -> None:
        settled = sold("1", stage="skipped")._replace(settled=True)
        proof = proven([settled, sold("2", stage="skipped")], [])
        assert (proof.counts["skipped"], [order.number for order in proof.settled]) == (2, ["1"])
        assert proof.complete

    def test_what_stands_of_it_in_the_books_is_neither_surplus_nor_missing_nor_compared(self) -> None:
        own = (document("shop-1", "90.00"), document("shop-1-2")._replace(gone=True))
        proof = proven([sold("1", stage="skipped")._replace(settled=True, documents=own)], [])
        assert proof.complete
        assert proof.read_back == {}
        assert [one.documents for one in proof.settled] == [own]


class TestOrderByOrder:
    def test_each_eligible_order_of_the_period_is_told_once_with_its_difference(self) -> None:
        heard: list[Accounted] = []
        orders = [
            invoiced("1", document("shop-1", "99.00"), total="100.00"),
            sold("2", stage="held"),
            sold("3", eligible=False),
            sold("4", day=date(2026, 12, 1)),
        ]
        proven(orders, [], Period(DAY, DAY), heard.append)
        assert [(one.order.number, one.group) for one in heard] == [("1", "invoiced"), ("2", "held")]
        assert heard[0].difference == Decimal("1.00")

    def test_orders_are_taken_one_by_one_and_none_is_kept(self) -> None:
        class Id(str):
            """A text whose end can be seen."""

            __slots__ = ("__weakref__",)

        alive: list[weakref.ref[Id]] = []

        def stream() -> Iterator[Sold]:
            for index in range(50):
                name = Id(index)
                alive.append(weakref.ref(name))
                yield sold(str(index), stage="booked")._replace(id=name, documents=(document(f"shop-{index}"),))
                del name
                assert sum(one() is not None for one in alive) <= 2

        assert proven(stream(), []).counts["invoiced"] == 50
