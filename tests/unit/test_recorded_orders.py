"""Every order that was recorded from real shops, and every odd one that the vendor keeps."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.webshops.files import FilesShop
from adapters.webshops.raw import bodies_in
from adapters.webshops.settings import FilesWebshop
from adapters.webshops.woocommerce_orders import normalise
from domain.orders import Order, RawOrder
from domain.outcomes import Finding, NeedsAttention
from domain.sentences import SENTENCES


@pytest.fixture(scope="session")
def recorded(specs: Path) -> dict[str, Order]:
    """The orders of a real WooCommerce 11, by what each is about."""
    folder = specs / "woocommerce" / "real"
    names: dict[str, str] = json.loads((folder / "names.json").read_text())
    found: dict[str, Order] = {}
    settings = FilesWebshop(kind="files", path=folder)
    for body in bodies_in((folder / "orders.json").read_text()):
        assert isinstance(body, dict)
        refunds = folder / "refunds" / f"{body['id']}.json"
        raw = RawOrder(
            id=str(body["id"]),
            body=body,
            refunds=tuple(json.loads(refunds.read_text(), parse_float=str)) if refunds.exists() else (),
        )
        found[names[raw.id]] = normalise(raw, settings)
    return found


def test_every_recorded_order_is_understood(recorded: dict[str, Order]) -> None:
    assert len(recorded) == 37


def test_the_lines_of_every_recorded_order_make_its_total(recorded: dict[str, Order]) -> None:
    for name, order in recorded.items():
        assert sum((line.net + line.vat for line in order.lines), Decimal(0)) == order.total, name
        assert sum((line.vat for line in order.lines), Decimal(0)) == order.total_vat, name


def test_the_rates_are_those_of_the_shop(recorded: dict[str, Order]) -> None:
    assert {line.vat_rate for line in recorded["de"].lines} == {Decimal(19)}
    assert {line.vat_rate for line in recorded["no_export"].lines} == {Decimal(0)}
    assert {line.vat_rate for line in recorded["zero_rate_and_untaxed"].lines} == {Decimal(0)}
    assert [line.vat_rate for line in recorded["fee_untaxed"].lines] == [Decimal(25), Decimal(0)]
    assert {line.vat_rate for line in recorded["free"].lines} == {Decimal(25)}


def test_the_refunds_are_told_apart(recorded: dict[str, Order]) -> None:
    assert [refund.total for refund in recorded["refund_twice"].refunds] == [Decimal("10.00"), Decimal("15.50")]
    assert recorded["refund_amount_only"].refunds[0].lines == ()
    (line,) = recorded["refund_partial_line"].refunds[0].lines
    assert line.id in {line.id for line in recorded["refund_partial_line"].lines}
    assert recorded["refund_shipping"].refunds[0].lines[0].kind == "freight"
    for order in recorded.values():
        for refund in order.refunds:
            assert not refund.lines or sum(line.net + line.vat for line in refund.lines) == refund.total


def test_the_folder_of_recordings_is_read_as_files(specs: Path, recorded: dict[str, Order]) -> None:
    shop = FilesShop(FilesWebshop(kind="files", path=specs / "woocommerce" / "real"))

    orders = {raw.id for page in shop.read(None).pages for raw in page}

    assert {order.id for order in recorded.values()} <= orders


def test_every_other_recorded_body_is_an_order_or_says_why_not(specs: Path) -> None:
    settings = FilesWebshop(kind="files", path=specs)
    understood: list[Order] = []
    held: list[Finding] = []
    for path in sorted((specs / "woocommerce").glob("[ad]*/*.json")):
        for index, body in enumerate(bodies_in(path.read_text(encoding="utf-8"))):
            try:
                understood.append(normalise(RawOrder(id=f"{path.name}#{index}", body=body), settings))
            except NeedsAttention as error:
                held.append(error.finding)

    assert len(understood) > 25
    assert all(finding.code in SENTENCES and finding.field for finding in held)
