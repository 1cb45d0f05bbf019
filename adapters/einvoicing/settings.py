"""`[einvoicing]` in the settings file: who sells, and where the authority's rule set lies."""

from pathlib import Path

from domain.rules import Rules
from domain.sellers import Seller


class EinvoicingSettings(Rules):
    """The whole `[einvoicing]` table.

    `rules` is the folder that `afstem einvoice rules --add` takes the official rule set into, relative to the
    settings file; as long as it isn't there, our own checks stand alone.
    """

    seller: Seller | None = None
    rules: Path = Path("oioubl-rules")
