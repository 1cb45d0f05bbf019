"""Brings the store's tables to the newest form with alembic; a store that is there already starts at once."""

from importlib.resources import files

from sqlalchemy import Connection, inspect, text

from domain.outcomes import Misconfigured

NEWEST = "0003"


def is_newest(connection: Connection) -> bool:
    """Whether the tables are there in their newest form."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == NEWEST


def migrate(connection: Connection) -> None:
    """Make the tables, or bring them up from an earlier release, within the caller's transaction.

    Raises `Misconfigured` for a later release's.
    """
    from alembic import command  # a tenth of a second that only the first start should pay
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(files("adapters.store") / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, NEWEST)
    except CommandError as error:
        raise Misconfigured("store_too_new", "store.url") from error
