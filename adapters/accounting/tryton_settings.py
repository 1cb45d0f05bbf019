"""`[accounting]` with `kind = "tryton"`."""

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from adapters.addresses import OverTls
from domain.invoices import VatZone
from domain.rules import Rules


class TrytonAccounting(Rules):
    """Which Tryton, which company in it, and what of its chart sales go to. Empty means Tryton's own default.

    `user` logs in with the password in `AFSTEM_ACCOUNTING_KEY`. `company` and `vat_zones` (zone to tax rule) go by
    name, `journal`, `receivable`, `revenue` and `product` by code. `product` is the catch-all: a line whose product
    the books don't have goes on it. `taxes` names the tax of a rate in percent, per VAT zone; a zone that doesn't
    name one has that of `domestic`. `back_dated`: what becomes of a booking whose day lies before the newest invoice,
    which Tryton never numbers: it bears the newest day and is posted on its own (`last_day`), or is held.
    """

    kind: Literal["tryton"]
    url: OverTls
    database: str = Field(pattern=r"^[^\s/?#]+$")
    user: str = Field(default="afstem", min_length=1)
    company: str = ""
    journal: str = ""
    receivable: str = ""
    revenue: str = ""
    product: str = ""
    taxes: dict[VatZone, dict[Decimal, str]] = {}
    vat_zones: dict[VatZone, str] = {}
    book: bool = True
    back_dated: Literal["last_day", "hold"] = "last_day"
    ca_file: Path | None = None
