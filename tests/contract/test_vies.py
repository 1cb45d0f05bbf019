"""VAT numbers and the register that knows them: what counts as proof, and what an order does without."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.settings import load
from adapters.store import Store
from adapters.vies import VatSettings, Vies
from deployments.commands.explain import explanation
from deployments.commands.plan import planned
from domain.outcomes import AfstemError, Misconfigured, NeedsAttention, Transient
from domain.vat import VatNumberAnswer
from tasks.rehearse import rehearsed
from tests.contract.shopkeeping import SETTINGS, Shop, sync
from tests.orders import Json, woo_order
from tests.simulators.vies import ViesSimulator

GERMAN, OTHER_GERMAN, SWEDISH, GREEK = "DE136695976", "DE129273398", "SE556188840401", "EL094259216"
AT_ONCE = (timedelta(0), timedelta(0))
"""Tried three times, as always, but without waiting in between."""


@pytest.fixture
def vies() -> Iterator[ViesSimulator]:
    with ViesSimulator() as register:
        register.registered = {GERMAN: "Nordkai Kaffee GmbH"}
        yield register


def asking(vies: ViesSimulator, requester: str = "", **how: Any) -> Vies:
    return Vies(VatSettings(vies_url=vies.url, vies_requester=requester), pauses=AT_ONCE, **how)


def answers(outcomes: Sequence[object]) -> dict[str, bool]:
    return {one.number: one.valid for one in outcomes if isinstance(one, VatNumberAnswer)}


class TestTheRegister:
    def test_it_says_which_numbers_are_valid_and_whose_they_are(self, vies: ViesSimulator) -> None:
        valid, invalid = asking(vies).check([GERMAN, SWEDISH])

        assert isinstance(valid, VatNumberAnswer)
        assert (valid.number, valid.valid, valid.name, valid.consultation) == (GERMAN, True, "Nordkai Kaffee GmbH", "")
        assert abs(valid.checked_at - datetime.now(UTC)) < timedelta(minutes=1)
        assert isinstance(invalid, VatNumberAnswer)
        assert (invalid.number, invalid.valid, invalid.name) == (SWEDISH, False, "")

    def test_a_seller_who_says_who_asks_gets_the_number_of_the_look_up(self, vies: ViesSimulator) -> None:
        (answer,) = asking(vies, requester="DK 13 58 56 28").check([GERMAN])

        assert isinstance(answer, VatNumberAnswer)
        assert answer.consultation == "WAPI000000000001"
        told = {"requesterMemberStateCode": "DK", "requesterNumber": "13585628"}
        assert vies.questions == [{"countryCode": "DE", "vatNumber": "136695976", **told}]

    def test_greece_is_asked_for_as_el(self, vies: ViesSimulator) -> None:
        vies.registered[GREEK] = "---"
        (answer,) = asking(vies).check([GREEK])
        assert isinstance(answer, VatNumberAnswer)
        assert (answer.valid, answer.name) == (True, "")

    @pytest.mark.parametrize(
        "fault",
        [
            ("code", "MS_UNAVAILABLE"),
            ("code", "MS_MAX_CONCURRENT_REQ"),
            ("code", "SERVICE_UNAVAILABLE"),
            ("code", "TIMEOUT"),
            ("code", "SOMETHING_NEW"),
            ("user_error", "MS_MAX_CONCURRENT_REQ"),
            ("user_error", "GLOBAL_MAX_CONCURRENT_REQ_TIME"),
            ("status", 503),
            ("status", 403),
            ("status", 404),
            ("throttle",),
            ("body", "<html>Sorry</html>"),
            ("body", ""),
            ("body", "[]"),
            ("body", "null"),
            ("body", "{}"),
            ("body", '{"valid": "true"}'),
            ("body", '{"valid": 1}'),
            ("body", '{"valid": []}'),
            ("body", '{"valid": true, "userError": "INVALID"}'),
            ("body", '{"valid": false, "userError": "VALID"}'),
            ("body", '{"valid": true, "actionSucceed": false}'),
            ("body", '{"valid": false, "errorWrappers": "down"}'),
            ("body", '{"valid": false, "errorWrappers": [null]}'),
            ("body", '{"valid": false, "userError": {"code": 7}}'),
        ],
        ids=str,
    )
    def test_no_fault_is_ever_taken_for_a_verdict(self, vies: ViesSimulator, fault: tuple[Any, ...]) -> None:
        """A register that is down also says `valid: false`."""
        vies.faults.extend([fault] * 30)
        (outcome,) = asking(vies).check([GERMAN])
        assert isinstance(outcome, Transient)
        assert GERMAN not in str(outcome)

    def test_a_busy_register_is_asked_twice_more(self, vies: ViesSimulator) -> None:
        vies.faults.extend([("code", "MS_MAX_CONCURRENT_REQ"), ("status", 500)])
        assert answers(asking(vies).check([GERMAN])) == {GERMAN: True}

        vies.faults.extend([("code", "MS_MAX_CONCURRENT_REQ")] * 3)
        assert answers(asking(vies).check([GERMAN])) == {}
        assert len(vies.questions) == 6

    def test_what_can_not_be_a_number_is_an_invalid_one(self, vies: ViesSimulator) -> None:
        vies.faults.append(("code", "INVALID_INPUT"))
        assert answers(asking(vies).check([GERMAN])) == {GERMAN: False}

    def test_a_verdict_in_the_other_words_counts_too(self, vies: ViesSimulator) -> None:
        vies.faults.extend([("body", '{"valid": true, "userError": "VALID"}'), ("user_error", "INVALID")])
        assert answers(asking(vies).check([GERMAN, SWEDISH])) == {GERMAN: True, SWEDISH: False}

    def test_a_slow_register_is_left_after_its_time(self, vies: ViesSimulator) -> None:
        vies.faults.extend([("slow", 2)] * 3)
        (outcome,) = asking(vies, timeout=httpx.Timeout(0.1)).check([GERMAN])
        assert isinstance(outcome, Transient)

    def test_a_country_that_is_down_keeps_no_other_waiting(self, vies: ViesSimulator) -> None:
        vies.silent = {"SE"}
        outcomes = asking(vies).check([SWEDISH, "SE202100548901", GERMAN])
        assert answers(outcomes) == {GERMAN: True}
        assert vies.asked == [SWEDISH] * 3 + [GERMAN]

    def test_a_service_that_is_down_is_not_asked_for_every_number(self) -> None:
        with ViesSimulator() as gone:
            pass
        outcomes = asking(gone).check([GERMAN, SWEDISH, GREEK])
        assert [type(one).__mro__[1] for one in outcomes] == [Transient] * 3

    def test_an_address_that_leads_elsewhere_is_a_setting_to_mend(self, vies: ViesSimulator) -> None:
        vies.faults.append(("redirect", "https://vies.example.dk/"))
        (outcome,) = asking(vies).check([GERMAN])
        assert isinstance(outcome, NeedsAttention)
        assert (outcome.finding.code, outcome.finding.field) == ("address_redirects", "vat.vies_url")

    def test_a_requester_whom_the_register_does_not_know_is_a_setting_to_mend(self, vies: ViesSimulator) -> None:
        vies.faults.append(("code", "INVALID_REQUESTER_INFO"))
        (outcome,) = asking(vies, requester="13585628").check([GERMAN])
        assert isinstance(outcome, NeedsAttention)
        found = outcome.finding
        assert (found.code, found.field, found.found) == ("vat_requester_refused", "vat.vies_requester", "13585628")

    @pytest.mark.parametrize(
        ("line", "code", "field"),
        [
            ('vies_requester = "DE136695976"', "settings_own_number", "vat.vies_requester"),
            ('vies_requester = "12345678"', "settings_own_number", "vat.vies_requester"),
            ('vies_url = "ec.europa.eu"', "settings_secure_address", "vat.vies_url"),
            ("proof_days = -1", "settings_bad_value", "vat.proof_days"),
        ],
    )
    def test_settings_that_can_not_be_meant_are_refused(self, tmp_path: Path, line: str, code: str, field: str) -> None:
        told = {"name": "shop-dk", "accounting": 'kind = "local"', "url": '"sqlite:///a.db"'}
        (tmp_path / "afstem.toml").write_text(SETTINGS.format(**told, more=f"[vat]\n{line}"))
        with pytest.raises(Misconfigured) as raised:
            load(tmp_path / "afstem.toml")
        assert (raised.value.finding.code, raised.value.finding.field) == (code, field)


class TestTheKeptAnswers:
    def test_the_last_of_each_kind_is_kept_newest_first(self, store: Store) -> None:
        def said(day: int, *, valid: bool) -> VatNumberAnswer:
            at = datetime(2026, 3, day, tzinfo=UTC)
            return VatNumberAnswer(number=GERMAN, valid=valid, checked_at=at, name="Kaffee", consultation=f"W{day}")

        for answer in (said(1, valid=True), said(2, valid=True), said(3, valid=False), said(4, valid=False)):
            store.vat_answers.keep([answer])

        assert store.vat_answers.known([GERMAN, SWEDISH]) == {GERMAN: [said(4, valid=False), said(2, valid=True)]}


def to_germany(order_id: int = 1, number: str = GERMAN, **told: Any) -> Json:
    billing = {"company": "Nordkai Kaffee GmbH", "email": "kaffee@example.dk", "country": "DE", "postcode": "20457"}
    return woo_order(id=order_id, billing=billing, meta={"_billing_cvr": number}, **{"tax": None, **told})


@pytest.fixture
def checking(shop: Shop, vies: ViesSimulator) -> Shop:
    """A shop that wants proof for reverse charge."""
    set_up(shop, vies)
    return shop


def set_up(shop: Shop, vies: ViesSimulator, more: str = "", *, check: bool = True) -> None:
    told = f"check_vat_numbers = {json.dumps(check)}\nvies_url = {json.dumps(vies.url)}"
    shop.set_up(f"[vat]\n{told}\n{more}")


def run(shop: Shop, name: str) -> list[AfstemError]:
    """A run whose VIES is asked without pauses."""
    integration = shop.integration
    return sync(replace(integration, vat_numbers=Vies(integration.settings.vat, pauses=AT_ONCE)), name)


def age(shop: Shop, days: int) -> None:
    """All kept answers become so much older."""
    kept = shop.integration.store.vat_answers
    for known in kept.known([GERMAN, SWEDISH]).values():
        kept.keep([one.model_copy(update={"checked_at": one.checked_at - timedelta(days=days)}) for one in known])


class TestReverseCharge:
    def test_with_a_valid_number_it_is_invoiced_without_vat(self, checking: Shop, vies: ViesSimulator) -> None:
        checking.sell(to_germany())

        assert run(checking, "first") == []

        (invoice,) = checking.documents().values()
        assert (invoice["vat_zone"], invoice["vat"], invoice["total"]) == ("eu", "0.00", invoice["net"])
        (told,) = explanation(checking.integration, checking.row(1))["warnings"]
        assert (told["code"], told["found"]) == ("vat_number_proven", GERMAN)
        assert told["expected"].endswith("Nordkai Kaffee GmbH")
        assert told["expected"][:10] in told["what"]

    def test_the_number_of_the_look_up_stands_with_the_order(self, shop: Shop, vies: ViesSimulator) -> None:
        set_up(shop, vies, 'vies_requester = "13585628"')
        shop.sell(to_germany())
        run(shop, "first")
        (told,) = explanation(shop.integration, shop.row(1))["warnings"]
        assert told["expected"].endswith("WAPI000000000001")

    def test_with_an_invalid_number_it_is_held_until_the_register_knows_it(
        self, checking: Shop, vies: ViesSimulator
    ) -> None:
        vies.registered.clear()
        checking.sell(to_germany())
        assert len(run(checking, "first")) == 1
        assert (checking.hold(1), checking.row(1).found) == ("vat_number_invalid", GERMAN)
        assert run(checking, "second") == []
        assert checking.documents() == {}

        vies.registered[GERMAN] = "Nordkai Kaffee GmbH"

        assert run(checking, "third") == []
        assert checking.hold(1) == "booked"

    def test_while_the_register_is_down_it_is_held_and_the_next_run_asks_again(
        self, checking: Shop, vies: ViesSimulator
    ) -> None:
        vies.silent = {"DE"}
        checking.sell(to_germany(), woo_order(id=2))
        assert len(run(checking, "first")) == 1
        assert (checking.hold(1), checking.hold(2)) == ("vat_number_unproven", "booked")
        assert run(checking, "second") == []  # an old hold is no news
        assert checking.hold(1) == "vat_number_unproven"

        vies.silent = set()

        assert run(checking, "third") == []
        assert checking.hold(1) == "booked"
        assert checking.row(1).code == ""

    def test_a_refused_requester_holds_only_the_orders_that_need_proof(self, shop: Shop, vies: ViesSimulator) -> None:
        set_up(shop, vies, 'vies_requester = "13585628"')
        vies.faults.append(("code", "INVALID_REQUESTER_INFO"))
        shop.sell(to_germany(), woo_order(id=2))
        run(shop, "first")
        assert (shop.hold(1), shop.hold(2)) == ("vat_requester_refused", "booked")

    def test_each_number_is_asked_for_once_and_the_answer_reused(self, checking: Shop, vies: ViesSimulator) -> None:
        checking.sell(to_germany(1), to_germany(2))
        run(checking, "first")
        checking.sell(to_germany(3))
        run(checking, "second")
        assert checking.stages() == {"booked": 3}
        assert vies.asked == [GERMAN]

    def test_an_answer_that_is_too_old_is_asked_for_again(self, checking: Shop, vies: ViesSimulator) -> None:
        checking.sell(to_germany(1))
        run(checking, "first")
        age(checking, days=29)
        checking.sell(to_germany(2))
        run(checking, "second")
        assert vies.asked == [GERMAN]

        age(checking, days=1)
        vies.registered.clear()
        checking.sell(to_germany(3))
        run(checking, "third")

        assert vies.asked == [GERMAN] * 2
        assert (checking.hold(2), checking.hold(3)) == ("booked", "vat_number_invalid")

    def test_an_invoice_that_stands_keeps_the_proof_of_its_day(self, checking: Shop, vies: ViesSimulator) -> None:
        checking.sell(to_germany(1))
        run(checking, "first")
        age(checking, days=100)
        vies.registered.clear()
        checking.sell(to_germany(1, status="completed", modified="2026-12-03T08:00:00"))

        assert run(checking, "second") == []

        assert checking.hold(1) == "booked"
        assert vies.asked == [GERMAN]

    def test_a_number_that_is_corrected_on_an_invoiced_order_is_asked_for(
        self, checking: Shop, vies: ViesSimulator
    ) -> None:
        checking.sell(to_germany(1))
        run(checking, "first")
        checking.sell(to_germany(1, number=OTHER_GERMAN, modified="2026-11-03T08:00:00"))
        run(checking, "second")
        assert checking.hold(1) == "vat_number_invalid"
        assert vies.asked == [GERMAN, OTHER_GERMAN]

    def test_nothing_is_asked_where_danish_vat_was_charged(self, checking: Shop, vies: ViesSimulator) -> None:
        checking.sell(woo_order(id=1, meta={"_billing_cvr": GERMAN}, billing={"country": "DE"}), woo_order(id=2))
        run(checking, "first")
        assert checking.stages() == {"booked": 2}
        assert vies.asked == []

    def test_nothing_is_asked_while_the_setting_is_off(self, shop: Shop, vies: ViesSimulator) -> None:
        set_up(shop, vies, check=False)
        shop.sell(to_germany())
        run(shop, "first")
        assert (shop.hold(1), vies.asked) == ("booked", [])

    def test_a_plan_asks_too_and_trusts_the_kept_answers(self, checking: Shop, vies: ViesSimulator) -> None:
        checking.sell(to_germany(1))
        run(checking, "first")
        checking.sell(to_germany(2))
        with rehearsed(checking.integration) as rehearsal:
            (order,) = planned(rehearsal)
        assert order["invoice"]["vat_zone"] == "eu"
        assert vies.asked == [GERMAN]

    def test_no_log_line_names_a_number(
        self,
        checking: Shop,
        vies: ViesSimulator,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(logging.getLogger("httpx"), "disabled", False)  # whoever configured logging before
        checking.sell(to_germany(1), to_germany(2, number=OTHER_GERMAN))
        vies.faults.append(("code", "MS_UNAVAILABLE"))
        with caplog.at_level(logging.DEBUG):
            faults = run(checking, "first")
        assert checking.hold(2) == "vat_number_invalid"
        assert "check-vat-number" in caplog.text
        for number in (GERMAN, OTHER_GERMAN):
            assert number[2:] not in caplog.text + repr(faults)
