"""The authority's rules at work: taken in from a hostile world, kept in a process that may die, told to people."""

import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from adapters.einvoicing import ruleset as rulesets
from adapters.einvoicing.official import OfficialRules
from adapters.einvoicing.oioubl import written
from adapters.einvoicing.rules import Rules
from adapters.einvoicing.ruleset import MANIFEST, RuleSet, installed, take_in
from domain.outcomes import Misconfigured, NeedsAttention
from tests.contract.test_cli import afstem
from tests.einvoices import an_einvoice

INVOICE = written(an_einvoice())
SCHEMA = "Schemas/UBL_v2.1/maindoc/UBL-Note-2.1.xsd"
STYLESHEET = "Stylesheets/OIOUBL_Note_Schematron.xsl"
NOTE = b'<Note xmlns="urn:oasis:names:specification:ubl:schema:xsd:Note-2"/>'
NOTE_SCHEMA = """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
    targetNamespace="urn:oasis:names:specification:ubl:schema:xsd:Note-2">
  <xs:element name="Note"/>
</xs:schema>
"""
TRANSFORM = '<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">{}</xsl:stylesheet>'
ENDLESS = TRANSFORM.format(
    '<xsl:template match="/"><xsl:call-template name="on"><xsl:with-param name="n" select="1"/></xsl:call-template>'
    '</xsl:template><xsl:template name="on"><xsl:param name="n"/><xsl:call-template name="on">'
    '<xsl:with-param name="n" select="$n + 1"/></xsl:call-template></xsl:template>'
)
FAILING = TRANSFORM.format('<xsl:template match="/"><xsl:value-of select="error()"/></xsl:template>')
CURIOUS = TRANSFORM.format(
    '<xsl:template match="/"><Schematron><Error><Description>[F-X01] <xsl:value-of '
    "select=\"environment-variable('AFSTEM_WEBSHOP_SECRET')\"/></Description></Error></Schematron></xsl:template>"
).replace('version="2.0"', 'version="3.0"')


def a_zip(folder: Path, members: dict[str, str | bytes]) -> Path:
    file = folder / "rules.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


@pytest.fixture
def made_up(tmp_path: Path) -> Iterator[Callable[..., OfficialRules]]:
    """The rules of a made-up type of document, by its stylesheet."""
    made: list[OfficialRules] = []

    def make(stylesheet: str, patience: timedelta = timedelta(seconds=60)) -> OfficialRules:
        file = a_zip(tmp_path, {SCHEMA: NOTE_SCHEMA, STYLESHEET: stylesheet})
        made.append(OfficialRules(take_in(file, tmp_path / "made-up", trust=True), patience))
        return made[-1]

    yield make
    for one in made:
        one.close()


class TestTakingIn:
    def test_the_authoritys_file_is_known_by_its_sha256(self, ruleset: RuleSet) -> None:
        assert ruleset.version == "1.17.2"
        assert installed(ruleset.folder) == ruleset
        assert ruleset.stylesheet("Invoice").is_file()
        assert len(ruleset.schemas("Invoice")) == 1

    def test_a_file_that_is_not_known_is_taken_in_only_on_trust(self, tmp_path: Path) -> None:
        file = a_zip(tmp_path, {STYLESHEET: "<x/>", "Dokumentation/ReadmeUK.txt": "Revision - 9.9 = (01.01.2030)."})
        with pytest.raises(Misconfigured) as refused:
            take_in(file, tmp_path / "rules")
        assert refused.value.finding.code == "ruleset_unknown"
        assert not (tmp_path / "rules").exists()
        assert take_in(file, tmp_path / "rules", trust=True).version == "9.9"

    def test_no_path_in_the_zip_leads_out_of_the_folder(self, tmp_path: Path) -> None:
        outside = ["../Stylesheets/a.xsl", "/Stylesheets/b.xsl", "x/../../Stylesheets/c.xsl", "Stylesheets/../../d.xsl"]
        others = ["Stylesheets/.hidden.xsl", "Stylesheets/e.py", "Schemas/../maindoc/f.xsd", "C:\\Stylesheets\\g.xsl"]
        folder = tmp_path / "in" / "rules"
        folder.parent.mkdir()
        take_in(a_zip(tmp_path, dict.fromkeys((*outside, *others), "<x/>")), folder, trust=True)
        kept = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
        inside = {f"in/rules/Stylesheets/{name}.xsl" for name in "abc"}
        assert kept == {"rules.zip", f"in/rules/{MANIFEST}", *inside}

    @pytest.mark.parametrize(
        "members",
        [
            {STYLESHEET: b"0" * (rulesets.LARGEST_FILE + 1)},
            {f"Stylesheets/S{place}.xsl": b"0" * rulesets.LARGEST_FILE for place in range(9)},
            {f"Stylesheets/S{place}.xsl": b"" for place in range(rulesets.MOST_FILES + 1)},
        ],
        ids=["one bomb", "many that are too much together", "too many"],
    )
    def test_a_bomb_is_refused_and_leaves_nothing(self, tmp_path: Path, members: dict[str, str | bytes]) -> None:
        with pytest.raises(Misconfigured) as refused:
            take_in(a_zip(tmp_path, members), tmp_path / "rules", trust=True)
        assert refused.value.finding.code == "ruleset_too_large"
        assert [path.name for path in tmp_path.iterdir()] == ["rules.zip"]

    def test_a_size_that_the_zip_lies_about_changes_nothing(self, tmp_path: Path) -> None:
        file = a_zip(tmp_path, {STYLESHEET: b"0" * (rulesets.LARGEST_FILE + 1)})
        size = (rulesets.LARGEST_FILE + 1).to_bytes(4, "little")
        file.write_bytes(file.read_bytes().replace(size, (10).to_bytes(4, "little")))
        with pytest.raises(Misconfigured):
            take_in(file, tmp_path / "rules", trust=True)
        assert not (tmp_path / "rules").exists()

    @pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + b"\x00" * 40])
    def test_what_is_no_rule_set_is_said_so(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "rules.zip"
        file.write_bytes(content)
        with pytest.raises(Misconfigured) as refused:
            take_in(file, tmp_path / "rules", trust=True)
        assert refused.value.finding.code == "ruleset_not_one"
        with pytest.raises(Misconfigured):
            take_in(tmp_path / "absent.zip", tmp_path / "rules")

    def test_what_stood_there_stays_until_the_new_one_is_whole(self, tmp_path: Path) -> None:
        folder = tmp_path / "rules"
        first = take_in(a_zip(tmp_path, {STYLESHEET: "<first/>"}), folder, trust=True)
        with pytest.raises(Misconfigured):
            take_in(a_zip(tmp_path, {"readme.txt": "no rules"}), folder, trust=True)
        assert installed(folder) == first
        second = take_in(a_zip(tmp_path, {STYLESHEET: "<second/>"}), folder, trust=True)
        assert installed(folder) == second != first
        assert (folder / STYLESHEET).read_text() == "<second/>"

    def test_a_damaged_one_is_told_and_an_absent_one_is_none(self, tmp_path: Path) -> None:
        assert installed(tmp_path / "absent") is None
        (tmp_path / MANIFEST).write_text("{")
        with pytest.raises(Misconfigured) as damaged:
            installed(tmp_path)
        assert damaged.value.finding.code == "ruleset_damaged"


class TestTheWorker:
    def test_a_worker_that_was_killed_is_started_again(self, official: OfficialRules) -> None:
        assert official.violations(INVOICE) == []
        first = official.process
        assert first is not None
        psutil.Process(first).kill()
        assert official.violations(INVOICE) == []
        assert official.process not in (None, first)

    def test_a_worker_that_dies_at_work_costs_one_try(self, official: OfficialRules) -> None:
        official.violations(INVOICE)
        process = psutil.Process(official.process)
        process.suspend()
        killer = threading.Timer(0.2, process.kill)
        killer.start()
        assert official.violations(INVOICE) == []
        killer.join()

    def test_many_threads_share_one_worker(self, official: OfficialRules) -> None:
        broken = INVOICE.replace(b">EA<", b"><").replace(b'unitCode="EA"', b'unitCode="STK"')
        found: list[list[int]] = []

        def hold() -> None:
            found.append([len(official.violations(one) or []) for one in (INVOICE, broken) * 5])

        threads = [threading.Thread(target=hold) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [[0, 2] * 5] * 4

    @pytest.mark.slow
    def test_rules_that_never_end_are_ended(self, made_up: Callable[..., OfficialRules]) -> None:
        with pytest.raises(NeedsAttention) as stopped:
            made_up(ENDLESS, timedelta(seconds=3)).violations(NOTE)
        assert (stopped.value.finding.code, stopped.value.finding.found) == ("einvoice_rules_stopped", "> 3 s")

    def test_rules_that_are_gone_are_told(self, made_up: Callable[..., OfficialRules]) -> None:
        official = made_up(FAILING)
        (official.ruleset.folder / MANIFEST).unlink()
        with pytest.raises(NeedsAttention) as gone:
            official.violations(NOTE)
        assert (gone.value.finding.code, gone.value.finding.found) == ("einvoice_rules_stopped", "exit 2")

    def test_a_violation_is_told_in_bounded_length(self, rules: Rules) -> None:
        verdict = rules.verdict(INVOICE.replace(b"2026-03-02", b"9" * 1_000_000, 1))
        assert max(len(one.text) for one in verdict.violations) <= 2_000

    @pytest.mark.parametrize("stylesheet", [FAILING, "no stylesheet at all"])
    def test_rules_that_fail_are_told_and_the_worker_lives_on(
        self, made_up: Callable[..., OfficialRules], stylesheet: str
    ) -> None:
        official = made_up(stylesheet)
        for _ in range(2):
            with pytest.raises(NeedsAttention) as failed:
                official.violations(NOTE)
        assert failed.value.finding.code == "einvoice_rules_stopped"

    def test_no_secret_of_ours_is_seen_by_a_stylesheet(
        self, made_up: Callable[..., OfficialRules], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AFSTEM_WEBSHOP_SECRET", "s3cret")
        (told,) = made_up(CURIOUS).violations(NOTE) or []
        assert (told.rule, told.text) == ("F-X01", "")

    def test_warnings_are_told_apart_from_what_is_refused(self, rules: Rules) -> None:
        warned = rules.verdict(INVOICE.replace(b"urn:oioubl:id:profileid-1.2", b"urn:oioubl:id:profileid-1.9"))
        assert [(one.rule, one.fatal) for one in warned.violations] == [("W-LIB003", False)]
        assert warned.passed

    def test_where_the_schema_speaks_our_own_checks_say_what_is_missing(self, rules: Rules) -> None:
        verdict = rules.verdict(INVOICE.replace(b"<cbc:IssueDate>2026-03-02</cbc:IssueDate>", b""))
        assert [one.rule for one in verdict.violations] == ["einvoice_element_missing", "XSD"]
        assert not verdict.passed


class TestHostileDocuments:
    @pytest.mark.parametrize(
        ("document", "code"),
        [
            (b"", "xml_unreadable"),
            (b"\x00\xff", "xml_unreadable"),
            (b"<Invoice>", "xml_unreadable"),
            (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', "xml_with_doctype"),
            (b'<!DOCTYPE x [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>', "xml_with_doctype"),
            (b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>', "xml_with_doctype"),
            (b"<a>" * 1_000_000, "xml_unreadable"),
            (b"<a>" + b" " * 20 * 2**20 + b"</a>", "xml_too_large"),
            (b"<a/>", "xml_not_oioubl"),
            (b'<Invoice xmlns="urn:another"/>', "xml_not_oioubl"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_is_no_document_is_refused_with_its_reason(self, rules: Rules, document: bytes, code: str) -> None:
        with pytest.raises(NeedsAttention) as refused:
            rules.verdict(document)
        assert refused.value.finding.code == code

    @pytest.mark.parametrize("name", ["Nothing", "a..b", "_.-"])
    def test_a_type_without_rules_is_held_against_our_own_checks(self, rules: Rules, name: str) -> None:
        verdict = rules.verdict(f'<{name} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{name}-2"/>'.encode())
        assert (verdict.document, verdict.rules, verdict.passed) == (name, "", False)

    def test_a_document_of_nothing_but_faults_is_told_in_bounded_time(self, rules: Rules) -> None:
        faults = b"<cac:PaymentMeans/><cbc:Amount/>" * 50_000
        began = time.monotonic()
        verdict = rules.verdict(INVOICE.replace(b"<cac:PaymentTerms>", faults + b"<cac:PaymentTerms>"))
        assert not verdict.passed
        assert len(verdict.violations) < 1_000
        assert time.monotonic() - began < 60

    def test_an_attachment_of_some_megabytes_is_read(self, rules: Rules) -> None:
        picture = (
            b"<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cbc:DocumentType>x</cbc:DocumentType><cac:Attachment>"
            b'<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf">' + b"AAAA" * 1_000_000
        )
        closed = picture + b"</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
        whole = INVOICE.replace(b"<cac:AccountingSupplierParty>", closed + b"<cac:AccountingSupplierParty>")
        assert rules.verdict(whole).violations == ()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without any settings file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "invoice.xml").write_bytes(INVOICE)
    (tmp_path / "broken.xml").write_bytes(INVOICE.replace(b"<cbc:ID>Bente Skovg\xc3\xa5rd</cbc:ID>", b""))
    return tmp_path


@pytest.mark.usefixtures("here")
class TestOnTheCommandLine:
    def test_without_a_rule_set_our_own_checks_stand_alone_and_say_so(self) -> None:
        told = afstem("einvoice", "validate", "invoice.xml")
        assert told.code == 0
        assert "Kun Afstems egne kontroller" in told.out
        refused = afstem("einvoice", "validate", "broken.xml")
        assert refused.code == 1
        assert "I Contact mangler ID" in refused.out
        assert "Intet officielt regelsæt" in afstem("einvoice", "rules").out

    def test_with_it_each_broken_rule_is_told_with_place_and_remedy(self, authority: Path) -> None:
        added = afstem("einvoice", "rules", "--add", authority)
        assert (added.code, "1.17.2" in added.out) == (0, True)
        told = afstem("einvoice", "validate", "broken.xml")
        assert told.code == 1
        for part in ("F-INV051  modtageren / kontakt", "Skriv referencepersonen", "Officielt: Invalid Accounting"):
            assert part in told.out
        document = afstem("einvoice", "validate", "broken.xml", "--json").document
        assert document["rules"]["version"] == "1.17.2"
        assert [(one["rule"], one["fatal"]) for one in document["violations"]] == [("F-INV051", True)]
        assert afstem("einvoice", "validate", "invoice.xml", "--json").document["passed"] is True

    def test_a_file_that_is_not_known_is_refused_until_it_is_trusted(self, here: Path) -> None:
        file = a_zip(here, {STYLESHEET: "<x/>"})
        refused = afstem("einvoice", "rules", "--add", file)
        assert refused.code == 2
        assert "--trust" in refused.err
        assert afstem("einvoice", "rules", "--add", file, "--trust", "--json").document["version"] == "?"

    def test_what_cant_be_read_is_one_sentence_and_exit_code_2(self, here: Path) -> None:
        (here / "evil.xml").write_bytes(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>')
        for file in ("evil.xml", "absent.xml", "."):
            told = afstem("einvoice", "validate", file)
            assert (told.code, told.out) == (2, "")
            assert len(told.err.splitlines()) == 1

    def test_the_language_and_the_folder_are_the_settings_own(self, here: Path) -> None:
        (here / "afstem.toml").write_text(
            'name = "shop-dk"\nlanguage = "en"\n[webshop]\nkind = "files"\npath = "orders"\n'
            '[accounting]\nkind = "local"\npath = "books.db"\n[einvoicing]\nrules = "elsewhere"\n'
        )
        assert afstem("einvoice", "rules", "--add", a_zip(here, {STYLESHEET: "<x/>"}), "--trust").code == 0
        assert json.loads((here / "elsewhere" / MANIFEST).read_text())["version"] == "?"
        told = afstem("einvoice", "validate", "broken.xml")
        assert "the official rule set has no rules for Invoice" in told.out
        assert "ID is missing in Contact, or empty." in told.out
