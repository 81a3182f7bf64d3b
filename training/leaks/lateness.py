"""Columns whose history begins after the outcome: nothing is known of them while leads are open."""

from collections.abc import Iterable

import numpy as np

from features.crm import Crm
from features.labels import is_open
from features.snapshots import Snapshots
from features.tables import NEVER_US, is_filled
from features.versions import Versions
from training.leaks.finding import Leak

#: Of the closed leads that ever had a value, those that got their first one too late.
_MOSTLY = 0.5
_MIN_LEADS = 50


def filled_too_late(crm: Crm, names: Iterable[str]) -> list[Leak]:
    """Columns that most closed leads got at or after the close, by their history.

    As they stood, they carry no outcome: they were missing. But they say nothing either, and a table without a history
    would have taken today's value for the past.

    Parameters
    ----------
    names : columns of the leads; those without a history are passed over.
    """
    if crm.is_flat or crm.leads.created_us is None:
        return []
    shares = [(name, _late_share(crm, crm.leads.history[name])) for name in names if name in crm.leads.history]
    return [
        Leak(name, "filled_after_outcome", share, "warn", _advice(share)) for name, share in shares if share >= _MOSTLY
    ]


def _late_share(crm: Crm, versions: Versions) -> float:
    """Of the closed leads that ever had a value, the share whose first was known only when they were closed."""
    rows = np.flatnonzero(is_filled(versions.column))
    lead, first = np.unique(versions.lead[rows], return_index=True)  # versions are in the order of time
    won_us = crm.outcomes.won_us  # a lead that was lost before it was won ended with the win
    ended_us = np.where(won_us == NEVER_US, crm.outcomes.closed_us, won_us)[lead]
    open_now = is_open(Snapshots(lead, np.full(len(lead), crm.newest_us)), crm.outcomes)
    is_closed = (ended_us != NEVER_US) & ~open_now
    if is_closed.sum() < _MIN_LEADS:
        return 0.0
    return float((versions.known_us[rows][first] >= ended_us)[is_closed].mean())


def _advice(share: float) -> str:
    return (
        f"for {share:.0%} of the closed leads that have it, its history begins at the close or after it, so nothing "
        "was known of it while they were open; ignore it, or add rows of `history` with the values that leads came with"
    )
