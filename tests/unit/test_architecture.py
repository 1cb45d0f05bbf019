"""The rules of the house itself: the one-way arrows, sizes that fit the eye, no float near money, nothing foreign."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FLOORS = ("domain", "adapters", "tasks", "flows", "deployments")
MONEY_FLOORS = ("domain", "adapters", "tasks")

LONGEST_FUNCTION = 40
LONGEST_FILE = 400
TABLES = ("domain/sentences.py", "domain/phrases.py", "domain/oioubl_rules.py", "adapters/store/migrations/versions/")
"""What is one long table, where length is no complication."""

SECONDS = {
    "adapters/http.py": {"0.0", "2.0", "120.0"},
    "adapters/sqlite.py": {"0.02"},
    "tasks/retrying.py": {"0.5"},
}
"""The floats that there may be, file by file: times to wait, never money."""

FOREIGN = re.compile(
    r"(?:index-url|registry|resolved)[\" =:]+https?://"
    r"|https?://[^\s\"')]*(?:pypi|pythonhosted|npmjs|/simple[/.]|/packages[/.]|registry[/.])"
    r"|/wor[k]/|/tm[p]/[a-z]|/roo[t]/|/hom[e]/[a-z]|/opt/(?:pypi|wheels)"
)
"""Addresses of package registries, and paths of somebody's machine."""


def sources(*floors: str) -> Iterator[tuple[str, str]]:
    """Name and text of every Python file of `floors`."""
    for floor in floors:
        for path in sorted((ROOT / floor).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def kept_files() -> list[str]:
    """Every file that is, or would be, committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")[:-1]


def long_functions(text: str) -> list[str]:
    """`name: lines` of the functions that do not fit in the eye."""
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = [(node.name, (node.end_lineno or 0) - node.lineno + 1) for node in functions]
    return [f"{name}: {lines} lines" for name, lines in lengths if lines > LONGEST_FUNCTION]


def floats(text: str) -> set[str]:
    """Where a float is made: a literal, a call of `float`, or `float` handed on; naming the type does no harm."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and (isinstance(node.value, float) or node.value in ("float", "float64")):
            found.add(str(node.value))
        if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id == "isinstance"):
            handed = [node.func, *node.args, *(keyword.value for keyword in node.keywords)]
            found.update("float" for part in handed if isinstance(part, ast.Name) and part.id == "float")
    return found


def test_arrows_go_down_only_and_the_domain_is_pure() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    # In a process of its own: it silences every logger that there is already.
    linted = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("floor", FLOORS)
def test_every_folder_with_code_says_what_is_in_the_room(floor: str) -> None:
    folders = {path.parent for path in (ROOT / floor).rglob("*.py") if "migrations" not in path.parts}
    silent = [
        folder.relative_to(ROOT).as_posix()
        for folder in sorted(folders)
        if not (room := folder / "__init__.py").exists() or not ast.get_docstring(ast.parse(room.read_text()))
    ]
    assert not silent, "without an __init__.py that has a docstring: their imports would go unchecked"


def test_no_module_in_flows_hides_the_floor_below() -> None:
    assert not {path.stem for path in (ROOT / "flows").glob("*.py")} & set(FLOORS)


def test_files_and_functions_fit_in_the_eye() -> None:
    too_long = []
    for name, text in sources(*FLOORS):
        if name.startswith(TABLES):
            continue
        too_long += [f"{name} {function}" for function in long_functions(text)]
        if (lines := text.count("\n")) > LONGEST_FILE:
            too_long.append(f"{name}: {lines} lines")
    assert not too_long


def test_no_float_near_money() -> None:
    found = {name: numbers for name, text in sources(*MONEY_FLOORS) if (numbers := floats(text))}
    assert found == SECONDS


def test_nothing_kept_names_a_registry_or_a_path_of_a_machine() -> None:
    found = []
    for name in kept_files():
        lines = (ROOT / name).read_bytes().decode("utf-8", "ignore").splitlines() if (ROOT / name).is_file() else []
        found += [f"{name}:{number}" for number, line in enumerate(lines, 1) if FOREIGN.search(line)]
    assert not found


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_versions_and_hashes_and_nothing_else(lock: str) -> None:
    pinned = re.compile(r"[a-z0-9.-]+(\[[a-z,-]+\])?==\S+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    strange = [line for line in (ROOT / lock).read_text().splitlines() if not pinned.fullmatch(line)]
    assert not strange


@pytest.mark.parametrize(
    "line",
    [
        "price = 1.25",
        "price = float('1.25')",
        "prices.astype(float)",
        "prices.astype('float64')",
        "json.loads(body, parse_float=float)",
    ],
)
def test_the_float_rule_sees_a_float(line: str) -> None:
    assert floats(line)


@pytest.mark.parametrize("line", ["isinstance(text, bool | float)", "def wait(seconds: float): ...", "half = 1"])
def test_the_float_rule_lets_a_type_be_named(line: str) -> None:
    assert not floats(line)


def test_the_length_rule_sees_a_long_function() -> None:
    body = "\n".join("    pass" for _ in range(LONGEST_FUNCTION))
    assert long_functions(f"def long():\n{body}\n") == [f"long: {LONGEST_FUNCTION + 1} lines"]
