"""Countries as bookkeepers write them, and their codes: e-conomic keeps the country as free text."""

NAMES: dict[str, tuple[str, ...]] = {
    "AT": ("østrig", "austria", "österreich"),
    "AU": ("australien", "australia"),
    "BE": ("belgien", "belgium", "belgique", "belgië"),
    "BG": ("bulgarien", "bulgaria"),
    "CA": ("canada",),
    "CH": ("schweiz", "switzerland", "suisse"),
    "CY": ("cypern", "cyprus"),
    "CZ": ("tjekkiet", "czech republic", "czechia"),
    "DE": ("tyskland", "germany", "deutschland"),
    "DK": ("danmark", "denmark", "dänemark"),
    "EE": ("estland", "estonia"),
    "ES": ("spanien", "spain", "españa"),
    "FI": ("finland", "suomi"),
    "FO": ("færøerne", "faroe islands", "føroyar"),
    "FR": ("frankrig", "france"),
    "GB": ("storbritannien", "england", "united kingdom", "great britain", "uk"),
    "GL": ("grønland", "greenland", "kalaallit nunaat"),
    "GR": ("grækenland", "greece"),
    "HR": ("kroatien", "croatia"),
    "HU": ("ungarn", "hungary"),
    "IE": ("irland", "ireland"),
    "IS": ("island", "iceland", "ísland"),
    "IT": ("italien", "italy", "italia"),
    "LT": ("litauen", "lithuania"),
    "LU": ("luxembourg", "luxemburg"),
    "LV": ("letland", "latvia"),
    "MT": ("malta",),
    "NL": ("holland", "nederlandene", "netherlands", "the netherlands", "nederland"),
    "NO": ("norge", "norway"),
    "PL": ("polen", "poland", "polska"),
    "PT": ("portugal",),
    "RO": ("rumænien", "romania"),
    "SE": ("sverige", "sweden"),
    "SI": ("slovenien", "slovenia"),
    "SK": ("slovakiet", "slovakia"),
    "US": ("usa", "united states", "united states of america"),
}
CODES = {name: code for code, names in NAMES.items() for name in names}


def code_of(text: str) -> str:
    """The code of a country by any of its names; what isn't known stays as it stands."""
    return CODES.get(" ".join(text.split()).casefold().rstrip("."), text)
