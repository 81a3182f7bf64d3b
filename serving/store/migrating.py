"""A store's tables brought to what this program knows, in the transaction of whoever opens it."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from serving.store.errors import StoreDown
from serving.store.schema import REVISION

#: Alembic's own name for the table that says which migration came last.
_VERSION_TABLE = "alembic_version"


def migrate(connection: Connection) -> None:
    """Run the migrations that a store has not seen; nothing where it is up to date.

    Raises
    ------
    StoreDown : the store was made by a newer program.
    """
    found = stored_revision(connection)
    if found == REVISION:
        return
    if found is not None and found > REVISION:
        raise StoreDown(
            f"the store has the tables of a newer Leadlight (revision {found}, this one knows {REVISION}); "
            "upgrade leadlight, or name another `store` in leadlight.yaml"
        )
    # a third of a second to import, once in the life of a store
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    command.upgrade(config, "head")


def stored_revision(connection: Connection) -> str | None:
    """The newest migration that a store has seen; None before the first."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()
