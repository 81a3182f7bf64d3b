"""The event features of a log in each tool's own words: ours, pandas, Polars and DuckDB, in several ways each.

Every way gives the same table: 12 types x 6 measures (events of the last 1, 7 and 30 days, of all time, their decayed
sum, days since the last one) for each lead.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from features.tables import MICROSECONDS_PER_DAY, FloatArray

if TYPE_CHECKING:
    import pandas as pd

AS_OF_US = 1_760_000_000_000_000
HALF_LIFE_US = 14 * MICROSECONDS_PER_DAY
WINDOWS_US = [days * MICROSECONDS_PER_DAY for days in (1, 7, 30)]
NEVER_DAYS = 9_999.0
TYPES = (
    *("call", "demo_request", "email_click", "email_open", "form", "login"),
    *("meeting", "pricing_view", "reply", "trial", "unsubscribe", "visit"),
)

Frame = Any  # a pandas, Polars, Arrow or DuckDB table: each tool in its own words
#: What is timed, and how its answer becomes (n leads in order, 12 types x 6 measures), which is not.
Way = tuple[Callable[[], Frame], Callable[[Frame], FloatArray]]


def lead_ids(n_leads: int) -> list[str]:
    """The ids of the benchmark's leads, ascending."""
    return [f"L{i:07d}" for i in range(n_leads)]


def leadlight_ways(path: Path, n_leads: int) -> dict[str, Way]:
    """Our own reader and kernel."""
    import duckdb  # noqa: F401  (imported here, so that the import is not timed)
    import pyarrow  # noqa: F401

    from features.behaviour import behaviour_features
    from features.event_log import EventsSection, EventTypeSection
    from features.event_parquet import read_typed_events
    from features.snapshots import Snapshots
    from features.sources import Source
    from features.tables import LeadArrays, TextColumn

    nobody = np.full(n_leads, -1, dtype=np.int64)
    leads = LeadArrays(tuple(lead_ids(n_leads)), None, TextColumn((), nobody), {})
    judging = EventsSection(source=path.name, lead="lead_id", at="at", type="type")
    # Nobody else looks for the clicks of mail gateways.
    plain = judging.model_copy(update={"types": {name: EventTypeSection(mail="none") for name in TYPES}})

    def run(section: EventsSection) -> Frame:
        log = read_typed_events(section, Source(path), leads)
        if log is None:
            raise RuntimeError("the reader passed the log on to the cell-by-cell path")
        snapshots = Snapshots(np.arange(n_leads), np.full(n_leads, AS_OF_US, dtype=np.int64))
        return behaviour_features(log.events, snapshots, TYPES)

    sections = {"the same as the others": plain, "machine clicks judged as well": judging}
    return {
        way: (partial(run, section), lambda matrix: matrix[:, : 6 * len(TYPES)]) for way, section in sections.items()
    }


def pandas_ways(path: Path, n_leads: int) -> dict[str, Way]:
    """Grouped by names, and grouped by integer keys."""
    import pandas as pd

    def measured() -> pd.DataFrame:
        log = pd.read_parquet(path)
        age = AS_OF_US - log["at"].astype("int64")
        within = {f"n{i}": age <= width for i, width in enumerate(WINDOWS_US)}
        weight = np.exp2(age / -HALF_LIFE_US)
        return pd.DataFrame({"lead": log["lead_id"], "type": log["type"], **within, "weight": weight, "age": age})

    def matrix(frame: pd.DataFrame) -> FloatArray:
        measures = frame.sort_index().to_numpy(dtype=np.float64).reshape(len(frame), 6, len(TYPES))
        return _filled(measures.transpose(0, 2, 1))

    return {
        "by names": (lambda: _pandas_by_names(measured()), matrix),
        "by integer keys": (lambda: _pandas_by_keys(measured()), matrix),
    }


def _pandas_by_names(log: "pd.DataFrame") -> Frame:
    log = log.assign(lead=log["lead"].astype("category"), type=log["type"].astype("category"), n=1)
    grouped = log.groupby(["lead", "type"], observed=True)
    sums = grouped[["n0", "n1", "n2", "n", "weight"]].sum()
    return sums.assign(days=grouped["age"].min() / MICROSECONDS_PER_DAY).unstack()


def _pandas_by_keys(log: "pd.DataFrame") -> Frame:
    import pandas as pd

    lead, ids = pd.factorize(log["lead"], sort=True)
    kind, types = pd.factorize(log["type"], sort=True)
    grouped = log.drop(columns=["lead", "type"]).groupby(lead * len(types) + kind)
    sums = grouped[["n0", "n1", "n2", "weight"]].sum()
    sums.insert(3, "n", grouped.size())
    every_cell = pd.MultiIndex.from_product([ids, types])
    found = sums.assign(days=grouped["age"].min() / MICROSECONDS_PER_DAY).reindex(range(len(every_cell)))
    return found.set_index(every_cell).unstack()


def polars_ways(path: Path, n_leads: int) -> dict[str, Way]:
    """One grouping by lead, and one by lead and type turned wide; both engines."""
    import polars as pl

    kind, age, weight = pl.col("type"), pl.col("age"), pl.col("weight")
    age_us = AS_OF_US - pl.col("at").dt.epoch("us")
    log = pl.scan_parquet(path).select("lead_id", "type", age=age_us).filter(age > 0)
    log = log.with_columns(weight=(age * (-np.log(2) / HALF_LIFE_US)).exp())
    since = age.min() / MICROSECONDS_PER_DAY
    counts = [(age <= width).sum().alias(f"n{i}") for i, width in enumerate(WINDOWS_US)]
    long = log.group_by("lead_id", "type").agg(*counts, pl.len().alias("n"), weight.sum(), since.alias("days"))
    measures = ["n0", "n1", "n2", "n", "weight", "days"]

    def of_type(name: str) -> list[pl.Expr]:
        mine = kind == name
        within = [(mine & (age <= width)).sum() for width in WINDOWS_US]
        days = pl.when(mine).then(age).min() / MICROSECONDS_PER_DAY
        cells = [*within, mine.sum(), pl.when(mine).then(weight).sum(), days]
        return [cell.alias(f"{measure}_{name}") for measure, cell in zip(measures, cells, strict=True)]

    wide = log.group_by("lead_id").agg(*(cell for name in TYPES for cell in of_type(name)))
    names = [f"{measure}_{name}" for name in TYPES for measure in measures]

    def matrix(frame: pl.DataFrame) -> FloatArray:
        return _filled(frame.sort("lead_id").select(names).to_numpy())

    def turned(engine: Any) -> Frame:
        return long.collect(engine=engine).pivot("type", index="lead_id", values=measures)

    engines = ("streaming", "in-memory")
    ways: dict[str, Way] = {f"wide, {engine}": (partial(wide.collect, engine=engine), matrix) for engine in engines}
    return ways | {f"long, then pivot, {engine}": (partial(turned, engine), matrix) for engine in engines}


def duckdb_ways(path: Path, n_leads: int) -> dict[str, Way]:
    """One grouping with filters, and two groupings; into a table of DuckDB, or handed over as Arrow."""
    import duckdb

    connection = duckdb.connect()
    age = f"({AS_OF_US} - epoch_us(e.at))"
    log = f"SELECT lead_id, type, {age} AS age, pow(2.0, -{age} / {HALF_LIFE_US}.0) AS weight FROM '{path}' e"
    log += f" WHERE {age} > 0"

    def into_table(query: str) -> Frame:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE answer AS {query}")
        return connection.table("answer")

    def to_arrow(query: str) -> Frame:
        return connection.sql(query).to_arrow_table()

    def matrix(answer: Frame) -> FloatArray:
        columns = answer.order("lead_id").fetchnumpy() if hasattr(answer, "order") else answer.sort_by("lead_id")
        return np.column_stack([np.asarray(columns[f"{name}_{i}"], np.float64) for name in TYPES for i in range(6)])

    ways: dict[str, Way] = {}
    for name, query in (("one grouping", _one_grouping(log)), ("two groupings", _two_groupings(log))):
        ways[f"{name}, into a table"] = (partial(into_table, query), matrix)
        ways[f"{name}, to Arrow"] = (partial(to_arrow, query), matrix)
    return ways


def _one_grouping(log: str) -> str:
    """SQL that groups by lead, with a filter for every type and window."""

    def of_type(name: str) -> str:
        mine = f"type = '{name}'"
        cells = [*(f"count(*) FILTER (age <= {width} AND {mine})" for width in WINDOWS_US)]
        cells += [f"count(*) FILTER ({mine})", f"coalesce(sum(weight) FILTER ({mine}), 0)"]
        cells += [f"coalesce(min(age) FILTER ({mine}) / {MICROSECONDS_PER_DAY}.0, {NEVER_DAYS})"]
        return ", ".join(f"{cell} AS {name}_{i}" for i, cell in enumerate(cells))

    return f"SELECT lead_id, {', '.join(map(of_type, TYPES))} FROM ({log}) GROUP BY lead_id"


def _two_groupings(log: str) -> str:
    """SQL that groups by lead and type, then turns the types into columns."""

    def turned(name: str) -> str:
        empty = [0, 0, 0, 0, 0, NEVER_DAYS]
        cells = [f"coalesce(max(m{i}) FILTER (type = '{name}'), {zero}) AS {name}_{i}" for i, zero in enumerate(empty)]
        return ", ".join(cells)

    cells = [*(f"count(*) FILTER (age <= {width})" for width in WINDOWS_US), "count(*)", "sum(weight)"]
    cells += [f"min(age) / {MICROSECONDS_PER_DAY}.0"]
    long = f"SELECT lead_id, type, {', '.join(f'{cell} AS m{i}' for i, cell in enumerate(cells))}"
    long += f" FROM ({log}) GROUP BY ALL"
    return f"SELECT lead_id, {', '.join(map(turned, TYPES))} FROM ({long}) GROUP BY lead_id"


def _filled(cells: FloatArray) -> FloatArray:
    """Absent cells as our features have them: nothing counted, never happened."""
    filled = np.nan_to_num(np.asarray(cells, dtype=np.float64).reshape(len(cells), len(TYPES), 6), nan=0.0)
    filled[:, :, 5][filled[:, :, 3] == 0] = NEVER_DAYS
    return filled.reshape(len(cells), -1)


TOOLS = {"leadlight": leadlight_ways, "pandas": pandas_ways, "polars": polars_ways, "duckdb": duckdb_ways}
