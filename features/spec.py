"""What was learned from the tables before training: which columns and event types become features."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from features.actors import Actor, made_by_rep
from features.derived import Derived, derive, derived_from
from features.mail_roles import MailRole
from features.reading import USUAL, Reading
from features.responsiveness import RESPONSIVENESS
from features.rhythm import RHYTHM
from features.sources import BadProject, Problem
from features.tables import Column, EventArrays, Kind, LeadArrays, NumberColumn, TextColumn, as_text

MAX_EVENT_TYPES = 40
#: Groups of event types that every log has; an event type of such a name counts as "other".
RESERVED_GROUPS = frozenset({"other", "any"})
NUMBER_KINDS = frozenset({"number", "flag"})
CATEGORY_KINDS = frozenset({"category"})
#: Texts of which so many are addresses are those of people.
_ADDRESS_SHARE = 0.5


@dataclass(frozen=True)
class FeatureSpec:
    """The columns of the feature matrix and where they come from; frozen, kept as JSON in the bundle.

    Attributes
    ----------
    kinds : how each column of the leads table is read, in the order of the names.
    numbers, dates, categories : the columns that are features.
    derived : the features that are derived from the texts of other columns.
    event_types : the event types with features of their own, ascending; the rest are "other".
    has_events : whether the project has an event log at all.
    has_times : whether leads have a `created_at`.
    timeline : the features of the order and spread of events, as far as the log allows.
    actors, mail : who makes the events of a type, and its role in a mail, where the project says so.
    reading : how cells are read, with what the columns settled.
    """

    kinds: Mapping[str, Kind]
    numbers: tuple[str, ...]
    dates: tuple[str, ...]
    categories: tuple[str, ...]
    event_types: tuple[str, ...]
    has_events: bool
    has_times: bool
    timeline: tuple[str, ...] = ()
    actors: Mapping[str, Actor] = field(default_factory=dict)
    mail: Mapping[str, MailRole] = field(default_factory=dict)
    derived: tuple[Derived, ...] = ()
    reading: Reading = USUAL

    @property
    def attributes(self) -> tuple[str, ...]:
        """The columns of the leads that features are made of, in the order of their names."""
        of_derived = {column for derived in self.derived for column in derived.columns if column}
        return tuple(sorted({*self.numbers, *self.dates, *self.categories, *of_derived}))

    @property
    def derived_numbers(self) -> tuple[Derived, ...]:
        return tuple(derived for derived in self.derived if derived.is_number)

    @property
    def category_names(self) -> tuple[str, ...]:
        """The categorical features, in the order of the matrix."""
        return (*self.categories, *(derived.name for derived in self.derived if not derived.is_number))


def commonest_types(events: EventArrays, *, limit: int = MAX_EVENT_TYPES) -> tuple[str, ...]:
    """The most frequent event types, ties by name, in ascending order of name."""
    counts = np.bincount(events.type_code, minlength=len(events.types))
    own = [code for code, name in enumerate(events.types) if counts[code] and name not in RESERVED_GROUPS]
    ranked = sorted(own, key=lambda code: (-counts[code], events.types[code]))
    return tuple(sorted(events.types[code] for code in ranked[:limit]))


def learn_spec(
    leads: LeadArrays,
    events: EventArrays | None,
    kinds: Mapping[str, Kind],
    actors: Mapping[str, Actor] = MappingProxyType({}),
    reading: Reading = USUAL,
    mail: Mapping[str, MailRole] = MappingProxyType({}),
) -> FeatureSpec:
    """The spec of these tables, which hold nothing from `until` on.

    Parameters
    ----------
    kinds : kind by column name; of those of people and firms features are derived, `text` and `ignore` give none.
    actors, mail : who makes the events of a type, and its role in a mail, where the project says so.
    reading : how the cells were read.

    A column that holds one value only, or none, is left out; so is a category of mail addresses.

    Raises
    ------
    BadProject : a column is called as a feature that is computed.
    """
    usable = [name for name in sorted(kinds) if varies(leads, name)]
    has_times = leads.created_us is not None
    people = None if events is None else events.of_people()
    spec = FeatureSpec(
        kinds=dict(sorted(kinds.items())),
        numbers=tuple(name for name in usable if kinds[name] in NUMBER_KINDS),
        dates=tuple(name for name in usable if kinds[name] == "date" and has_times),
        categories=tuple(name for name in usable if kinds[name] in CATEGORY_KINDS and not _is_private(leads, name)),
        event_types=commonest_types(people) if people is not None else (),
        has_events=events is not None,
        has_times=has_times,
        timeline=_timeline_of(people, actors) if people is not None else (),
        actors=dict(sorted(actors.items())),
        mail=dict(sorted(mail.items())),
        derived=tuple(one for one in derived_from(kinds) if _derived_varies(leads, one)),
        reading=reading,
    )
    _refuse_shared_names(spec)
    return spec


def _timeline_of(events: EventArrays, actors: Mapping[str, Actor]) -> tuple[str, ...]:
    """No rhythm without events of leads, no answers without contacts by reps."""
    by_rep = made_by_rep(events, actors)
    if by_rep.all():
        return ()
    return (*RHYTHM, *RESPONSIVENESS) if by_rep.any() else RHYTHM


def _refuse_shared_names(spec: FeatureSpec) -> None:
    """A column may not be called as a feature that is computed, like ``lead_age_days``."""
    from features.build import feature_names  # it imports this module

    counts = Counter((*feature_names(spec), *spec.category_names))
    problems = [
        Problem(("leads", "columns", name), f"the column {name!r} has the name of a computed feature; rename it")
        for name in (*spec.numbers, *spec.categories)
        if counts[name] > 1
    ]
    if problems:
        raise BadProject(problems)


def varies(leads: LeadArrays, name: str) -> bool:
    """Whether a column, or its history, holds more than one value, missing among them."""
    column = leads.history[name].column if name in leads.history else leads.columns.get(name)
    return column is not None and _differs(column)


def _derived_varies(leads: LeadArrays, derived: Derived) -> bool:
    if any(name in leads.history for name in derived.columns):
        return any(varies(leads, name) for name in derived.columns)
    return _differs(derive(derived, lambda name: as_text(leads.columns.get(name), name, len(leads))))


def _is_private(leads: LeadArrays, name: str) -> bool:
    """Whether the levels of a column are mail addresses, which no bundle may hold."""
    column = leads.columns[name]
    if not isinstance(column, TextColumn):
        return False
    return sum("@" in level for level in column.levels) > _ADDRESS_SHARE * len(column.levels)


def _differs(column: Column) -> bool:
    """Whether a column holds more than one value; a gap is one."""
    cells = column.values if isinstance(column, NumberColumn) else column.codes
    return len(np.unique(cells, equal_nan=True)) > 1
