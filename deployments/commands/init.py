"""`afstem init`: asks what a settings file needs to say, and writes it."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer
from rich.prompt import Confirm, IntPrompt, Prompt

from deployments.commands.settings_file import COLLECTING_PLACEHOLDER, Answers, settings_text
from deployments.commands.telling import DEFAULT, UNUSABLE, complain, console
from deployments.commands.typed import command
from domain.outcomes import AfstemError, Misconfigured
from domain.rules import Preset
from domain.words import Language, Words

PRESETS: tuple[Preset, ...] = ("recommended", "one-customer", "match-only")
SHOPS = ("files", "woocommerce")
BOOKS = ("local", "economic", "tryton")
SHOP_ADDRESS = "https://shop.example.dk"

PresetOption = Annotated[
    Preset | None,
    typer.Option(help="The customer rules to start from. With it nothing is asked; the other options fill the file."),
]
Output = Annotated[Path, typer.Option("--output", "--config", metavar="FILE", help="The file to write.")]
Books = Annotated[
    Literal["local", "economic", "tryton"] | None, typer.Option(help="The accounting system; default local.")
]
Shop = Annotated[Literal["files", "woocommerce"] | None, typer.Option(help="Where orders come from; default files.")]


def init(  # noqa: PLR0913, PLR0917  (the options of a command)
    preset: PresetOption = None,
    output: Output = DEFAULT,
    name: Annotated[str, typer.Option(help="The integration's name: a-z, 0-9 and single hyphens.")] = "shop-dk",
    language: Annotated[Language, typer.Option(help="The language that Afstem speaks.")] = "da",
    webshop: Shop = None,
    accounting: Books = None,
    url: Annotated[str, typer.Option(help="The address of a WooCommerce shop.")] = "",
    path: Annotated[str, typer.Option(help="The folder with the orders of a files shop.")] = "orders",
    collecting_customer: Annotated[
        str, typer.Option(metavar="NUMBER", help="The customer that one-customer books all orders on.")
    ] = "",
) -> None:
    """Write a settings file with comments: asks what it needs to know, or takes a preset and asks nothing.

    The shop's orders count from today on; remove or move `start` in the file to bring older ones to the books.
    An existing file is never overwritten.
    """
    given = Answers(
        name=name,
        language=language,
        webshop=webshop or ("woocommerce" if url else "files"),
        place=url if url or webshop == "woocommerce" else path,
        start=datetime.now(ZoneInfo("Europe/Copenhagen")).date(),
        preset=preset or "recommended",
        cvr="meta:_billing_cvr",
        ean="meta:_billing_ean",
        collecting_customer=collecting_customer,
        accounting=accounting or "local",
        book=accounting in {None, "local"},
    )
    try:
        refuse_existing(output)
        answers = given if preset else ask(given)
        write(output, answers)
    except AfstemError as error:
        complain(error.findings, language)
        raise typer.Exit(UNUSABLE) from error
    _say_what_is_next(output, answers)


def refuse_existing(output: Path) -> None:
    """Raise `Misconfigured` before a question is asked in vain."""
    if os.path.lexists(output):
        raise Misconfigured("settings_exist", str(output))


def ask(given: Answers) -> Answers:
    """Ask for everything that a file says, with what was given as the proposed answers.

    Raises `Misconfigured` (`no_answer`) where nobody answers.
    """
    try:
        language: Language = "en" if _choose("Sprog / Language", ("da", "en"), given.language) == "en" else "da"
        words = Words(language)
        name = _answer(words("ask_name"), given.name)
        webshop = _choose(words("ask_webshop"), SHOPS, given.webshop)
        place = _place(words, webshop, given)
        accounting = _choose(words("ask_accounting"), BOOKS, given.accounting)
        given = _with_books(words, accounting, given)
        cvr, ean = _answer(words("ask_cvr"), given.cvr), _answer(words("ask_ean"), given.ean)
        chosen = _choose(words("ask_preset"), PRESETS, given.preset)
        preset = next(one for one in PRESETS if one == chosen)
        collecting = _answer(words("ask_collecting"), given.collecting_customer) if preset == "one-customer" else ""
        book = Confirm.ask(words("ask_book"), console=console(), default=given.book)
    except EOFError as error:
        raise Misconfigured("no_answer", "--preset") from error
    return replace(
        given,
        language=language,
        name=name,
        webshop=webshop,
        place=place,
        cvr=cvr,
        ean=ean,
        preset=preset,
        collecting_customer=collecting,
        book=book,
    )


def _with_books(words: Words, accounting: str, given: Answers) -> Answers:
    """The accounting system, with what it needs to be told. Drafts alone are proposed for all but the embedded one."""
    if accounting == "local":
        return replace(given, accounting=accounting)
    if accounting == "tryton":
        address = _answer(words("ask_server"), given.server)
        return replace(
            given,
            accounting=accounting,
            server=address,
            database=_answer(words("ask_database"), given.database),
            book=False,
        )
    return replace(
        given,
        accounting=accounting,
        layout=_number(words("ask_layout"), given.layout),
        customer_group=_number(words("ask_group"), given.customer_group),
        payment_terms=_number(words("ask_terms"), given.payment_terms),
        product=_answer(words("ask_product"), given.product),
        book=False,
    )


def _number(question: str, proposed: str) -> str:
    return str(IntPrompt.ask(question, console=console(), default=int(proposed)))


def _place(words: Words, webshop: str, given: Answers) -> str:
    if webshop == "woocommerce":
        return _answer(words("ask_url"), given.place if given.webshop == webshop and given.place else SHOP_ADDRESS)
    return _answer(words("ask_path"), given.place if given.webshop == webshop else "orders")


def _choose(question: str, choices: Sequence[str], proposed: str) -> str:
    return Prompt.ask(question, console=console(), choices=list(choices), default=proposed)


def _answer(question: str, proposed: str) -> str:
    """What was typed; Enter takes the proposal, and a hyphen says nothing at all."""
    typed = Prompt.ask(question, console=console(), default=proposed or None) or ""
    return "" if typed.strip() == "-" else typed.strip()


def write(output: Path, answers: Answers) -> None:
    """Write the file, and leave it there only if it can be used. Raises `Misconfigured`."""
    from adapters.settings import load

    if answers.preset == "one-customer" and not answers.collecting_customer:
        answers = replace(answers, collecting_customer=COLLECTING_PLACEHOLDER)
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(settings_text(answers))
    except FileExistsError as error:
        raise Misconfigured("settings_exist", str(output)) from error
    except OSError as error:
        raise Misconfigured("settings_unwritable", str(output), error.strerror or "") from error
    try:
        load(output)
    except Misconfigured:
        with suppress(OSError):
            output.unlink()
        raise


def _say_what_is_next(output: Path, answers: Answers) -> None:
    words, out = Words(answers.language), console()
    out.print(words("written", path=output))
    if answers.webshop == "woocommerce":
        out.print(words("next_secrets"))
    if answers.accounting != "local":
        out.print(words(f"next_tokens_{answers.accounting}"))
    if answers.preset == "one-customer" and not answers.collecting_customer:
        out.print(words("next_collecting", placeholder=COLLECTING_PLACEHOLDER))
    out.print(words("next_steps"))
    for arguments in ("check", "plan"):
        out.print(f"  {command(arguments, output)}", soft_wrap=True)
