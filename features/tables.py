"""The tables that everything is computed from, as frozen numpy arrays in one canonical order.

Times are integer microseconds since 1970-01-01 UTC. Leads are sorted by id, so that the order of
the rows in a file changes nothing that is computed from them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from features.versions import Versions

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
#: Positions in another table; narrow ones where the log is long.
PositionArray = NDArray[np.signedinteger[Any]]
BoolArray = NDArray[np.bool_]
Kind = Literal[
    "number", "category", "flag", "date", "text", "ignore",
    "title", "email", "name", "phone", "country", "company", "website", "employees", "revenue", "industry",
]  # fmt: skip

MICROSECONDS_PER_SECOND = 1_000_000
MICROSECONDS_PER_HOUR = 3_600 * MICROSECONDS_PER_SECOND
MICROSECONDS_PER_DAY = 24 * MICROSECONDS_PER_HOUR
#: Who made an event, where its row says so.
ACTOR_CODES: Mapping[str, int] = {"lead": 0, "rep": 1, "machine": 2}
NO_ACTOR = -1
#: Stands for "not (yet)": later than every real time.
NEVER_US: int = np.iinfo(np.int64).max


@dataclass(frozen=True)
class NumberColumn:
    """One number a lead: a measure, a flag (0 or 1) or a date (microseconds); NaN is missing."""

    values: FloatArray

    def __len__(self) -> int:
        return len(self.values)

    def take(self, index: IntArray | BoolArray) -> "NumberColumn":
        return NumberColumn(self.values[index])

    def take_known(self, index: IntArray) -> "NumberColumn":
        """As `take`, where position -1 is missing."""
        return NumberColumn(np.append(self.values, np.nan)[index])

    def own_levels(self) -> "NumberColumn":
        return self


@dataclass(frozen=True)
class TextColumn:
    """One text a lead: ``levels[codes[i]]``; code -1 is missing. Levels are distinct and sorted."""

    levels: tuple[str, ...]
    codes: IntArray

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, index: IntArray | BoolArray) -> "TextColumn":
        return TextColumn(self.levels, self.codes[index])

    def take_known(self, index: IntArray) -> "TextColumn":
        """As `take`, where position -1 is missing."""
        return TextColumn(self.levels, np.append(self.codes, -1)[index])

    def own_levels(self) -> "TextColumn":
        """The same column; levels that do not occur are left out where they are many."""
        if len(self.levels) <= len(self):
            return self
        codes, position = np.unique(self.codes, return_inverse=True)
        n_missing = int(len(codes) > 0 and codes[0] < 0)
        return TextColumn(tuple(self.levels[code] for code in codes[n_missing:].tolist()), position - n_missing)

    def cell(self, row: int) -> str | None:
        code = int(self.codes[row])
        return None if code < 0 else self.levels[code]

    def cells(self) -> list[str | None]:
        """The text of each row, None where it is missing."""
        texts = np.array([*self.levels, None], dtype=object)
        cells: list[str | None] = texts[self.codes].tolist()
        return cells

    def mapped(self, change: Callable[[str], str]) -> "TextColumn":
        """The same rows with another text for each level."""
        changed = TextColumn.of([change(level) for level in self.levels])
        return changed.take_known(self.codes)

    @classmethod
    def of(cls, cells: Iterable[str | None]) -> "TextColumn":
        """Codes for a sequence of texts.

        >>> TextColumn.of(["b", None, "a", "b"])
        TextColumn(levels=('a', 'b'), codes=array([ 1, -1,  0,  1]))
        """
        kept = list(cells)
        levels = tuple(sorted({cell for cell in kept if cell is not None}))
        code: dict[str | None, int] = {level: i for i, level in enumerate(levels)}
        code[None] = -1
        return cls(levels, np.array([code[cell] for cell in kept], dtype=np.int64))


Column = NumberColumn | TextColumn


@dataclass(frozen=True)
class LeadArrays:
    """One row per lead.

    Attributes
    ----------
    ids : n texts, ascending (a flat table that is ordered by a column follows that order instead).
    created_us : n int64, or None for a flat table without times.
    accounts : the account each lead belongs to; -1 stands for a group of its own.
    columns : attributes by column name, as read: how they stand in the table.
    history : how they changed, for those whose changes were kept; those are missing where no version is known.
    """

    ids: tuple[str, ...]
    created_us: IntArray | None
    accounts: TextColumn
    columns: Mapping[str, Column]
    history: Mapping[str, "Versions"] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def attribute(self, name: str, lead: IntArray, as_of_us: IntArray) -> Column | None:
        """The cells of an attribute as they stood before each time; without a history, as they stand.

        Parameters
        ----------
        lead, as_of_us : n positions and times; None is returned where there is no such attribute.
        """
        if name in self.history:
            return self.history[name].at(lead, as_of_us)
        column = self.columns.get(name)
        return None if column is None else column.take(lead)

    def history_before(self, until_us: int) -> "LeadArrays":
        """The same leads, without what was known of their changes from a time on."""
        return replace(self, history={name: versions.before(until_us) for name, versions in self.history.items()})

    def take(self, index: IntArray) -> "LeadArrays":
        """The leads at these positions, in this order; the texts of a few leads have no levels but their own."""
        return LeadArrays(
            ids=tuple(self.ids[i] for i in index),
            created_us=None if self.created_us is None else self.created_us[index],
            accounts=self.accounts.take(index),
            columns={name: column.take(index).own_levels() for name, column in self.columns.items()},
            history={name: versions.of_leads(index) for name, versions in self.history.items()},
        )

    def group_of(self, row: int) -> str:
        """The group whose rows must stay together in cross-fitting: the account, else the lead."""
        account = self.accounts.cell(row)
        return f"lead:{self.ids[row]}" if account is None else f"account:{account}"


def is_filled(column: Column) -> BoolArray:
    """Which cells are not missing."""
    return ~np.isnan(column.values) if isinstance(column, NumberColumn) else column.codes >= 0


def as_text(column: Column | None, name: str, n_rows: int) -> TextColumn:
    """A column of texts; all missing where there is none.

    Raises
    ------
    TypeError : it holds numbers.
    """
    if column is None:
        return TextColumn((), np.full(n_rows, -1, dtype=np.int64))
    if not isinstance(column, TextColumn):
        raise TypeError(f"column {name!r} was text in training, these leads have numbers there")
    return column


@dataclass(frozen=True)
class EventArrays:
    """One row per activity, in any order.

    Attributes
    ----------
    lead : integer positions in the LeadArrays it belongs to.
    type_code : integer positions in `types`.
    at_us : int64, when it happened.
    recorded_us : int64, when it became known; None where the log does not say.
    types : the distinct event types, ascending.
    actor : int8, who made it, as ACTOR_CODES; NO_ACTOR where a row does not say, None where the log does not.
    machine_from_us : int64, from when on it is known that a machine made it, and it counts no longer; NEVER_US for
        people's events, None where all are people's.
    channel, content : by which way it came, and what it was about; None where the log does not say.
    value : float64, its number, NaN where a row has none; None where the log does not say.
    """

    lead: PositionArray
    type_code: PositionArray
    at_us: IntArray
    recorded_us: IntArray | None
    types: tuple[str, ...]
    actor: NDArray[np.int8] | None = None
    machine_from_us: IntArray | None = None
    channel: TextColumn | None = None
    content: TextColumn | None = None
    value: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.lead)

    def take(self, index: IntArray | BoolArray) -> "EventArrays":
        """The events at these positions."""
        recorded = None if self.recorded_us is None else self.recorded_us[index]
        return replace(
            self,
            lead=self.lead[index],
            type_code=self.type_code[index],
            at_us=self.at_us[index],
            recorded_us=recorded,
            actor=None if self.actor is None else self.actor[index],
            machine_from_us=None if self.machine_from_us is None else self.machine_from_us[index],
            channel=None if self.channel is None else self.channel.take(index),
            content=None if self.content is None else self.content.take(index),
            value=None if self.value is None else self.value[index],
        )

    def judged_before(self, until_us: int) -> "EventArrays":
        """The same events with the verdicts that were known before a time."""
        if self.machine_from_us is None:
            return self
        known = self.machine_from_us < until_us
        return replace(self, machine_from_us=np.where(known, self.machine_from_us, NEVER_US) if known.any() else None)

    def of_people(self) -> "EventArrays":
        """The events of which nobody will ever know that a machine made them."""
        return self if self.machine_from_us is None else self.take(self.machine_from_us == NEVER_US)

    def without_unused_types(self) -> "EventArrays":
        """The same events, their types cut to those that occur."""
        used = np.flatnonzero(np.bincount(self.type_code, minlength=len(self.types)))
        code = np.zeros(len(self.types), dtype=np.int64)
        code[used] = np.arange(len(used))
        return replace(self, type_code=code[self.type_code], types=tuple(self.types[i] for i in used))

    def of_leads(self, index: IntArray, n_leads: int) -> "EventArrays":
        """The events of the leads at `index`, renumbered to positions in `index`."""
        position = np.full(n_leads, -1, dtype=np.int64)
        position[index] = np.arange(len(index))
        kept = self.take(position[self.lead] >= 0)
        return replace(kept, lead=position[kept.lead])


def concat_events(logs: Sequence[EventArrays]) -> EventArrays:
    """Logs one after the other, at least one, which have the same columns."""
    types = tuple(sorted({name for log in logs for name in log.types}))
    code = {name: i for i, name in enumerate(types)}
    codes = [np.array([code[name] for name in log.types], dtype=np.int64) for log in logs]

    def column(of: Callable[[EventArrays], NDArray[Any] | None]) -> NDArray[Any] | None:
        own = [array for log in logs if (array := of(log)) is not None]
        return np.concatenate(own) if own else None

    return EventArrays(
        np.concatenate([log.lead for log in logs]),
        np.concatenate([own[log.type_code] for own, log in zip(codes, logs, strict=True)]),
        np.concatenate([log.at_us for log in logs]),
        column(lambda log: log.recorded_us),
        types,
        actor=column(lambda log: log.actor),
        machine_from_us=column(lambda log: log.machine_from_us),
        channel=concat_texts([log.channel for log in logs]),
        content=concat_texts([log.content for log in logs]),
        value=column(lambda log: log.value),
    )


def concat_texts(columns: Sequence[TextColumn | None]) -> TextColumn | None:
    """Columns one below the other; None where there are none."""
    own = [column for column in columns if column is not None]
    if not own:
        return None
    levels = tuple(sorted({level for column in own for level in column.levels}))
    code = {level: i for i, level in enumerate(levels)}
    # the last one is read by code -1, a missing cell
    codes = [np.array([*(code[level] for level in column.levels), -1])[column.codes] for column in own]
    return TextColumn(levels, np.concatenate(codes))


def no_events() -> EventArrays:
    """A log without a single event."""
    nothing = np.zeros(0, dtype=np.int64)
    return EventArrays(nothing, nothing, nothing, None, ())
