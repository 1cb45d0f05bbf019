"""A folder from which a VANS or access-point client picks e-invoices up, and into which it puts what comes back.

    einvoices/                     complete documents only, each until it is picked up
    einvoices/receipts/            ApplicationResponse files that came back; they stay where they are
    einvoices/.afstem/             what is being written, and a mark for each document that was ever handed over

A document is written aside, marked, then moved into the folder in one step. So whoever finds the mark and no document
aside knows that it was handed over, even if it was picked up before anybody could note it: it is never put there again.
"""

import errno
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from adapters.einvoicing.receipts import LARGEST, Receipt, receipts_in
from domain.dispatches import Progress
from domain.einvoicing_rules import Channel
from domain.outcomes import Finding, Misconfigured, NeedsAttention, Transient
from domain.ports import Letter

FIELD = "einvoicing.folder"
MAY_PASS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ESTALE})
LONGEST_NAME = 60


class _Places(NamedTuple):
    """The three places of one document."""

    ready: Path
    mark: Path
    dropped: Path


class DropFolder:
    """`domain.ports.EinvoiceChannel`; `folder` is made when it isn't there. Files are for the owner alone (0600)."""

    name: Channel = "dropfolder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside = folder / ".afstem"
        self._receipts = folder / "receipts"

    def check(self) -> Sequence[Finding]:
        """Whether documents can be put there."""
        try:
            self._make()
            probe = self._aside / f"check-{os.getpid()}"
            _write(probe, b"")
            probe.unlink()
        except (OSError, Misconfigured) as error:
            why = error.strerror if isinstance(error, OSError) else error
            return [Finding(code="dropfolder_unusable", field=FIELD, found=str(self._folder), expected=str(why))]
        return []

    def send(self, letters: Sequence[Letter]) -> Sequence[Progress | NeedsAttention | Transient]:
        """Put each document into the folder, once for its key. Raises `Misconfigured` where nobody could."""
        outcomes: list[Progress | NeedsAttention | Transient] = []
        for letter in letters:
            try:
                with self._told():
                    self._make()
                    outcomes.append(self._drop(letter))
            except Transient as fault:
                outcomes.append(fault)
        return outcomes

    def progress(self, letters: Sequence[Letter]) -> Sequence[Progress | Transient | None]:
        """Whether each still lies there, was picked up, or was answered since it was put there."""
        with self._told():
            answers = list(self._answers())
            return [self._progress(letter, answers) for letter in letters]

    def _drop(self, letter: Letter) -> Progress:
        places = self._places(letter)
        if places.mark.exists() and not places.ready.exists():
            return _handed(places)
        if not places.ready.exists():
            _write(places.ready, letter.content)
        places.mark.touch(0o600)
        _settle(self._aside)
        places.ready.rename(places.dropped)
        _settle(self._folder)
        return _handed(places)

    def _progress(self, letter: Letter, answers: Sequence[tuple[int, Receipt, str]]) -> Progress | None:
        places = self._places(letter)
        if not places.mark.exists() or places.ready.exists():
            return None
        since = places.mark.stat().st_mtime_ns
        mine = [one for one in answers if one[0] >= since and one[1].number == letter.number]
        mine = [one for one in mine if one[1].kind in ("", letter.kind)]
        if mine:
            _, receipt, name = max(mine, key=lambda one: one[0])
            return Progress(receipt.state, receipt.code, receipt.told, name)
        return _handed(places) if places.dropped.exists() else Progress("sent", place=places.dropped.name)

    def _answers(self) -> Iterator[tuple[int, Receipt, str]]:
        """Every answer that came back, with the time of its file."""
        for path in sorted(self._receipts.glob("*.xml")) if self._receipts.is_dir() else ():
            try:
                if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
                    continue
                at, content = path.stat().st_mtime_ns, path.read_bytes()
            except OSError:
                continue  # it is being written, or taken away: the next look finds it
            yield from ((at, receipt, f"receipts/{path.name}") for receipt in receipts_in(content))

    def _places(self, letter: Letter) -> _Places:
        """The name is made of our reference's harmless characters and a hash, so that none can lead elsewhere."""
        harmless = re.sub(r"[^A-Za-z0-9_-]+", "_", letter.reference)[:LONGEST_NAME]
        name = f"{harmless}-{hashlib.sha256(letter.key.encode()).hexdigest()[:16]}"
        return _Places(self._aside / f"{name}.ready", self._aside / f"{name}.mark", self._folder / f"{name}.xml")

    def _make(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._aside.mkdir(mode=0o700, exist_ok=True)
        self._receipts.mkdir(exist_ok=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in MAY_PASS:
                raise Transient("dropfolder_busy") from error
            found, why = str(self._folder), error.strerror or ""
            raise Misconfigured("dropfolder_unusable", FIELD, found, why) from error


def _handed(places: _Places) -> Progress:
    return Progress("handed", place=places.dropped.name)


def _write(path: Path, content: bytes) -> None:
    """A whole file or none: written under another name, flushed to the disk, and renamed."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(file, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    part.rename(path)


def _settle(folder: Path) -> None:
    """Have the disk know of what was renamed, where it can be told so."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)
