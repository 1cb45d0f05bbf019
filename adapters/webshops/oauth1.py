"""OAuth 1.0a as WooCommerce asks for it over plain HTTP: HMAC-SHA256, one leg, no token (RFC 5849)."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Generator, Sequence
from urllib.parse import quote

import httpx
from pydantic import SecretStr


class OAuth1(httpx.Auth):
    """Signs each call in its header, so that the key stands in nobody's log of addresses."""

    def __init__(self, key: SecretStr, secret: SecretStr) -> None:
        self._key = key
        self._secret = secret

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the `Authorization` header, with a time and a nonce of its own at each try."""
        oauth = {
            "oauth_consumer_key": self._key.get_secret_value(),
            "oauth_nonce": secrets.token_hex(16),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(time.time())),
        }
        address = str(request.url.copy_with(query=None, fragment=None))
        values = [*request.url.params.multi_items(), *oauth.items()]
        oauth["oauth_signature"] = signature(request.method, address, values, self._secret.get_secret_value())
        request.headers["Authorization"] = "OAuth " + ", ".join(f'{name}="{_quoted(v)}"' for name, v in oauth.items())
        yield request


def signature(method: str, address: str, values: Sequence[tuple[str, str]], secret: str) -> str:
    """The signature over method, address without query, and all values; the secret alone is the key."""
    pairs = sorted((_quoted(name), _quoted(value)) for name, value in values)
    text = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((method.upper(), _quoted(address), _quoted(text)))
    digest = hmac.new(f"{_quoted(secret)}&".encode(), base.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _quoted(text: str) -> str:
    return quote(text, safe="~")
