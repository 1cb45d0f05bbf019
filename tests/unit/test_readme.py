"""What the README tells a newcomer to type must work."""

import re
import tomllib
from pathlib import Path

import pytest

from adapters.settings import Settings
from domain.rules import CustomerRules

README_FOLDER = Path(__file__).parent.parent.parent
README = (README_FOLDER / "README.md").read_text(encoding="utf-8")
BLOCKS = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", README, re.DOTALL)]
COMPLETE = next(block for block in BLOCKS if "name" in block)


def test_the_settings_file_of_the_readme_is_complete() -> None:
    assert Settings.model_validate(COMPLETE).name == "shop-dk"


@pytest.mark.parametrize("block", [block for block in BLOCKS if "name" not in block], ids="+".join)
def test_each_further_table_of_the_readme_fits_into_it(block: dict[str, object]) -> None:
    settings = Settings.model_validate(COMPLETE | block)
    if "customers" in block:
        assert settings.customers == CustomerRules.model_validate(block["customers"])


@pytest.mark.parametrize("system", ["economic", "tryton"])
def test_the_settings_of_the_page_about_an_accounting_system_fit_into_it(system: str) -> None:
    page = (README_FOLDER / "docs" / f"{system}.md").read_text(encoding="utf-8")
    (block,) = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL)]
    assert Settings.model_validate(COMPLETE | block).accounting.kind == system
