"""`python -m tests.bench.bare_loop URL REQUESTS CONNECTIONS`: recorded requests sent again by httpx, and nothing else.

They go to the agreement that they were recorded at, so that what they name is there: customers become new ones,
drafts too, and it is these that are booked. Those of a kind go together, in the order in which one needs the other.
"""

import json
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.simulators.economic import APP_SECRET, GRANT

Request = tuple[str, str, str, str]
"""Method, path with query, body, idempotency key."""
PHASES = (
    r"GET ",
    r"POST /customers$",
    r"POST /customers/",
    r"PUT ",
    r"POST /invoices/drafts",
    r"POST /invoices/booked",
)


def again(request: Request, drafts: int) -> Request:
    """The same under a key of its own; a booking is that of the draft which is made this time."""
    method, path, body, key = request
    if path == "/invoices/booked":
        body = re.sub(r'("draftInvoiceNumber":\s*)(\d+)', lambda found: f"{found[1]}{int(found[2]) + drafts}", body)
    return method, path, body, f"again-{key}"


def main(url: str, requests: Path, connections: int) -> None:
    recorded: list[Request] = [tuple(one) for one in json.loads(requests.read_text())]
    drafts = sum(request[:2] == ("POST", "/invoices/drafts") for request in recorded)
    everything = [again(request, drafts) for request in recorded]
    headers = {"X-AppSecretToken": APP_SECRET, "X-AgreementGrantToken": GRANT, "Content-Type": "application/json"}
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    with (
        httpx.Client(base_url=url, headers=headers, limits=limits, timeout=60) as client,
        ThreadPoolExecutor(connections) as pool,
    ):

        def send(request: Request) -> bool:
            method, path, body, key = request
            answer = client.request(method, path, content=body, headers={"Idempotency-Key": key})
            return answer.status_code < 400

        began = time.perf_counter()
        sent = [well for phase in PHASES for well in pool.map(send, _of(phase, everything))]
        seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "requests": len(sent), "refused": sent.count(False)}))


def _of(phase: str, requests: list[Request]) -> list[Request]:
    return [one for one in requests if re.match(phase, f"{one[0]} {one[1]}")]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
