"""The authority's rule set: taken in from its zip file once, and found again by its folder.

Only schemas and stylesheets are unpacked, each under its own name in a folder of ours, so that no path of the zip
can lead anywhere else; sizes are counted as they are read, since a zip may lie about them.
"""

import hashlib
import io
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from domain.orders import Frozen
from domain.outcomes import Misconfigured

KNOWN = {"d8b84ac521abacebde7d15f799f2fcb6dfce01f98ca706fe3c09b7c13c5d4bff": "1.17.2"}
"""The rule sets that Afstem was tested with, by the sha256 of the authority's file."""

MANIFEST = "ruleset.json"
LARGEST_ZIP = 64 * 2**20
LARGEST_FILE = 16 * 2**20
LARGEST_WHOLE = 128 * 2**20
MOST_FILES = 1000

_WANTED = re.compile(
    r"(?:.*/)?(?P<place>Schemas/\w[\w.-]*/(?:maindoc|common)|Stylesheets)/(?P<name>\w[\w.-]*\.xs[dl])", re.ASCII
)
_README = re.compile(r"(?:.*/)?ReadmeUK\.txt")
_VERSION = re.compile(r"Revision - ([0-9][\w.]{0,30})")


class RuleSet(Frozen):
    """The rule set that stands in `folder`; `version` is the authority's own, `sha256` that of its zip file."""

    folder: Path
    version: str
    sha256: str

    @property
    def name(self) -> str:
        """What a document was held against."""
        return f"OIOUBL 2.1, {self.version}"

    def schemas(self, document: str) -> list[Path]:
        """The XSDs of a type of document (`Invoice`): of a utility statement there are two, each its namespace's."""
        return sorted(self.folder.glob(f"Schemas/*/maindoc/UBL-{document}-2.1.xsd"))

    def stylesheet(self, document: str) -> Path:
        """Where the schematron of a type of document lies, if it has one."""
        return self.folder / "Stylesheets" / f"OIOUBL_{document}_Schematron.xsl"


def installed(folder: Path) -> RuleSet | None:
    """The rule set in this folder; None where none was taken in. Raises `Misconfigured` where it is damaged."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return RuleSet(folder=folder, version=told["version"], sha256=told["sha256"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Misconfigured("ruleset_damaged", "einvoicing.rules", folder) from error


def take_in(file: Path, folder: Path, *, trust: bool = False) -> RuleSet:
    """Unpack the authority's zip file; what stood in the folder before is replaced in one go.

    Raises `Misconfigured`: a sha256 that isn't known (unless `trust`), no rule set, too large, or not writable.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_ZIP + 1)
    except OSError as error:
        raise Misconfigured("ruleset_unreadable", str(file), error.strerror or "") from error
    if len(data) > LARGEST_ZIP:
        raise Misconfigured("ruleset_too_large", str(file), file.name, f"{LARGEST_ZIP // 2**20} MB")
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 not in KNOWN and not trust:
        raise Misconfigured("ruleset_unknown", str(file), sha256, ", ".join(KNOWN.values()))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            version = _replace(folder, archive, sha256)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise Misconfigured("ruleset_not_one", str(file), error) from error
    except OSError as error:
        raise Misconfigured("ruleset_unwritable", str(folder), error.strerror or "") from error
    return RuleSet(folder=folder, version=version, sha256=sha256)


def _replace(folder: Path, archive: zipfile.ZipFile, sha256: str) -> str:
    """What is new stands whole beside the old before it takes its place."""
    fresh, old = folder.with_name(f"{folder.name}.new"), folder.with_name(f"{folder.name}.old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        fresh.mkdir(parents=True)
        version = _unpack(archive, fresh) or KNOWN.get(sha256, "?")
        (fresh / MANIFEST).write_text(json.dumps({"version": version, "sha256": sha256}), encoding="utf-8")
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    finally:
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
    return version


def _unpack(archive: zipfile.ZipFile, folder: Path) -> str:
    """Every schema and stylesheet; returns the version that the authority's notes tell, or nothing."""
    version, stylesheets = "", 0
    for name, data in _members(archive):
        if wanted := _WANTED.fullmatch(name):
            target = folder / wanted["place"] / wanted["name"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            stylesheets += target.suffix == ".xsl"
        elif told := _VERSION.search(data.decode("utf-8", "replace")):
            version = told[1]
    if not stylesheets:
        raise Misconfigured("ruleset_not_one", "einvoicing.rules", "Stylesheets/*.xsl")
    return version


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """The members that are wanted, each with what is in it, within the limits."""
    wanted = [one for one in archive.infolist() if _WANTED.fullmatch(one.filename) or _README.fullmatch(one.filename)]
    if len(wanted) > MOST_FILES:
        raise Misconfigured("ruleset_too_large", "einvoicing.rules", f"{len(wanted)} × *.xsd, *.xsl", MOST_FILES)
    whole = 0
    for one in wanted:
        with archive.open(one) as member:
            data = member.read(LARGEST_FILE + 1)
        whole += len(data)
        if len(data) > LARGEST_FILE or whole > LARGEST_WHOLE:
            limits = f"{LARGEST_FILE // 2**20} MB / {LARGEST_WHOLE // 2**20} MB"
            raise Misconfigured("ruleset_too_large", "einvoicing.rules", one.filename, limits)
        yield one.filename, data
