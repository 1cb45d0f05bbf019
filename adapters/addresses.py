"""Addresses of other systems as the settings name them: what goes there leaves this machine only encrypted."""

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def over_tls(url: str) -> str:
    """An address over TLS, or on this machine, without a slash at its end: no user, no query, no fragment in it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    spaced = any(character.isspace() for character in url)
    if not safe or not host or spaced or parts.query or parts.fragment or "@" in parts.netloc:
        raise PydanticCustomError("settings_secure_address", "no address over TLS")
    return url.rstrip("/")


OverTls = Annotated[str, AfterValidator(over_tls)]
