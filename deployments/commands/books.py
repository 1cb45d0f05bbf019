"""`afstem books`: what the embedded accounting holds, and what a bookkeeper would do there to try settings."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from deployments.commands.telling import (
    DEFAULT,
    AsJson,
    Config,
    console,
    language_of,
    settings_in,
    table,
    told,
    write_json,
)
from domain.customers import CustomerField, Values
from domain.outcomes import Misconfigured, NeedsAttention
from domain.words import Words

if TYPE_CHECKING:
    from adapters.accounting.local import LocalBooks
    from domain.customers import Customer

FIELDS = tuple(field for field in get_args(CustomerField) if field != "contact")
OwnConfig = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The settings file; default the one given to `afstem books`."),
]
Assignments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FIELD=VALUE", help=f"Values of the customer, such as name=Hansen. Fields: {', '.join(FIELDS)}."
    ),
]
Contact = Annotated[list[str] | None, typer.Option("--contact", help="A contact person to add; may be repeated.")]

app = typer.Typer(invoke_without_command=True, no_args_is_help=False)


@app.callback()
def books(context: typer.Context, config: Config = DEFAULT, json: AsJson = False) -> None:
    """Show what the embedded accounting holds: customers, invoices and credit notes with their lines.

    It is a sandbox to try settings in, not a registered bookkeeping system. `add` and `change` do there what a
    bookkeeper would do by hand.
    """
    context.obj = config
    if context.invoked_subcommand:
        return
    with told(config):
        statement = _books(config).statement()
    if json:
        write_json(statement)
    else:
        show(statement, Words(language_of(config)))


@app.command()
def add(
    context: typer.Context,
    values: Assignments = None,
    number: Annotated[str, typer.Option(help="The number that the customer shall have; otherwise the next one.")] = "",
    contact: Contact = None,
    barred: Annotated[bool, typer.Option("--barred", help="Bar it at once.")] = False,
    config: OwnConfig = None,
    json: AsJson = False,
) -> None:
    """Create a customer: afstem books add name="Hansen ApS" cvr=12345674."""
    config = config or context.obj
    with told(config):
        made = _books(config).add_customer(_values(values), contacts=contact or (), number=number, barred=barred)
    _tell(made, config, as_json=json)


@app.command()
def change(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The customer's number.")],
    values: Assignments = None,
    contact: Contact = None,
    barred: Annotated[
        bool | None, typer.Option("--barred/--not-barred", help="Bar the customer, or lift the bar.")
    ] = None,
    config: OwnConfig = None,
    json: AsJson = False,
) -> None:
    """Change a customer; an empty value erases: afstem books change 7 email=new@example.dk phone=."""
    config = config or context.obj
    with told(config):
        try:
            changed = _books(config).change_customer(number, _values(values), barred=barred, contacts=contact or ())
        except NeedsAttention as error:
            if error.finding.code == "customer_gone":
                raise Misconfigured("customer_unknown", "customer", number) from error
            raise
    _tell(changed, config, as_json=json)


def _books(config: Path) -> "LocalBooks":
    from adapters.accounting.local import LocalAccounting, LocalBooks

    accounting = settings_in(config).accounting
    if not isinstance(accounting, LocalAccounting):
        raise Misconfigured("books_not_embedded", "accounting.kind", accounting.kind)
    return LocalBooks(accounting)


def _values(assignments: list[str] | None) -> Values:
    found: Values = {}
    for assignment in assignments or ():
        field, equals, value = assignment.partition("=")
        if not equals or field not in FIELDS:
            raise typer.BadParameter(f"{assignment!r}: write FIELD=VALUE with one of {', '.join(FIELDS)}")
        found[field] = value  # type: ignore[index]
    return found


def _tell(customer: "Customer", config: Path, *, as_json: bool) -> None:
    told_as = {
        "number": customer.number,
        "barred": customer.barred,
        **{field: customer.values.get(field, "") for field in FIELDS},
        "contacts": list(customer.contacts),
    }
    if as_json:
        write_json(told_as)
    else:
        console().print(_customers([told_as], Words(language_of(config))))


def show(statement: dict[str, list[dict[str, Any]]], words: Words) -> None:
    """The books as a page."""
    out = console()
    customers, invoices = statement["customers"], statement["invoices"]
    if customers:
        out.print(_customers(customers, words))
        out.print()
    if invoices:
        out.print(_invoices(invoices, words))
        out.print()
    if not customers and not invoices:
        out.print(words("nothing_there"))
    out.print(words("sandbox"), style="dim")


def _customers(customers: list[dict[str, Any]], words: Words) -> Any:
    columns = [words(key) for key in ("number", "name", "address")] + ["CVR", "EAN", words("email"), ""]
    rows = [
        (
            one["number"],
            one["name"],
            " ".join(filter(None, (one["address"], one["zip"], one["city"]))),
            one["cvr"] or one["vat_number"],
            one["ean"],
            one["email"],
            words.of("decision", "barred") if one["barred"] else "",
        )
        for one in customers
    ]
    return table(words("customers"), columns, rows)


def _invoices(invoices: list[dict[str, Any]], words: Words) -> Any:
    keys = ("number", "reference", "date", "customer", "recipient", "currency", "net", "vat", "total")
    rows = []
    for one in invoices:
        number = f"{one['number']} ({words('draft')})" if one["state"] == "draft" else one["number"]
        sign = -1 if one["kind"] == "credit_note" else 1
        amounts = [words.amount(sign * Decimal(one[key])) for key in ("net", "vat", "total")]
        recipient = one["recipient"]["name"]
        rows.append([number, one["reference"], one["date"], one["customer"], recipient, one["currency"], *amounts])
    return table(words("invoices"), [words(key) for key in keys], rows, right=(6, 7, 8))
