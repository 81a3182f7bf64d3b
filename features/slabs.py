"""Tables that are read some leads at a time, so that memory does not grow with the number of leads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from features.crm import Crm
from features.crm_reader import TooManyBadRows, read_crm, sources_of
from features.crm_sections import CrmSections
from features.labels import Outcomes, no_outcomes
from features.lead_keys import SEPARATOR, keys_via, own_keys
from features.outcome_table import read_outcomes
from features.parquet import IdRange, microseconds_of, open_parquet, quoted_name, quoted_text, times_that_read_plainly
from features.parsing import MAX_ID_LENGTH, PLAIN_ID
from features.reading import Reading
from features.sources import AnySource, Source
from features.tables import IntArray, Kind, LeadArrays, TextColumn

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: Leads read at a time. Fewer take less memory and more time, since each slab looks through the whole log.
SLAB_LEADS = 250_000


class NotPlain(Exception):
    """Some row needs a look at the whole table, such as one for the quarantine."""


@dataclass(frozen=True)
class Asked:
    """What is read, and how; the arguments of `read_crm`."""

    sections: CrmSections
    folder: Path
    kinds: Mapping[str, Kind]
    reading: Reading
    leads_file: Path | None = None
    events_file: Path | None = None


@dataclass(frozen=True)
class Slabs:
    """A CRM in Parquet whose leads are read so many at a time, in the order of their ids.

    Attributes
    ----------
    leads : the ids of all leads and when they were created, without their columns.
    outcomes : how they ended.
    newest_us : the newest time in the tables, as `Crm.newest_us`.
    n_at_a_time : leads of a slab, at most.
    """

    asked: Asked
    leads: LeadArrays
    outcomes: Outcomes
    newest_us: int
    n_at_a_time: int

    def __iter__(self) -> Iterator[Crm]:
        """Each slab as a CRM of its own.

        Raises
        ------
        NotPlain : a row can not be used as it stands; read the whole with `read_crm`, which tells of it.
        """
        for start in range(0, len(self.leads), self.n_at_a_time):
            yield self._read(start, min(start + self.n_at_a_time, len(self.leads)))

    def _read(self, start: int, stop: int) -> Crm:
        asked, ids = self.asked, self.leads.ids
        try:
            crm = read_crm(
                asked.sections.model_copy(update={"outcomes": None}),
                asked.folder,
                kinds=asked.kinds,
                reading=asked.reading,
                leads_file=asked.leads_file,
                events_file=asked.events_file,
                ids=IdRange(ids[start] if start else None, ids[stop] if stop < len(ids) else None),
            )
        except TooManyBadRows as error:
            raise NotPlain from error
        expected = self.leads.take(np.arange(start, stop))
        is_whole = crm.leads.ids == expected.ids and np.array_equal(_created_us(crm.leads), _created_us(expected))
        if not is_whole or any(count.bad for count in crm.counts):
            raise NotPlain
        return replace(crm, outcomes=self.outcomes.take(np.arange(start, stop)))


def slabs_of(asked: Asked, *, n_at_a_time: int | None = None) -> Slabs | None:
    """The tables in slabs; None where they are small, or of a kind that has to be read whole.

    Leads and events have to be one Parquet file each, ids plain texts that do not repeat, times typed.

    Parameters
    ----------
    n_at_a_time : leads of a slab; SLAB_LEADS if None.

    Raises
    ------
    BadProject : the outcomes can not be read.
    """
    n_at_a_time = SLAB_LEADS if n_at_a_time is None else n_at_a_time
    sources = sources_of(asked.sections, asked.folder, asked.leads_file, asked.events_file)
    if not _are_files_of_slabs(asked.sections, sources):
        return None
    try:
        import duckdb
        import pyarrow  # noqa: F401  # DuckDB hands columns over through it
    except ImportError:
        return None
    try:
        with duckdb.connect() as connection:
            leads = _leads_without_columns(connection, asked, sources["leads"], n_at_a_time)
            newest_us = None if leads is None else _newest_us(connection, asked, sources, leads)
    except duckdb.Error:
        return None
    if leads is None or newest_us is None:
        return None
    outcomes = _outcomes(asked, sources, leads)
    if outcomes is None:
        return None
    newest_us = int(outcomes.known_times_us.max(initial=newest_us))
    return Slabs(asked, leads, outcomes, newest_us, n_at_a_time)


def _are_files_of_slabs(sections: CrmSections, sources: Mapping[str, AnySource]) -> bool:
    """Whether the rows of some leads can be told from the others in files that read them apart."""
    tables = [source for name, source in sources.items() if name in ("leads", "events")]
    return (
        all(isinstance(source, Source) and source.is_parquet and source.path.is_file() for source in tables)
        and "events.via" not in sources
        and sections.history is None
        and not sections.is_flat
        and sections.leads.id is not None
        and sections.leads.created_at is not None
    )


def _leads_without_columns(
    connection: "DuckDBPyConnection", asked: Asked, source: AnySource, n_at_a_time: int
) -> LeadArrays | None:
    """The leads in the order of their ids; None where they are few, or their ids or times are not plain."""
    section = asked.sections.leads
    assert isinstance(source, Source)  # as `_are_files_of_slabs` saw
    assert section.id is not None
    assert section.created_at is not None
    types = _view(connection, "leads", source)
    created = types.get(section.created_at, "")
    if types.get(section.id) != "VARCHAR" or created not in times_that_read_plainly(asked.reading.timezone.key):
        return None
    lead_id, time = quoted_name(section.id), quoted_name(section.created_at)
    ((n_leads, n_plain),) = connection.execute(
        f"SELECT count(*), count(DISTINCT {lead_id}) FILTER ({time} IS NOT NULL AND {_is_plain(lead_id)}) FROM leads"
    ).fetchall()
    if n_plain != n_leads or n_leads <= n_at_a_time:
        return None
    table = connection.sql(
        f"SELECT {lead_id} AS id, {microseconds_of(time, created)} AS us FROM leads ORDER BY 1"
    ).to_arrow_table()
    nobody = TextColumn((), np.full(n_leads, -1, dtype=np.int64))
    return LeadArrays(tuple(table.column("id").to_pylist()), table.column("us").to_numpy(), nobody, {})


def _is_plain(cell: str) -> str:
    """SQL for whether an id is printable ASCII without spaces around it, which reads as it stands."""
    return f"length({cell}) <= {MAX_ID_LENGTH} AND regexp_full_match({cell}, {quoted_text(PLAIN_ID)})"


def _newest_us(
    connection: "DuckDBPyConnection", asked: Asked, sources: Mapping[str, AnySource], leads: LeadArrays
) -> int | None:
    """The newest creation or event; None where an event's time is not plain, or its lead no single id as it stands."""
    newest_us, section = int(_created_us(leads).max(initial=0)), asked.sections.events
    if section is None:
        return newest_us
    source = sources["events"]
    assert isinstance(source, Source)  # as `_are_files_of_slabs` saw
    types = _view(connection, "events", source)
    kind = types.get(section.at, "")
    if types.get(section.lead) != "VARCHAR" or kind not in times_that_read_plainly(asked.reading.timezone.key):
        return None
    lead, time = quoted_name(section.lead), microseconds_of(quoted_name(section.at), kind)
    is_one_id = f"{lead} IS NULL OR ({_is_plain(lead)} AND NOT contains({lead}, {quoted_text(SEPARATOR)}))"
    ((newest, are_ids),) = connection.execute(f"SELECT max({time}), bool_and({is_one_id}) FROM events").fetchall()
    return max(newest_us, newest or 0) if are_ids in (True, None) else None


def _view(connection: "DuckDBPyConnection", name: str, source: Source) -> dict[str, str]:
    """The table under a name, and the type of each of its columns."""
    relation = open_parquet(source.path, connection, None)
    relation.create_view(name)
    return {column: str(kind) for column, kind in zip(relation.columns, relation.types, strict=True)}


def _outcomes(asked: Asked, sources: Mapping[str, AnySource], leads: LeadArrays) -> Outcomes | None:
    """How all leads ended; None where a row can not be used."""
    section = asked.sections.outcomes
    if section is None:
        return no_outcomes(len(leads))
    are_all_leads = asked.leads_file is None
    keys = own_keys(leads, are_all_leads=are_all_leads)
    if section.via is not None:
        via = sources["outcomes.via"]
        keys = keys_via(section.via, via, leads, key=("outcomes", "via"), are_all_leads=are_all_leads)
    outcomes, count = read_outcomes(section, sources["outcomes"], leads, keys=keys, reading=asked.reading)
    return None if count.bad else outcomes


def _created_us(leads: LeadArrays) -> IntArray:
    return np.zeros(0, dtype=np.int64) if leads.created_us is None else leads.created_us
