"""One row a code: what happened, and what to do, in Danish and English. `{field}`, `{found}`, `{expected}` are filled in.

A finding is the same in both languages; `{found:amounts}` says how its value is told, see `HOW`. The CLI, the artifacts
and the reports all speak from here; artifacts leave `{found}` out.
"""

import string
from collections.abc import Callable
from typing import NamedTuple

from domain import differences
from domain.outcomes import Finding
from domain.words import Language, Words


class Sentences(NamedTuple):
    """What happened and what to do about it, in both languages."""

    da: str
    da_fix: str
    en: str
    en_fix: str


class _Again(NamedTuple):
    """What to do about a fault that may pass."""

    da: str = "Intet er gået tabt; næste kørsel prøver igen."
    en: str = "Nothing is lost; the next run tries again."


_AGAIN = _Again()

SENTENCES: dict[str, Sentences] = {
    "bad_cvr": Sentences(
        "CVR-nummeret i {field} er ikke et muligt CVR-nummer: {found}.",
        'Ret feltet på ordren, eller sæt on_bad_number = "treat_as_b2c".',
        "The CVR number in {field} is not a possible one: {found}.",
        'Correct the field on the order, or set on_bad_number = "treat_as_b2c".',
    ),
    "unreadable_order": Sentences(
        "Ordren kan ikke læses; der står: »{found}«.",
        "Ret filen eller ordren i webshoppen. Den læses igen, når den er ændret.",
        "The order can't be read; it says: “{found}”.",
        "Correct the file, or the order in the shop. It is read again once it has changed.",
    ),
    "unreadable_refund": Sentences(
        "Refunderingen {field} kan ikke læses; der står: »{found}«.",
        "Ret filen med ordrens refunderinger, eller slet refunderingen i webshoppen og opret den igen.",
        "The refund {field} can't be read; it says: “{found}”.",
        "Correct the file with the order's refunds, or delete the refund in the shop and make it again.",
    ),
    "refund_details_missing": Sentences(
        "Ordren nævner refunderingen {found}, men dens linjer mangler.",
        "Læg ordrens refunderinger i refunds/{expected}.json, eller vent til webshoppen viser dem, og prøv ordren igen.",
        "The order names the refund {found}, but its lines are missing.",
        "Put the order's refunds into refunds/{expected}.json, or wait until the shop shows them, and retry the order.",
    ),
    "missing_value": Sentences(
        "Feltet {field} mangler på ordren.",
        "Gem ordren igen i webshoppen, så feltet bliver udfyldt.",
        "The field {field} is missing on the order.",
        "Save the order in the shop again, so that the field is filled.",
    ),
    "bad_line": Sentences(
        "Linjen {field} er ikke en ordrelinje: {found}.",
        "Ret linjen på ordren i webshoppen.",
        "The line {field} is not an order line: {found}.",
        "Correct the line on the order in the shop.",
    ),
    "bad_amount": Sentences(
        "Beløbet i {field} kan ikke læses: {found:said}.",
        "Ret beløbet på ordren; det skal være et tal med punktum, fx 129.95.",
        "The amount in {field} can't be read: {found:said}.",
        "Correct the amount on the order; it must be a number with a point, such as 129.95.",
    ),
    "bad_quantity": Sentences(
        "Antallet i {field} kan ikke læses: {found:said}.",
        "Ret antallet på ordrelinjen.",
        "The quantity in {field} can't be read: {found:said}.",
        "Correct the quantity on the order line.",
    ),
    "bad_date": Sentences(
        "Datoen i {field} kan ikke læses: {found:said}.",
        "Gem ordren igen i webshoppen, så den får en dato.",
        "The date in {field} can't be read: {found:said}.",
        "Save the order in the shop again, so that it gets a date.",
    ),
    "bad_currency": Sentences(
        "Valutaen i {field} er ikke en valutakode: {found:said}.",
        "Ret ordrens valuta til tre bogstaver, fx DKK.",
        "The currency in {field} is not a currency code: {found:said}.",
        "Set the order's currency to three letters, such as DKK.",
    ),
    "vat_rate_unknown": Sentences(
        "Momsen i {field} passer ikke til nogen sats: {found:amounts} af {expected:amounts}.",
        "Ret momsen på ordrelinjen i webshoppen.",
        "The VAT in {field} fits no rate: {found:amounts} of {expected:amounts}.",
        "Correct the VAT on the order line in the shop.",
    ),
    "credentials_refused": Sentences(
        "Adgangen i {field} blev afvist: {found}.",
        "Kontrollér nøgle og hemmelighed i miljøvariablerne, og at de gælder netop denne adresse.",
        "The credentials for {field} were refused: {found}.",
        "Check the key and secret in the environment variables, and that they belong to this very address.",
    ),
    "access_denied": Sentences(
        "Nøglen til {field} mangler en ret eller rolle: {found}.",
        "Giv nøglen adgang (webshop: læse; regnskab: kunder og fakturaer), eller luk den igennem den firewall, der står foran.",
        "The key for {field} lacks a right or role: {found}.",
        "Give the key access (webshop: reading; books: customers and invoices), or let it through the firewall in front.",
    ),
    "role_missing": Sentences(
        "Appens adgang til regnskabet har kun rollen {found}.",
        "Giv appen en af rollerne {expected} under udvikleraftalen, og hent en ny adgangsnøgle.",
        "The app has only the role {found} in the books.",
        "Give the app one of the roles {expected} in the developer agreement, and fetch a new token.",
    ),
    "einvoicing_not_possible": Sentences(
        "Regnskabets aftale kan ikke sende e-fakturaer.",
        "Skal fakturaer sendes derfra, så tilmeld aftalen e-fakturering i regnskabet.",
        "The agreement with the books can't send e-invoices.",
        "Enrol the agreement for e-invoicing in the books, if invoices are to be sent from there.",
    ),
    "tls_not_trusted": Sentences(
        "Certifikatet for {found} kan ikke bekræftes.",
        "Er det jeres eget certifikat, så angiv det i ca_file. Ellers er der måske nogen, der lytter med: stop og undersøg det.",
        "The certificate of {found} can't be verified.",
        "If it is your own certificate, name it in ca_file. Otherwise somebody may be listening in: stop and look into it.",
    ),
    "ca_file_unreadable": Sentences(
        "Certifikatfilen i {field} kan ikke læses: {found}.",
        "Angiv en fil med certifikater i PEM-format.",
        "The certificate file in {field} can't be read: {found}.",
        "Name a file with certificates in PEM format.",
    ),
    "bad_address": Sentences(
        "Adressen i {field} er ikke en adresse.",
        "Skriv den som https://shop.example.dk.",
        "The address in {field} is not one.",
        "Write it as https://shop.example.dk.",
    ),
    "address_redirects": Sentences(
        "Adressen i {field} sender videre til {expected}.",
        "Skriv den nye adresse i indstillingerne.",
        "The address in {field} redirects to {expected}.",
        "Write the new address into the settings.",
    ),
    "database_missing": Sentences(
        "Serveren har ingen database, der hedder {found}, eller den er ikke en Tryton.",
        "Ret {field}, eller adressen.",
        "The server has no database called {found}, or is no Tryton.",
        "Correct {field}, or the address.",
    ),
    "webshop_api_missing": Sentences(
        "Der er ingen WooCommerce på {found}, eller dens REST-API er slået fra.",
        "Kontrollér adressen; i WordPress skal permalinks være andet end »Simpel«.",
        "There is no WooCommerce at {found}, or its REST API is off.",
        "Check the address; in WordPress, permalinks must be other than “Plain”.",
    ),
    "webshop_refuses_query": Sentences(
        "Webshoppen ville ikke svare på spørgsmålet om ordrer: {found}.",
        "Opdatér WooCommerce, eller se efter et plugin, der ændrer REST-API'et.",
        "The webshop refused to list its orders: {found}.",
        "Update WooCommerce, or look for a plugin that changes its REST API.",
    ),
    "modified_after_ignored": Sentences(
        "Webshoppen sender alle sine ordrer hver gang; den forstår ikke modified_after.",
        "Opdatér WooCommerce til 5.8 eller nyere. Indtil da virker det, men hver kørsel læser det hele.",
        "The webshop sends all its orders each time; it doesn't know modified_after.",
        "Update WooCommerce to 5.8 or newer. Until then it works, but each run reads everything.",
    ),
    "pages_repeat": Sentences(
        "Webshoppen på {found} sender den samme side ordrer igen og igen.",
        "Slå caching fra for /wp-json/ i webshoppen eller hos webhotellet.",
        "The webshop at {found} sends the same page of orders again and again.",
        "Turn caching off for /wp-json/ in the shop or at its host.",
    ),
    "folder_missing": Sentences(
        "Mappen i {field} findes ikke: {found}.",
        "Opret mappen, eller ret stien.",
        "The folder in {field} doesn't exist: {found}.",
        "Make the folder, or correct the path.",
    ),
    "folder_unreadable": Sentences(
        "{found} i {field} kan ikke læses: {expected}.",
        "Giv den bruger, som Afstem kører under, lov til at læse mappen og dens filer.",
        "{found} in {field} can't be read: {expected}.",
        "Let the user that Afstem runs as read the folder and its files.",
    ),
    "folder_empty": Sentences(
        "Der er ingen *.json-filer i {found}.",
        "Læg ordrerne i mappen, eller ret stien i {field}.",
        "There are no *.json files in {found}.",
        "Put the orders into the folder, or correct the path in {field}.",
    ),
    "negative_total": Sentences(
        "Ordrens total er negativ: {found:amounts}.",
        "Ret ordren i webshoppen, eller bogfør den i hånden som kreditnota.",
        "The order's total is negative: {found:amounts}.",
        "Correct the order in the shop, or book it by hand as a credit note.",
    ),
    "no_lines": Sentences(
        "Ordren har ingen linjer at fakturere.",
        "Tilføj linjer til ordren i webshoppen, eller annullér den.",
        "The order has no lines to invoice.",
        "Add lines to the order in the shop, or cancel it.",
    ),
    "currency_decimals": Sentences(
        "Beløbet i {field} har flere end to decimaler og kan ikke bogføres præcist: {found:amounts}.",
        "Bogfør ordren i hånden; regnskabet regner i to decimaler.",
        "The amount in {field} has more than two decimals and can't be booked exactly: {found:amounts}.",
        "Book the order by hand; the books compute with two decimals.",
    ),
    "lines_do_not_add_up": Sentences(
        "Ordrens linjer giver tilsammen {found:amounts}, men feltet {field} siger {expected:amounts}.",
        "Genberegn ordren i webshoppen, så linjer, moms og total stemmer.",
        "The order's lines add up to {found:amounts}, but {field} says {expected:amounts}.",
        "Recalculate the order in the shop, so that lines, VAT and total agree.",
    ),
    "vat_not_rate": Sentences(
        "Momsen på {field:names} er {found:amounts}, men momssatsen giver {expected:amounts}.",
        "Ret linjens moms i webshoppen, og genberegn ordren.",
        "The VAT on {field:names} is {found:amounts}, but the rate gives {expected:amounts}.",
        "Correct the line's VAT in the shop, and recalculate the order.",
    ),
    "total_differs": Sentences(
        "Fakturaen ville blive {found:amounts}, men ordrens total er {expected:amounts}: mere end en øreafrunding.",
        "Ret ordren i webshoppen, eller hæv grænserne rounding_per_line og rounding_per_order under [invoices].",
        "The invoice would come to {found:amounts}, but the order's total is {expected:amounts}: more than a rounding difference.",
        "Correct the order in the shop, or raise rounding_per_line and rounding_per_order under [invoices].",
    ),
    "zero_total": Sentences(
        "Ordren er på 0 og faktureres ikke ifølge indstillingen zero_total.",
        'Sæt zero_total = "invoice" under [invoices], hvis sådanne ordrer skal faktureres.',
        "The order comes to 0 and by the setting zero_total isn't invoiced.",
        'Set zero_total = "invoice" under [invoices] if such orders are to be invoiced.',
    ),
    "fully_refunded": Sentences(
        "Hele ordren var refunderet, før den blev faktureret; den faktureres ikke.",
        'Sæt fully_refunded = "invoice_and_credit" under [invoices], hvis der skal laves både faktura og kreditnota.',
        "The whole order was refunded before it was invoiced; it isn't invoiced.",
        'Set fully_refunded = "invoice_and_credit" under [invoices] to make both an invoice and a credit note.',
    ),
    "vat_rate_unexpected": Sentences(
        "Webshoppen opkrævede {found:amounts} moms ved salg til {field}; ventet var {expected:amounts}. Webshoppens sats er brugt.",
        "Kontrollér webshoppens momsopsætning. Er satsen rigtig, så nævn den under [vat.rates].",
        "The shop charged {found:amounts} VAT on a sale to {field}; {expected:amounts} was expected. The shop's rate was used.",
        "Check the shop's VAT settings. If the rate is right, name it under [vat.rates].",
    ),
    "vat_rate_refused": Sentences(
        "Webshoppen opkrævede {found:amounts} moms ved salg til {field}; ventet var {expected:amounts}.",
        "Ret ordrens moms i webshoppen, eller nævn satsen under [vat.rates], hvis den er rigtig.",
        "The shop charged {found:amounts} VAT on a sale to {field}; {expected:amounts} was expected.",
        "Correct the order's VAT in the shop, or name the rate under [vat.rates] if it is right.",
    ),
    "vat_number_unproven": Sentences(
        "Salget er uden moms (omvendt betalingspligt), men momsnummeret {found} i {field} er ikke bekræftet: VIES svarer ikke.",
        "Intet at gøre nu: næste kørsel spørger VIES igen.",
        "The sale is without VAT (reverse charge), but the VAT number {found} in {field} is not confirmed: VIES doesn't answer.",
        "Nothing to do now: the next run asks VIES again.",
    ),
    "vat_number_invalid": Sentences(
        "Salget er uden moms (omvendt betalingspligt), men ifølge VIES er momsnummeret {found} i {field} ikke gyldigt.",
        "Få det rigtige momsnummer af køberen, og ret det på ordren, eller opkræv moms.",
        "The sale is without VAT (reverse charge), but by VIES the VAT number {found} in {field} is not valid.",
        "Get the right VAT number from the buyer and correct it on the order, or charge VAT.",
    ),
    "vat_number_proven": Sentences(
        "Salget er uden moms (omvendt betalingspligt), og VIES har bekræftet momsnummeret {found} i {field}: {expected}.",
        "Intet at gøre; beviset er gemt.",
        "The sale is without VAT (reverse charge), and VIES has confirmed the VAT number {found} in {field}: {expected}.",
        "Nothing to do; the proof is kept.",
    ),
    "vat_requester_refused": Sentences(
        "VIES kender ikke det momsnummer, som {field} spørger med: {found}.",
        "Skriv virksomhedens eget CVR-nummer i {field}, eller slet linjen: så spørges der uden afsender.",
        "VIES doesn't know the VAT number that {field} asks with: {found}.",
        "Write the company's own CVR number into {field}, or delete the line: then it is asked anonymously.",
    ),
    "country_missing": Sentences(
        "Ordren har intet land i {field}; den er behandlet som {expected}.",
        "Udfyld landet på ordren i webshoppen, hvis køberen ikke er i Danmark.",
        "The order has no country in {field}; it was taken as {expected}.",
        "Fill in the country on the order in the shop if the buyer isn't in Denmark.",
    ),
    "closed_period": Sentences(
        "Fakturadatoen {found} ligger i en lukket periode; første åbne dag er {expected}.",
        'Sæt closed_period = "first_open_day" under [invoices], eller flyt {field}, hvis perioden er åbnet igen.',
        "The invoice date {found} lies in a closed period; the first open day is {expected}.",
        'Set closed_period = "first_open_day" under [invoices], or move {field} if the period was opened again.',
    ),
    "date_moved": Sentences(
        "Fakturadatoen {found} ligger i en lukket periode; fakturaen er dateret {expected}.",
        "Der skal ikke gøres noget; indstillingen closed_period siger det sådan.",
        "The invoice date {found} lies in a closed period; the invoice is dated {expected}.",
        "Nothing needs to be done; the setting closed_period says so.",
    ),
    "date_fallback": Sentences(
        "Ordren har ingen dato i {field}; fakturaen er dateret efter ordredatoen {expected}.",
        "Der skal ikke gøres noget; vælg en anden date under [invoices], hvis det sker tit.",
        "The order has no date in {field}; the invoice is dated by the order date {expected}.",
        "Nothing needs to be done; choose another date under [invoices] if it happens often.",
    ),
    "payment_unmapped": Sentences(
        "Betalingsmåden {found} står ikke i indstillingerne; kendt er: {expected}.",
        "Tilføj betalingsmåden under [invoices.payments].",
        "The payment method {found} is not in the settings; known are: {expected}.",
        "Add the payment method under [invoices.payments].",
    ),
    "requisition_too_long": Sentences(
        "Rekvisitionsnummeret i {field} er længere end de {expected} tegn, som regnskabet kan rumme: {found}.",
        "Ret rekvisitionsnummeret på ordren i webshoppen; afkortet ville det være et andet nummer.",
        "The requisition number in {field} is longer than the {expected} characters that the books can hold: {found}.",
        "Correct the requisition number on the order in the shop; cut, it would be another number.",
    ),
    "recipient_without_name": Sentences(
        "Ordren har intet navn i {field}; fakturaen er uden modtagernavn.",
        "Udfyld navnet på ordren i webshoppen.",
        "The order has no name in {field}; the invoice has no recipient's name.",
        "Fill in the name on the order in the shop.",
    ),
    "text_cut": Sentences(
        "Teksten i {field:names} var for lang og er afkortet til {expected} tegn: {found}.",
        "Der skal ikke gøres noget, medmindre noget vigtigt gik tabt.",
        "The text in {field:names} was too long and was cut to {expected} characters: {found}.",
        "Nothing needs to be done, unless something important was lost.",
    ),
    "sku_cut": Sentences(
        "Varenummeret {found} på {field:names} er afkortet til {expected} tegn.",
        "Giv varenummeret et produkt under [invoices.products.sku], hvis det afkortede ikke er det rigtige.",
        "The SKU {found} on {field:names} was cut to {expected} characters.",
        "Give the SKU a product under [invoices.products.sku] if the cut one isn't right.",
    ),
    "sku_unmapped": Sentences(
        "Varenummeret {found} på {field:names} har intet produkt i indstillingerne.",
        'Giv varenummeret et produkt under [{expected}], eller sæt unmapped_sku = "default".',
        "The SKU {found} on {field:names} has no product in the settings.",
        'Give the SKU a product under [{expected}], or set unmapped_sku = "default".',
    ),
    "refund_not_an_amount": Sentences(
        "Beløbet på {field:names} kan ikke krediteres: {found:amounts}.",
        "Ret refunderingen i webshoppen; den skal være et positivt beløb med højst to decimaler.",
        "The amount of {field:names} can't be credited: {found:amounts}.",
        "Correct the refund in the shop; it must be a positive amount of at most two decimals.",
    ),
    "refund_exceeds_invoice": Sentences(
        "Krediteringen for {field:names} er {found:amounts}, men der er kun {expected:amounts} tilbage af fakturaen.",
        "Ret refunderingen i webshoppen, eller lav kreditnotaen i hånden.",
        "The credit for {field:names} is {found:amounts}, but only {expected:amounts} is left of the invoice.",
        "Correct the refund in the shop, or make the credit note by hand.",
    ),
    "refund_lines_do_not_add_up": Sentences(
        "Linjerne på {field:names} giver {found:amounts}, mere end det refunderede beløb {expected:amounts}.",
        "Ret refunderingen i webshoppen, eller lav kreditnotaen i hånden.",
        "The lines of {field:names} add up to {found:amounts}, more than the refunded amount {expected:amounts}.",
        "Correct the refund in the shop, or make the credit note by hand.",
    ),
    "books_unreachable": Sentences(
        "Regnskabsfilen i {field} kan ikke åbnes, læses eller skrives: {found}.",
        "Se efter at mappen findes, at brugeren må skrive i den, og at disken er tilsluttet.",
        "The books' file in {field} can't be opened, read or written: {found}.",
        "See that the folder exists, that the user may write in it, and that the disk is attached.",
    ),
    "books_not_embedded": Sentences(
        "afstem books viser de indbyggede bøger, men {field} er {found}.",
        "Se i regnskabet selv; afstem report og afstem explain virker her også.",
        "afstem books shows the embedded books, but {field} is {found}.",
        "Look in the books themselves; afstem report and afstem explain work here too.",
    ),
    "books_full": Sentences(
        "Disken med regnskabsfilen i {field} er fuld; intet af det sidste er skrevet.",
        "Gør plads på disken, og kør igen.",
        "The disk with the books' file in {field} is full; nothing of the last step was written.",
        "Make room on the disk and run again.",
    ),
    "books_damaged": Sentences(
        "Regnskabsfilen i {field} er beskadiget eller ikke en regnskabsfil.",
        "Læg den seneste sikkerhedskopi tilbage, eller peg {field} på en anden fil.",
        "The books' file in {field} is damaged or isn't one.",
        "Put the latest backup back, or point {field} at another file.",
    ),
    "books_foreign": Sentences(
        "Filen i {field} er en database, men ikke et indlejret regnskab.",
        "Peg {field} på en fil, der ikke findes endnu, så bliver et nyt regnskab oprettet.",
        "The file in {field} is a database, but not embedded books.",
        "Point {field} at a file that doesn't exist yet, and new books are made.",
    ),
    "books_too_new": Sentences(
        "Regnskabsfilen i {field} er lavet af en nyere Afstem: dens udgave er {found}, denne kender {expected}.",
        "Opdatér Afstem, eller brug den fil, der hører til denne udgave.",
        "The books' file in {field} was made by a newer Afstem: its version is {found}, this one knows {expected}.",
        "Update Afstem, or use the file that belongs to this version.",
    ),
    "customer_name_missing": Sentences(
        "Kunden har intet navn, og regnskabet kræver et.",
        "Skriv et navn eller firmanavn på ordren i webshoppen.",
        "The customer has no name, and the books require one.",
        "Put a name or company name on the order in the shop.",
    ),
    "customer_group_unknown": Sentences(
        "Kundegruppen {found} findes ikke i regnskabet. Det gør: {expected}.",
        "Ret customer_group under [customers], eller opret gruppen i regnskabet.",
        "The customer group {found} doesn't exist in the books. These do: {expected}.",
        "Correct customer_group under [customers], or create the group in the books.",
    ),
    "payment_terms_unknown": Sentences(
        "Betalingsbetingelsen {found} findes ikke i regnskabet. Det gør: {expected}.",
        "Ret betalingsbetingelsen i indstillingerne, eller opret den i regnskabet.",
        "The payment terms {found} don't exist in the books. These do: {expected}.",
        "Correct the payment terms in the settings, or create them in the books.",
    ),
    "terms_need_due_date": Sentences(
        "Betalingsbetingelsen {found} i {field} kræver en forfaldsdato, og en ordre har ingen.",
        "Vælg en betingelse med et antal dage eller en, der er betalt på forhånd, i indstillingerne eller på kunden.",
        "The payment terms {found} in {field} require a due date, and an order has none.",
        "Choose terms of a number of days, or prepaid ones, in the settings or on the customer.",
    ),
    "vat_zone_unknown": Sentences(
        "Momszonen {found} findes ikke i regnskabet. Det gør: {expected}.",
        "Ret momszonen i indstillingerne.",
        "The VAT zone {found} doesn't exist in the books. These do: {expected}.",
        "Correct the VAT zone in the settings.",
    ),
    "country_unknown": Sentences(
        "Regnskabet har ikke landet {found}.",
        "Opret landet i regnskabet (trytond_import_countries gør det for alle), og prøv ordren igen.",
        "The books don't have the country {found}.",
        "Create the country in the books (trytond_import_countries does it for all of them), and retry the order.",
    ),
    "currency_unknown": Sentences(
        "Regnskabet har ikke valutaen {found}. Det har: {expected}.",
        "Opret valutaen i regnskabet, og prøv ordren igen, eller bogfør den i hånden.",
        "The books don't have the currency {found}. They have: {expected}.",
        "Create the currency in the books and retry the order, or book it by hand.",
    ),
    "customer_number_impossible": Sentences(
        "Kundenummeret {found} kan ikke bruges i regnskabet; det skal være {expected}.",
        "Ret {field} på ordren eller i [webshop.fields].",
        "The customer number {found} can't be used in the books; it must be {expected}.",
        "Correct {field} on the order or in [webshop.fields].",
    ),
    "customer_number_taken": Sentences(
        "Kundenummeret {found} er allerede i brug i regnskabet.",
        "Vælg den rigtige kunde med afstem resolve, eller ret nummeret på ordren.",
        "The customer number {found} is already in use in the books.",
        "Choose the right customer with afstem resolve, or correct the number on the order.",
    ),
    "customer_gone": Sentences(
        "Kunden {found} findes ikke i regnskabet længere.",
        "Prøv ordren igen, så findes kunden på ny, eller vælg en med afstem resolve.",
        "The customer {found} is no longer in the books.",
        "Retry the order, and the customer is matched afresh, or choose one with afstem resolve.",
    ),
    "customer_barred": Sentences(
        "Kunden {found} er spærret i regnskabet.",
        "Ophæv spærringen i regnskabet, eller vælg en anden kunde med afstem resolve.",
        "The customer {found} is barred in the books.",
        "Lift the bar in the books, or choose another customer with afstem resolve.",
    ),
    "reference_taken": Sentences(
        "Et andet bilag i regnskabet har allerede denne reference: {found:document} ({expected:document}).",
        "Se bilaget i regnskabet; er det ordrens faktura, er der intet at gøre, ellers giv ordren et nyt nummer.",
        "Another document in the books has this reference already: {found:document} ({expected:document}).",
        "Look at it in the books; if it is the order's invoice, nothing needs to be done, else give the order a new number.",
    ),
    "reference_missing": Sentences(
        "Bilaget har ingen reference, så det kan ikke genkendes i regnskabet.",
        "Giv ordren et nummer i webshoppen.",
        "The document has no reference, so it can't be recognised in the books.",
        "Give the order a number in the shop.",
    ),
    "product_missing": Sentences(
        "{field:Names} har intet varenummer.",
        "Sæt et varenummer under [invoices.products].",
        "{field:Names} has no product number.",
        "Set a product number under [invoices.products].",
    ),
    "product_unknown": Sentences(
        "Varen {found} i {field:names} findes ikke i regnskabet.",
        "Opret varen i regnskabet, eller ret varenummeret under [accounting] eller [invoices.products].",
        "The product {found} in {field:names} doesn't exist in the books.",
        "Create the product in the books, or correct its number under [accounting] or [invoices.products].",
    ),
    "product_barred": Sentences(
        "Varen {found} i {field:names} er spærret i regnskabet.",
        "Ophæv spærringen, eller vælg en anden vare under [accounting] eller [invoices.products].",
        "The product {found} in {field:names} is barred in the books.",
        "Lift the bar, or choose another product under [accounting] or [invoices.products].",
    ),
    "product_group_unknown": Sentences(
        "Varegruppen {found}, som nye varer skal oprettes i, findes ikke i regnskabet. Det gør: {expected}.",
        "Ret create_products_in under [accounting], eller opret varegruppen i regnskabet.",
        "The product group {found}, in which new products are to be made, doesn't exist in the books. These do: {expected}.",
        "Correct create_products_in under [accounting], or create the product group in the books.",
    ),
    "product_rate_differs": Sentences(
        "Varen i {field:names} skal bære {expected} % moms, men giver {found}.",
        "Ret varegruppens salgskonti i regnskabet, eller vælg en anden vare.",
        "The product in {field:names} is to bear {expected} % VAT, but gives {found}.",
        "Correct the sales accounts of its product group in the books, or choose another product.",
    ),
    "vat_rate_unmapped": Sentences(
        "{field:Names}: Ingen vare i indstillingerne bærer {found} % moms i den momszone.",
        "Angiv varen med den sats under [{expected}].",
        "{field:Names}: No product in the settings bears {found} % VAT in that VAT zone.",
        "Name the product with that rate under [{expected}].",
    ),
    "tax_unmapped": Sentences(
        "Det kan ikke afgøres, hvilken afgift i regnskabet {found} er i den momszone; der er: {expected}.",
        "Angiv afgiftens navn for satsen under [{field}].",
        "It can't be told which tax of the books {found} is in that VAT zone; there are: {expected}.",
        "Name the tax of that rate under [{field}].",
    ),
    "layout_unknown": Sentences(
        "Layoutet {found} i {field} findes ikke i regnskabet.",
        "Ret layoutets nummer under [accounting] eller [invoices.payments].",
        "The layout {found} in {field} doesn't exist in the books.",
        "Correct the layout's number under [accounting] or [invoices.payments].",
    ),
    "contact_gone": Sentences(
        "Kontaktpersonen {found} findes ikke længere på kunden.",
        "Prøv ordren igen: afstem retry. Kontaktpersonen slås op på ny.",
        "The contact person {found} is gone from the customer.",
        "Try the order again: afstem retry. The contact person is looked up anew.",
    ),
    "ean_refused": Sentences(
        "Regnskabet tager ikke imod EAN-nummeret {found}.",
        "Ret EAN-nummeret på ordren eller på kunden.",
        "The books don't take the EAN number {found}.",
        "Correct the EAN number on the order or the customer.",
    ),
    "books_ask": Sentences(
        "Regnskabet spørger, om det er meningen: {found}",
        "Er det, så bogfør kladden i regnskabet selv; ellers ret det, som det nævner, og prøv ordren igen.",
        "The books ask whether it is meant: {found}",
        "If it is, book the draft in the books themselves; otherwise correct what they name, and retry the order.",
    ),
    "books_refuse": Sentences(
        "Regnskabet afviser {field}: {found}.",
        "Ret det, som regnskabet nævner, på ordren, kunden eller i indstillingerne.",
        "The books refuse {field}: {found}.",
        "Correct what the books name, on the order, the customer or in the settings.",
    ),
    "quantity_zero": Sentences(
        "Antallet i {field:names} er nul.",
        "Ret antallet på ordren i webshoppen, eller fjern linjen.",
        "The quantity in {field:names} is zero.",
        "Correct the quantity on the order in the shop, or remove the line.",
    ),
    "vat_rate_impossible": Sentences(
        "Momssatsen i {field:names} er ikke mulig: {found} %.",
        "Ret momssatsen i webshoppen.",
        "The VAT rate in {field:names} isn't possible: {found} %.",
        "Correct the VAT rate in the shop.",
    ),
    "amount_impossible": Sentences(
        "Tallet i {field:names} kan ikke bogføres: {found}. Det skal have højst to decimaler og være under en billion.",
        "Ret beløbet eller antallet på ordren i webshoppen.",
        "The number in {field:names} can't be booked: {found}. It needs at most two decimals and to be below a million millions.",
        "Correct the amount or quantity on the order in the shop.",
    ),
    "totals_disagree": Sentences(
        "Regnskabet regner {field:names} til {expected:amounts}, men bilaget siger {found:amounts}.",
        "Bogfør ordren i hånden, og meld det som en fejl i Afstem.",
        "The books compute {field:names} as {expected:amounts}, but the document says {found:amounts}.",
        "Book the order by hand, and report it as a fault in Afstem.",
    ),
    "books_compute_otherwise": Sentences(
        "Regnskabet regner kladden til {found:amounts}, men ordren er på {expected:amounts}. Kladden bliver ikke bogført.",
        "Se momsen på kladdens linjer: ret varen i indstillingerne eller varegruppens momskonto, og slet kladden. Prøv så ordren igen: afstem retry.",
        "The books compute the draft as {found:amounts}, but the order is {expected:amounts}. The draft isn't booked.",
        "Look at the VAT on the draft's lines: correct the product in the settings or its group's VAT account, and delete the draft. Then try the order again: afstem retry.",
    ),
    "period_closed": Sentences(
        "Datoen {found} ligger i en lukket periode ({expected}).",
        "Åbn perioden i regnskabet, eller sæt closed_until og closed_period under [invoices].",
        "The date {found} lies in a closed period ({expected}).",
        "Open the period in the books, or set closed_until and closed_period under [invoices].",
    ),
    "period_missing": Sentences(
        "Regnskabet har ingen periode, som datoen {found} ligger i.",
        "Opret regnskabsåret og dets perioder i regnskabet, og prøv ordren igen.",
        "The books have no period in which the date {found} lies.",
        "Create the fiscal year and its periods in the books, and retry the order.",
    ),
    "date_in_future": Sentences(
        "Fakturadatoen {found} ligger i fremtiden.",
        "Intet at gøre, hvis ordren er dateret forud: den bogføres, når dagen kommer. Ellers ret datoen på ordren.",
        "The invoice date {found} lies in the future.",
        "Nothing to do if the order is dated ahead: it is booked when the day comes. Otherwise correct the date on the order.",
    ),
    "back_dated": Sentences(
        "Datoen {found} ligger før den nyeste faktura, som er fra {expected}, og regnskabet nummererer i datoorden.",
        'Bogfør kladden i hånden med en senere dato, eller sæt accounting.back_dated = "last_day".',
        "The date {found} lies before the newest invoice, of {expected}, and the books number in order of date.",
        'Book the draft by hand with a later date, or set accounting.back_dated = "last_day".',
    ),
    "draft_gone": Sentences(
        "Kladden er ikke længere en kladde i regnskabet: den er bogført, slettet eller en anden: {found}.",
        "Se efter i regnskabet. Skal den laves igen, så prøv ordren igen med »afstem retry«.",
        "The draft is no longer one in the books: it was booked, deleted, or is another: {found}.",
        "Look in the books. If it is to be made again, retry the order with `afstem retry`.",
    ),
    "booked_gone": Sentences(
        "Bilag {found} ({expected}) var bogført, men findes ikke længere i regnskabet.",
        "Se efter om regnskabet er gendannet fra en kopi. Skal {expected} laves igen, så brug »afstem retry«.",
        "Document {found} ({expected}) was booked, but stands in the books no more.",
        "See whether the books were restored from a copy. If {expected} is to be made again, use `afstem retry`.",
    ),
    "refund_withdrawn": Sentences(
        "Refunderingen {found:amounts} er slettet i webshoppen, men er krediteret som {expected}.",
        "Lav en ny faktura på beløbet i regnskabet, eller lav refunderingen igen i webshoppen.",
        "The refund {found:amounts} was deleted in the shop, but is credited as {expected}.",
        "Invoice the amount anew in the books, or make the refund in the shop again.",
    ),
    "nothing_left_to_credit": Sentences(
        "Ordren blev ændret, efter at hele fakturaen {found} er krediteret som refunderet.",
        "Lav en ny faktura i regnskabet, hvis der er noget at betale, eller ret ordren tilbage i webshoppen.",
        "The order was edited after the whole of invoice {found} was credited as refunded.",
        "Make a new invoice in the books if there is anything to pay, or undo the edit in the shop.",
    ),
    "cancelled_with_draft": Sentences(
        "Ordren fik status »{found}«, mens dens faktura {expected} står som kladde i regnskabet.",
        "Slet kladden i regnskabet; den slettes aldrig herfra. Eller ret ordrens status i webshoppen.",
        "The order became {found} while its invoice {expected} is a draft in the books.",
        "Delete the draft in the books; it is never deleted from here. Or correct the order's status in the shop.",
    ),
    "credit_exceeds_invoice": Sentences(
        "Krediteringen er {found:amounts}, men der er kun {expected:amounts} tilbage af fakturaen.",
        "Ret refunderingen i webshoppen, eller lav kreditnotaen i hånden.",
        "The credit is {found:amounts}, but only {expected:amounts} is left of the invoice.",
        "Correct the refund in the shop, or make the credit note by hand.",
    ),
    "credited_invoice_missing": Sentences(
        "Fakturaen, som kreditnotaen henviser til, findes ikke i regnskabet: {found}.",
        "Find fakturaen i regnskabet, og lav kreditnotaen i hånden.",
        "The invoice that the credit note refers to isn't in the books: {found}.",
        "Find the invoice in the books, and make the credit note by hand.",
    ),
    "credited_invoice_not_booked": Sentences(
        "Kreditnotaen kan ikke bogføres, før fakturaen {found} er bogført.",
        "Bogfør eller ret fakturakladden, og prøv igen.",
        "The credit note can't be booked before the invoice {found} is.",
        "Book or correct the draft invoice, and retry.",
    ),
    "credit_differs_from_invoice": Sentences(
        "Kreditnotaens {field:names} er {found}, men fakturaens er {expected}.",
        "Lav kreditnotaen i hånden på fakturaens kunde og i dens valuta.",
        "The credit note's {field:names} is {found}, but the invoice's is {expected}.",
        "Make the credit note by hand on the invoice's customer and in its currency.",
    ),
    "value_too_long": Sentences(
        "Værdien i {field:names} er for lang til regnskabet: {found} tegn, højst {expected}.",
        "Forkort værdien på ordren i webshoppen.",
        "The value in {field:names} is too long for the books: {found} characters, at most {expected}.",
        "Shorten the value on the order in the shop.",
    ),
    "text_unreadable": Sentences(
        "Teksten i {field:names} indeholder tegn, der ikke kan gemmes.",
        "Skriv teksten om på ordren i webshoppen.",
        "The text in {field:names} holds characters that can't be stored.",
        "Write the text anew on the order in the shop.",
    ),
    "cvr_length": Sentences(
        "CVR-nummeret i {field} har ikke 8 cifre: {found}.",
        'Ret nummeret på ordren til virksomhedens 8 cifre, eller sæt on_bad_number = "treat_as_b2c".',
        "The CVR number in {field} does not have 8 digits: {found}.",
        'Correct the number on the order to the company\'s 8 digits, or set on_bad_number = "treat_as_b2c".',
    ),
    "cvr_check_digit": Sentences(
        "CVR-nummeret i {field} findes ikke; kontrolcifferet passer ikke: {found}.",
        "Et ciffer er tastet forkert: Slå virksomheden op på virk.dk, og ret nummeret på ordren.",
        "The CVR number in {field} can't exist, its check digit is wrong: {found}.",
        "A digit is mistyped: look the company up at virk.dk and correct the number on the order.",
    ),
    "phone_in_cvr": Sentences(
        "I CVR-feltet {field} står et telefonnummer: {found}.",
        "Skriv virksomhedens CVR-nummer på ordren, eller tøm feltet, hvis køberen er privat.",
        "The CVR field {field} holds a phone number: {found}.",
        "Put the company's CVR number on the order, or empty the field if the buyer is a private person.",
    ),
    "cpr_in_cvr": Sentences(
        "I feltet {field} står et CPR-nummer. Det gemmes ikke.",
        "Slet CPR-nummeret på ordren i webshoppen, og skriv virksomhedens CVR-nummer, eller lad feltet stå tomt.",
        "The field {field} holds a CPR number. It is not kept.",
        "Delete the CPR number from the order in the shop and put the company's CVR number, or leave the field empty.",
    ),
    "ean_in_cvr": Sentences(
        "I CVR-feltet {field} står et EAN-nummer: {found}.",
        "Flyt nummeret til EAN-feltet på ordren, og skriv CVR-nummeret i {field}, eller tøm feltet.",
        "The CVR field {field} holds an EAN number: {found}.",
        "Move the number to the EAN field of the order, and put the CVR number in {field} or empty it.",
    ),
    "bad_ean": Sentences(
        "EAN-nummeret i {field} er ikke et muligt EAN-nummer: {found}.",
        'Ret nummeret på ordren, eller sæt on_bad_number = "treat_as_b2c".',
        "The EAN number in {field} is not a possible one: {found}.",
        'Correct the number on the order, or set on_bad_number = "treat_as_b2c".',
    ),
    "ean_length": Sentences(
        "EAN-nummeret i {field} har ikke 13 cifre: {found}.",
        "Spørg køberen om de 13 cifre, og ret nummeret på ordren.",
        "The EAN number in {field} does not have 13 digits: {found}.",
        "Ask the buyer for the 13 digits and correct the number on the order.",
    ),
    "ean_check_digit": Sentences(
        "EAN-nummeret i {field} findes ikke; kontrolcifferet passer ikke: {found}.",
        "Et ciffer er tastet forkert: Spørg køberen, og ret nummeret på ordren. En e-faktura når ellers ikke frem.",
        "The EAN number in {field} can't exist, its check digit is wrong: {found}.",
        "A digit is mistyped: ask the buyer and correct the number on the order. An e-invoice would not arrive.",
    ),
    "cvr_in_ean": Sentences(
        "I EAN-feltet {field} står et CVR-nummer: {found}.",
        "Flyt nummeret til CVR-feltet på ordren. Skal der sendes e-faktura, så skriv EAN-nummeret i {field}.",
        "The EAN field {field} holds a CVR number: {found}.",
        "Move the number to the CVR field of the order. If an e-invoice is wanted, put the EAN number in {field}.",
    ),
    "cpr_in_ean": Sentences(
        "I EAN-feltet {field} står et CPR-nummer. Det gemmes ikke.",
        "Slet CPR-nummeret på ordren i webshoppen, og skriv EAN-nummeret, eller lad feltet stå tomt.",
        "The EAN field {field} holds a CPR number. It is not kept.",
        "Delete the CPR number from the order in the shop and put the EAN number, or leave the field empty.",
    ),
    "phone_in_ean": Sentences(
        "I EAN-feltet {field} står et telefonnummer: {found}.",
        "Skriv EAN-nummeret på ordren, eller tøm feltet.",
        "The EAN field {field} holds a phone number: {found}.",
        "Put the EAN number on the order, or empty the field.",
    ),
    "einvoice_ean_missing": Sentences(
        "Der står intet EAN-nummer i {field}, og uden det kan en e-faktura ikke sendes.",
        "Udfyld EAN-nummeret på ordren i webshoppen.",
        "There is no EAN number in {field}, and without it no e-invoice can be sent.",
        "Fill in the EAN number on the order in the shop.",
    ),
    "einvoice_ean_bad": Sentences(
        "EAN-nummeret i {field} er ikke et muligt EAN-nummer: {found}.",
        "Ret det til de 13 cifre, som modtageren har oplyst; kontrolcifret skal passe.",
        "The EAN number in {field} is not a possible one: {found}.",
        "Correct it to the 13 digits that the receiver gave; the check digit must fit.",
    ),
    "einvoice_receiver_nameless": Sentences(
        "E-fakturaens modtager har intet navn i {field}.",
        "Skriv modtagerens navn på ordren i webshoppen.",
        "The receiver of the e-invoice has no name in {field}.",
        "Put the receiver's name on the order in the shop.",
    ),
    "einvoice_contact_missing": Sentences(
        "E-fakturaen har ingen at sende til hos modtageren: {field} er tomt, og ordren nævner heller ingen anden.",
        "Skriv referencepersonen eller rekvisitionsnummeret på ordren i webshoppen.",
        "The e-invoice names nobody at the receiver: {field} is empty, and the order names nobody else either.",
        "Put the reference person or the requisition number on the order in the shop.",
    ),
    "requisition_or_person_missing": Sentences(
        "Ordren har hverken rekvisitionsnummer eller referenceperson, og uden dem kan modtageren lade være at betale.",
        "Udfyld et af felterne {field} på ordren i webshoppen, eller sæt require under [einvoicing].",
        "The order has neither requisition number nor reference person, and without them the receiver may not pay.",
        "Fill in one of the fields {field} on the order in the shop, or set require under [einvoicing].",
    ),
    "requisition_missing": Sentences(
        "Ordren har intet rekvisitionsnummer i {field}, og indstillingen require kræver det.",
        "Udfyld {field} på ordren i webshoppen.",
        "The order has no requisition number in {field}, and the setting require demands it.",
        "Fill in {field} on the order in the shop.",
    ),
    "person_missing": Sentences(
        "Ordren har ingen referenceperson i {field}, og indstillingen require kræver det.",
        "Udfyld {field} på ordren i webshoppen.",
        "The order has no reference person in {field}, and the setting require demands it.",
        "Fill in {field} on the order in the shop.",
    ),
    "einvoice_address_missing": Sentences(
        "Feltet {field} er tomt, og en e-faktura skal have modtagerens adresse.",
        "Udfyld {field} på ordren i webshoppen.",
        "The field {field} is empty, and an e-invoice must have the receiver's address.",
        "Fill in {field} on the order in the shop.",
    ),
    "einvoice_attention_missing": Sentences(
        "Kunde {found} har ingen Att.-person i regnskabet, og uden den sender regnskabet ingen e-faktura.",
        "Vælg en kontaktperson som Att. på kunden i regnskabet; [customers] lader ikke Afstem gøre det.",
        "Customer {found} has no person of attention in the books, and without one they send no e-invoice.",
        "Choose a contact as Att. on the customer in the books; [customers] doesn't let Afstem do it.",
    ),
    "einvoice_contact_not_there": Sentences(
        "Kunde {expected} har ingen kontaktperson ved navn {found}, og den skal e-fakturaen bruge.",
        "Opret kontaktpersonen på kunden i regnskabet; på en samlekunde skriver Afstem aldrig. Eller ret {field} på ordren.",
        "Customer {expected} has no contact person called {found}, and the e-invoice needs one.",
        "Create the contact on the customer in the books; Afstem never writes to a collecting one. Or correct {field}.",
    ),
    "einvoice_breaks_rule": Sentences(
        "E-fakturaen overholder ikke reglen {found} i {field}: {expected}",
        "Ret det, reglen nævner, på ordren eller i indstillingerne; hele dokumentet ses med »afstem einvoice show ORDRE«.",
        "The e-invoice breaks the rule {found} at {field}: {expected}",
        "Correct what the rule names, on the order or in the settings; see it all with `afstem einvoice show ORDER`.",
    ),
    "einvoice_lines_unknown": Sentences(
        "Bilag {found} stod i regnskabet i forvejen, så dets linjer kendes ikke, og der kan ikke skrives en e-faktura.",
        "Send den fra regnskabet, og notér det med »afstem einvoice send ORDRE --by-hand«.",
        "Document {found} stood in the books already: its lines aren't known, and no e-invoice can be written.",
        "Send it from the books, and note it with `afstem einvoice send ORDER --by-hand`.",
    ),
    "einvoice_refused": Sentences(
        "Tjenesten, der skal sende e-fakturaen {expected}, tager ikke imod den ({field}): {found}",
        "Ret det, den nævner; næste kørsel prøver igen.",
        "The service that is to send the e-invoice {expected} doesn't take it ({field}): {found}",
        "Correct what it names; the next run tries again.",
    ),
    "einvoice_try_again": Sentences(
        "Fakturaen er bogført, men e-fakturaen kunne ikke afleveres lige nu: {found}.",
        "Intet at gøre: næste kørsel prøver igen, og fakturaen laves ikke en gang til.",
        "The invoice is booked, but its e-invoice could not be handed over just now: {found}.",
        "Nothing to do: the next run tries again, and the invoice isn't made a second time.",
    ),
    "einvoice_rejected": Sentences(
        "Modtageren har afvist e-fakturaen {expected} ({field}): {found}",
        "Aftal med modtageren, hvad der skal rettes. Send den igen med »afstem einvoice send ORDRE«, eller krediter ordren.",
        "The receiver has rejected the e-invoice {expected} ({field}): {found}",
        "Agree with the receiver on what to correct. Send it again with `afstem einvoice send ORDER`, or credit the order.",
    ),
    "einvoice_unreadable_there": Sentences(
        "E-fakturaen {expected} er afvist, fordi den ikke overholder reglerne hos modtageren ({field}): {found}",
        "Hent de nyeste regler med »afstem einvoice rules«, ret det nævnte, og send igen med »afstem einvoice send ORDRE«.",
        "The e-invoice {expected} was rejected for breaking the receiver's rules ({field}): {found}",
        "Take in the newest rules with `afstem einvoice rules`, correct it, and use `afstem einvoice send ORDER`.",
    ),
    "einvoice_not_taken_there": Sentences(
        "Modtageren af e-fakturaen {expected} tager ikke imod den slags dokument ({field}): {found}",
        "Spørg modtageren, hvordan de vil have den; notér det med »afstem einvoice send ORDRE --by-hand«.",
        "The receiver of the e-invoice {expected} doesn't take this kind of document ({field}): {found}",
        "Ask the receiver how they want it; note it with `afstem einvoice send ORDER --by-hand`.",
    ),
    "einvoice_silent": Sentences(
        "E-fakturaen {found} er afleveret, men der er intet svar kommet i {expected} timer.",
        "Se efter hos den, der bringer den ud. Send den igen med »afstem einvoice send ORDRE«, eller hæv {field}.",
        "The e-invoice {found} was handed over, but no answer has come in {expected} hours.",
        "Ask whoever delivers it. Send it again with `afstem einvoice send ORDER`, or raise {field}.",
    ),
    "einvoice_not_sent": Sentences(
        "Faktura {found} er bogført, men efter {expected} timer er den ikke blandt dem, regnskabet har sendt som e-faktura.",
        "Send den fra regnskabet; Afstem ser det selv. Eller sæt fallback under [einvoicing].",
        "Invoice {found} is booked, but after {expected} hours not among those that the books have sent as e-invoices.",
        "Send it from the books; Afstem sees that by itself. Or set fallback under [einvoicing].",
    ),
    "einvoice_unsure": Sentences(
        "Om e-fakturaen {found} er sendt, kan ikke ses: fakturaen stod i regnskabet, da Afstem ikke vidste af den.",
        "Se efter. Er den sendt, så notér det med »afstem einvoice send ORDRE --by-hand«, ellers send den uden.",
        "Whether the e-invoice {found} was sent can't be told: it stood in the books when Afstem knew nothing of it.",
        "Look. If it was sent, note that with `afstem einvoice send ORDER --by-hand`; else send it without.",
    ),
    "einvoice_not_owed": Sentences(
        "Ordre {found} har ingen bogført faktura, der kan sendes som e-faktura.",
        "Se med »afstem explain«, hvor langt ordren er kommet; kun EAN-ordrer sendes.",
        "Order {found} has no booked invoice that could go out as an e-invoice.",
        "See with `afstem explain` how far it has come; only EAN orders are sent.",
    ),
    "einvoice_on_its_way": Sentences(
        "E-fakturaen til ordre {found} er sendt allerede.",
        "Skal den virkelig sendes en gang til, så tilføj --again; modtageren får den to gange.",
        "The e-invoice of order {found} has gone already.",
        "If it really shall go once more, add --again; the receiver gets it twice.",
    ),
    "einvoice_only_by_hand": Sentences(
        "E-fakturaen til ordre {found} sendes af regnskabet, når den bogføres, og kan ikke sendes derfra igen.",
        "Send den i regnskabet selv, eller sæt fallback under [einvoicing].",
        "The e-invoice of order {found} is sent by the books as they book it, and can't be sent from there again.",
        "Send it in the books yourself, or set fallback under [einvoicing].",
    ),
    "einvoicing_is_off": Sentences(
        "E-faktura er slået fra.",
        "Sæt on = true under [einvoicing].",
        "E-invoicing is off.",
        "Set on = true under [einvoicing].",
    ),
    "einvoicing_not_by_system": Sentences(
        "Regnskabet kan ikke selv sende e-fakturaer, som {field} siger.",
        'Sæt channel = "dropfolder" eller "http" under [einvoicing].',
        "The books can't send e-invoices themselves, as {field} says.",
        'Set channel = "dropfolder" or "http" under [einvoicing].',
    ),
    "einvoicing_without_booking": Sentences(
        "Regnskabet sender e-fakturaer, når de bogføres, men {field} slår det fra.",
        "Slå bogføring med EAN til i {field}, eller vælg en anden channel under [einvoicing].",
        "The books send e-invoices as they book them, but {field} turns that off.",
        "Turn booking with EAN on in {field}, or choose another channel under [einvoicing].",
    ),
    "einvoicing_no_shop_field": Sentences(
        "EAN-ordrer skal have {found}, men {field} nævner intet af webshoppens felter.",
        "Nævn webshoppens felt i {field}; ellers holdes hver EAN-ordre tilbage.",
        "EAN orders must have {found}, but {field} names none of the shop's fields.",
        "Name the shop's field in {field}; without it every EAN order is held.",
    ),
    "einvoicing_not_carried": Sentences(
        "Regnskabet kan ikke bære {found} på en e-faktura, og uden det kan modtageren lade være at betale.",
        "Nævn et felt, der kan, under [{field}], hvis regnskabet har et; ellers vælg en anden channel under [einvoicing].",
        "The books can't carry {found} on an e-invoice, and without it the receiver may not pay.",
        "Name a field that can under [{field}], if the books have one; else choose another channel under [einvoicing].",
    ),
    "dropfolder_unusable": Sentences(
        "Mappen i {field} kan ikke bruges: {found} ({expected}).",
        "Se efter, at den findes, at brugeren må skrive i den, og at disken er tilsluttet.",
        "The folder in {field} can't be used: {found} ({expected}).",
        "See that it exists, that the user may write in it, and that the disk is attached.",
    ),
    "dropfolder_busy": Sentences(
        "Der kan ikke skrives i afleveringsmappen lige nu; måske er disken fuld.",
        "Gør plads, hvis den er; ellers intet: næste kørsel prøver igen.",
        "The drop folder can't be written to just now; the disk may be full.",
        "Make room if it is; else nothing: the next run tries again.",
    ),
    "einvoice_service_silent": Sentences(
        "Tjenesten i {field} svarer ikke: {found}.",
        "Kontrollér adressen, og prøv igen om lidt.",
        "The service in {field} doesn't answer: {found}.",
        "Check the address, and try again in a while.",
    ),
    "einvoice_service_strange": Sentences(
        "Tjenesten i {field} svarer ikke, som den skal: {found}.",
        "Kontrollér adressen; aftalen med tjenesten står i docs/einvoicing.md.",
        "The service in {field} doesn't answer as it should: {found}.",
        "Check the address; the contract with the service stands in docs/einvoicing.md.",
    ),
    "einvoice_rules_missing": Sentences(
        "De officielle regler for e-fakturaer er ikke hentet ind i {field}; kun Afstems egne kontroller gælder.",
        "Hent regelsættet hos myndigheden, og tag det ind med »afstem einvoice rules --add FIL.zip«.",
        "The official rules for e-invoices were not taken into {field}; only Afstem's own checks hold.",
        "Download the rule set from the authority, and take it in with `afstem einvoice rules --add FILE.zip`.",
    ),
    "einvoice_country_bad": Sentences(
        "Landet i {field} er ikke en landekode: {found}.",
        "Vælg landet på ordren i webshoppen; koden er to store bogstaver, fx DK.",
        "The country in {field} is not a country code: {found}.",
        "Choose the country on the order in the shop; its code is two capital letters, such as DK.",
    ),
    "einvoice_seller_incomplete": Sentences(
        "E-fakturaer skal sige, hvem der sælger, men {field} er tom.",
        "Udfyld {field} i indstillingerne.",
        "E-invoices must say who sells, but {field} is empty.",
        "Fill in {field} in the settings.",
    ),
    "einvoice_seller_cvr_bad": Sentences(
        "{field} er ikke et muligt CVR-nummer: {found}.",
        "Ret {field} til jeres eget CVR-nummer på 8 cifre.",
        "{field} is not a possible CVR number: {found}.",
        "Correct {field} to your own CVR number of 8 digits.",
    ),
    "einvoice_number_missing": Sentences(
        "Dokumentet har intet nummer; kun det, der er bogført, kan sendes.",
        "Bogfør fakturaen i regnskabet først.",
        "The document has no number; only what is booked can be sent.",
        "Book the invoice in the books first.",
    ),
    "einvoice_number_not_for_fik": Sentences(
        "Fakturanummeret {found} kan ikke blive til et betalings-id på et FIK-kort.",
        'Vælg card = "73" eller en anden betalingsmåde i {field}.',
        "The invoice number {found} can't become the payment id of a payment slip.",
        'Choose card = "73" or another way to pay in {field}.',
    ),
    "einvoice_credits_nothing": Sentences(
        "Kreditnotaen siger ikke, hvilken bogført faktura den krediterer.",
        "Bogfør fakturaen {found} først; så sendes kreditnotaen.",
        "The credit note doesn't say which booked invoice it credits.",
        "Book the invoice first; then the credit note is sent.",
    ),
    "einvoice_line_without_quantity": Sentences(
        "{field:Names} har antallet 0: {found}. En e-faktura må ikke have sådan en linje.",
        "Slet linjen på ordren i webshoppen, eller giv den et antal.",
        "{field:Names} has the quantity 0: {found}. An e-invoice may not hold such a line.",
        "Delete the line on the order in the shop, or give it a quantity.",
    ),
    "einvoice_line_without_text": Sentences(
        "{field:Names} har ingen tekst, og en e-faktura kræver en.",
        "Giv varen et navn på ordren i webshoppen.",
        "{field:Names} has no text, and an e-invoice requires one.",
        "Give the item a name on the order in the shop.",
    ),
    "einvoice_line_differs": Sentences(
        "Beløbet på {field:names} er {found:amounts}, men antal gange pris giver {expected:amounts}.",
        "Ret linjen, så antal, pris og beløb passer sammen.",
        "The amount of {field:names} is {found:amounts}, but quantity times price is {expected:amounts}.",
        "Correct the line, so that quantity, price and amount agree.",
    ),
    "einvoice_sums_differ": Sentences(
        "{field} er {found:amounts}, men linjerne giver {expected:amounts}.",
        "Genberegn fakturaen, så linjer, moms og total stemmer til øren.",
        "{field} is {found:amounts}, but the lines come to {expected:amounts}.",
        "Recalculate the invoice, so that lines, VAT and total agree to the øre.",
    ),
    "einvoice_element_missing": Sentences(
        "I {field} mangler {expected}, eller det er tomt.",
        "Udfyld {expected} dér i det system, der skriver dokumentet.",
        "{expected} is missing in {field}, or empty.",
        "Fill in {expected} there, in the system that writes the document.",
    ),
    "einvoice_one_contact": Sentences(
        "Modtageren har {found} kontakter; der skal være netop én.",
        "Behold den kontakt, som fakturaen er til.",
        "The receiver has {found} contacts; there must be exactly one.",
        "Keep the contact that the invoice is for.",
    ),
    "einvoice_sum_differs": Sentences(
        "{field} er {found:amounts}, men det, der hører under, giver {expected:amounts}.",
        "Ret beløbene, så linjer, gebyrer, moms og total stemmer. I OIOUBL er TaxExclusiveAmount momsbeløbet.",
        "{field} is {found:amounts}, but what belongs to it comes to {expected:amounts}.",
        "Correct the amounts, so that lines, charges, VAT and total agree. In OIOUBL TaxExclusiveAmount is the VAT.",
    ),
    "einvoice_category_unsummed": Sentences(
        "Linjerne har momskategorien {found}, men den er ikke med i dokumentets samlede moms.",
        "Tilføj en TaxSubtotal for kategorien; dens grundlag er {expected}.",
        "The lines have the VAT category {found}, but it is not among the document's VAT.",
        "Add a TaxSubtotal for the category; its base is {expected}.",
    ),
    "einvoice_gln_bad": Sentences(
        "EAN-nummeret {found} findes ikke: kontrolcifret passer ikke, eller der er ikke 13 cifre.",
        "Ret det til det nummer, som modtageren har oplyst.",
        "The EAN number {found} doesn't exist: its check digit is wrong, or it doesn't have 13 digits.",
        "Correct it to the number that the receiver gave.",
    ),
    "einvoice_cvr_bad": Sentences(
        "CVR-nummeret {found} findes ikke: kontrolcifret passer ikke. De officielle regler ser ikke efter det.",
        "Ret det til virksomhedens eget nummer: DK og 8 cifre.",
        "The CVR number {found} doesn't exist: its check digit is wrong. The official rules don't look at that.",
        "Correct it to the company's own number: DK and 8 digits.",
    ),
    "einvoice_rules_stopped": Sentences(
        "De officielle regler kunne ikke blive færdige med dokumentet: {found}.",
        "Prøv igen. Sker det igen, så hent regelsættet på ny, og tilføj det med »afstem einvoice rules --add«.",
        "The official rules could not finish with the document: {found}.",
        "Try again. If it happens again, download the rule set anew and add it with `afstem einvoice rules --add`.",
    ),
    "ruleset_unreadable": Sentences(
        "Filen {field} kan ikke læses: {found}.",
        "Angiv den zip-fil, der er hentet fra myndigheden.",
        "The file {field} can't be read: {found}.",
        "Name the zip file that was downloaded from the authority.",
    ),
    "ruleset_unknown": Sentences(
        "{field} er ikke et regelsæt, som Afstem kender: sha256 er {found}. Kendt er version {expected}.",
        "Er filen hentet fra myndigheden selv, så gentag med --trust. Et regelsæt er et program: stol ikke på andres.",
        "{field} is not a rule set that Afstem knows: its sha256 is {found}. Known is version {expected}.",
        "If the file came from the authority itself, repeat with --trust. A rule set is a program: trust no other's.",
    ),
    "ruleset_not_one": Sentences(
        "{field} er ikke et regelsæt: {found}.",
        "Hent zip-filen »OIOUBL Schematron« hos myndigheden, og angiv den, som den er.",
        "{field} is not a rule set: {found}.",
        "Download the zip file “OIOUBL Schematron” from the authority, and name it as it is.",
    ),
    "ruleset_too_large": Sentences(
        "Regelsættet er for stort: {found}; tilladt er {expected}.",
        "Hent zip-filen igen hos myndigheden; det ægte regelsæt er langt mindre.",
        "The rule set is too large: {found}; allowed is {expected}.",
        "Download the zip file from the authority again; the real rule set is much smaller.",
    ),
    "ruleset_unwritable": Sentences(
        "Regelsættet kan ikke gemmes i {field}: {found}.",
        "Vælg en mappe under [einvoicing] rules, som du må skrive i.",
        "The rule set can't be kept in {field}: {found}.",
        "Choose a folder under [einvoicing] rules that you may write to.",
    ),
    "ruleset_damaged": Sentences(
        "Regelsættet i {found} er beskadiget.",
        "Tilføj det igen med »afstem einvoice rules --add«.",
        "The rule set in {found} is damaged.",
        "Add it again with `afstem einvoice rules --add`.",
    ),
    "document_unreadable": Sentences(
        "Filen {field} kan ikke læses: {found}.",
        "Angiv en fil, som du må læse.",
        "The file {field} can't be read: {found}.",
        "Name a file that you may read.",
    ),
    "xml_unreadable": Sentences(
        "{field} kan ikke læses som XML: {found}.",
        "Angiv et OIOUBL-dokument, som det blev sendt eller modtaget.",
        "{field} can't be read as XML: {found}.",
        "Name an OIOUBL document as it was sent or received.",
    ),
    "xml_not_oioubl": Sentences(
        "{field} er ikke et OIOUBL-dokument: det begynder med {found}.",
        "Angiv et dokument som Invoice, CreditNote eller ApplicationResponse; en konvolut om det skal først af.",
        "{field} is not an OIOUBL document: it begins with {found}.",
        "Name a document such as Invoice, CreditNote or ApplicationResponse; take an envelope around it off first.",
    ),
    "xml_too_large": Sentences(
        "{field} er større end de {expected}, der læses: {found}.",
        "Fjern bilag fra dokumentet.",
        "{field} is larger than the {expected} that are read: {found}.",
        "Take attachments out of the document.",
    ),
    "xml_with_doctype": Sentences(
        "{field} begynder med en dokumenttype (DOCTYPE). Den må et OIOUBL-dokument ikke have, og den bliver ikke læst.",
        "Bed afsenderen om et dokument uden; en DOCTYPE kan hente filer og lamme den, der læser.",
        "{field} begins with a document type (DOCTYPE). An OIOUBL document may have none, and it is not read.",
        "Ask the sender for one without; a DOCTYPE can fetch files and paralyse whoever reads it.",
    ),
    "bad_vat_number": Sentences(
        "Momsnummeret i {field} er ikke et muligt momsnummer i køberens land: {found}.",
        'Ret nummeret på ordren, eller sæt on_bad_number = "treat_as_b2c".',
        "The VAT number in {field} is not a possible one in the buyer's country: {found}.",
        'Correct the number on the order, or set on_bad_number = "treat_as_b2c".',
    ),
    "vat_number_other_country": Sentences(
        "Momsnummeret i {field} er fra et andet land end faktureringsadressen: {found}.",
        "Ret nummeret eller faktureringslandet på ordren, så de hører sammen.",
        "The VAT number in {field} is of another country than the billing address: {found}.",
        "Correct the number or the billing country on the order, so that they belong together.",
    ),
    "vat_number_unchecked": Sentences(
        "Momsnummeret i {field} kan ikke kontrolleres for køberens land og bruges ikke: {found}.",
        "Intet at gøre, medmindre køberen er en virksomhed; kontrollér i så fald momsen på fakturaen.",
        "The VAT number in {field} can't be checked for the buyer's country and is not used: {found}.",
        "Nothing to do unless the buyer is a company; then check the VAT of the invoice.",
    ),
    "company_without_cvr": Sentences(
        "Ordren har firmanavnet {found}, men intet CVR-nummer.",
        'Skriv CVR-nummeret på ordren, eller sæt company_without_cvr = "b2c".',
        "The order has the company name {found} but no CVR number.",
        'Put the CVR number on the order, or set company_without_cvr = "b2c".',
    ),
    "nothing_to_identify_by": Sentences(
        "Ordren har intet at kende kunden på: {expected:names} er tomt, og {field} nævner intet andet.",
        "Udfyld feltet på ordren, eller sæt en samlekunde med collecting_customer.",
        "The order has nothing to know its customer by: {expected:names} is empty, and {field} names nothing else.",
        "Fill the field on the order, or set a collecting customer with collecting_customer.",
    ),
    "collecting_with_ean": Sentences(
        "EAN-ordrer bogføres på samlekunden {found}; e-fakturaen går til ordrens EAN-nummer.",
        'Er det ikke meningen, så sæt collecting_customer = "" under [customers.ean].',
        "EAN orders are booked on the collecting customer {found}; the e-invoice goes to the order's EAN number.",
        'If that isn\'t meant, set collecting_customer = "" under [customers.ean].',
    ),
    "collecting_with_terms": Sentences(
        "{field} er sat sammen med betalingsbetingelsen {found}, som aldrig skrives på en samlekunde.",
        "Fjern den ene af de to indstillinger.",
        "{field} is set together with the payment terms {found}, which are never written to a collecting customer.",
        "Remove one of the two settings.",
    ),
    "ean_in_note": Sentences(
        "Bemærkningen på ordren indeholder, hvad der ligner et EAN-nummer: {found}. Det bruges ikke.",
        "Er det køberens EAN-nummer, så flyt det til EAN-feltet på ordren.",
        "The order's note holds what looks like an EAN number: {found}. It is not used.",
        "If it is the buyer's EAN number, move it to the EAN field of the order.",
    ),
    "cvr_in_note": Sentences(
        "Bemærkningen på ordren indeholder, hvad der ligner et CVR-nummer: {found}. Det bruges ikke.",
        "Er det køberens CVR-nummer, så flyt det til CVR-feltet på ordren.",
        "The order's note holds what looks like a CVR number: {found}. It is not used.",
        "If it is the buyer's CVR number, move it to the CVR field of the order.",
    ),
    "value_cut": Sentences(
        "Kundens {field:names} er længere end de {expected} tegn, som der er plads til i regnskabet, og er afkortet eller udeladt: {found}.",
        "Ret kunden i regnskabet, hvis afkortningen ikke er god nok.",
        "The customer's {field:names} is longer than the {expected} characters that the books can hold, and was cut or left out: {found}.",
        "Correct the customer in the books if the cut isn't good enough.",
    ),
    "name_missing": Sentences(
        "Ordren har hverken navn, e-mail eller telefonnummer at oprette kunden med.",
        "Skriv et navn på ordren, eller sæt en samlekunde med collecting_customer.",
        "The order has no name, e-mail or phone to create the customer with.",
        "Put a name on the order, or set a collecting customer with collecting_customer.",
    ),
    "ambiguous_customer": Sentences(
        "Flere kunder i regnskabet har ordrens {field:names}: {found}.",
        "Vælg den rigtige med »afstem resolve ORDRE --customer NUMMER«; valget huskes.",
        "Several customers in the books have the order's {field:names}: {found}.",
        "Choose the right one with “afstem resolve ORDER --customer NUMBER”; the choice is remembered.",
    ),
    "creating_off": Sentences(
        "Ingen kunde i regnskabet har ordrens {expected:names} ({found}), og nye kunder må ikke oprettes.",
        "Opret kunden i regnskabet, eller sæt {field} = true.",
        "No customer in the books has the order's {expected:names} ({found}), and new customers may not be created.",
        "Create the customer in the books, or set {field} = true.",
    ),
    "collecting_missing": Sentences(
        "Samlekunden {found} findes ikke i regnskabet.",
        "Opret kunden i regnskabet, eller ret {field}.",
        "The collecting customer {found} does not exist in the books.",
        "Create the customer in the books, or correct {field}.",
    ),
    "collecting_barred": Sentences(
        "Samlekunden {found} er spærret i regnskabet.",
        "Ophæv spærringen i regnskabet, eller ret {field}.",
        "The collecting customer {found} is barred in the books.",
        "Lift the bar in the books, or correct {field}.",
    ),
    "collecting_customer_needed": Sentences(
        'Udgangspunktet preset = "one-customer" mangler en samlekunde.',
        'Sæt collecting_customer = "NUMMER" under [customers]: den kunde, som alle ordrer bogføres på.',
        'The preset "one-customer" lacks a collecting customer.',
        'Set collecting_customer = "NUMBER" under [customers]: the customer that all orders are booked on.',
    ),
    "settings_missing": Sentences(
        "Indstillingsfilen {field} findes ikke eller kan ikke læses. {found}",
        "Skriv den med »afstem init«, eller peg på den med --config.",
        "The settings file {field} is not there or can't be read. {found}",
        "Write it with `afstem init`, or point to it with --config.",
    ),
    "settings_unreadable": Sentences(
        "{field} er ikke gyldig TOML: {found}.",
        "Ret stedet i filen.",
        "{field} is not valid TOML: {found}.",
        "Correct that place in the file.",
    ),
    "settings_unknown_key": Sentences(
        "{field} er ikke en indstilling (den nærmeste er: {found}). Tilladt her: {expected}.",
        "Ret navnet, eller slet linjen.",
        "{field} is not a setting (the nearest one is: {found}). Allowed here: {expected}.",
        "Correct the name, or delete the line.",
    ),
    "settings_missing_key": Sentences(
        "Indstillingen {field} mangler.",
        "Skriv den i indstillingsfilen; README viser en hel fil.",
        "The setting {field} is missing.",
        "Write it into the settings file; the README shows a whole one.",
    ),
    "settings_bad_value": Sentences(
        "{field} kan ikke være »{found}«. Tilladt er: {expected}.",
        "Ret værdien i indstillingsfilen.",
        '{field} can\'t be "{found}". Allowed: {expected}.',
        "Correct the value in the settings file.",
    ),
    "settings_name": Sentences(
        "{field} kan ikke være »{found}«: kun små bogstaver a-z, tal og enkelte bindestreger imellem.",
        'Skriv den som "shop-dk"; den begynder hver reference i regnskabet.',
        '{field} can\'t be "{found}": only small letters a-z, digits, and single hyphens between them.',
        'Write it as "shop-dk"; it begins every reference in the books.',
    ),
    "settings_store_url": Sentences(
        "{field} kan ikke være »{found}«.",
        'Skriv "sqlite:///afstem.db" for en fil, eller "postgresql://…" for en database.',
        '{field} can\'t be "{found}".',
        'Write "sqlite:///afstem.db" for a file, or "postgresql://…" for a database.',
    ),
    "settings_status": Sentences(
        "{field} er ikke en ordrestatus: »{found}«.",
        'Skriv den, som webshoppen selv kalder den, fx "processing"; uden »wc-« og mellemrum.',
        '{field} is not an order status: "{found}".',
        'Write it as the shop itself calls it, such as "processing"; without "wc-" and spaces.',
    ),
    "settings_field_key": Sentences(
        "{field} er ikke et sted på ordren: »{found}«.",
        'Skriv "meta:NØGLE" for et ekstrafelt, eller en sti som "billing.company".',
        '{field} is no place in an order: "{found}".',
        'Write "meta:KEY" for a custom field, or a path such as "billing.company".',
    ),
    "settings_time_zone": Sentences(
        "{field} er ikke en tidszone: »{found}«.",
        'Skriv den som "{expected}".',
        '{field} is not a time zone: "{found}".',
        'Write it as "{expected}".',
    ),
    "settings_plain_http": Sentences(
        "Adressen under [{field}] begynder med http://: alle undervejs kunne læse ordrerne.",
        "Skriv https://. Er nettet imellem jeres eget, så sæt allow_http = true.",
        "The address in [{field}] begins with http://: all in between could read the orders.",
        "Write https://. If the network in between is your own, set allow_http = true.",
    ),
    "settings_own_number": Sentences(
        "{field} er ikke et CVR-nummer: »{found}«.",
        'Skriv virksomhedens eget, fx "DK12345678", eller slet linjen.',
        '{field} is not a CVR number: "{found}".',
        'Write the company\'s own, such as "DK12345678", or delete the line.',
    ),
    "settings_zone_key": Sentences(
        "{field} nævner noget, der hverken er en landekode eller et område med egne momsregler: {found}.",
        "Skriv to store bogstaver som NO, eller et af: {expected}.",
        "{field} names what is neither a country code nor a territory with VAT rules of its own: {found}.",
        "Write two capitals such as NO, or one of: {expected}.",
    ),
    "settings_places": Sentences(
        "{field} har noget i krøllede parenteser, som ikke kan udfyldes: »{found}«.",
        "Kun disse kan stå der: {expected}.",
        '{field} has something in braces that can\'t be filled in: "{found}".',
        "Only these may stand there: {expected}.",
    ),
    "settings_same_place": Sentences(
        "{field} lader både ordrens reference og rekvisitionsnummeret stå samme sted på fakturaen.",
        "Giv order_in og requisition_in hver sit sted.",
        "{field} puts both our reference and the requisition number in one place on the invoice.",
        "Give order_in and requisition_in a place each.",
    ),
    "settings_secure_address": Sentences(
        "{field} er ikke en adresse med TLS, eller den har en bruger, en forespørgsel eller et mellemrum i sig.",
        'Skriv en adresse, der begynder med https://, fx "https://einvoices.example.dk/v1".',
        "{field} is not an address over TLS, or has a user, a query or a space in it.",
        'Write an address that begins with https://, such as "https://einvoices.example.dk/v1".',
    ),
    "settings_einvoicing_url": Sentences(
        'Kanalen "http" har ingen adresse at sende til: {field}.url mangler.',
        'Skriv den, fx url = "https://einvoices.example.dk/v1".',
        'The channel "http" has no address to send to: {field}.url is missing.',
        'Write it, such as url = "https://einvoices.example.dk/v1".',
    ),
    "settings_too_long": Sentences(
        "{field} er for lang: højst {expected}.",
        "Gør den kortere.",
        "{field} is too long: at most {expected}.",
        "Make it shorter.",
    ),
    "settings_too_short": Sentences(
        "{field} er for kort eller tom: mindst {expected}.",
        "Udfyld den, eller slet linjen.",
        "{field} is too short or empty: at least {expected}.",
        "Fill it in, or delete the line.",
    ),
    "prefect_server_unnamed": Sentences(
        "{field} nævner ingen Prefect-server.",
        "Sæt {field} til serverens adresse, fx http://127.0.0.1:4200/api. På én maskine er afstem up nok.",
        "{field} names no Prefect server.",
        "Set {field} to the server's address, such as http://127.0.0.1:4200/api. On one machine, afstem up is enough.",
    ),
    "deploy_failed": Sentences(
        "Prefect-serveren tog ikke imod det hele: {found}",
        "Kontrollér adressen i {field}, adgangen i PREFECT_API_AUTH_STRING, og at serveren har samme version.",
        "The Prefect server did not take all of it: {found}",
        "Check the address in {field}, the credentials in PREFECT_API_AUTH_STRING, and that the server has the same version.",
    ),
    "up_already": Sentences(
        "Afstem kører her i forvejen, og Prefect er på {found}.",
        "Brug den, eller stop den, før en anden startes i samme mappe.",
        "Afstem already runs here, and Prefect is at {found}.",
        "Use that one, or stop it before you start another in the same folder.",
    ),
    "alert_block_missing": Sentences(
        "Prefect har ingen blok {found}, som {field} nævner.",
        "Opret blokken i Prefect under Blocks, eller ret navnet; det skrives som type/navn, fx slack-webhook/bogholderi.",
        "Prefect has no block {found}, which {field} names.",
        "Create the block in Prefect under Blocks, or correct its name, written as type/name: slack-webhook/bookkeeping.",
    ),
    "secret_missing": Sentences(
        "Hemmeligheden {field} mangler.",
        "Sæt den som miljøvariabel; den må ikke stå i filen.",
        "The secret {field} is missing.",
        "Set it as an environment variable; it may not stand in the file.",
    ),
    "no_webhooks": Sentences(
        "En webshop af slagsen {found} i {field} sender ingen webhooks.",
        "Det gør: {expected}. De andre læses på skema.",
        "A webshop of the kind {found} in {field} sends no webhooks.",
        "These do: {expected}. The others are read by schedule.",
    ),
    "store_unusable": Sentences(
        "Lageret i {field} kan ikke bruges: {found}.",
        "Se efter, at filen eller databasen findes, og at brugeren må skrive i den.",
        "The store at {field} can't be used: {found}.",
        "See that the file or database is there, and that this user may write to it.",
    ),
    "store_encoding": Sentences(
        "Databasen i {field} gemmer tekst som {found}; den kan ikke holde alle navne.",
        "Lav databasen med tegnsættet {expected}: CREATE DATABASE … ENCODING '{expected}' TEMPLATE template0.",
        "The database at {field} keeps text as {found}, which can't hold every name.",
        "Make the database with the encoding {expected}: CREATE DATABASE … ENCODING '{expected}' TEMPLATE template0.",
    ),
    "store_full": Sentences(
        "Der er ikke plads på disken til lageret ({field}). Intet er gået tabt.",
        "Gør plads, og kør igen.",
        "There is no room on the disk for the store ({field}). Nothing is lost.",
        "Make room, and run again.",
    ),
    "store_too_new": Sentences(
        "Lageret i {field} er skrevet af en nyere udgave af Afstem.",
        "Brug den udgave, eller en anden fil.",
        "The store at {field} was written by a later release of Afstem.",
        "Use that release, or another file.",
    ),
    "register_silent": Sentences(
        "EU's momsregister (VIES) giver lige nu intet svar: {found}.",
        _AGAIN.da,
        "The EU's VAT register (VIES) gives no answer just now: {found}.",
        _AGAIN.en,
    ),
    "unreachable": Sentences(
        "Systemet under [{field}] kan ikke nås.",
        f"Se efter, om adressen er rigtig, og om systemet kører. {_AGAIN.da}",
        "The system in [{field}] can't be reached.",
        f"See whether its address is right and whether it runs. {_AGAIN.en}",
    ),
    "connection_lost": Sentences(
        "Forbindelsen til systemet under [{field}] blev afbrudt.",
        _AGAIN.da,
        "The connection to the system in [{field}] was lost.",
        _AGAIN.en,
    ),
    "answer_late": Sentences(
        "Systemet under [{field}] svarede ikke i tide.",
        _AGAIN.da,
        "The system in [{field}] did not answer in time.",
        _AGAIN.en,
    ),
    "answer_endless": Sentences(
        "Systemet under [{field}] svarede uden at holde op.",
        f"Se efter, om adressen er systemets egen. {_AGAIN.da}",
        "The system in [{field}] answered without end.",
        f"See whether the address is the system's own. {_AGAIN.en}",
    ),
    "answer_unreadable": Sentences(
        "Systemet under [{field}] svarede noget, der ikke kan læses; måske er det under vedligeholdelse.",
        _AGAIN.da,
        "The system in [{field}] answered what can't be read; it may be in maintenance.",
        _AGAIN.en,
    ),
    "server_fault": Sentences(
        "Systemet under [{field}] har selv en fejl: det svarede {found}.",
        f"Bliver det ved, så spørg dem, der driver det. {_AGAIN.da}",
        "The system in [{field}] has a fault of its own: it answered {found}.",
        f"If it goes on, ask those who run it. {_AGAIN.en}",
    ),
    "throttled": Sentences(
        "Systemet under [{field}] beder os vente.",
        _AGAIN.da,
        "The system in [{field}] asks us to wait.",
        _AGAIN.en,
    ),
    "file_unreadable": Sentences(
        "En fil i {field} kan ikke læses: {found}.",
        f"Se efter, om disken er i orden. {_AGAIN.da}",
        "A file in {field} can't be read: {found}.",
        f"See whether the disk is well. {_AGAIN.en}",
    ),
    "store_locked": Sentences(
        "Lageret ({field}) er optaget af en anden kørsel.",
        _AGAIN.da,
        "The store ({field}) is in use by another run.",
        _AGAIN.en,
    ),
    "store_lost": Sentences(
        "Forbindelsen til lageret ({field}) blev afbrudt.",
        _AGAIN.da,
        "The connection to the store ({field}) was lost.",
        _AGAIN.en,
    ),
    "books_locked": Sentences(
        "Regnskabsfilen ({field}) er optaget af et andet program.",
        _AGAIN.da,
        "The books' file ({field}) is in use by another program.",
        _AGAIN.en,
    ),
    "customer_busy": Sentences(
        "En anden kørsel skriver på ordrens kunde.",
        _AGAIN.da,
        "Another run is writing to the order's customer.",
        _AGAIN.en,
    ),
    "afstem_mistake": Sentences(
        "Afstem begik selv en fejl ved ordren ({found}); de andre ordrer gik videre.",
        "Meld fejlen med linjen fra loggen. Ordren prøves igen i hver kørsel, og intet skrives to gange.",
        "Afstem itself made a mistake at the order ({found}); the other orders went on.",
        "Report it with the line from the log. The order is tried again in each run, and nothing is written twice.",
    ),
    "claim_lost": Sentences(
        "Kørslen var tavs så længe, at en anden kan have overtaget dens ordrer; derefter skrev den intet mere.",
        _AGAIN.da,
        "The run was silent for so long that another may have taken over its orders; it wrote nothing more after that.",
        _AGAIN.en,
    ),
    "customer_in_doubt": Sentences(
        "Et svar om ordrens kunde gik tabt: måske er kunden oprettet, og det skal ses efter først.",
        _AGAIN.da,
        "An answer about the order's customer was lost: it may have been created, which must be looked at first.",
        _AGAIN.en,
    ),
    "changed_meanwhile": Sentences(
        "En anden skrev samtidig i systemet under [{field}].",
        _AGAIN.da,
        "Somebody else was writing in the system in [{field}] at the same time.",
        _AGAIN.en,
    ),
    "contact_deleted": Sentences(
        "Ordrens kontaktperson blev slettet på kunden i regnskabet imens; den slås op på ny.",
        _AGAIN.da,
        "The order's contact person was deleted from the customer in the books meanwhile; it is looked up anew.",
        _AGAIN.en,
    ),
    "customer_deleted": Sentences(
        "Ordrens kunde blev slettet i regnskabet imens; den findes på ny.",
        _AGAIN.da,
        "The order's customer was deleted from the books meanwhile; it is matched afresh.",
        _AGAIN.en,
    ),
    "orders_need_attention": Sentences(
        "{found} ordrer skal ses efter.",
        "Se dem med »afstem attention«.",
        "{found} orders need attention.",
        "See them with `afstem attention`.",
    ),
    "file_mended": Sentences(
        "Her stod noget ulæseligt i en fil, som er rettet eller væk siden.",
        "Intet at gøre: ordrerne i filen er læst under deres egne numre.",
        "Something unreadable stood here in a file that has been corrected or removed since.",
        "Nothing to do: the orders in the file were read under their own numbers.",
    ),
    "number_shared": Sentences(
        "Flere ordrer i webshoppen viser nummeret {found} (deres id: {expected}), så en faktura kunne høre til begge.",
        "Giv ordrerne hver sit nummer i webshoppen, eller annuller den, der er en kopi.",
        "Several orders in the shop show the number {found} (their ids: {expected}): an invoice could be for either.",
        "Give each its own number in the shop, or cancel the one that is a copy.",
    ),
    "run_broke_off": Sentences(
        "Kørslen gik i stå på grund af en fejl i Afstem selv ({found}). Intet er gået tabt.",
        "Se kørslens log i Prefect (afstem up), og meld fejlen; næste kørsel fortsætter, hvor denne slap.",
        "The run broke off for a mistake in Afstem itself ({found}). Nothing is lost.",
        "See the run's log in Prefect (afstem up), and report it; the next run goes on where this one stopped.",
    ),
    "no_longer_counts": Sentences(
        "Ordren tæller ikke længere: dens status er nu »{found}«.",
        "Intet at gøre, medmindre den skulle faktureres: så ret dens status i webshoppen.",
        "The order counts no longer: its status is now {found}.",
        "Nothing to do, unless it should be invoiced: then correct its status in the shop.",
    ),
    "cancelled_after_invoicing": Sentences(
        "Ordren fik status »{found}«, efter at den blev faktureret som {expected}.",
        "Ret ordrens status i webshoppen, eller sæt invoices.cancelled_after_booking til »credit«: så krediteres "
        "fakturaen.",
        "The order became {found} after it was invoiced as {expected}.",
        "Correct the status in the shop, or set invoices.cancelled_after_booking to 'credit': the invoice is credited.",
    ),
    "changed_after_booking": Sentences(
        "Ordren blev ændret, efter at faktura {expected} blev bogført: {found:changes}.",
        "Ret ordren tilbage i webshoppen, eller sæt invoices.changed_after_booking til »credit«: så krediteres fakturaen, "
        "og en ny laves.",
        "The order was edited after invoice {expected} was booked: {found:changes}.",
        "Undo the edit in the shop, or set invoices.changed_after_booking to 'credit': it is credited and made anew.",
    ),
    "draft_changed": Sentences(
        "Ordren blev ændret ({found:changes}), og kladden {expected} er rettet i regnskabet siden.",
        "Ret kladden i hånden, eller slet den og prøv ordren igen. Den overskrives aldrig.",
        "The order was edited ({found:changes}), and draft {expected} was changed in the books since.",
        "Correct the draft by hand, or delete it and retry the order. It is never overwritten.",
    ),
    "backup_unwritable": Sentences(
        "Kopien {field} kan ikke skrives: {found}.",
        "Vælg en mappe, som findes, og som brugeren må skrive i.",
        "The copy {field} can't be written: {found}.",
        "Choose a folder that is there and that this user may write to.",
    ),
    "backup_unreadable": Sentences(
        "{field} er ikke en hel kopi af et lager.",
        "Brug en fil, som »afstem backup« har skrevet.",
        "{field} is not a whole copy of a store.",
        "Use a file that `afstem backup` has written.",
    ),
    "store_in_use": Sentences(
        "Nogen arbejder i lageret (maskine, proces, sidst set): {found}.",
        "Stands »afstem up«, workere og »afstem webhooks«, og prøv igen. En, der døde på en anden maskine, spærrer højst "
        "halvandet minut.",
        "Somebody is at work in the store (machine, process, last seen): {found}.",
        "Stop `afstem up`, workers and `afstem webhooks`, then try again. One that died on another machine is in the way "
        "for a minute and a half at most.",
    ),
    "nobody_to_forget": Sentences(
        "Det siger ikke, hvem der skal glemmes: {found}.",
        "Angiv en e-mail, et telefonnummer, et CVR-nummer eller et ordrenummer.",
        "This doesn't say who is to be forgotten: {found}.",
        "Give an e-mail address, a phone number, a CVR number or an order number.",
    ),
    "period_backwards": Sentences(
        "Perioden fra {found} til {expected} har ingen dage.",
        "Angiv den første dag før den sidste, og mindst én dag pr. del.",
        "The period from {found} to {expected} has no days.",
        "Give the first day before the last one, and at least one day a shard.",
    ),
    "period_before_start": Sentences(
        "Perioden slutter {found}, og ordrer før {expected} tæller ikke.",
        "Sæt {field} til en tidligere dag, hvis de skal faktureres.",
        "The period ends on {found}, and orders before {expected} don't count.",
        "Set {field} to an earlier day if they are to be invoiced.",
    ),
    "unknown_order": Sentences(
        "Der er ingen ordre {found}.",
        "Brug det ordrenummer, som webshoppen viser.",
        "There is no order {found}.",
        "Use the order number that the shop shows.",
    ),
    "customer_unknown": Sentences(
        "Der er ingen kunde {found} i regnskabet.",
        "Brug et kundenummer, som findes; »afstem explain« viser kandidaterne.",
        "There is no customer {found} in the books.",
        "Use the number of one that is there; `afstem explain` shows the candidates.",
    ),
    "settled_by_hand": Sentences(
        "Ordren er klaret i hånden: {found} ({expected}).",
        "Intet at gøre. Den tages op igen, hvis den ændres i webshoppen, eller med »afstem retry ORDRE«.",
        "The order was settled by hand: {found} ({expected}).",
        "Nothing to do. It is taken up again if it is edited in the shop, or by `afstem retry ORDER`.",
    ),
    "nothing_to_settle": Sentences(
        "Ordre {found} venter ikke på nogen.",
        "Se med »afstem explain«, hvor langt den er.",
        "Order {found} does not wait for anybody.",
        "See how far it has come with `afstem explain`.",
    ),
    "only_its_einvoice_waits": Sentences(
        "Ordre {found} har sin faktura; kun e-fakturaen venter.",
        "Har du selv sendt den, så notér det: »afstem einvoice send {found} --by-hand«.",
        "Order {found} has its invoice; only its e-invoice waits.",
        "If you have sent it yourself, note it: `afstem einvoice send {found} --by-hand`.",
    ),
    "einvoice_left_behind": Sentences(
        "E-fakturaen til ordre {found} er ikke nået frem, så vidt vides.",
        "Sørg for den selv, og notér det med »afstem einvoice send {found} --by-hand«; så kan ordren afsluttes.",
        "As far as is known, the e-invoice of order {found} has not arrived.",
        "See to it yourself and note that with `afstem einvoice send {found} --by-hand`; then settle the order.",
    ),
    "order_busy": Sentences(
        "En kørsel arbejder på ordre {found} lige nu.",
        "Prøv igen, når den er færdig.",
        "A run is working on order {found} just now.",
        "Try again when it is done.",
    ),
    "file_unwritable": Sentences(
        "{field} kan ikke skrives: {found}.",
        "Vælg en fil i en mappe, som du må skrive i, og hvor der er plads.",
        "{field} can't be written: {found}.",
        "Choose a file in a folder that you may write to and that has room.",
    ),
    "unknown_batch": Sentences(
        "Der er ingen batch {found}.",
        "Batchen står i navnet på kørslens trin, fx shop-dk-0a1b2c3d4e5f.",
        "There is no batch {found}.",
        "The batch stands in the names of the run's tasks, such as shop-dk-0a1b2c3d4e5f.",
    ),
    "nothing_to_resolve": Sentences(
        "Ordre {found} venter ikke på et valg af kunde.",
        "Se med »afstem explain«, hvad den venter på.",
        "Order {found} does not wait for a choice of customer.",
        "See what it waits for with `afstem explain`.",
    ),
    "settings_exist": Sentences(
        "{field} findes allerede og bliver ikke overskrevet.",
        "Vælg et andet navn med --output, eller flyt filen.",
        "{field} is there already and is not overwritten.",
        "Choose another name with --output, or move the file.",
    ),
    "settings_unwritable": Sentences(
        "{field} kan ikke skrives: {found}.",
        "Vælg en mappe, som du må skrive i.",
        "{field} can't be written: {found}.",
        "Choose a folder that you may write to.",
    ),
    "no_answer": Sentences(
        "Der kom intet svar på et spørgsmål.",
        "Kør kommandoen i en terminal, eller sæt {field}.",
        "A question got no answer.",
        "Run the command in a terminal, or set {field}.",
    ),
    "field_unsupported": Sentences(
        "Regnskabet kan ikke finde kunder på {found}, som {field} siger.",
        "Vælg mellem: {expected}.",
        "The books can't find customers by {found}, as {field} says.",
        "Choose among: {expected}.",
    ),
    "code_unknown": Sentences(
        "{field} nævner {found}, som ikke findes i regnskabet.",
        "Opret den i regnskabet, eller vælg en af: {expected}.",
        "{field} names {found}, which is not in the books.",
        "Make it in the books, or choose one of: {expected}.",
    ),
    "company_address_missing": Sentences(
        "Virksomheden {found} har ingen adresse i regnskabet.",
        "Opret virksomhedens adresse i Tryton; den står på fakturaerne.",
        "The company {found} has no address in the books.",
        "Give the company an address in Tryton; it stands on the invoices.",
    ),
}


HOW: dict[str, Callable[[str, Words], str]] = {
    "": lambda value, _: value,
    "amounts": lambda value, words: words.amounts_in(value),
    "names": lambda value, words: words.fields(value),
    "Names": lambda value, words: words.fields(value)[:1].upper() + words.fields(value)[1:],
    "said": lambda value, words: words("said", value=value) if value else words("said_nothing"),
    "document": lambda value, words: words.document(value),
    "changes": differences.told,
}
"""How a value is told: as it is, our amounts as the language writes them, the names of our fields (with a capital where
they begin the sentence), somebody's own words or that there are none, a document by its kind and sums, what differs
between two documents."""


class _Value(NamedTuple):
    """A value with the words to tell it in."""

    text: str
    words: Words

    def __format__(self, how: str) -> str:
        return HOW[how](self.text, self.words)


def what(finding: Finding, language: Language) -> str:
    """What happened, as one sentence."""
    row = SENTENCES[finding.code]
    return _filled(row.da if language == "da" else row.en, finding, language)


def fix(finding: Finding, language: Language) -> str:
    """What to do about it, as one sentence."""
    row = SENTENCES[finding.code]
    shown = finding.model_copy(update={"found": "…"})
    return _filled(row.da_fix if language == "da" else row.en_fix, shown, language)


def found(finding: Finding, language: Language) -> str:
    """What was found, told as its sentence tells it."""
    row = SENTENCES[finding.code]
    text = row.da if language == "da" else row.en
    how = [spec or "" for _, name, spec, _ in string.Formatter().parse(text) if name == "found"]
    return HOW[how[0] if how else ""](finding.found, Words(language))


def _filled(text: str, finding: Finding, language: Language) -> str:
    values = {"field": finding.field, "found": finding.found, "expected": finding.expected}
    return text.format(**{name: _Value(value, Words(language)) for name, value in values.items()})
