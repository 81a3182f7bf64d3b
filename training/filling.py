"""When attributes are filled in: columns that fill up as leads age, and histories that lack what leads have today."""

from dataclasses import dataclass

import numpy as np

from features.crm import Crm
from features.labels import is_open
from features.snapshots import snapshots_at
from features.tables import BoolArray, Column, NumberColumn

#: A rise that chance would bring once in 30,000 columns (one-sided normal), and that is worth a question.
_MIN_Z = 4.0
_MIN_RISE = 0.1
_MIN_LEADS = 50


@dataclass(frozen=True)
class FilledLater:
    """A column that is filled for more of the older open leads; `young` and `old` are shares of each half."""

    column: str
    young: float
    old: float


def filled_later(crm: Crm, as_of_us: int) -> tuple[FilledLater, ...]:
    """The columns whose value of today was not there at first, as far as leads that are open show it.

    Of closed leads nothing is said: those that were worked for long are filled in and won. Columns with a
    history are known as they stood.

    Parameters
    ----------
    as_of_us : when the tables were exported.
    """
    created_us = crm.leads.created_us
    if created_us is None:
        return ()
    here = snapshots_at(crm.leads, as_of_us)
    lead = here.lead[is_open(here, crm.outcomes)]
    lead = lead[np.argsort(created_us[lead], kind="stable")]
    old, young = np.array_split(lead, 2)
    if len(young) < _MIN_LEADS:
        return ()
    plain = {name: column for name, column in sorted(crm.leads.columns.items()) if name not in crm.leads.history}
    found = []
    for name, column in plain.items():
        filled = is_filled(column)
        rise = FilledLater(name, float(filled[young].mean()), float(filled[old].mean()))
        share = float(filled[lead].mean())
        error = np.sqrt(share * (1 - share) * (1 / len(young) + 1 / len(old)))
        if rise.old - rise.young >= max(_MIN_RISE, _MIN_Z * error):
            found.append(rise)
    return tuple(found)


def lacking_history(crm: Crm, as_of_us: int) -> dict[str, int]:
    """For each attribute with a history: how many leads have a value today and none in it."""
    every = np.arange(len(crm.leads))
    as_of = np.full(len(every), as_of_us, dtype=np.int64)
    lacking = {}
    for name, versions in sorted(crm.leads.history.items()):
        known = is_filled(versions.at(every, as_of))
        lacking[name] = int((is_filled(crm.leads.columns[name]) & ~known).sum())
    return lacking


def is_filled(column: Column) -> BoolArray:
    """Which cells are not missing."""
    return ~np.isnan(column.values) if isinstance(column, NumberColumn) else column.codes >= 0
