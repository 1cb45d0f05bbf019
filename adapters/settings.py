"""One TOML file an integration: webshop, accounting and rules. Secrets come from the environment, never from it."""

import difflib
import hashlib
import json
import os
import re
import tomllib
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Field, SecretStr, ValidationError

from adapters.accounting.economic_settings import EconomicAccounting
from adapters.accounting.local import LocalAccounting
from adapters.accounting.tryton_settings import TrytonAccounting
from adapters.einvoicing.settings import EinvoicingSettings
from adapters.settings_values import wrong_value
from adapters.vies import VatSettings
from adapters.webshops.settings import FilesWebshop, WooCommerceWebshop
from domain.forgetting import YearEnd
from domain.invoice_rules import InvoiceRules
from domain.outcomes import Finding, Misconfigured
from domain.rules import CustomerRules, Rules
from domain.sentences import SENTENCES
from domain.words import Language

CONFIG_DIR = "AFSTEM_CONFIG_DIR"
_LANGUAGE = re.compile(r"""^[ \t]*language[ \t]*=[ \t]*["'](da|en)["']""", re.MULTILINE)
T = TypeVar("T", bound=BaseModel)


class StoreSettings(Rules):
    """Where the store is: `sqlite:///FILE`, relative to the settings file, or `postgresql://…`.

    A URL with a password belongs in `AFSTEM_STORE_URL`, which goes before this.
    """

    url: str = Field(default="sqlite:///afstem.db", pattern=r"^(sqlite:///|postgresql(\+psycopg)?://)")


class PrivacySettings(Rules):
    """How long buyers are kept: for so many days after the order where a number is given.

    Invoices stay five years from the end of the financial year, as the law has it; that is its last day.
    """

    retention_days: int | None = Field(default=None, ge=30)
    financial_year_ends: str = Field(default="12-31", pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")

    @property
    def year_end(self) -> YearEnd:
        """The same as month and day."""
        month, day = self.financial_year_ends.split("-")
        return YearEnd(int(month), int(day))


class RunSettings(Rules):
    """How a run works: about so many orders go into a batch."""

    batch_size: int = Field(default=250, ge=1, le=2000)


class AlertSettings(Rules):
    """Who is told of trouble: `block` names a notification block in Prefect, such as `slack-webhook/bookkeeping`.

    A scheduled run that fails or dies is told of once an hour at most; `silent_hours` without a run that went well
    are told of too.
    """

    block: str = Field(default="", pattern=r"^([a-z0-9-]+/[a-z0-9-]+)?$")
    silent_hours: int = Field(default=6, ge=1, le=168)


class Settings(Rules):
    """A whole settings file."""

    name: str = Field(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=40)
    language: Language = "da"
    webshop: Annotated[FilesWebshop | WooCommerceWebshop, Field(discriminator="kind")]
    accounting: Annotated[LocalAccounting | EconomicAccounting | TrytonAccounting, Field(discriminator="kind")]
    store: StoreSettings = StoreSettings()
    customers: CustomerRules = CustomerRules()
    invoices: InvoiceRules = InvoiceRules()
    vat: VatSettings = VatSettings()
    einvoicing: EinvoicingSettings = EinvoicingSettings()
    run: RunSettings = RunSettings()
    privacy: PrivacySettings = PrivacySettings()
    alerts: AlertSettings = AlertSettings()

    @property
    def reading_hash(self) -> str:
        """Changes when the shop's orders would be read another way: its fields, statuses or start."""
        return _short_hash(self.webshop.model_dump_json())

    @property
    def asking_hash(self) -> str:
        """Changes when something else could be asked of the books; the same on every machine, wherever files lie."""
        told = self.model_dump(exclude={"language", "store", "run", "privacy", "alerts"})
        return _short_hash(json.dumps(_plain(told)))


class Secrets(BaseModel):
    """What may not stand in a file. Each is empty where this integration needs none."""

    webshop_key: SecretStr = SecretStr("")
    webshop_secret: SecretStr = SecretStr("")
    webhook_secret: SecretStr = SecretStr("")
    einvoicing_token: SecretStr = SecretStr("")
    accounting_app_secret: SecretStr = SecretStr("")
    accounting_grant: SecretStr = SecretStr("")
    accounting_key: SecretStr = SecretStr("")

    @classmethod
    def from_environment(cls) -> "Secrets":
        """`AFSTEM_WEBSHOP_KEY` and so on: the name of each field, in capitals."""
        return cls(**{name: SecretStr(os.environ.get(f"AFSTEM_{name.upper()}", "")) for name in cls.model_fields})

    def need(self, *names: str) -> None:
        """Raise `Misconfigured` (`secret_missing`) for the first of these that the environment doesn't hold."""
        for name in names:
            if not getattr(self, name).get_secret_value():
                raise Misconfigured("secret_missing", f"AFSTEM_{name.upper()}")

    @property
    def stamp(self) -> str:
        """The same for the same secrets, and says nothing of them."""
        told = [secret.get_secret_value() for _, secret in self]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def find(integration: str) -> Path:
    """The settings file of an integration: a path, or a name looked up in `AFSTEM_CONFIG_DIR`.

    Raises `Misconfigured` (`settings_missing`) where there is none.
    """
    path = Path(integration)
    if not path.is_file() and not integration.endswith(".toml"):
        path = Path(os.environ.get(CONFIG_DIR, ".")) / f"{Path(integration).name}.toml"
    if not path.is_file():
        raise Misconfigured("settings_missing", str(path))
    return path.resolve()


def language_of(integration: str) -> Language:
    """The language that a settings file asks for, also where the file can't be used; Danish where it says nothing."""
    try:
        text = find(integration).read_text(encoding="utf-8", errors="replace")
    except (Misconfigured, OSError):
        return "da"
    found = _LANGUAGE.search(text)
    return "en" if found and found.group(1) == "en" else "da"


def load(path: Path) -> Settings:
    """Read and check a settings file; paths in it become absolute.

    Raises `Misconfigured` with one finding for each thing that is wrong.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured("settings_unreadable", path.name, error) from error
    except OSError as error:
        raise Misconfigured("settings_missing", str(path), error.strerror or "") from error
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        first, *others = _told_once(_finding(one) for one in error.errors())
        raise Misconfigured(first.code, first.field, first.found, first.expected, also=others) from error
    return _with_absolute_paths(_with_products(settings), path.parent.resolve())


def _with_products(settings: Settings) -> Settings:
    """The invoice rules as the accounting system completes them."""
    accounting = settings.accounting
    if not isinstance(accounting, EconomicAccounting):
        return settings
    return settings.model_copy(update={"invoices": accounting.completed(settings.invoices)})


def _with_absolute_paths(settings: Settings, folder: Path) -> Settings:
    def absolute(part: T) -> T:
        return part.model_copy(update={name: folder / value for name, value in part if isinstance(value, Path)})

    url = os.environ.get("AFSTEM_STORE_URL") or settings.store.url
    if url.startswith("sqlite:///"):
        url = f"sqlite:///{folder / url.removeprefix('sqlite:///')}"
    return settings.model_copy(
        update={
            "webshop": absolute(settings.webshop),
            "accounting": absolute(settings.accounting),
            "einvoicing": absolute(settings.einvoicing),
            "store": StoreSettings(url=url),
        }
    )


def _told_once(findings: Iterable[Finding]) -> list[Finding]:
    """A setting that may be one thing or another is wrong once: one finding, with all that is allowed."""
    told: dict[tuple[str, str], Finding] = {}
    for one in findings:
        before = told.setdefault((one.code, one.field), one)
        if one.expected not in before.expected:
            both = before.model_copy(update={"expected": f"{before.expected}, {one.expected}"})
            told[one.code, one.field] = both
    return list(told.values())


def _finding(error: Any) -> Finding:
    path = _readable(error["loc"])
    found = "" if error["type"] == "missing" else str(error["input"])[:80]
    if error["type"] == "extra_forbidden":
        allowed = _keys_at(error["loc"][:-1])
        near = difflib.get_close_matches(str(error["loc"][-1]), allowed, 1)
        return Finding(
            code="settings_unknown_key", field=path, found=near[0] if near else "–", expected=", ".join(allowed)
        )
    told = error.get("ctx", {})
    if error["type"] in SENTENCES:
        return Finding(code=error["type"], field=path, found=found, expected=told.get("expected", ""))
    if error["type"] == "missing":
        return Finding(code="settings_missing_key", field=path)
    if error["type"] == "union_tag_not_found":
        return Finding(code="settings_missing_key", field=f"{path}.kind")
    if error["type"] == "union_tag_invalid":
        path, found = f"{path}.kind", str(told["tag"])[:80]
    return wrong_value(error["type"], told, path, found)


def _readable(location: tuple[str | int, ...]) -> str:
    """The place as it is written in the file: without pydantic's own tags for a kind or a union's branch."""
    parts: list[str] = []
    model: Any = Settings
    for part in location:
        if isinstance(part, int):
            parts.append(f"[{part}]")
            continue
        if isinstance(model, type) and issubclass(model, BaseModel) and part in model.model_fields:
            model = _filled(model.model_fields[part].annotation)
        elif part in _tags(model):
            model = _branch(model, part)
            continue
        elif _is_one_or_another(model):
            continue
        parts.append(f".{part}" if parts else part)
    return "".join(parts)


def _is_one_or_another(annotation: Any) -> bool:
    """Whether a value may be of several plain kinds, whose names pydantic adds to the place."""
    return get_origin(annotation) in {Union, types.UnionType} and not _tags(annotation)


def _tags(annotation: Any) -> set[str]:
    return {tag for branch in get_args(annotation) for tag in _kinds(branch)}


def _kinds(branch: Any) -> tuple[str, ...]:
    if not (isinstance(branch, type) and issubclass(branch, BaseModel)) or "kind" not in branch.model_fields:
        return ()
    return get_args(branch.model_fields["kind"].annotation)


def _branch(annotation: Any, tag: str) -> Any:
    return next(branch for branch in get_args(annotation) if tag in _kinds(branch))


def _keys_at(location: tuple[str | int, ...]) -> list[str]:
    model: Any = Settings
    for part in location:
        if isinstance(model, type) and issubclass(model, BaseModel) and part in model.model_fields:
            model = model.model_fields[part].annotation
        elif isinstance(part, str) and part in _tags(model):
            model = _branch(model, part)
        elif get_origin(model) is dict:
            model = get_args(model)[1]
        model = _filled(model)
    return sorted(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _filled(annotation: Any) -> Any:
    """What an optional setting is where it is set."""
    branches = [branch for branch in get_args(annotation) if branch is not type(None)]
    return branches[0] if _is_one_or_another(annotation) and len(branches) == 1 else annotation


def _plain(value: Any) -> Any:
    """A value of the settings as JSON has it: sets in an order of their own, and nothing of a path."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return "" if isinstance(value, Path) else str(value)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
