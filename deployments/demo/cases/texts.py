"""6 November: names and texts that break weaker systems."""

from deployments.demo.cases.case import Case, invoiced
from deployments.demo.goods import goods
from deployments.demo.numbers import made_up_cvr
from deployments.demo.people import person
from deployments.demo.pricing import Goods

HOME = "Krogen 5"
TOWN = "5450 Otterup"

CASES: list[Case] = [
    invoiced(
        1601,
        "new",
        "A name that a spreadsheet would run as a formula",
        billing=person(
            "Formel Regneark", HOME, TOWN, first_name='=HYPERLINK("https://example.invalid";"Klik")', last_name=""
        ),
    ),
    invoiced(
        1602,
        "new",
        "XML and HTML in a company name",
        billing=person("Ib Vinkel", HOME, TOWN, company='<b>Vinkel</b> & "Søn" <script>alert(1)</script> ApS'),
        meta={"_billing_cvr": made_up_cvr(30)},
    ),
    invoiced(
        1603,
        "new",
        "Control characters in name and street",
        billing=person("Kaj Ravnbøl", "Kro\u0000gen\t5\u200b", TOWN, first_name="Kaj\u0007\u001b[31m"),
    ),
    invoiced(
        1604,
        "new",
        "Emoji",
        billing=person("Freja Lykkebo", HOME, TOWN, first_name="Freja ☕🇩🇰"),
        customer_note="Tak! 🎉",
    ),
    invoiced(
        1605,
        "new",
        "A product name of ten thousand characters: cut with a warning",
        billing=person("Lange Jensager", HOME, TOWN),
        lines=[Goods("Meget lang tekst om en kop. " * 360, "89.00", sku="LANG-1")],
    ),
    invoiced(
        1606,
        "new",
        "HTML entities and tags in a product name",
        billing=person("Inge Tegnbo", HOME, TOWN),
        lines=[Goods("Kop &amp; underkop &#8211; <em>&Aelig;blegr&oslash;n</em>", "210.00", 2, "KOP-AE", 520)],
    ),
    invoiced(1607, "new", "A name of 300 letters", billing=person("Anne Hel", HOME, TOWN, last_name="Sø" * 150)),
    invoiced(
        1608,
        "new",
        "Quotes, semicolons, backslashes and a line break in address and note",
        billing=person("Robert Tabelsen", 'Bag\'vej "2"; \\ drop\n1. sal', TOWN),
        customer_note="Linje 1\r\nLinje 2; slut",
    ),
    invoiced(
        1609,
        "new",
        "Right-to-left marks and letters of other scripts",
        billing=person("Omar Fjordby", HOME, TOWN, first_name="\u202eعمر\u202c", last_name="Фьордбю"),
    ),
    invoiced(
        1610,
        "new",
        "A SKU longer than any system takes",
        billing=person("Sture Kodeby", HOME, TOWN),
        lines=[goods("KRUS-30", sku="KRUS-30-" + "X" * 120)],
    ),
]
