"""What every simulated system is at heart: an HTTP server on loopback, for as long as a block lasts."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Loopback(ThreadingHTTPServer):
    """The server of one simulated `system`, on this port or one that was free."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], system: Any, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.system = system

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is no news."""


class Quiet:
    """Beside a `BaseHTTPRequestHandler`: connections stay open, an answer goes in one piece, and nothing is logged."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Loopback

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet."""


class Simulated:
    """Serves while its block lasts."""

    _server: Loopback

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
