"""Orders as files: shapes, broken ones, and what is read again."""

import json
import os
from pathlib import Path

import pytest

from adapters.webshops.files import FilesShop
from adapters.webshops.settings import FilesWebshop
from domain.orders import RawOrder
from domain.outcomes import Misconfigured, NeedsAttention
from tests.simulators.orders import a_refund, an_order


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "orders"
    (folder / "refunds").mkdir(parents=True)
    return folder


def shop(folder: Path) -> FilesShop:
    return FilesShop(FilesWebshop(kind="files", path=folder))


def everything(folder: Path, cursor: str | None = None) -> list[RawOrder]:
    return [raw for page in shop(folder).read(cursor).pages for raw in page]


def ids(folder: Path, cursor: str | None = None) -> list[str]:
    return [raw.id for raw in everything(folder, cursor)]


def held(folder: Path, raw: RawOrder) -> tuple[str, str]:
    with pytest.raises(NeedsAttention) as raised:
        shop(folder).normalise(raw)
    return raised.value.finding.code, raised.value.finding.field


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(an_order(1)),
        json.dumps([an_order(1)]),
        json.dumps({"data": an_order(1)}),
        json.dumps({"data": [an_order(1)]}),
        "\ufeff" + json.dumps([an_order(1)], indent=2),
        f"\n [ {json.dumps(an_order(1))} ] \n",
    ],
)
def test_an_order_may_stand_alone_in_a_list_or_in_data(folder: Path, text: str) -> None:
    (folder / "a.json").write_text(text, encoding="utf-8")

    assert ids(folder) == ["1"]


def test_what_is_no_json_file_of_the_folder_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps(an_order(666)))
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    (folder / ".hidden.json").write_text(json.dumps(an_order(2)))
    (folder / "readme.txt").write_text("hej")
    (folder / "sub.json").mkdir()
    (folder / "a.json").write_text(json.dumps(an_order(1)))

    assert ids(folder) == ["1"]


def test_an_id_is_no_path(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps([a_refund(1, "5.00")]))
    (folder / "a.json").write_text(json.dumps(an_order(1) | {"id": "../../x"}))

    (raw,) = everything(folder)

    assert (raw.id, raw.refunds) == ("../../x", ())


def test_refunds_linked_from_outside_are_none_of_ours(folder: Path, tmp_path: Path) -> None:
    (folder / "refunds").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "1.json").write_text(json.dumps([a_refund(1, "5.00")]))
    (folder / "refunds").symlink_to(tmp_path / "elsewhere")
    (folder / "a.json").write_text(json.dumps(an_order(1)))

    assert everything(folder)[0].refunds == ()


def test_a_broken_file_is_held_and_the_others_are_read(folder: Path) -> None:
    (folder / "a.json").write_text('{"id": 1, "total": ')
    (folder / "b.json").write_text(json.dumps(an_order(2)))
    (folder / "c.json").write_bytes(b"\xff\xfe\x00")
    (folder / "d.json").write_text("")

    found = {raw.id: raw for raw in everything(folder)}

    assert list(found) == ["file:a.json", "2", "file:c.json", "file:d.json"]
    assert found["file:a.json"].body == '{"id": 1, "total": '
    assert held(folder, found["file:a.json"]) == ("unreadable_order", "file:a.json")


def test_the_good_orders_of_a_list_that_breaks_off_are_read(folder: Path) -> None:
    (folder / "a.json").write_text(json.dumps([an_order(1), an_order(2)])[:-40])

    found = everything(folder)

    assert [raw.id for raw in found] == ["1", "file:a.json#1"]
    assert held(folder, found[1])[0] == "unreadable_order"


def test_what_is_no_order_in_a_list_is_held_by_its_place(folder: Path) -> None:
    nameless = {key: value for key, value in an_order(9).items() if key != "id"}
    (folder / "a.json").write_text(json.dumps([an_order(1), 7, None, nameless]))

    assert ids(folder) == ["1", "file:a.json#1", "file:a.json#2", "file:a.json#3"]


def test_half_a_character_is_replaced_and_the_order_read(folder: Path) -> None:
    order = json.dumps(an_order(1, customer_note="NOTE")).replace("NOTE", "hej \\ud83d \\ud83d\\ude00")
    (folder / "a.json").write_text(order)

    (raw,) = everything(folder)

    assert shop(folder).normalise(raw).note == "hej \ufffd 😀"


def test_an_unchanged_folder_is_told_by_looking_alone(folder: Path) -> None:
    path = folder / "a.json"
    path.write_text(json.dumps([an_order(1)]))
    cursor = shop(folder).read(None).cursor
    state = path.stat()
    path.write_text(json.dumps([an_order(2)]))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))

    assert path.stat().st_size == state.st_size
    assert ids(folder, cursor) == []


def test_only_what_changed_is_read_again(folder: Path) -> None:
    for number in (1, 2, 3):
        (folder / f"{number}.json").write_text(json.dumps([an_order(number)]))
    cursor = shop(folder).read(None).cursor
    (folder / "2.json").write_text(json.dumps([an_order(2, status="completed")]))
    (folder / "4.json").write_text(json.dumps([an_order(4)]))

    assert ids(folder, cursor) == ["2", "4"]


def test_a_refund_is_found_in_whichever_file_holds_its_order(folder: Path) -> None:
    (folder / "a.json").write_text(json.dumps([an_order(number) for number in range(1, 6)]))
    (folder / "b.json").write_text(json.dumps([an_order(number) for number in range(6, 11)]))
    cursor = shop(folder).read(None).cursor
    (folder / "refunds/8.json").write_text(json.dumps([a_refund(1, "5.00")]))

    assert ids(folder, cursor) == ["8"]

    refunded = shop(folder).read(None).cursor
    (folder / "refunds/8.json").unlink()
    assert ids(folder, refunded) == ["8"]


def test_a_refund_list_that_can_not_be_read_holds_its_order(folder: Path) -> None:
    (folder / "a.json").write_text(json.dumps([an_order(1), an_order(2)]))
    (folder / "refunds/1.json").write_text("[{")
    (folder / "refunds/2.json").write_text("[7]")

    assert [held(folder, raw)[0] for raw in everything(folder)] == ["unreadable_refund", "unreadable_refund"]


def test_the_cursor_is_of_the_moment_before_reading(folder: Path) -> None:
    (folder / "a.json").write_text(json.dumps(an_order(1)))
    reading = shop(folder).read(None)
    (folder / "a.json").write_text(json.dumps(an_order(1, status="completed")))
    list(reading.pages)

    assert ids(folder, reading.cursor) == ["1"]


def test_a_file_that_goes_while_we_read_is_no_fault(folder: Path) -> None:
    (folder / "a.json").write_text(json.dumps(an_order(1)))
    (folder / "b.json").write_text(json.dumps(an_order(2)))
    reading = shop(folder).read(None)
    (folder / "b.json").unlink()

    assert [raw.id for page in reading.pages for raw in page] == ["1"]


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="folder_missing"):
        shop(tmp_path / "nowhere").read(None)

    assert [finding.code for finding in shop(tmp_path / "nowhere").check()] == ["folder_missing"]
    assert [finding.code for finding in shop(tmp_path).check()] == ["folder_empty"]
