"""A mail server on loopback that takes whatever it is sent."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import cast

from tests.simulators.loopback import Simulated


class MailServer(Simulated):
    """What it has `received`, in the order in which it came; it listens on `port`."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        server = _Server(("127.0.0.1", 0), _Session)
        server.received = self.received
        self._server = server  # type: ignore[assignment]
        self.port = int(server.server_address[1])


class _Server(ThreadingTCPServer):
    daemon_threads = True
    received: list[EmailMessage]


class _Session(StreamRequestHandler):
    """SMTP as far as a sender without encryption goes (RFC 5321)."""

    def handle(self) -> None:
        self._say("220 loopback")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            self._say({b"DATA": "354 go on", b"QUIT": "221 bye"}.get(word, "250 ok"))
            if word == b"DATA":
                self._take()
                self._say("250 ok")
            if word == b"QUIT":
                return

    def _take(self) -> None:
        """Read a message up to the line that is a point alone; a point before a line is doubled."""
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
        cast("_Server", self.server).received.append(message_from_bytes(b"".join(lines), policy=policy.default))

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
