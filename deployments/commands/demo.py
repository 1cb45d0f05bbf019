"""`afstem demo`: a small shop's orders become customers and invoices, in a folder of their own."""

import json
import shutil
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments import engine
from deployments.commands.explain import explain
from deployments.commands.telling import console, opened, stages_told, table
from deployments.commands.typed import command
from deployments.demo.receivers import answer, pick_up
from domain.sentences import what

if TYPE_CHECKING:
    from adapters.accounting.local import LocalBooks
    from adapters.integration import Integration
    from adapters.store import OrderRow

MARK = ".afstem-demo"
PARTS = ("orders", "changes", "afstem.toml", "README.md")
SHOWN = ("1101", "1102", "1106", "1107", "1110", "1201", "1202", "1203", "1301", "1302", "1402", "1404")
"""Orders that tell most in one line each."""
MOST_CAUSES = 8
RESOLVED, CHOSEN = "1108", "108"
EXPLAINED = "1203"
ACCEPTED, REJECTED = "1303", "1305"
"""Orders whose e-invoices are answered, by somebody whom the demo plays itself."""


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo is put; an earlier demo there is replaced.")] = Path(
        "afstem-demo"
    ),
    language: Annotated[str, typer.Option(help="da or en.")] = "da",
) -> None:
    """See a small Danish shop's orders become customers and invoices, each decision explained."""
    config = laid_out(folder, language)
    engine.prepare(config)
    with opened(config) as integration:
        Demo(integration, config).show()


def laid_out(folder: Path, language: str) -> Path:
    """A fresh copy of the demo; gives its settings file. A folder that holds anything else is refused."""
    if folder.exists() and not (folder / MARK).is_file():
        raise typer.BadParameter(f"{folder} is there already and is no demo", param_hint="--folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    with as_file(files("deployments.demo")) as source:
        for part in PARTS:
            copy = shutil.copytree if (source / part).is_dir() else shutil.copy
            copy(source / part, folder / part)
    config = folder / "afstem.toml"
    config.write_text(config.read_text("utf-8").replace('language = "da"', f'language = "{language}"'), "utf-8")
    return config


class Demo:
    """The demo's six scenes, told on the terminal."""

    def __init__(self, integration: "Integration", config: Path) -> None:
        self._integration = integration
        self._books: LocalBooks = integration.books  # type: ignore[assignment]  # the demo's settings say so
        self._config = config
        self._words = integration.words
        self._out = console()

    def show(self) -> None:
        """Play all scenes."""
        there = self._fill_books()
        orders = sum(len(_listed(path)) for path in self._config.parent.glob("orders/*.json"))
        self._scene("demo_first", orders=orders, customers=there)
        self._run()
        self._tell_decisions()
        self._tell_attention()
        self._scene("demo_again")
        before = self._numbers()
        self._run()
        self._out.print(self._words("demo_nothing_new") if self._numbers() == before else self._counts())
        self._scene("demo_next_day")
        folder = self._config.parent
        shutil.copytree(folder / "changes", folder / "orders", dirs_exist_ok=True, copy_function=shutil.copy)
        self._run()
        self._out.print(self._counts())
        self._scene("demo_resolved", order=RESOLVED, customer=CHOSEN)
        self._resolve()
        self._scene("demo_answered", accepted=ACCEPTED, rejected=REJECTED)
        self._answer()
        self._scene("demo_explained", order=EXPLAINED)
        explain(EXPLAINED, config=self._config)
        self._what_next()

    def _fill_books(self) -> int:
        """Customers who stand in the books before the first order comes."""
        there = json.loads(files("deployments.demo").joinpath("books.json").read_text("utf-8"))
        for customer in there:
            self._books.add_customer(
                customer["values"],
                contacts=customer["contacts"],
                number=customer["number"],
                barred=customer["barred"],
            )
        return len(there)

    def _scene(self, key: str, **values: object) -> None:
        self._out.print(f"\n{self._words(key, **values)}", style="bold")

    def _run(self) -> None:
        from deployments.commands.watching import run_flow

        run_flow(self._integration, self._config, "flows.sync_orders:sync_orders")
        stages = self._integration.store.orders.stages(self._integration.name)
        self._out.print(stages_told(dict(sorted(stages.items())), self._words))

    def _tell_decisions(self) -> None:
        """Some orders of every kind: whose they are, why, and what was written to the customer."""
        rows = []
        for number in SHOWN:
            row = self._integration.store.orders.by_number(self._integration.name, number)
            decided = json.loads(row.decision) if row and row.decision else None
            if row is None or decided is None:
                continue
            rows.append([number, *self._decided(row, **decided)])
        columns = [self._words(name) for name in ("order", "type", "identified_by", "customer", "corrected", "total")]
        self._out.print(table("", columns, rows, right=(5,)))

    def _decided(self, row: "OrderRow", decision: dict[str, Any], changed: list[dict[str, str]], **_: Any) -> list[str]:
        """Customer type, known by what, the customer, the fields that were changed on it, and the order's total."""
        words, by = self._words, decision["identity"]
        known_by = f"{words.field(by['field'])} {by['value']}" if by else ""
        fields = [] if decision["kind"] == "new" else [words.field(one["field"]) for one in changed]
        customer = words.of("planned", decision["kind"], customer=row.customer)
        total = words.amount(Decimal(row.total))
        return [words.of("type", row.customer_type), known_by, customer, ", ".join(fields), total]

    def _tell_attention(self) -> None:
        """The causes for which orders wait, a line each; all of it stands in `afstem attention`."""
        from tasks.causes import causes_of

        words, causes = self._words, causes_of(self._integration)
        rows = [(words.first_of(one.numbers), what(one.finding, words.language)) for one in causes[:MOST_CAUSES]]
        self._out.print(table("", [words("demo_held"), words("demo_because")], rows))
        see = command("attention", self._config)
        self._out.print(words("demo_causes", count=len(causes), command=see), soft_wrap=True)

    def _resolve(self) -> None:
        from deployments.commands.watching import run_flow
        from tasks.resolve import choose_customer

        waited = choose_customer(self._integration, RESOLVED, CHOSEN)
        run_flow(self._integration, self._config, "flows.rerun_failed:rerun_failed", orders=waited)
        self._out.print(self._words("resolved", count=len(waited), orders=", ".join(waited)))

    def _answer(self) -> None:
        """The e-invoices are picked up, and what comes back is heard."""
        from deployments.commands.watching import run_flow

        orders, name = self._integration.store.orders, self._integration.name
        rows = {number: row for number in (ACCEPTED, REJECTED) if (row := orders.by_number(name, number))}
        sent = self._integration.dispatches.of_orders(row.order_id for row in rows.values())
        numbers = {number: sent[row.order_id][0].number for number, row in rows.items()}
        folder = self._integration.settings.einvoicing.folder
        picked_up = pick_up(folder)
        answer(folder, numbers[ACCEPTED], "BusinessAccept")
        answer(folder, numbers[REJECTED], "BusinessReject", "Maja Fuglebæk er ikke ansat her mere")
        run_flow(self._integration, self._config, "flows.follow_einvoices:follow_einvoices")
        self._out.print(self._words("demo_picked_up", count=picked_up, folder=folder))
        row = orders.by_number(name, REJECTED)
        self._out.print(f"{REJECTED}: {what(row.finding, self._words.language) if row else ''}")

    def _numbers(self) -> tuple[int, int]:
        """How many customers and documents the books hold."""
        statement = self._books.statement()
        return len(statement["customers"]), len(statement["invoices"])

    def _counts(self) -> str:
        customers, invoices = self._numbers()
        held = self._integration.store.orders.stages(self._integration.name)["held"]
        return self._words("demo_counts", customers=customers, invoices=invoices, held=held)

    def _what_next(self) -> None:
        self._scene("demo_next")
        for arguments in (
            "report",
            "attention",
            "explain 1602",
            f"einvoice show {REJECTED}",
            "books",
            "check",
            "plan",
            "up",
        ):
            self._out.print(f"  {command(arguments, self._config)}", soft_wrap=True)
        self._out.print(self._words("demo_folder", folder=self._config.parent))


def _listed(path: Path) -> list[object]:
    """The orders in a file; one that can't be read counts as one."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError:
        return [path.name]
    return content if isinstance(content, list) else [content]
