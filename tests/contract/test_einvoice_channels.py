"""Every way on which e-invoices leave: a key is handed over once, and what became of it is known."""

import os
import time
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from adapters.einvoicing.channels import ByAccounting
from adapters.einvoicing.dropfolder import DropFolder
from adapters.einvoicing.over_http import OverHttp
from adapters.einvoicing.receipts import receipts_in
from domain.dispatches import Progress
from domain.outcomes import Misconfigured, NeedsAttention, Transient
from domain.ports import EinvoiceChannel, Letter
from tests.contract.dispatching import application_response
from tests.simulators.einvoicing import TOKEN, EinvoicingSimulator

IMPATIENT = httpx.Timeout(0.5)


def a_letter(key: str = "einvoice-1", number: str = "17", reference: str = "shop-dk-1042") -> Letter:
    return Letter(key, "invoice", number, reference, f"<Invoice>{key}</Invoice>".encode())


class Receiver(ABC):
    """Whoever stands at the other end of a channel."""

    channel: EinvoiceChannel

    @abstractmethod
    def received(self) -> list[bytes]:
        """The documents that arrived there, each time that one did."""

    @abstractmethod
    def answers(self, letter: Letter, code: str, told: str = "") -> None:
        """Send an ApplicationResponse back."""


class FolderReceiver(Receiver):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.channel = DropFolder(folder)
        self._picked: list[bytes] = []

    def received(self) -> list[bytes]:
        for path in sorted(self.folder.glob("*.xml")):
            self._picked.append(path.read_bytes())
            path.unlink()
        return self._picked

    def answers(self, letter: Letter, code: str, told: str = "") -> None:
        (self.folder / "receipts" / f"{code}.xml").write_bytes(application_response(letter.number, code, told))


class ServiceReceiver(Receiver):
    def __init__(self, service: EinvoicingSimulator) -> None:
        self.service = service
        self.channel = OverHttp(service.url, SecretStr(TOKEN), timeout=IMPATIENT)

    def received(self) -> list[bytes]:
        return [one.content for one in self.service.taken.values()]

    def answers(self, letter: Letter, code: str, told: str = "") -> None:
        status = "delivered" if code.endswith("Accept") else "rejected"
        self.service.tells(letter.key, status, application_response(letter.number, code, told))


@pytest.fixture
def service() -> Iterator[EinvoicingSimulator]:
    with EinvoicingSimulator() as running:
        yield running


@pytest.fixture(params=["dropfolder", "http"])
def receiver(request: pytest.FixtureRequest, tmp_path: Path, service: EinvoicingSimulator) -> Receiver:
    return FolderReceiver(tmp_path / "out") if request.param == "dropfolder" else ServiceReceiver(service)


def one(outcomes: object) -> Progress:
    (found,) = outcomes  # type: ignore[misc]
    assert isinstance(found, Progress), found
    return found


def test_a_way_that_is_open_has_nothing_to_complain_of_and_checking_sends_nothing(receiver: Receiver) -> None:
    assert receiver.channel.check() == []
    assert receiver.received() == []


def test_a_document_arrives_to_the_letter(receiver: Receiver) -> None:
    letter = a_letter()
    assert one(receiver.channel.send([letter])).state == "handed"
    assert receiver.received() == [letter.content]


def test_a_key_is_handed_over_once_however_often_it_is_sent(receiver: Receiver) -> None:
    for _ in range(3):
        assert one(receiver.channel.send([a_letter()])).state in ("handed", "sent")
        assert len(receiver.received()) == 1


def test_two_keys_of_one_document_are_two_letters(receiver: Receiver) -> None:
    receiver.channel.send([a_letter("einvoice-1"), a_letter("einvoice-2")])
    assert len(receiver.received()) == 2


def test_what_was_never_handed_over_is_unknown(receiver: Receiver) -> None:
    assert list(receiver.channel.progress([a_letter()])) == [None]


def test_what_was_handed_over_is_known_also_by_another_process(receiver: Receiver, tmp_path: Path) -> None:
    receiver.channel.send([a_letter()])
    receiver.received()
    again = FolderReceiver(tmp_path / "out") if isinstance(receiver, FolderReceiver) else receiver
    assert one(again.channel.progress([a_letter()])).state in ("handed", "sent")


@pytest.mark.parametrize(
    ("code", "state"),
    [("BusinessAccept", "delivered"), ("TechnicalAccept", "delivered"), ("BusinessReject", "rejected")],
)
def test_an_answer_is_heard_with_the_receivers_words(receiver: Receiver, code: str, state: str) -> None:
    receiver.channel.send([a_letter()])
    receiver.answers(a_letter(), code, "Rekvisitionen er ukendt")
    found = one(receiver.channel.progress([a_letter()]))
    assert (found.state, found.code, found.told) == (state, code, "Rekvisitionen er ukendt")


def test_the_answer_to_one_says_nothing_of_another(receiver: Receiver) -> None:
    letters = [a_letter("einvoice-1", "17"), a_letter("einvoice-2", "18")]
    receiver.channel.send(letters)
    receiver.answers(letters[0], "BusinessReject")
    found = [progress.state for progress in receiver.channel.progress(letters) if isinstance(progress, Progress)]
    assert found == ["rejected", "handed"]


class TestTheDropFolder:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "out"

    @pytest.mark.parametrize(
        "reference", ["../../etc/cron.d/x", "shop-dk-/absolute", "a\x00b", ".", "æ" * 400, "con\n<x>", "-rf", ""]
    )
    def test_no_name_leads_anywhere_else(self, folder: Path, reference: str) -> None:
        DropFolder(folder).send([a_letter(reference=reference)])
        (document,) = folder.glob("*.xml")
        assert document.parent == folder
        assert document.name.isascii()
        assert len(document.name) < 100
        everything = {path.relative_to(folder.parent).parts[0] for path in folder.parent.rglob("*")}
        assert everything == {"out"}

    def test_documents_are_for_their_owner_alone(self, folder: Path) -> None:
        DropFolder(folder).send([a_letter()])
        assert {oct(path.stat().st_mode & 0o777) for path in folder.rglob("*") if path.is_file()} == {"0o600"}

    def test_nothing_half_written_is_ever_seen(self, folder: Path) -> None:
        DropFolder(folder).check()
        (folder / ".afstem" / "left-over.part").write_bytes(b"<Inv")
        DropFolder(folder).send([a_letter()])
        assert [path.read_bytes() for path in folder.glob("*.xml")] == [a_letter().content]

    def test_killed_before_it_was_dropped_it_is_dropped_by_the_next_try(self, folder: Path) -> None:
        channel = DropFolder(folder)
        channel.send([a_letter()])
        (document,) = folder.glob("*.xml")
        document.rename(folder / ".afstem" / f"{document.stem}.ready")
        assert list(channel.progress([a_letter()])) == [None]

        channel.send([a_letter()])

        assert [path.read_bytes() for path in folder.glob("*.xml")] == [a_letter().content]

    def test_a_symlink_that_lies_in_wait_is_not_followed(self, folder: Path, tmp_path: Path) -> None:
        channel = DropFolder(folder)
        channel.send([a_letter()])
        (document,) = folder.glob("*.xml")
        target = tmp_path / "victim"
        target.write_text("precious")
        for stale in (document, *folder.glob(".afstem/*")):
            stale.unlink()
        document.symlink_to(target)
        (folder / ".afstem" / f"{document.stem}.part").symlink_to(target)

        channel.send([a_letter()])

        assert target.read_text() == "precious"
        assert not document.is_symlink()

    def test_what_was_picked_up_is_sent(self, folder: Path) -> None:
        channel = DropFolder(folder)
        channel.send([a_letter()])
        next(folder.glob("*.xml")).unlink()
        assert one(channel.progress([a_letter()])).state == "sent"

    def test_an_answer_from_before_it_was_dropped_is_to_something_else(self, folder: Path) -> None:
        channel = DropFolder(folder)
        channel.check()
        old = folder / "receipts" / "old.xml"
        old.write_bytes(application_response("17", "BusinessReject"))
        os.utime(old, ns=(time.time_ns() - 10**12,) * 2)
        channel.send([a_letter()])
        assert one(channel.progress([a_letter()])).state == "handed"

    def test_an_answer_to_a_credit_note_of_the_same_number_is_not_the_invoices(self, folder: Path) -> None:
        channel = DropFolder(folder)
        channel.send([a_letter()])
        content = application_response("17", "BusinessReject", kind="CreditNote")
        (folder / "receipts" / "a.xml").write_bytes(content)
        assert one(channel.progress([a_letter()])).state == "handed"

    def test_a_file_where_the_folder_should_be_is_told_in_one_sentence(self, folder: Path) -> None:
        folder.write_text("")
        assert [finding.code for finding in DropFolder(folder).check()] == ["dropfolder_unusable"]
        with pytest.raises(Misconfigured, match="dropfolder_unusable"):
            DropFolder(folder).send([a_letter()])


class TestTheService:
    @pytest.fixture
    def channel(self, service: EinvoicingSimulator) -> OverHttp:
        return OverHttp(service.url, SecretStr(TOKEN), timeout=IMPATIENT)

    def test_what_it_took_without_answering_is_known_to_it(
        self, service: EinvoicingSimulator, channel: OverHttp
    ) -> None:
        service.faults.append(("lost",))
        (lost,) = channel.send([a_letter()])
        assert isinstance(lost, Transient)
        assert one(channel.progress([a_letter()])).state == "handed"

    def test_a_slow_answer_is_waited_for_no_longer_than_the_settings_say(
        self, service: EinvoicingSimulator, channel: OverHttp
    ) -> None:
        service.faults.append(("slow", 1.5))
        (late,) = channel.send([a_letter()])
        assert isinstance(late, Transient)

    def test_a_refused_document_needs_a_person_and_its_neighbours_go_on(
        self, service: EinvoicingSimulator, channel: OverHttp
    ) -> None:
        service.faults.append(("refuse", "unknown_receiver", "no such EAN in the register"))
        refused, taken = channel.send([a_letter("einvoice-1"), a_letter("einvoice-2")])
        assert isinstance(refused, NeedsAttention)
        assert (refused.finding.field, refused.finding.found) == ("unknown_receiver", "no such EAN in the register")
        assert isinstance(taken, Progress)

    @pytest.mark.parametrize("fault", [("status", 503), ("status", 500)])
    def test_a_service_that_is_down_is_tried_again(
        self, service: EinvoicingSimulator, channel: OverHttp, fault: tuple[str, int]
    ) -> None:
        service.faults.append(fault)
        (down,) = channel.send([a_letter()])
        assert isinstance(down, Transient)

    def test_a_throttled_call_waits(self, service: EinvoicingSimulator, channel: OverHttp) -> None:
        service.faults.append(("throttle",))
        assert one(channel.send([a_letter()])).state == "handed"

    def test_a_wrong_token_stops_the_run(self, service: EinvoicingSimulator) -> None:
        channel = OverHttp(service.url, SecretStr("wrong"))
        assert [finding.code for finding in channel.check()] == ["credentials_refused"]
        with pytest.raises(Misconfigured, match="credentials_refused"):
            channel.send([a_letter()])

    def test_a_key_of_another_document_is_refused(self, channel: OverHttp) -> None:
        channel.send([a_letter()])
        (refused,) = channel.send([a_letter()._replace(content=b"<Invoice>other</Invoice>")])
        assert isinstance(refused, NeedsAttention)

    def test_nothing_of_a_document_or_the_token_stands_in_an_address(
        self, service: EinvoicingSimulator, channel: OverHttp
    ) -> None:
        channel.send([a_letter()])
        channel.progress([a_letter()])
        assert {path for _, path in service.calls} == {"/einvoices", "/einvoices/einvoice-1"}

    @pytest.mark.parametrize("body", ["no json", "[]", '{"status": 7, "id": {}}', '{"status": "strange"}'])
    def test_a_strange_answer_to_a_taken_document_counts_as_taken(
        self, service: EinvoicingSimulator, channel: OverHttp, body: str
    ) -> None:
        service.faults.append(("body", body))
        assert one(channel.send([a_letter()])).state == "handed"


class _Books:
    """Books that have sent some numbers; no more of them is asked for."""

    def __init__(self, *sent: str) -> None:
        self._sent = sent

    def sent(self, numbers: list[str]) -> list[bool]:
        return [number in self._sent for number in numbers]


def test_the_accounting_system_has_sent_what_it_counts_among_the_sent() -> None:
    channel = ByAccounting(_Books("17"))  # type: ignore[arg-type]
    assert one(channel.send([a_letter()])).state == "handed"
    found = channel.progress([a_letter(number="17"), a_letter(number="18")])
    assert [progress.state for progress in found if isinstance(progress, Progress)] == ["sent", "handed"]


class TestAnApplicationResponse:
    def test_the_official_example_is_understood(self, specs: Path) -> None:
        (rules,) = (specs / "oioubl").glob("*.zip")
        with zipfile.ZipFile(rules) as archive:
            name = next(one for one in archive.namelist() if "ApplicationResponse_v2p2.xml" in one)
            (receipt,) = receipts_in(archive.read(name))
        assert (receipt.kind, receipt.number) == ("invoice", "A00095678")
        assert (receipt.state, receipt.code) == ("rejected", "BusinessReject")
        assert receipt.told.startswith("Vi har ikke fået")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"not xml",
            b"<Invoice/>",
            b"\xff\xfe",
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            + application_response("&x;", "BusinessReject")[39:],
            application_response("", "BusinessReject"),
            application_response("17", "SomethingElse"),
            application_response("17", "BusinessReject", "x" * 3_000_000),
        ],
        ids=["empty", "text", "invoice", "bytes", "entity", "no number", "unknown code", "too large"],
    )
    def test_whatever_else_lies_there_says_nothing(self, content: bytes) -> None:
        assert receipts_in(content) == ()

    def test_control_characters_in_the_receivers_words_reach_nobody(self) -> None:
        (receipt,) = receipts_in(application_response("17", "BusinessReject", "linje&#10;skift\u202e&#x9b;2J"))
        assert receipt.told.isprintable()
