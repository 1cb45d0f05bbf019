"""`[webshop]` in the settings file: which shop, which of its orders count, and where it keeps the buyer's numbers."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from adapters.addresses import is_loopback
from adapters.webshops.fields import is_key
from domain.orders import OrderField

COPENHAGEN = "Europe/Copenhagen"


def _known_key(key: str) -> str:
    if not is_key(key):
        raise PydanticCustomError("settings_field_key", "no key of a field")
    return key


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise PydanticCustomError("settings_time_zone", "no time zone", {"expected": COPENHAGEN}) from error
    return name


def _shop_address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise PydanticCustomError("bad_address", "no address")
    return url.strip().rstrip("/").removesuffix("/wp-json/wc/v3").removesuffix("/wp-json")


Key = Annotated[str, AfterValidator(_known_key)]
Keys = Annotated[tuple[Key, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Status = Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WebshopFields(_Settings):
    """Where the shop keeps each value: keys in order, the first filled one wins."""

    cvr: Keys = ()
    ean: Keys = ()
    requisition: Keys = ()
    reference_person: Keys = ()
    kontostreng: Keys = ()
    vat_number: Keys = ()
    customer_number: Keys = ("customer_id",)

    @property
    def by_field(self) -> dict[OrderField, tuple[str, ...]]:
        """The keys of each field."""
        return cast("dict[OrderField, tuple[str, ...]]", dict(self))

    @property
    def number_keys(self) -> tuple[str, ...]:
        """The keys under which buyers type numbers, and sometimes their CPR."""
        return tuple(dict.fromkeys(self.cvr + self.ean + self.vat_number))


class WebshopSettings(_Settings):
    """What holds for every shop. `timezone` is the shop's own clock; days are counted by it."""

    statuses: tuple[Status, ...] = Field(default=("processing", "completed"), min_length=1)
    start: date | None = None
    timezone: Zone = COPENHAGEN
    fields: WebshopFields = WebshopFields()

    @property
    def zone(self) -> ZoneInfo:
        """The shop's own clock."""
        return ZoneInfo(self.timezone)

    @property
    def starts_at(self) -> datetime | None:
        """The first moment of the first day whose orders count."""
        return datetime(self.start.year, self.start.month, self.start.day, tzinfo=self.zone) if self.start else None

    def since_start(self, moment: datetime) -> bool:
        """Whether an order of this moment is not before the start."""
        return self.starts_at is None or moment >= self.starts_at


class FilesWebshop(WebshopSettings):
    """Orders as files: `*.json` in the folder `path`, refund lists in its folder `refunds`."""

    kind: Literal["files"]
    path: Path


class WooCommerceWebshop(WebshopSettings):
    """A WooCommerce shop. Plain HTTP sends orders readable by all in between: for loopback only, unless allowed."""

    kind: Literal["woocommerce"]
    url: Annotated[str, AfterValidator(_shop_address)]
    ca_file: Path | None = None
    allow_http: bool = False

    @property
    def is_plain_http(self) -> bool:
        """Whether the shop is spoken to without encryption."""
        return self.url.lower().startswith("http://")

    @model_validator(mode="after")
    def _encrypted_or_allowed(self) -> "WooCommerceWebshop":
        if self.is_plain_http and not self.allow_http and not is_loopback(urlsplit(self.url).hostname or ""):
            raise PydanticCustomError("settings_plain_http", "not encrypted")
        return self
