"""What commands tell one to type works where it is read."""

import shlex
from pathlib import Path

import pytest

from deployments.commands.typed import called, command


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a program in it, and a shell that finds none."""
    program = tmp_path / "shop" / "venv" / "afstem"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("sys.argv", [str(program)])
    return program


def test_a_program_that_the_shell_does_not_find_is_named_by_its_path_from_here(elsewhere: Path) -> None:
    assert called() == "venv/afstem"
    assert command("attention", Path("x.toml")) == "venv/afstem attention --config x.toml"


def test_the_settings_file_that_is_looked_for_anyway_is_not_named(elsewhere: Path) -> None:
    assert command("check", Path("afstem.toml")) == "venv/afstem check"


def test_a_settings_file_with_a_space_in_its_name_can_be_typed(elsewhere: Path) -> None:
    assert shlex.split(command("check", Path("my shop/afstem.toml")))[-1] == "my shop/afstem.toml"


def test_a_program_far_away_is_named_by_its_whole_path(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path.joinpath(*"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz")
    far.mkdir(parents=True)
    monkeypatch.chdir(far)
    assert called() == str(elsewhere)


def test_in_its_own_folder_it_is_not_named_as_if_the_shell_found_it(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(elsewhere.parent)
    assert called() == "./afstem"


def test_a_program_that_the_shell_finds_is_named_by_its_name(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(elsewhere.parent))
    assert called() == "afstem"


def test_a_folder_with_a_space_in_it_can_be_typed(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaced = elsewhere.parent.rename(tmp_path / "shop" / "my venv") / "afstem"
    monkeypatch.setattr("sys.argv", [str(spaced)])
    assert called() == "'my venv/afstem'"
