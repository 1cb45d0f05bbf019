"""`afstem forget`: a person is taken out of the store; what the law wants kept stays, and is named."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.commands.telling import DEFAULT, AsJson, Config, console, opened, shown, write_json

if TYPE_CHECKING:
    from adapters.integration import Integration
    from tasks.forget import Forgotten


def forget(
    email: Annotated[str, typer.Option(help="Whoever ordered with this e-mail address.")] = "",
    phone: Annotated[str, typer.Option(help="Whoever ordered with this phone number.")] = "",
    cvr: Annotated[str, typer.Option(help="The company of this CVR or VAT number.")] = "",
    order: Annotated[str, typer.Option(help="The buyer of this one order, by its number.")] = "",
    config: Config = DEFAULT,
    json: AsJson = False,
) -> None:
    """Take a buyer out of the store, all its integrations: orders, what was written to the customer, and the mirror.

    Amounts, days and goods stay, so that the proof adds up. What stands on an invoice stays for five years from the
    end of the financial year, and orders that are still open keep their buyer until they are finished.
    """
    with opened(config) as integration:
        from tasks.forget import Person
        from tasks.forget import forget as take_out

        done = take_out(integration, Person.known_by(email=email, phone=phone, cvr=cvr, order=order))
        tell(integration, done, as_json=json)


def tell(integration: "Integration", done: "Forgotten", *, as_json: bool) -> None:
    """Say what is gone, what stays and why."""
    words = integration.words
    if as_json:
        write_json(document(done))
        return
    out = console()
    out.print(words("forgotten", orders=len(done.orders), customers=len(done.customers)))
    if done.also_in:
        out.print(words("forgotten_also_in", integrations=", ".join(map(shown, done.also_in))), soft_wrap=True)
    if done.still_open:
        out.print(words("forgotten_open", orders=words.first_of([*map(shown, done.still_open)])), soft_wrap=True)
    if done.documents:
        out.print(words("forgotten_documents", documents=done.documents, until=done.kept_until), soft_wrap=True)
    if done.vat_numbers:
        out.print(words("forgotten_proofs", numbers=done.vat_numbers, until=done.proof_until), soft_wrap=True)
    if done.customers:
        out.print(words("forgotten_books", customers=words.first_of([*map(shown, done.customers)])), soft_wrap=True)
    out.print(words("forgotten_elsewhere"), soft_wrap=True)


def document(done: "Forgotten") -> dict[str, Any]:
    """The same as JSON."""
    return {
        "orders": done.orders,
        "still_open": done.still_open,
        "also_in": done.also_in,
        "customers": done.customers,
        "documents_kept": done.documents,
        "documents_kept_until": done.kept_until,
        "vat_answers_kept": done.vat_numbers,
        "vat_answers_kept_until": done.proof_until,
    }
