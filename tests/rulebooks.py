"""Small rulebooks, logs and leads, written so that points can be worked out by hand."""

from collections.abc import Mapping

import numpy as np

from features.snapshots import Snapshots
from features.tables import ACTOR_CODES, NO_ACTOR, Column, EventArrays, LeadArrays, TextColumn
from features.tables import MICROSECONDS_PER_DAY as DAY
from models.rules import RuleBook, load_rulebook

NOW = 20_000 * DAY
#: A row of a log: what is asked by the keys that it has.
Row = Mapping[str, object]


def book(rules: str = "", **sections: str) -> RuleBook:
    """A rulebook of these rules; `sections` replace or add to the others."""
    others = {
        "odds": "{base: 0.05, double_every: 20}",
        "levels": "{fit: [15, 35], engagement: [15, 40]}",
        "tiers": "{hot: [[high, high]], warm: [[medium, medium]]}",
        "stages": "{mql: {points: 40}, sql: {points: 80}}",
        **sections,
    }
    lines = "\n".join(f"{name}: {text}" for name, text in others.items())
    return load_rulebook(f"version: 1\nrules: [{rules}]\n{lines}\n", name="rules.yaml")


def event(kind: str, ago: int = DAY, *, lead: int = 0, **said: object) -> Row:
    """An event so many microseconds before NOW; `said` is its actor, channel, content or value."""
    return {"type": kind, "ago": ago, "lead": lead, **said}


def log(*rows: Row) -> EventArrays:
    """These events."""
    types = tuple(sorted({str(row["type"]) for row in rows}))
    actors = [ACTOR_CODES.get(str(row.get("actor")), NO_ACTOR) for row in rows]
    return EventArrays(
        lead=_integers(row["lead"] for row in rows),
        type_code=_integers(types.index(str(row["type"])) for row in rows),
        at_us=NOW - _integers(row["ago"] for row in rows),
        recorded_us=None,
        types=types,
        actor=np.array(actors, dtype=np.int8),
        channel=TextColumn.of(_text(row, "channel") for row in rows),
        content=TextColumn.of(_text(row, "content") for row in rows),
        value=np.array([row.get("value", np.nan) for row in rows], dtype=np.float64),
    )


def leads(n: int = 1, **columns: Column) -> LeadArrays:
    """Leads that came 500 days before NOW."""
    created = np.full(n, NOW - 500 * DAY, dtype=np.int64)
    return LeadArrays(tuple(f"l{i:03}" for i in range(n)), created, TextColumn.of([None] * n), columns)


def now(n: int = 1) -> Snapshots:
    """All of them, at NOW."""
    return Snapshots(np.arange(n, dtype=np.int64), np.full(n, NOW, dtype=np.int64))


def _integers(values: object) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array(list(values), dtype=np.int64)  # type: ignore[call-overload]  # any iterable of integers


def _text(row: Row, key: str) -> str | None:
    return None if row.get(key) is None else str(row[key])
