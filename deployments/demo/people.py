"""The invented people, companies and authorities of the demo: billing fields, and numbers with valid check digits."""

from deployments.demo.numbers import made_up_cvr, made_up_ean

Billing = dict[str, str]


def person(name: str, street: str, zip_and_city: str, phone: str = "", **more: str) -> Billing:
    """A buyer in Denmark with an e-mail address of the usual form; `more` goes before all else."""
    first, _, last = name.rpartition(" ")
    postcode, _, city = zip_and_city.partition(" ")
    mailbox = name.lower().translate(LETTERS).replace(" ", ".")
    address = {"address_1": street, "postcode": postcode, "city": city}
    contact = {"email": f"{mailbox}@example.dk", "phone": phone}
    return {"first_name": first, "last_name": last, **address, **contact, **more}


LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "a", "ö": "o", "ü": "u", "é": "e"})

METTE = person("Mette Østergård-Holm", "Æblehaven 3, 2. tv.", "5700 Svendborg", "20 00 31 11")
SOREN = person("Søren Ågesen", "Ørnevej 81", "8960 Randers SØ", "20 00 31 12")
BOERGE = person("Børge Kjærsgård", "Åvænget 6", "7430 Ikast", "20 00 31 13")
RIKKE = person("Rikke Højmark", "Nye Stationsvej 40", "4200 Slagelse", "20 00 31 14")
PREBEN = person("Preben Tårnholm", "Møllegade 9", "6200 Aabenraa", "20 00 31 15")
GRETHE = person("Grethe Kvistbæk", "Lærkevej 2", "3000 Helsingør", "20 00 31 16")
MOGENS = person("Mogens Drævsø", "Gl. Kongevej 500", "1850 Frederiksberg C", "20 00 31 17")
FAMILY = person("Anna Fynsk-Bøgh", "Skovbrynet 12", "5600 Faaborg", "20 00 31 18")
LONE = person("Lone Ravnskær", "Havnegade 22", "9990 Skagen", "20 00 31 19")
HANNE = person("Hanne Bådsgård", "Torvet 1", "6760 Ribe", "20 00 31 20")
OLE = person("Ole Vestermølle", "Klitvej 7", "7700 Thisted", "20 00 31 21")
TOVE = person("Tove Egholt", "Bakken 18", "3770 Allinge", "20 00 31 22")
POUL = person("Poul Ærenprås", "Rådhuspladsen 99", "1550 København V", "20 00 31 23")
SIGNE = person("Signe Nygård-Lind", "Fælledvej 33, st.", "2200 København N", "20 00 31 24")
DITTE = person("Ditte Byskov", "Parkallé 60", "8600 Silkeborg", "20 00 31 26")
KAREN = person("Karen Blåvand", "Kystvejen 40", "8400 Ebeltoft", "20 00 31 25")

SCREENS_CVR = made_up_cvr(10)
SCREENS = person("Kirsten Møllebjerg", "Industrivej 5", "8700 Horsens", "20 00 41 01", company="Horsens Skærme ApS")
SCREENS_TOO = person("Torben Bæk", "Industrivej 5", "8700 Horsens", "20 00 41 02", company="HORSENS SKÆRME ApS")
HARBOUR_CVR = made_up_cvr(11)
HARBOUR = person(
    "Jonna Sandø",
    "Nordre Kaj 14",
    "9850 Hirtshals",
    "20 00 41 03",
    company="Nordkajens Regnskab ApS",
    email="jonna@nordkajen.example.dk",
)
BARRED_CVR = made_up_cvr(12)
BARRED = person("Frank Løgstrup", "Kassevej 1", "2650 Hvidovre", "20 00 41 04", company="Løgstrup Last I/S")
TWICE_CVR = made_up_cvr(13)
TWICE = person("Vibeke Dammark", "Dobbeltgade 2", "7100 Vejle", "20 00 41 05", company="Dammark & Døtre A/S")
OFFICE_CVR = made_up_cvr(14)
OFFICE = person(
    "Niels Åbrink", "Kontorbyen 8, 4. sal", "2300 København S", "20 00 41 06", company="Åbrink Arkitekter ApS"
)
SALON_CVR = made_up_cvr(15)
SALON = person("Yasmin Holmegård", "Algade 17", "4000 Roskilde", "20 00 41 07", company="Salon Sølvsaks")
STUDIO_CVR = made_up_cvr(16)
STUDIO = person("Kåre Lindtoft", "Fabrikken 3", "5000 Odense C", "20 00 41 08", company="Lindtoft Lyd ApS")

SCHOOL_EAN = made_up_ean(90_001)
SCHOOL = person("Bente Skovgård", "Skolevænget 1", "8370 Hadsten", "20 00 51 01", company="Egelund Skole")
COUNCIL_CVR = made_up_cvr(20)
LIBRARY_EAN = made_up_ean(90_002)
LIBRARY = person("Jesper Ørum", "Bogstræde 4", "8370 Hadsten", "20 00 51 02", company="Egelund Bibliotek")
NURSERY_EAN = made_up_ean(90_003)
NURSERY = person("Maja Fuglebæk", "Legestien 20", "8370 Hadsten", "20 00 51 03", company="Børnehuset Mejsen")
CLINIC_EAN = made_up_ean(90_004)
CLINIC = person("Ulla Kærby", "Sygehusvej 100", "4700 Næstved", "20 00 51 04", company="Klinik Syd, Ambulatoriet")
MUSEUM_EAN = made_up_ean(90_005)
MUSEUM = person("Asger Højbo", "Slotsgade 12", "6300 Gråsten", "20 00 51 05", company="Gråmose Museum")
BARRACKS_EAN = made_up_ean(90_006)
CLOSED_EAN = made_up_ean(90_007)
BARRACKS = person("Line Værnholt", "Kasernevej 2", "8800 Viborg", "20 00 51 06", company="Hedens Kaserne")


def off_by_one(number: str) -> str:
    """The same number with another last digit, so that its check digit fails."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def spaced(number: str, *lengths: int) -> str:
    """The number in groups, as people type it."""
    parts, rest = [], number
    for length in lengths:
        parts.append(rest[:length])
        rest = rest[length:]
    return " ".join([*parts, rest] if rest else parts)


def abroad(country: str, name: str, street: str, zip_and_city: str, phone: str = "", **more: str) -> Billing:
    """A buyer in another country; only a Norwegian or Danish postcode has no space in it."""
    postcode, _, city = zip_and_city.rpartition(" ")
    first, _, last = name.partition(" ")
    mailbox = "".join(letter for letter in name.lower().replace(" ", ".") if letter.isascii())
    address = {"address_1": street, "postcode": postcode, "city": city, "country": country}
    return {
        "first_name": first,
        "last_name": last,
        **address,
        "email": f"{mailbox}@example.invalid",
        "phone": phone,
        **more,
    }
