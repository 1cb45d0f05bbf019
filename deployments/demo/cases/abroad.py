"""4 November: buyers outside Denmark, and other currencies."""

from deployments.demo.cases.case import Case, held, invoiced
from deployments.demo.goods import FINNISH, GERMAN, SWEDISH, goods
from deployments.demo.people import abroad
from deployments.demo.shop import DANISH, Freight

PARCEL = [Freight("Pakke til udlandet", "79.20")]
MALMO = abroad("SE", "Elsa Åkerlund", "Östra Kajen 8", "211 20 Malmö", "+46 40 000 11 22")
HAMBURG = abroad(
    "DE", "Jürgen Müllersen", "Nordkai 3", "20457 Hamburg", "+49 40 000 1122", company="Nordkai Kaffee GmbH"
)
BREMEN = abroad(
    "DE", "Käthe Brandtner", "Marktweg 9", "28195 Bremen", "+49 421 000 112", company="Brandtner Keramik GmbH"
)
OSLO = abroad("NO", "Åse Fjellheim", "Bryggeveien 1", "0150 Oslo", "+47 22 00 11 22")
NUUK = abroad("GL", "Pipaluk Nielsenqvist", "Kystvejen 12", "3900 Nuuk", "+299 00 11 22")
TORSHAVN = abroad("FO", "Jákup á Heygum", "Strandargøta 4", "100 Tórshavn", "+298 00 11 22")
TURKU = abroad("FI", "Aino Järvelä", "Rantakatu 5", "20100 Turku", "+358 2 000 1122")
KRAKOW = abroad("PL", "Łucja Wiśniak", "ul. Rynkowa 2", "31-042 Kraków", "+48 12 000 11 22")
WARSAW = abroad("PL", "Grażyna Żurawska", "ul. Długa 7", "00-238 Warszawa", "+48 22 000 11 22")
REYKJAVIK = abroad("IS", "Guðrún Þórsdóttir", "Hafnargata 3", "101 Reykjavík", "+354 000 1122")
GERMAN_VAT = "DE 999 999 987"

CASES: list[Case] = [
    invoiced(1401, "new", "Sweden, Swedish VAT of 25 %", billing=MALMO, tax=SWEDISH, freight=PARCEL),
    invoiced(
        1402,
        "new",
        "Germany, a company by its VAT number, reverse charge",
        billing=HAMBURG,
        tax=None,
        freight=PARCEL,
        meta={"_vat_number": GERMAN_VAT},
        lines=[goods("BONNE-500", 20)],
    ),
    invoiced(
        1403,
        "as 1402",
        "The VAT number in the CVR field, without spaces: the same company; Danish VAT charged",
        billing=HAMBURG,
        tax=DANISH,
        meta={"_billing_cvr": GERMAN_VAT.replace(" ", "")},
        lines=[goods("FILTER-4", 20)],
    ),
    invoiced(
        1404,
        "new",
        "Germany, a private buyer with German VAT of 19 %; a warning, since OSS is off",
        billing=BREMEN | {"company": ""},
        tax=GERMAN,
        freight=PARCEL,
        lines=[goods("ESP-06", 2)],
    ),
    invoiced(
        1405, "new", "Norway, an export without VAT", billing=OSLO, tax=None, freight=PARCEL, lines=[goods("KANDE-F")]
    ),
    invoiced(
        1406, "new", "Greenland, an export", billing=NUUK, tax=None, freight=PARCEL, lines=[goods("BONNE-500", 8)]
    ),
    invoiced(1407, "new", "The Faroe Islands, an export", billing=TORSHAVN, tax=None, lines=[goods("STEMPEL-1")]),
    invoiced(
        1408,
        "new",
        "Finland, 25.5 %; a warning, since OSS is off",
        billing=TURKU,
        tax=FINNISH,
        freight=PARCEL,
        lines=[goods("KRUS-30", 3), goods("FILTER-4")],
    ),
    invoiced(
        1409,
        "as 1401",
        "In euro, Danish VAT",
        billing=MALMO,
        currency="EUR",
        lines=[goods("KVARN-H", price="97.50"), goods("SKRUE-3", 3, price="0.15")],
        freight=[Freight("Paket", "10.40")],
    ),
    invoiced(
        1410,
        "new",
        "In Swedish kronor, Danish VAT",
        billing=abroad("SE", "Göran Ljungqvister", "Skolgatan 2", "111 22 Kiruna"),
        currency="SEK",
        lines=[goods("ESP-06", 2, price="229.00")],
    ),
    held(
        1411,
        "currency_unknown",
        "In zloty, which the books don't have",
        billing=KRAKOW,
        currency="PLN",
        lines=[goods("KRUS-30", price="74.90")],
    ),
    held(1412, "bad_currency", "A currency that is none: `kr.`", billing=OSLO, tax=None, currency="kr."),
    held(1413, "bad_vat_number", "A VAT number that can't exist", billing=BREMEN, meta={"_vat_number": "DE123"}),
    invoiced(
        1414,
        "new",
        "Danish billing address, delivery to Greenland: an export",
        tax=None,
        freight=PARCEL,
        billing={"first_name": "Inuk", "last_name": "Sandgreen-Bak", "email": "inuk.sandgreen-bak@example.dk"},
        shipping={"address_1": "Kystvejen 20", "postcode": "3911", "city": "Sisimiut", "country": "GL"},
    ),
    invoiced(1415, "new", "Iceland, with letters that few systems like", billing=REYKJAVIK, tax=None, freight=PARCEL),
    invoiced(
        1416, "new", "Poland, in kroner, with Danish VAT", billing=WARSAW, freight=PARCEL, lines=[goods("TAL-DYB", 2)]
    ),
]
