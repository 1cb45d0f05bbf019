"""Prefect's server for this machine's own pages and programs: what a foreign page has the browser ask is refused.

Loopback is reached by every page in a browser on this machine, whoever wrote it. But a browser says under which name
it asks (Host) and, where it isn't just following a link, for which page (Origin), and no page can change either.
"""

import os
import signal
import sys
import threading
from collections.abc import Collection
from urllib.parse import urlsplit

import uvicorn
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from deployments.engine import HOST, own_origins

NAMES = frozenset({HOST, "localhost"})
"""Another name that leads here is one whose owner made it do so, to have his page taken for one of ours."""


class OwnPagesOnly:
    """ASGI: lets in what was asked under one of loopback's names, from a page of these origins or from no page."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to a stranger, and close his websocket before it is open."""
        if scope["type"] == "lifespan" or self._is_own(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            refusal = f"Afstem's own pages only, under {' or '.join(sorted(self._origins))}.\n"
            await PlainTextResponse(refusal, status_code=403)(scope, receive, send)

    def _is_own(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        return name_of(headers.get("host", "")) in NAMES and (origin is None or origin in self._origins)


def name_of(host: str) -> str:
    """The name in a Host header, without its port; empty where it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def serve(port: int) -> None:
    """Run it until a signal comes. What `prefect server start` does, and the door before it."""
    from prefect.server.api.server import create_app

    # Around it, not in it: its own services (alerts, automations) ask it by a name of theirs, without a network.
    guarded = OwnPagesOnly(create_app(final=True), own_origins(port))
    uvicorn.run(guarded, host=HOST, port=port, log_level="critical")


def die_with_whoever_started_this() -> None:
    """End at once when stdin does: `afstem up` was killed, and its next start wants port and database for itself."""
    os.read(0, 1)  # nobody writes: it returns at the end; sys.stdin would hold a lock that an orderly end waits for
    signal.raise_signal(signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=die_with_whoever_started_this, daemon=True).start()
    serve(int(sys.argv[1]))
