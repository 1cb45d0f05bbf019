"""`afstem backup` and `afstem restore`: the store in one file, and back."""

from itertools import chain, count
from pathlib import Path
from typing import Annotated

import typer

from deployments.commands.telling import DEFAULT, Config, console, opened, shown
from deployments.commands.typed import command

File = Annotated[Path, typer.Argument(metavar="FILE", help="A SQLite file, wherever the store itself lies.")]


def backup(file: File, config: Config = DEFAULT) -> None:
    """Copy the store into one file, as it is at one moment; runs may go on meanwhile.

    The copy holds buyers' data, as the store does: only its owner can read it.
    """
    with opened(config) as integration:
        from adapters.store.copies import back_up

        size = back_up(integration.store.database, file)
        words = integration.words
        console().print(words("backed_up", file=shown(file), size=f"{size / 1_000_000:.1f}"), soft_wrap=True)


def restore(file: File, config: Config = DEFAULT) -> None:
    """Make the store what a copy says. What it holds now is copied beside that first. End all that runs before.

    However old the copy is, nothing is invoiced twice: the next run looks at what stands in the books. Who is
    forgotten now is forgotten in the copy too.
    """
    with opened(config) as integration:
        from adapters.store import copies

        copies.refuse_under_others(integration.store.database)
        before = _free_name(file)
        copies.back_up(integration.store.database, before)
        copies.restore(integration.store.database, file)
        words = integration.words
        console().print(words("restored", before=shown(before), command=command("sync", config)), soft_wrap=True)


def _free_name(file: Path) -> Path:
    """Where the store is copied to before: an earlier restore of the same file may have left what must not be lost."""
    name = f"{file.name}.before-restore"
    numbered = (file.with_name(f"{name}-{number}") for number in count(2))
    return next(path for path in chain([file.with_name(name)], numbered) if not path.exists())
