"""What commands say while they work, in Danish and English: progress, the plan, the demo, upkeep.

Sentences with places to fill in, and stages as they are counted ("3 wait for you"). The labels of pages and prompts
stand in `commands/words.py`, causes and fixes in `domain/sentences.py`.
"""

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

from domain.sentences import Language

PHRASES: dict[str, tuple[str, str]] = {
    "starting_prefect": (
        "Starter Prefect (første gang tager det op mod 15 sekunder) …",
        "Starting Prefect (the first time takes up to 15 seconds) …",
    ),
    "reading": ("Læser webshoppen …", "Reading the shop …"),
    "fetched": ("hentet", "fetched"),
    "classified": ("klassificeret", "classified"),
    "reconciled": ("har en kunde", "have a customer"),
    "invoiced": ("kladder", "drafts"),
    "booked": ("bogført", "booked"),
    "dispatched": ("sendt", "dispatched"),
    "held": ("venter på dig", "wait for you"),
    "failed": ("prøves igen", "to be tried again"),
    "skipped": ("sprunget over", "skipped"),
    "all_well": ("Alt er i orden.", "All is well."),
    "see_attention": (
        "Se hvorfor, og hvad der skal gøres: {afstem} attention --config {config}",
        "See why, and what to do: {afstem} attention --config {config}",
    ),
    "resolved": (
        "Valget huskes. Ordrer, der ventede på det: {orders}.",
        "The choice is remembered. Orders that waited for it: {orders}.",
    ),
    "settled": (
        "Ordre {order} venter ikke mere på dig: den er klaret i hånden og tælles som sprunget over.",
        "Order {order} waits for you no more: it is settled by hand, and counts as skipped.",
    ),
    "plan_order": ("Ordre", "Order"),
    "plan_type": ("Type", "Type"),
    "plan_customer": ("Kunde", "Customer"),
    "plan_changes": ("Det ville blive skrevet på kunden", "What would be written to the customer"),
    "plan_net": ("Netto", "Net"),
    "plan_vat": ("Moms", "VAT"),
    "plan_total": ("I alt", "Total"),
    "plan_written": (
        "Intet er skrevet, hverken i regnskab eller webshop. {orders} ordrer: {invoices} fakturaer, {held} venter.",
        "Nothing was written, neither to the books nor to the shop. {orders} orders: {invoices} invoices, {held} held.",
    ),
    "plan_history": (
        "Uden start i [webshop] tæller alle {orders} ordrer, fra {first} af.",
        "Without start in [webshop] all {orders} orders count, from {first} on.",
    ),
    "matched": ("findes: {customer}", "is there: {customer}"),
    "new": ("ny", "new"),
    "collecting": ("samlekunde {customer}", "collecting customer {customer}"),
    "up_ready": (
        "Prefect kører på {url}. Kørslen »{name}« starter hvert 5. minut. Stop med Ctrl-C; intet går tabt.",
        'Prefect is up at {url}. The run "{name}" starts every 5 minutes. Stop with Ctrl-C; nothing is lost.',
    ),
    "deployed": (
        "{name} ligger nu i Prefect og køres af work pool {pool}. En maskine til: prefect worker start --pool {pool}",
        "{name} is deployed, for work pool {pool} to run. Another machine: prefect worker start --pool {pool}",
    ),
    "up_stopped": ("Prefect er stoppet.", "Prefect has stopped."),
    "up_port": (
        "Porten {port} er optaget: vælg en anden med --port.",
        "Port {port} is taken: choose another with --port.",
    ),
    "webhooks_ready": (
        "Webshoppens webhooks (order.created, order.updated) sendes til {url}. Stop med Ctrl-C; intet går tabt.",
        "Have the shop's webhooks (order.created, order.updated) sent to {url}. Stop with Ctrl-C; nothing is lost.",
    ),
    "backed_up": ("Lageret er kopieret til {file} ({size} MB).", "The store is copied to {file} ({size} MB)."),
    "restored": (
        "Lageret er, som kopien siger; det, der stod, er i {before}. Indhent resten: {afstem} sync --config {config}",
        "The store is what the copy says; what stood there is in {before}. Catch up: {afstem} sync --config {config}",
    ),
    "forgotten": (
        "Glemt: køberen på {orders} ordrer og {customers} kunder i kundespejlet. Beløb, datoer og varer er der endnu.",
        "Forgotten: the buyer of {orders} orders, {customers} customers of the mirror. Amounts, days and goods stay.",
    ),
    "forgotten_open": (
        "Disse ordrer er ikke færdige og beholder deres køber, til de er det: {orders}. Kør kommandoen igen bagefter.",
        "These orders are not finished and keep their buyer until they are: {orders}. Run the command again then.",
    ),
    "forgotten_documents": (
        "Det, der står på {documents} fakturaer og kreditnotaer, bliver til og med {until}, som loven kræver.",
        "What stands on {documents} invoices and credit notes stays until {until}, as Danish bookkeeping law asks.",
    ),
    "forgotten_proofs": (
        "EU-registrets svar om {numbers} momsnumre bliver til og med {until}: det beviser den omvendte betalingspligt.",
        "What VIES said of {numbers} VAT numbers stays until {until}: it is the proof of reverse charge.",
    ),
    "forgotten_books": (
        "I regnskabet står kunden endnu ({customers}), for fakturaerne hører til den. Der sletter Afstem aldrig.",
        "In the books the customer still stands ({customers}), as invoices belong to it. Afstem never deletes there.",
    ),
    "forgotten_elsewhere": (
        "Webshoppen og sikkerhedskopier af lageret er ikke rørt.",
        "The shop, and backups of the store, are untouched.",
    ),
    "demo_folder": (
        "Demoen ligger i {folder} og må slettes, når du vil.",
        "The demo lies in {folder}; delete it whenever you like.",
    ),
    "demo_first": (
        "1. Første kørsel: {orders} ordrer fra en lille dansk webshop, {customers} kunder står i regnskabet i forvejen",
        "1. The first run: {orders} orders of a small Danish shop, {customers} customers stand in the books already",
    ),
    "demo_order": ("Ordre", "Order"),
    "demo_type": ("Type", "Type"),
    "demo_by": ("Kendt på", "Known by"),
    "demo_customer": ("Kunde", "Customer"),
    "demo_changed": ("Rettet på kunden", "Changed on the customer"),
    "demo_total": ("I alt", "Total"),
    "demo_held": ("Venter på en person", "Wait for a person"),
    "demo_because": ("Fordi", "Because"),
    "demo_causes": (
        "{count} årsager i alt, hver med hvad der skal gøres: {afstem} attention --config {config}",
        "{count} causes in all, each with what to do: {afstem} attention --config {config}",
    ),
    "demo_again": ("2. Samme kørsel igen: den gør intet", "2. The same run again: it does nothing"),
    "demo_next_day": (
        "3. Dagen efter: ordrer er rettet, annulleret og refunderet i webshoppen",
        "3. The day after: orders were edited, cancelled and refunded in the shop",
    ),
    "demo_resolved": (
        "4. To kunder har samme e-mail: en person vælger kunde {customer} for ordre {order}",
        "4. Two customers have the same e-mail: a person chooses customer {customer} for order {order}",
    ),
    "demo_answered": (
        "5. E-fakturaerne bliver hentet i mappen; modtageren af {accepted} siger ja, den af {rejected} afviser",
        "5. The e-invoices are picked up; the receiver of {accepted} accepts, that of {rejected} rejects",
    ),
    "demo_picked_up": (
        "{count} e-fakturaer hentet fra {folder}; svarene ligger i receipts.",
        "{count} e-invoices picked up from {folder}; the answers lie in receipts.",
    ),
    "demo_explained": (
        "6. Hvorfor netop den kunde? Ordre {order} forklaret",
        "6. Why that customer? Order {order} explained",
    ),
    "demo_counts": (
        "{invoices} fakturaer og kreditnotaer, {customers} kunder i regnskabet; {held} ordrer venter på en person.",
        "{invoices} invoices and credit notes, {customers} customers in the books; {held} orders wait for a person.",
    ),
    "demo_nothing_new": ("Ingen ny faktura, ingen ny kunde.", "No new invoice, no new customer."),
    "demo_next": ("Se nu selv efter:", "Now look for yourself:"),
}


def called() -> str:
    """`afstem` as it is typed here: by its name where the shell finds it, else by the shorter of its paths."""
    typed = Path(sys.argv[0])
    found = shutil.which("afstem")
    if typed.stem != "afstem" or (found and Path(found).absolute() == typed.absolute()):
        return "afstem"
    from_here = os.path.relpath(typed)
    if os.sep not in from_here:  # a bare name is looked up on the PATH, not here
        from_here = f".{os.sep}{from_here}"
    return shlex.quote(min(from_here, str(typed.absolute()), key=len))


class Phrases:
    """The phrases of one language. `{afstem}` in one is the command as it was called."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: Any) -> str:
        """A phrase with its values filled in."""
        danish, english = PHRASES[key]
        return (danish if self.language == "da" else english).format(afstem=called(), **values)
