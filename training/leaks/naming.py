"""What names say: columns that carry the outcome by what they are called, and ids."""

from collections.abc import Iterable

import numpy as np

from features.crm_headers import COUNTERS, GRADES, IDS, leak_of
from features.spec import varies
from features.tables import Column, IntArray, LeadArrays, NumberColumn
from training.leaks.finding import Leak

#: Of so many known cells that hardly one stands there twice.
_MIN_KNOWN = 100
_NEAR_UNIQUE = 0.9
#: A number that keeps the leads' order so well is a counter.
_COUNTS = 0.99


def named_leaks(leads: LeadArrays) -> list[Leak]:
    """Columns that carry the outcome by their name; scores and grades are doubtful, since somebody gives them.

    Of a column with a history it is known how it stood before the outcome.
    """
    found = []
    as_they_stand = [name for name in sorted(leads.columns) if name not in leads.history]
    for name in (name for name in as_they_stand if varies(leads, name)):
        why = leak_of(name)
        if why is not None:
            found.append(Leak(name, "name", 1.0, "stop", f"by its name {why}; ignore it"))
        elif name in GRADES:
            advice = "by its name somebody gives it on the way; if that is sales, or later than the sign-up, ignore it"
            found.append(Leak(name, "name", 1.0, "warn", advice))
    return found


def near_unique(leads: LeadArrays, names: Iterable[str]) -> list[Leak]:
    """Columns that name the lead: a level for nearly every lead, or a number that only counts.

    Parameters
    ----------
    names : columns that are features as they stand. Of a title or an address nearly every one is distinct, and none
        of what is derived from it.
    """
    found = []
    for name in names:
        share = _distinct_share(leads.columns[name])
        if share < _NEAR_UNIQUE or not (_is_text(leads.columns[name]) or _counts(leads, name)):
            continue
        advice = f"{share:.0%} of its known cells are distinct: it names the lead, no kind of lead; ignore it"
        found.append(Leak(name, "near_unique", share, "warn", advice))
    return found


def _is_text(column: Column) -> bool:
    return not isinstance(column, NumberColumn)


def _distinct_share(column: Column) -> float:
    cells = column.values[~np.isnan(column.values)] if isinstance(column, NumberColumn) else column.codes
    known = cells if isinstance(column, NumberColumn) else cells[cells >= 0]
    return len(np.unique(known)) / len(known) if len(known) >= _MIN_KNOWN else 0.0


def _counts(leads: LeadArrays, name: str) -> bool:
    """Whole numbers that are called like an id, or that grow with the order of the leads."""
    column = leads.columns[name]
    if not isinstance(column, NumberColumn):
        return False
    known = ~np.isnan(column.values)
    values = column.values[known]
    if (values != np.round(values)).any():
        return False
    from scipy.stats import spearmanr  # two seconds, which only whole numbers need

    order: IntArray = np.arange(len(leads)) if leads.created_us is None else leads.created_us
    return name in IDS or name in COUNTERS or abs(float(spearmanr(values, order[known]).statistic)) > _COUNTS
