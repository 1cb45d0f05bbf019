"""Settings files for the benchmarks' shops."""

from pathlib import Path

NAME = "bench"

_SETTINGS = """
name = "{name}"
[webshop]
{webshop}
statuses = ["processing", "completed"]
[webshop.fields]
cvr = ["meta:_billing_cvr"]
ean = ["meta:_billing_ean"]
requisition = ["meta:_billing_ean_reference"]
reference_person = ["meta:_billing_ean_person"]
{accounting}
[store]
url = "sqlite:///afstem.db"
[customers]
preset = "recommended"
"""

FILES = 'kind = "files"\npath = "orders"'


LOCAL = '[accounting]\nkind = "local"\npath = "books.db"'
ECONOMIC = """\
[accounting]
kind = "economic"
url = "{url}"
connections = {connections}
layout = 19
customer_group = 1
payment_terms = 1
product = "vare"
book = true
[accounting.products]
by_rate = {{ 0 = "momsfri" }}
rounding = "oerer"
"""


def write_settings(folder: Path, webshop: str = FILES, accounting: str = LOCAL) -> Path:
    """A settings file in this folder; gives its path."""
    path = folder / "afstem.toml"
    path.write_text(_SETTINGS.format(name=NAME, webshop=webshop, accounting=accounting), encoding="utf-8")
    return path
