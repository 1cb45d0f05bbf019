"""Slack, Teams and whoever else is told over HTTPS, on loopback: a proxy behind which each of their hosts answers.

Whoever speaks through it, and trusts its certificate, sends just what the real host would get.
"""

import json
import ssl
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast

from tests.simulators.certificate import write_certificate
from tests.simulators.loopback import Loopback, Quiet, Simulated


@dataclass(frozen=True)
class Message:
    """What one host was sent, and where on it."""

    host: str
    path: str
    content: Any

    @property
    def text(self) -> str:
        """All of it, as it can be searched."""
        return json.dumps(self.content, ensure_ascii=False)


class Messengers(Simulated):
    """The proxy, and these hosts behind it. `environment` is what a process needs to speak through it."""

    def __init__(self, folder: Path, *hosts: str) -> None:
        self.received: list[Message] = []
        certificate = write_certificate(folder, *hosts)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self._server = Loopback(_Handler, self)
        self.environment = {
            "HTTPS_PROXY": f"http://127.0.0.1:{self._server.server_port}",
            "NO_PROXY": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": str(certificate),
        }


class _Handler(Quiet, BaseHTTPRequestHandler):
    def do_CONNECT(self) -> None:
        """From here on the connection is one to the host, encrypted."""
        self.host = self.path.partition(":")[0]
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        self.connection = cast("Messengers", self.server.system).tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", -1)  # type: ignore[assignment]
        self.close_connection = False

    def do_POST(self) -> None:
        """Take a message, as all of them do it."""
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.system.received.append(Message(self.host, self.path, content))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
