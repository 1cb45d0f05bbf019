"""Whoever is told of trouble by a webhook of their own, on loopback."""

import json
from http.server import BaseHTTPRequestHandler

from prefect.blocks.notifications import CustomWebhookNotificationBlock

from tests.simulators.loopback import Loopback, Quiet, Simulated


class Messages(Simulated):
    """What was `received`, in the order in which it came: each with `title` and `text`."""

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self._server = Loopback(_Handler, self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def block(self) -> CustomWebhookNotificationBlock:
        """What a person creates in Prefect under Blocks."""
        said = {"title": "{{subject}}", "text": "{{body}}"}
        return CustomWebhookNotificationBlock(name="messages", url=self.url, json_data=said, allow_private_urls=True)

    def about(self, subject: str) -> list[str]:
        """The texts of those whose title holds this."""
        return [one["text"] for one in self.received if subject in one["title"]]


class _Handler(Quiet, BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.system.received.append(content)
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()
