"""The columns of an activity log."""

from collections.abc import Mapping
from dataclasses import dataclass

from features.crm_headers import EVENT_COLUMNS, EVENT_IDS, EVENT_TIMES, EVENT_TYPES, RECORDED
from features.tables import ACTOR_CODES
from leadlight.errors import BadRequest
from leadlight.init.facts import NEARLY_ALL, TableFacts
from leadlight.init.keys import Key
from leadlight.init.said import Said

_ACTORS = frozenset(ACTOR_CODES)
_MAX_TYPE_SHARE = 0.2
_MAX_TYPES = 1_000
_FEW = 20


@dataclass(frozen=True)
class EventsFound:
    """The lines of the `events` section but its source, and how often each type occurs."""

    lines: Mapping[str, Said]
    types: Mapping[str, int]


def find_events(log: TableFacts, key: Key) -> EventsFound:
    """Time, type and the optional columns of a log.

    Raises
    ------
    BadRequest : it has no time, or nothing that could be a type.
    """
    lines = {"lead": Said(key.column, f"{key.share:.1%} of the rows find their lead")}
    lines["at"] = _time(log, key.column)
    taken = {str(said.value) for said in lines.values()}
    lines["type"] = _type(log, taken)
    taken.add(str(lines["type"].value))
    lines |= _further(log, taken)
    kind = log[str(lines["type"].value)]
    common = sorted(kind.levels.items(), key=lambda item: (-item[1], item[0]))
    return EventsFound(lines, dict(common))


def _time(log: TableFacts, key: str) -> Said:
    dates = [name for name in log.dates if name != key and log[name].timed_share >= NEARLY_ALL]
    happened = [name for name in dates if name not in RECORDED] or dates
    if not happened:
        raise BadRequest(
            f"found no column of {log.name} with a time in nearly every row, like 2026-03-31T14:05:00Z; "
            "export when each event happened"
        )
    by_name = EVENT_TIMES.sort(happened)
    return Said((by_name or happened)[0], "", "" if by_name else "is this when it happened?")


def _type(log: TableFacts, taken: set[str]) -> Said:
    likely = [
        name
        for name, column in log.columns.items()
        if name not in taken and not column.is_date and 0 < len(column.levels) <= _MAX_TYPES
        and (len(column.levels) <= _FEW or column.distinct_share <= _MAX_TYPE_SHARE)
    ]  # fmt: skip
    by_name = EVENT_TYPES.sort(likely)
    if by_name:
        return Said(by_name[0])
    words = [name for name in likely if log[name].kind == "category"]
    if not words:
        raise BadRequest(
            f"found no column of {log.name} that says what happened; add one, called type, with a word like email_open"
        )
    return Said(words[0], "", "does it say what happened?")


def _further(log: TableFacts, taken: set[str]) -> dict[str, Said]:
    """The optional columns: id, time of record, actor, and others by their names."""
    free = [name for name, column in log.columns.items() if name not in taken and column.levels]
    lines: dict[str, Said] = {}
    ids = [name for name in EVENT_IDS.sort(free) if log[name].distinct_share >= NEARLY_ALL]
    if ids:
        lines["id"] = Said(ids[0], "an event that comes twice counts once")
    recorded = [name for name in RECORDED.sort(free) if log[name].is_date]
    if recorded:
        lines["recorded_at"] = Said(recorded[0], "an event counts from when it was known")
    actors = [name for name in free if {level.casefold() for level in log[name].levels} <= _ACTORS]
    if actors:
        lines["actor"] = Said(actors[0])
    used = {str(said.value) for said in lines.values()}
    for key, names in EVENT_COLUMNS.items():
        fitting = [
            name for name in names.sort(free) if name not in used and (key != "value" or log[name].kind == "number")
        ]
        if fitting:
            lines[key] = Said(fitting[0])
            used.add(fitting[0])
    return lines
