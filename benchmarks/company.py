"""The made-up company as large Parquet files, and as a project that reads them."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from features.tables import IntArray
from leadlight.demo import simulate_company, write_company
from leadlight.demo.company import Company
from leadlight.demo.export import events_table, leads_table
from leadlight.demo.process import START

SEED = 7
_PART = 1_000_000


def write_project(folder: Path, *, n_leads: int = 4_000) -> Path:
    """A small company, as `leadlight demo` makes it; gives its leadlight.yaml."""
    write_company(simulate_company(n_leads, seed=0), folder)
    return folder / "leadlight.yaml"


def large_company(n_leads: int) -> Company:
    """Another company."""
    return simulate_company(n_leads, seed=SEED)


def write_tables(company: Company, folder: Path, *, n_events: int | None = None) -> int:
    """leads.parquet and events.parquet, with ids that the project does not have and with typed times.

    Parameters
    ----------
    n_events : of all events so many are drawn; all if None.

    Returns
    -------
    The number of events written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    ids = pa.array([f"B{number:07d}" for number in range(1, len(company.people) + 1)])
    leads = pa.Table.from_pandas(leads_table(company), preserve_index=False)
    leads = leads.set_column(0, "lead_id", ids).set_column(1, "created_at", _times(company.created_at))
    pq.write_table(leads, folder / "leads.parquet")
    kept = _drawn(len(company.events), n_events)
    writer = None
    for start in range(0, len(kept), _PART):
        part = _with_events(company, kept[start : start + _PART])
        log = pa.Table.from_pandas(events_table(part), preserve_index=False)
        log = log.set_column(0, "lead_id", ids.take(pa.array(part.events.lead)))
        log = log.set_column(1, "at", _times(part.events.at)).replace_schema_metadata(None)
        writer = writer or pq.ParquetWriter(folder / "events.parquet", log.schema)
        writer.write_table(log)
    if writer is not None:
        writer.close()
    return len(kept)


def _drawn(n_all: int, n_events: int | None) -> IntArray:
    if n_events is None or n_events >= n_all:
        return np.arange(n_all)
    return np.sort(np.random.default_rng(SEED).choice(n_all, n_events, replace=False, shuffle=False))


def _with_events(company: Company, kept: IntArray) -> Company:
    log = company.events
    return replace(company, events=replace(log, **{each.name: getattr(log, each.name)[kept] for each in fields(log)}))


def _times(seconds: IntArray) -> Any:  # an Arrow array; pyarrow has no types
    import pyarrow as pa

    return pa.array((START + seconds.astype("timedelta64[s]")).astype("datetime64[us]"))
