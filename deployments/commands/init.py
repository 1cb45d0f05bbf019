"""`afstem init`: asks what a settings file needs to say, and writes it."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from deployments.commands.settings_file import COLLECTING_PLACEHOLDER, Answers, settings_text
from deployments.commands.telling import DEFAULT, UNUSABLE, complain, console, findings_of
from deployments.commands.words import Words
from domain.outcomes import AfstemError, Misconfigured
from domain.rules import Preset
from domain.sentences import Language

PRESETS: tuple[Preset, ...] = ("recommended", "one-customer", "match-only")
SHOPS = ("woocommerce", "files")
SHOP_ADDRESS = "https://shop.example.dk"

PresetOption = Annotated[
    Preset | None,
    typer.Option(help="The customer rules to start from. With it nothing is asked; the other options fill the file."),
]
Output = Annotated[Path, typer.Option("--output", "--config", metavar="FILE", help="The file to write.")]
Shop = Annotated[Literal["files", "woocommerce"] | None, typer.Option(help="Where orders come from; default files.")]
Text = Annotated[str, typer.Option()]


def init(
    preset: PresetOption = None,
    output: Output = DEFAULT,
    name: Annotated[str, typer.Option(help="The integration's name: a-z, 0-9 and single hyphens.")] = "shop-dk",
    language: Annotated[Language, typer.Option(help="The language that Afstem speaks.")] = "da",
    webshop: Shop = None,
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
    )
    try:
        refuse_existing(output)
        answers = given if preset else ask(given)
        write(output, answers)
    except AfstemError as error:
        complain(findings_of(error), language)
        raise typer.Exit(UNUSABLE) from error
    _say_what_is_next(output, answers)


def refuse_existing(output: Path) -> None:
    """Raise `Misconfigured` before a question is asked in vain."""
    if os.path.lexists(output):
        raise Misconfigured("settings_exist", str(output))
