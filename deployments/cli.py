"""`afstem`, the command line: every command, and no more than is needed to name them."""

import errno
from collections.abc import Callable
from typing import Any

import typer

from deployments.commands import books, einvoice
from deployments.commands.attention import attention
from deployments.commands.backfill import backfill
from deployments.commands.backup import backup, restore
from deployments.commands.check import check
from deployments.commands.demo import demo
from deployments.commands.deploy import deploy
from deployments.commands.einvoice_orders import send, show
from deployments.commands.explain import explain
from deployments.commands.forget import forget
from deployments.commands.init import init
from deployments.commands.plan import plan
from deployments.commands.report import report
from deployments.commands.resolve import resolve
from deployments.commands.retry import retry
from deployments.commands.sync import sync
from deployments.commands.telling import DEFAULT, UNUSABLE, complain, language_of
from deployments.commands.up import up
from deployments.commands.webhooks import webhooks
from domain.outcomes import Finding


class CommandLine(typer.Typer):
    """Where what is told itself finds no room (`afstem report > FILE`), that too is a sentence."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command that was typed."""
        try:
            return super().__call__(*args, **kwargs)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            finding = Finding(code="file_unwritable", field="stdout", found=error.strerror or "")
            complain([finding], language_of(DEFAULT))
            raise SystemExit(UNUSABLE) from None


main = CommandLine(
    name="afstem",
    help="Webshop orders become customers and invoices in the books: each exactly once, each explained, each proven.",
    epilog="Exit codes: 0 all is well, 1 orders need attention, 2 settings or connection.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its pages show local values, and those are buyers' data
    rich_markup_mode="markdown",
)

COMMANDS: tuple[Callable[..., None], ...] = (
    *(demo, init, check, plan, sync, report, explain, attention, retry, resolve, backfill),
    *(up, deploy, webhooks, backup, restore, forget),
)
for command in COMMANDS:
    main.command()(command)
for command in (show, send):
    einvoice.app.command()(command)
main.add_typer(books.app, name="books")
main.add_typer(einvoice.app, name="einvoice")
