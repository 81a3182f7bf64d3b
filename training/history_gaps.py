"""Histories of attributes that lack what leads have today."""

import numpy as np

from features.crm import Crm
from features.tables import is_filled


def lacking_history(crm: Crm, as_of_us: int) -> dict[str, int]:
    """For each attribute with a history: how many leads have a value today and none in it."""
    every = np.arange(len(crm.leads))
    as_of = np.full(len(every), as_of_us, dtype=np.int64)
    lacking = {}
    for name, versions in sorted(crm.leads.history.items()):
        known = is_filled(versions.at(every, as_of))
        lacking[name] = int((is_filled(crm.leads.columns[name]) & ~known).sum())
    return lacking
