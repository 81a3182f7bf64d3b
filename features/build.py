"""`build_features`: the one way from tables to numbers, for training, batch and API alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from features.behaviour import behaviour_features, behaviour_names
from features.derived import derive
from features.recency import days_since_date, lead_age_days
from features.responsiveness import RESPONSIVENESS, responsiveness
from features.rhythm import RHYTHM, rhythm
from features.snapshots import Snapshots
from features.spec import FeatureSpec
from features.tables import EventArrays, FloatArray, LeadArrays, NumberColumn, TextColumn, as_text, no_events
from features.timeline import timelines

LEAD_AGE_DAYS = "lead_age_days"
DAYS_SINCE = "days_since:"
#: The columns that `_timeline_features` can compute; the spec says which of them are features.
TIMELINE = (*RHYTHM, *RESPONSIVENESS)


@dataclass(frozen=True)
class FeatureMatrix:
    """n snapshots as they could be known at their `as_of`.

    Attributes
    ----------
    names : the p numeric features.
    values : float64 (n, p), C order; NaN is missing.
    categories : the categorical columns by name, n cells each.
    snapshots : which lead and when.
    """

    names: tuple[str, ...]
    values: FloatArray
    categories: Mapping[str, TextColumn]
    snapshots: Snapshots

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """The column of each numeric feature."""
        return {name: column for column, name in enumerate(self.names)}


def feature_names(spec: FeatureSpec) -> tuple[str, ...]:
    """The numeric features of a spec, in the order of the matrix."""
    return (
        *spec.numbers,
        *(derived.name for derived in spec.derived_numbers),
        *(f"{DAYS_SINCE}{name}" for name in spec.dates),
        *((LEAD_AGE_DAYS,) if spec.has_times else ()),
        *spec.timeline,
        *(behaviour_names(spec.event_types) if spec.has_events else ()),
    )


def build_features(
    leads: LeadArrays, events: EventArrays | None, snapshots: Snapshots, spec: FeatureSpec
) -> FeatureMatrix:
    """The features of each snapshot, from what was known before its `as_of`.

    Parameters
    ----------
    leads : the leads; an attribute that the table lacks is missing for all of them.
    events : their log, with `lead` as positions in `leads`; None where there is none.
    snapshots : n snapshots.

    Returns
    -------
    FeatureMatrix of n rows, columns as `feature_names(spec)` and `spec.category_names`.
    """
    derived = {one.name: derive(one, partial(_text, leads, snapshots)) for one in spec.derived}
    blocks: list[FloatArray] = [_number(leads, snapshots, name) for name in spec.numbers]
    blocks += [column.values for column in derived.values() if isinstance(column, NumberColumn)]
    blocks += [days_since_date(snapshots.as_of_us, _number(leads, snapshots, name)) for name in spec.dates]
    if spec.has_times:
        if leads.created_us is None:
            raise ValueError("the model was trained with leads.created_at, these leads have none")
        blocks.append(lead_age_days(snapshots.as_of_us, leads.created_us[snapshots.lead]))
    if spec.timeline:
        blocks.append(_timeline_features(events or no_events(), snapshots, spec))
    attributes = np.column_stack(blocks) if blocks else np.empty((len(snapshots), 0))
    names = feature_names(spec)
    values = np.empty((len(snapshots), len(names)))
    values[:, : attributes.shape[1]] = attributes
    if spec.has_events:
        behaviour_features(events or no_events(), snapshots, spec.event_types, out=values)
    categories = {name: _text(leads, snapshots, name) for name in spec.categories}
    categories |= {name: column for name, column in derived.items() if isinstance(column, TextColumn)}
    return FeatureMatrix(names, values, categories, snapshots)


def _timeline_features(events: EventArrays, snapshots: Snapshots, spec: FeatureSpec) -> FloatArray:
    """float64 (n snapshots, len(spec.timeline))."""
    chosen = [TIMELINE.index(name) for name in spec.timeline]
    out = np.empty((len(snapshots), len(chosen)))
    for rows, timeline in timelines(events, snapshots, spec.actors):
        out[rows] = np.column_stack([rhythm(timeline), responsiveness(timeline)])[:, chosen]
    return out


def _number(leads: LeadArrays, snapshots: Snapshots, name: str) -> FloatArray:
    column = leads.attribute(name, snapshots.lead, snapshots.as_of_us)
    if column is None:
        return np.full(len(snapshots), np.nan)
    if not isinstance(column, NumberColumn):
        raise TypeError(f"column {name!r} was a number in training, these leads have text there")
    return column.values


def _text(leads: LeadArrays, snapshots: Snapshots, name: str) -> TextColumn:
    column = leads.attribute(name, snapshots.lead, snapshots.as_of_us)
    return as_text(column, name, len(snapshots))
