"""Brings the store's tables to the newest form with alembic; a store that is there already starts at once."""

from importlib.resources import files

from sqlalchemy import Connection, Engine, inspect, text

from domain.outcomes import Misconfigured

NEWEST = "0001"


def migrate(engine: Engine) -> None:
    """Make the tables, or bring them up from an earlier release. Raises `Misconfigured` for a later one's."""
    with engine.connect() as connection:
        if _version(connection) == NEWEST:
            return
    from alembic import command  # a tenth of a second that only the first start should pay
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(files("adapters.store") / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, NEWEST)
        except CommandError as error:
            raise Misconfigured("store_too_new", "store.url") from error


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
