"""A run's scores into the store: in one transaction, and never older ones over newer ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from serving.store.database import Store
from serving.store.rows import StoreRow
from serving.store.schema import DETAILS, LEADS, RUNS

#: Rows that are handed to the database at a time.
_BATCH = 2_000


@dataclass(frozen=True)
class Run:
    """What one run scored.

    Attributes
    ----------
    as_of_us : microseconds since 1970 UTC; 0 for a flat table.
    is_whole : whether all open leads of the company were scored, so that a lead without a row is none any more.
    n_scored : how many leads were scored; `rows` may be the hottest of them alone.
    movers : what moved the scores most, as JSON.
    """

    as_of_us: int
    is_whole: bool
    model_version: str
    n_scored: int
    rows: Iterable[StoreRow]
    movers: str


@dataclass(frozen=True)
class Stored:
    """What came of a run.

    Attributes
    ----------
    n_leads : leads of the run that the store has now.
    kept_us : the time of the newer run that the store kept instead; None where it took this one.
    """

    n_leads: int
    kept_us: int | None = None


def write_run(store: Store, run: Run) -> Stored:
    """Keep the newest score of each lead; all of the run, or nothing of it.

    A run over all leads takes the place of everything that is not newer: leads that closed, or were taken out of the
    CRM, go. Where the store has a newer such run, an older one changes nothing. A run over some leads adds those, each
    where its score is no older than what is there.

    Raises
    ------
    StoreDown : the store can not be written; it is as it was.
    """
    with store.writing() as connection:
        newest_us = connection.execute(select(func.max(RUNS.c.as_of_us))).scalar()
        if run.is_whole and newest_us is not None and newest_us > run.as_of_us:
            return Stored(0, kept_us=newest_us)
        if run.is_whole:
            for table in (DETAILS, LEADS, RUNS):
                connection.execute(delete(table).where(table.c.as_of_us <= run.as_of_us))
        n_leads, rows = 0, iter(run.rows)
        while batch := list(islice(rows, _BATCH)):
            for table in (LEADS, DETAILS):
                _upsert(connection, table, batch)
            n_leads += len(batch)
        if run.is_whole:
            facts = {"as_of_us": run.as_of_us, "model_version": run.model_version, "movers": run.movers}
            connection.execute(RUNS.insert(), {**facts, "n_scored": run.n_scored, "n_stored": n_leads})
    return Stored(n_leads)


def _upsert(connection: Connection, table: Table, rows: Sequence[StoreRow]) -> None:
    """The database's own: a row takes the place of one that is not newer.

    The rows go to the driver as they are: what SQLAlchemy does with each of them takes as long as the database.
    """
    insert: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)  # no common type
    statement = insert.on_conflict_do_update(
        index_elements=["lead_id"],
        set_={column.name: insert.excluded[column.name] for column in table.c if column.name != "lead_id"},
        where=insert.excluded.as_of_us >= table.c.as_of_us,
    )
    connection.exec_driver_sql(str(statement.compile(dialect=connection.dialect)), list(rows))
