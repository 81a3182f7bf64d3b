"""Shares of leads, each counted once however many snapshots it has, and how sure they and their ratios are."""

from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, IntArray
from models.intervals import wilson


@dataclass(frozen=True)
class LeadShare:
    """A share of some leads, with its 90% interval.

    Attributes
    ----------
    n_leads : how many leads it was seen on.
    share, low, high : between 0 and 1; None where there is no lead.
    """

    n_leads: int
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Ratio:
    """A share over another, with its 90% interval.

    Attributes
    ----------
    value : None where one of the two was seen on no lead, or the lower one is 0.
    low : at least 0.
    high : None where nothing bounds it.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None


def lead_share(flag: BoolArray, among: BoolArray, lead: IntArray) -> LeadShare:
    """The share of `flag` among some snapshots, where each of their leads counts once.

    A lead with several snapshots there counts with the mean over them: it is one piece of evidence, however often it
    was looked at. So the interval (Wilson's) is that of so many leads.

    Parameters
    ----------
    flag, among : n bool.
    lead : n, the lead of each snapshot.

    >>> here = np.array([True, True, True, False])
    >>> lead_share(np.array([True, True, False, True]), here, np.array([7, 7, 8, 9])).share
    0.5
    """
    rows = np.flatnonzero(among)
    if not len(rows):
        return LeadShare(0)
    _, position = np.unique(lead[rows], return_inverse=True)
    share_of_lead = np.bincount(position, weights=flag[rows]) / np.bincount(position)
    share, n_leads = float(share_of_lead.mean()), len(share_of_lead)
    return LeadShare(n_leads, share, *wilson(share, n_leads))


def ratio_of(upper: LeadShare, lower: LeadShare) -> Ratio:
    """One share over another; the interval is put together from the Wilson intervals of the two.

    MOVER-R (Newcombe 2016, doi 10.1177/0962280213502144), for shares that do not depend on each other. Leads that
    count in both make the interval wider than it need be, not narrower.

    >>> found = ratio_of(LeadShare(100, 0.4, *wilson(0.4, 100)), LeadShare(400, 0.2, *wilson(0.2, 400)))
    >>> round(found.value, 1), round(found.low, 1), round(found.high, 1)
    (2.0, 1.5, 2.6)
    """
    bounds = (upper.share, upper.low, upper.high, lower.share, lower.low, lower.high)
    p1, l1, u1, p2, l2, u2 = (-1.0 if bound is None else bound for bound in bounds)
    if p1 < 0 or p2 <= 0:
        return Ratio()
    low = _bound(p1, p2, l1, u2, -1.0)
    high = _bound(p1, p2, u1, l2, 1.0) if l2 > 0 else None
    return Ratio(p1 / p2, max(low or 0.0, 0.0), high)


def _bound(p1: float, p2: float, of_upper: float, of_lower: float, sign: float) -> float | None:
    product, rest = p1 * p2, of_lower * (2 * p2 - of_lower)
    root = product**2 - of_upper * rest * (2 * p1 - of_upper)
    if abs(rest) < 1e-12:
        return of_upper * (2 * p1 - of_upper) / (2 * product) if product else None
    return (product + sign * float(np.sqrt(max(root, 0.0)))) / rest
