"""`[einvoicing]` in the settings file: the rules, where the authority's rule set lies, and where documents go."""

from pathlib import Path
from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from adapters.addresses import OverTls
from domain.einvoicing_rules import EinvoicingRules


class EinvoicingSettings(EinvoicingRules):
    """The whole `[einvoicing]` table; paths are relative to the settings file.

    `rules` is the folder that `afstem einvoice rules --add` takes the official rule set into; as long as it isn't
    there, our own checks stand alone. `folder` is where the channel `dropfolder` puts documents, `url` where `http`
    sends them, with the token in `AFSTEM_EINVOICING_TOKEN`; `ca_file` is a certificate of its own to trust there.
    """

    rules: Path = Path("oioubl-rules")
    folder: Path = Path("einvoices")
    url: OverTls | Literal[""] = ""
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _http_has_an_address(self) -> "EinvoicingSettings":
        if self.on and self.own_channel == "http" and not self.url:
            raise PydanticCustomError("settings_einvoicing_url", "the channel http has no address")
        return self
