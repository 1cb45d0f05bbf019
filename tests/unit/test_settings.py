"""A settings file that can't be used says where, and what is allowed there, in either language and in no library's."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.settings import load
from domain.outcomes import Finding, Misconfigured
from domain.sentences import fix, what
from domain.words import Language

FILE = 'name = "shop"\naccounting.kind = "local"\n[webshop]\nkind = "files"\npath = "orders"\n'
SHOP = 'name = "shop"\naccounting.kind = "local"\n[webshop]\nkind = "woocommerce"\nurl = "https://shop.example.dk"\n'

WRONG = [
    ('name = "Shop DK"\n[webshop]\nkind = "files"\npath = "o"', "settings_name", "name", ""),
    (FILE.replace('"shop"', f'"{"a" * 41}"'), "settings_too_long", "name", "40"),
    ('language = "de"\n' + FILE, "settings_bad_value", "language", "da, en"),
    (FILE.replace("files", "magento"), "settings_bad_value", "webshop.kind", "files, woocommerce"),
    (FILE + 'statuses = ["wc-completed", "On Hold"]', "settings_status", "webshop.statuses[1]", ""),
    (FILE + "statuses = []", "settings_too_short", "webshop.statuses", "1"),
    (FILE + 'statuses = "completed"', "settings_bad_value", "webshop.statuses", '["…", "…"]'),
    (FILE + 'start = "i går"', "settings_bad_value", "webshop.start", "2026-12-31"),
    (FILE + 'timezone = "Danmark"', "settings_time_zone", "webshop.timezone", "Europe/Copenhagen"),
    (FILE + '[webshop.fields]\ncvr = "meta:"', "settings_field_key", "webshop.fields.cvr[0]", ""),
    (SHOP.replace("https://", "http://"), "settings_plain_http", "webshop", ""),
    (SHOP.replace("https://", ""), "bad_address", "webshop.url", ""),
    (FILE + '[store]\nurl = "mysql://x"', "settings_store_url", "store.url", ""),
    (FILE + "[run]\nbatch_size = 0", "settings_bad_value", "run.batch_size", "≥ 1"),
    (FILE + '[run]\nbatch_size = "mange"', "settings_bad_value", "run.batch_size", "1, 2, 3 …"),
    ("accounting.book = 7\n" + FILE, "settings_bad_value", "accounting.book", "true, false"),
    (FILE + '[customers]\npreset = "mine"', "settings_bad_value", "customers.preset", "recommended, "),
    (FILE + '[customers]\npreset = "one-customer"', "collecting_customer_needed", "customers", ""),
    (FILE + "[customers]\nb2b = 3", "settings_bad_value", "customers.b2b", "[…]"),
    (FILE + '[invoices]\nnote = "{buyer}"', "settings_places", "invoices.note", "{number}"),
    (FILE + "[invoices]\nrounding_per_line = 2", "settings_bad_value", "invoices.rounding_per_line", "≤ 1"),
    (FILE + '[invoices]\nrounding_per_order = "lidt"', "settings_bad_value", "invoices.rounding_per_order", '"0.05"'),
    (FILE + '[vat.zones]\nGronland = "abroad"', "settings_zone_key", "vat.zones", "greenland"),
    (FILE + '[vat]\nvies_requester = "12345678"', "settings_own_number", "vat.vies_requester", ""),
    (FILE + "colour = 1", "settings_unknown_key", "webshop.colour", "path"),
    ('[webshop]\nkind = "files"\npath = "orders"', "settings_missing_key", "name", ""),
]
LIBRARY = re.compile(r"\b(should|input|valid\w*|error|type|pattern|expected|characters?)\b", re.IGNORECASE)


def refused(text: str, folder: Path) -> Finding:
    (folder / "afstem.toml").write_text(text, "utf-8")
    with pytest.raises(Misconfigured) as raised:
        load(folder / "afstem.toml")
    return raised.value.finding


@pytest.mark.parametrize(("text", "code", "field", "allowed"), WRONG, ids=[row[1] + " " + row[2] for row in WRONG])
def test_a_wrong_setting_is_told_with_its_path_and_what_is_allowed(
    tmp_path: Path, text: str, code: str, field: str, allowed: str
) -> None:
    finding = refused(text, tmp_path)
    assert (finding.code, finding.field) == (code, field)
    assert allowed in finding.expected
    languages: tuple[Language, ...] = ("da", "en")
    for language in languages:
        told = f"{what(finding, language)} {fix(finding, language)}"
        assert allowed in told
        assert "{expected}" not in told
    assert not LIBRARY.search(what(finding, "da").replace(finding.found, ""))


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "afstem.toml").write_text(FILE + 'timezone = "x"\n[run]\nbatch_size = 0\n[nothing]\n', "utf-8")
    with pytest.raises(Misconfigured) as raised:
        load(tmp_path / "afstem.toml")
    assert [one.field for one in raised.value.findings] == ["webshop.timezone", "run.batch_size", "nothing"]


ASKING = "import sys, pathlib, adapters.settings as s; print(s.load(pathlib.Path(sys.argv[1])).asking_hash)"


def test_what_the_books_would_be_asked_is_one_hash_in_every_process_and_folder(tmp_path: Path) -> None:
    sets = '[invoices]\ngift_card_skus = ["A-1", "B-2", "C-3", "D-4", "E-5"]\n'
    files = [tmp_path / name / "afstem.toml" for name in ("here", "there", "otherwise")]
    for file, more in zip(files, ("", '[store]\nurl = "sqlite:///x.db"\n', "[vat]\noss = true\n"), strict=True):
        file.parent.mkdir()
        file.write_text(FILE + sets + more, "utf-8")

    hashes = [
        subprocess.run(
            [sys.executable, "-c", ASKING, file],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, file in enumerate(files)
    ]

    assert hashes[0] == hashes[1] != hashes[2]
