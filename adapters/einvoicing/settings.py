"""`[einvoicing]` in the settings file: the rules, where the authority's rule set lies, and where documents go."""

import ipaddress
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from domain.einvoicing_rules import EinvoicingRules


def _address(url: str) -> str:
    """An address over TLS; without it, only on this very machine."""
    if not url:
        return url
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    if not safe or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise PydanticCustomError("settings_secure_address", "no address over TLS")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class EinvoicingSettings(EinvoicingRules):
    """The whole `[einvoicing]` table; paths are relative to the settings file.

    `rules` is the folder that `afstem einvoice rules --add` takes the official rule set into; as long as it isn't
    there, our own checks stand alone. `folder` is where the channel `dropfolder` puts documents, `url` where `http`
    sends them, with the token in `AFSTEM_EINVOICING_TOKEN`; `ca_file` is a certificate of its own to trust there.
    """

    rules: Path = Path("oioubl-rules")
    folder: Path = Path("einvoices")
    url: Annotated[str, AfterValidator(_address)] = ""
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _http_has_an_address(self) -> "EinvoicingSettings":
        if self.on and self.own_channel == "http" and not self.url:
            raise PydanticCustomError("settings_einvoicing_url", "the channel http has no address")
        return self
