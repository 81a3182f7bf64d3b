"""When columns are filled in: more for one outcome, only at the close, after it, or as leads grow older."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from features.crm import Crm
from features.labels import is_open
from features.snapshots import Snapshots
from features.tables import NEVER_US, BoolArray, Column, FloatArray, IntArray, NumberColumn, is_filled
from training.evaluation import area_under_curve
from training.leaks.finding import Leak

#: A gap between two shares counts from so many standard errors on: some columns of many are far apart by chance.
_ERRORS = 4.0
_FILL_GAP = 0.2
#: So much more of the older open leads have it.
_RISE = 0.1
#: Nobody open has it, yet so many of the closed have.
_FEW, _SOME = 0.01, 0.2
_AFTER_SHARE = 0.1
#: How well a column may tell closed from open leads of the same time.
_DIFFER_WARN, _DIFFER_STOP = 0.75, 0.95
_MIN_LEADS = 50
_N_STRATA, _N_BINS = 20, 20


@dataclass(frozen=True)
class _Leads:
    """The leads as this audit sees them.

    Attributes
    ----------
    is_closed, is_won : n bool; a lead that was lost and is open again is open.
    stratum : n int64, leads that came at about the same time.
    """

    crm: Crm
    is_closed: BoolArray
    is_won: BoolArray
    stratum: IntArray

    @classmethod
    def of(cls, crm: Crm) -> "_Leads":
        n = len(crm.leads)
        order = np.arange(n) if crm.leads.created_us is None else np.argsort(crm.leads.created_us, kind="stable")
        stratum = np.empty(n, dtype=np.int64)
        stratum[order] = np.arange(n) * _N_STRATA // max(n, 1)
        today = Snapshots(np.arange(n), np.full(n, crm.newest_us))
        return cls(crm, ~is_open(today, crm.outcomes), crm.outcomes.won_us != NEVER_US, stratum)

    @property
    def has_both(self) -> bool:
        """Whether there are open and closed leads enough to compare."""
        return min(int(self.is_closed.sum()), int((~self.is_closed).sum())) >= _MIN_LEADS


def filling_leaks(crm: Crm, names: Iterable[str], *, known_from_signup: frozenset[str]) -> list[Leak]:
    """What the filling of columns tells; of columns known from the sign-up only what is certain.

    Parameters
    ----------
    names : columns of the leads.
    """
    leads = _Leads.of(crm)
    found = [leak for name in names for leak in _of_column(leads, name)]
    return [leak for leak in found if leak.verdict == "stop" or leak.column not in known_from_signup]


def _of_column(leads: _Leads, name: str) -> Iterator[Leak]:
    column = leads.crm.leads.columns[name]
    filled = is_filled(column)
    yield from _by_outcome(leads, name, filled)
    yield from _after_outcome(leads, name, column)
    yield from _with_age(leads, name, filled)
    if leads.has_both:
        yield from _at_close(leads, name, column, filled)


def _by_outcome(leads: _Leads, name: str, filled: BoolArray) -> Iterator[Leak]:
    won, lost = filled[leads.is_closed & leads.is_won], filled[leads.is_closed & ~leads.is_won]
    gap = _gap(won, lost)
    if abs(gap) >= _FILL_GAP:
        advice = (
            f"filled for {won.mean():.0%} of the won and {lost.mean():.0%} of the lost leads; if sales asks for it "
            "on the way, ignore it or give its history"
        )
        yield Leak(name, "fill_by_outcome", gap, "warn", advice)


def _after_outcome(leads: _Leads, name: str, column: Column) -> Iterator[Leak]:
    """Dates that lie after the close were written after it, or foretell something."""
    if leads.crm.kinds[name] != "date" or leads.crm.is_flat or not isinstance(column, NumberColumn):
        return
    dates, closed_us = column.values[leads.is_closed], leads.crm.outcomes.closed_us[leads.is_closed]
    known = ~np.isnan(dates)
    if known.sum() < _MIN_LEADS:
        return
    share = float((dates[known] >= closed_us[known]).mean())
    if share >= _AFTER_SHARE:
        advice = f"{share:.0%} of its dates lie after the lead was closed, so it is written then; ignore it"
        yield Leak(name, "filled_after_outcome", share, "warn", advice)


def _at_close(leads: _Leads, name: str, column: Column, filled: BoolArray) -> Iterator[Leak]:
    is_open = ~leads.is_closed
    open_share, closed_share = float(filled[is_open].mean()), float(filled[leads.is_closed].mean())
    if open_share <= _FEW and _gap_in_strata(leads, filled) >= _SOME:
        advice = f"filled for {closed_share:.0%} of the closed leads and {open_share:.1%} of the open ones; ignore it"
        yield Leak(name, "filled_when_closed", closed_share, "stop", advice)
        return
    auc = _auc_of_closed(leads, column)
    if auc >= _DIFFER_WARN:
        verdict: Literal["stop", "warn"] = "stop" if auc >= _DIFFER_STOP else "warn"
        advice = (
            f"it tells closed leads from open ones that came at the same time with an AUC of {auc:.2f}, so closing a "
            "lead changes it; ignore it or give its history"
        )
        yield Leak(name, "open_leads_differ", auc, verdict, advice)


def _with_age(leads: _Leads, name: str, filled: BoolArray) -> Iterator[Leak]:
    """Filled as open leads grow older, so leads of training knew it before they were as young as those of today.

    Of closed leads nothing is said: those that were worked for long are filled in and won.
    """
    created = leads.crm.leads.created_us
    if created is None:
        return
    rows = np.flatnonzero(~leads.is_closed)
    older, younger = np.array_split(filled[rows[np.argsort(created[rows], kind="stable")]], 2)
    gap = _gap(older, younger)
    if gap >= _RISE:
        advice = (
            f"filled for {younger.mean():.0%} of the younger open leads and {older.mean():.0%} of the older, so it is "
            "filled in on the way; give its `history`, or say `known_from: signup` (filled in from the start) or "
            "`known_from: sales`"
        )
        yield Leak(name, "filled_later", gap, "warn", advice)


def _gap(one: BoolArray, other: BoolArray) -> float:
    """The difference of two shares; 0 where few leads speak or it may be chance."""
    if min(len(one), len(other)) < _MIN_LEADS:
        return 0.0
    pooled = float(np.concatenate([one, other]).mean())
    error = np.sqrt(pooled * (1 - pooled) * (1 / len(one) + 1 / len(other)))
    gap = float(one.mean() - other.mean())
    return gap if abs(gap) > _ERRORS * error else 0.0


def _weights(leads: _Leads) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Open and closed leads of each stratum, and what the stratum weighs (Mantel & Haenszel 1959)."""
    n_open = np.bincount(leads.stratum[~leads.is_closed], minlength=_N_STRATA).astype(np.float64)
    n_closed = np.bincount(leads.stratum[leads.is_closed], minlength=_N_STRATA).astype(np.float64)
    return n_open, n_closed, n_open * n_closed / np.maximum(n_open + n_closed, 1)


def _gap_in_strata(leads: _Leads, filled: BoolArray) -> float:
    n_open, n_closed, weight = _weights(leads)
    filled_open = np.bincount(leads.stratum[filled & ~leads.is_closed], minlength=_N_STRATA)
    filled_closed = np.bincount(leads.stratum[filled & leads.is_closed], minlength=_N_STRATA)
    gap = filled_closed / np.maximum(n_closed, 1) - filled_open / np.maximum(n_open, 1)
    return float(weight @ gap / weight.sum()) if weight.sum() else 0.0


def _auc_of_closed(leads: _Leads, column: Column) -> float:
    """How well the column's levels tell closed from open within strata, each half coded by the other."""
    level = _levels_of(column)
    half = np.arange(len(level)) % 2
    score = np.zeros(len(level))
    for own in (0, 1):
        rest = half != own
        n = np.bincount(level[rest], minlength=int(level.max()) + 1)
        n_closed = np.bincount(level[rest & leads.is_closed], minlength=len(n))
        score[half == own] = ((n_closed + 2 * leads.is_closed.mean()) / (n + 2))[level[half == own]]
    _, _, weight = _weights(leads)
    strata = np.flatnonzero(weight)
    aucs = [area_under_curve(score[leads.stratum == k], leads.is_closed[leads.stratum == k]) for k in strata]
    return float(np.average(aucs, weights=weight[strata])) if len(strata) else 0.5


def _levels_of(column: Column) -> IntArray:
    """Levels from 0, which is missing; numbers in bins of equal count."""
    if not isinstance(column, NumberColumn):
        return column.codes + 1
    known = ~np.isnan(column.values)
    if not known.any():
        return np.zeros(len(column), dtype=np.int64)
    cuts = np.unique(np.quantile(column.values[known], np.linspace(0, 1, _N_BINS + 1)[1:-1]))
    return np.where(known, 1 + np.searchsorted(cuts, column.values), 0)
