"""The server that `afstem up` starts: this machine's own pages and programs are heard, other websites are not."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.settings import PREFECT_API_URL, temporary_settings
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from deployments import engine
from tests.bench.engine import ROOT
from tests.flows.business import Business
from tests.operated import csrf_headers
from tests.orders import woo_order
from tests.servers.tryton import free_port

pytestmark = pytest.mark.slow

FOREIGN = "https://evil.example.dk"
RUN = "import sys; from flows.sync_orders import sync_orders; print(sync_orders(sys.argv[1], return_state=True).name)"
CHANGES = [
    ("POST", "/flow_runs/filter"),
    ("POST", "/work_pools/"),
    ("PATCH", "/flow_runs/x"),
    ("DELETE", "/flow_runs/x"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the UI."""
    home = tmp_path_factory.mktemp("own")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    with pytest.MonkeyPatch.context() as environment:
        for name in os.environ.keys() - kept.keys():
            environment.delenv(name)
        for name, value in (engine.QUIET | {"PREFECT_HOME": str(home)}).items():
            environment.setenv(name, value)
        with engine.server(home, free_port()) as found, temporary_settings({PREFECT_API_URL: f"{found}/api"}):
            yield found


def port_of(url: str) -> str:
    return url.rpartition(":")[2]


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_another_website_can_change_nothing_though_it_has_a_token(url: str, method: str, path: str) -> None:
    headers = {**csrf_headers(f"{url}/api"), "Origin": FOREIGN}

    answer = httpx.request(method, f"{url}/api{path}", json={}, headers=headers)

    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example.dk"])
def test_no_browser_is_told_that_another_website_may_ask(url: str, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}

    allowed = httpx.options(f"{url}/api/flow_runs/filter", headers=asked)
    read = httpx.get(f"{url}/api/admin/version", headers={"Origin": origin})

    assert (allowed.status_code, read.status_code) == (403, 403)
    assert "access-control-allow-origin" not in {*allowed.headers, *read.headers}


@pytest.mark.parametrize("host", ["evil.example.dk", "127.0.0.1.evil.example.dk", "localhost.evil.example.dk", "", "["])
def test_a_name_that_was_made_to_lead_here_is_not_heard(url: str, host: str) -> None:
    """DNS rebinding: the browser takes the page and this server for one."""
    named = f"{host}:{port_of(url)}"
    for path in ("/", "/api/health", "/api/csrf-token?client=x"):
        assert httpx.get(f"{url}{path}", headers={"Host": named}).status_code == 403
    headers = {**csrf_headers(f"{url}/api"), "Host": named}
    assert httpx.post(f"{url}/api/flow_runs/filter", json={}, headers=headers).status_code == 403


def test_it_throws_away_runs_and_events_of_long_ago(url: str) -> None:
    settings = httpx.get(f"{url}/api/admin/settings").raise_for_status().json()

    assert set(settings["server"]["services"]["db_vacuum"]["enabled"]) == {"events", "flow_runs"}


def test_a_form_or_a_script_without_a_token_changes_nothing(url: str) -> None:
    """Also where a browser were to leave the Origin out."""
    assert httpx.post(f"{url}/api/flow_runs/filter", json={}).status_code == 403


def test_another_website_hears_and_tells_no_events(url: str) -> None:
    port = port_of(url)
    with websocket(port, "127.0.0.1", url):
        pass
    for name, origin in (("127.0.0.1", FOREIGN), ("evil.example.dk", None), ("evil.example.dk", url)):
        with pytest.raises(InvalidStatus, match="403"):
            websocket(port, name, origin)


def websocket(port: str, name: str, origin: str | None) -> ClientConnection:
    """One to the server, from a page of this origin that knows it under this name."""
    reached = socket.create_connection(("127.0.0.1", int(port)))
    return connect(f"ws://{name}:{port}/api/events/in", sock=reached, origin=cast("Origin | None", origin))


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_the_own_pages_are_heard_under_both_names(url: str, name: str) -> None:
    own = f"http://{name}:{port_of(url)}"
    page = httpx.get(own, headers={"Host": f"{name}:{port_of(url)}"}, follow_redirects=True)
    asked = {
        "Origin": own,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "prefect-csrf-token",
    }

    allowed = httpx.options(f"{url}/api/flow_runs/filter", headers=asked)
    done = httpx.post(f"{url}/api/flow_runs/filter", json={}, headers={**csrf_headers(f"{url}/api"), "Origin": own})

    assert "<html" in page.text
    assert (allowed.status_code, done.status_code) == (200, 200)
    assert allowed.headers["access-control-allow-origin"] == done.headers["access-control-allow-origin"] == own


def test_prefects_own_clients_command_and_worker_work(url: str, business: Business) -> None:
    business.sell(woo_order(id=1001))
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name="afstem", type="process"))
    environment = {**os.environ, "PREFECT_API_URL": f"{url}/api"}

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    run = command("-c", RUN, str(business.config))
    worker = command("-m", "prefect", "worker", "start", "--pool", "afstem", "--type", "process", "--run-once")
    paused = command("-m", "prefect", "work-pool", "pause", "afstem")

    assert run.stdout.strip() == "Completed", run.stderr
    assert business.invoices() == {"1001": 1}
    assert (worker.returncode, paused.returncode) == (0, 0), worker.stderr + paused.stderr


TEMPORARY = """
import sys
from pathlib import Path
from deployments import engine
engine.prepare(Path(sys.argv[1]))
with engine.connected():
    import httpx
    from prefect.client.orchestration import get_client
    url = str(get_client().api_url)
    told = httpx.get(url + "health", headers={"Origin": "https://evil.example.dk"})
    changed = httpx.post(url + "flow_runs/filter", json={})
    print(changed.status_code, "access-control-allow-origin" in told.headers)
"""


def test_a_temporary_server_is_closed_too(tmp_path: Path) -> None:
    """The one that `afstem sync` has where none runs."""
    command = [sys.executable, "-c", TEMPORARY, str(tmp_path / "afstem.toml")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}

    done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=180, check=False)

    assert done.stdout.strip() == "403 False", done.stderr
