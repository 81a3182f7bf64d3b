"""Connections to the store: short waits, one transaction each, and errors that show no password."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from features.sources import first_line
from serving.store.errors import StoreDown
from serving.store.migrating import migrate, stored_revision
from serving.store.schema import REVISION

#: A database that does not answer, or that another program has locked, is given up after so many seconds.
WAIT_SECONDS = 5
#: Writers of a PostgreSQL store queue here ("lead" in ASCII), so that two migrations or runs never meet.
_WRITERS = 0x6C656164


class Store:
    """A store by its URL; nothing is opened before it is asked for."""

    def __init__(self, url: str) -> None:
        self._url = url

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of the only writer: all of it is kept, or nothing; the tables are up to date in it.

        Raises
        ------
        StoreDown : the database does not answer, is locked, is no database, or is newer than this program.
        """
        with self._errors_told(), self._engine.connect() as connection:
            if self._is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
            migrate(connection)
            yield connection
            connection.commit()

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """A transaction that sees one moment of the store; None where there is no store yet. Raises as `writing`."""
        if not self.is_there:
            yield None
            return
        with self._errors_told(), self._reader.connect() as connection:
            if stored_revision(connection) != REVISION:
                connection.rollback()
                with self.writing():
                    pass  # whoever comes first brings the tables up to date
            if self._is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()

    @property
    def is_there(self) -> bool:
        """Whether there may be something to read: for a file, whether it exists."""
        return bool(self._url) and (not self._is_sqlite or self._file.is_file())

    def close(self) -> None:
        """Close what is open."""
        if "_engine" in vars(self):
            self._engine.dispose()

    @property
    def _is_sqlite(self) -> bool:
        return self._url.startswith("sqlite")

    @property
    def _file(self) -> Path:
        return Path(self._url.partition(":///")[2])

    @property
    def _reader(self) -> Engine:
        """Where the folder of a file may only be read, as in a container, SQLite can not share its log of writes."""
        if not self._is_sqlite or os.access(self._file.parent, os.W_OK):
            return self._engine
        is_written_now = self._file.with_name(f"{self._file.name}-wal").exists()
        how = {"uri": "true", "mode": "ro", **({} if is_written_now else {"immutable": "1"})}
        url = URL.create("sqlite", database=f"file:{quote(str(self._file))}", query=how)
        return create_engine(url, poolclass=NullPool, connect_args={"timeout": WAIT_SECONDS, "isolation_level": None})

    @cached_property
    def _engine(self) -> Engine:
        if self._is_sqlite:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(
                URL.create("sqlite", database=str(self._file)), poolclass=NullPool, paramstyle="named"
            )
            event.listen(engine, "connect", _set_up_sqlite)
            return engine
        try:
            address = make_url(self._url).set(drivername="postgresql+psycopg")
        except (ArgumentError, ValueError):
            raise StoreDown(
                "the URL of the store can not be read; write it like postgresql://user@host:5432/database, "
                "and in a password %40 for @ and %2F for /"
            ) from None
        waits = {"connect_timeout": WAIT_SECONDS}
        engine = create_engine(address, pool_pre_ping=True, pool_size=4, connect_args=waits)
        event.listen(engine, "connect", _set_up_postgresql)
        return engine

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        try:
            yield
        except ModuleNotFoundError as error:
            raise StoreDown(f"a store in PostgreSQL needs {error.name}; run: pip install 'leadlight[sql]'") from error
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise StoreDown(self._why(error)) from error

    def _why(self, error: Exception) -> str:
        told = first_line(error.orig if isinstance(error, DBAPIError) and error.orig is not None else error)
        where = f"the store {self._file}" if self._is_sqlite else "the store"
        if "locked" in told or "lock timeout" in told:
            return f"{where} is locked by another program for more than {WAIT_SECONDS} s; try again when that is done"
        if self._is_sqlite:
            return f"{where} can not be used: {told}; move the file away, or name another `store` in leadlight.yaml"
        return f"{where} can not be used: {told}; check that the server runs, and the `store` in leadlight.yaml"


def _set_up_sqlite(connection: Any, record: object) -> None:  # drivers share no type
    """Transactions begin where we say; readers and a writer do not wait for each other (write-ahead log)."""
    connection.isolation_level = None
    waits = f"busy_timeout = {WAIT_SECONDS * 1_000}"
    for pragma in (waits, "page_size = 16384", "journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _set_up_postgresql(connection: Any, record: object) -> None:
    """Who waits for a lock is told soon."""
    connection.execute(f"SET lock_timeout = '{WAIT_SECONDS}s'")
    connection.commit()
