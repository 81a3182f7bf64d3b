"""What a draft becomes once the files were read as it says: horizon, bad rows, columns that tell too much."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from features.crm import Crm
from features.crm_reader import read_crm
from features.sources import BadProject
from features.tables import MICROSECONDS_PER_DAY, NEVER_US, BoolArray, Column, FloatArray, NumberColumn
from features.yaml_text import parse_yaml, validate_document
from leadlight.init.render import render
from leadlight.init.said import Draft, Said
from leadlight.project import ProjectFile

#: Horizons that people ask for, in days.
HORIZON_DAYS = (7, 14, 30, 60, 90, 180, 365)
#: The horizon is the first that nine wins in ten keep.
_WON_SHARE = 0.9
_DEFAULT_DAYS = 90
_SPARE_DAYS = 30
_TOLERATED_BAD = 0.01
#: An AUC from here on, by one column alone, is a leak until shown otherwise.
_TELLING_AUC = 0.8
_MIN_OF_LEVEL = 20


def measured(draft: Draft, folder: Path) -> Draft:
    """The draft with what only the reading can tell.

    Raises
    ------
    BadProject : the files can not be read as the draft says.
    """
    file = validate_document(ProjectFile, parse_yaml(render(draft), name="leadlight.yaml"))
    crm = read_crm(file.model_copy(update={"max_bad": 1.0}), folder)
    columns = {**draft.columns, **_clashing(crm, draft.columns)}
    columns |= _telling(crm, columns)
    return replace(
        draft,
        columns=columns,
        horizon=None if crm.is_flat or crm.leads.created_us is None else _horizon(crm),
        max_bad=_max_bad(crm),
    )


def horizon_days(win_ages_days: FloatArray, history_days: float) -> int:
    """The first usual horizon that nine wins in ten keep, short enough to be judged on later leads.

    Judging in time needs a history of two horizons and 30 days (training/split.py).

    >>> horizon_days(np.array([1.0, 5.0, 20.0, 29.0]), history_days=365)
    30
    >>> horizon_days(np.array([1.0, 5.0, 20.0, 29.0]), history_days=60)
    14
    """
    age = float(np.quantile(win_ages_days, _WON_SHARE, method="inverted_cdf"))
    wanted = next((days for days in HORIZON_DAYS if age <= days), HORIZON_DAYS[-1])
    ripe = [days for days in HORIZON_DAYS if days <= min(wanted, (history_days - _SPARE_DAYS) / 2)]
    return max(ripe, default=HORIZON_DAYS[0])


def _horizon(crm: Crm) -> Said:
    created, won = crm.leads.created_us, crm.outcomes.won_us != NEVER_US
    if created is None or not won.any():
        return Said(f"{_DEFAULT_DAYS}d", "", "no deal is won yet; within which time should a lead be won?")
    ages = (crm.outcomes.won_us[won] - created[won]) / MICROSECONDS_PER_DAY
    history = (crm.observed_until_us - int(created.min())) / MICROSECONDS_PER_DAY
    days = horizon_days(ages, history)
    age = float(np.quantile(ages, _WON_SHARE, method="inverted_cdf"))
    ask = "" if age <= days else f"the {history:.0f} days of history are too short for more"
    return Said(f"{days}d", f"nine wins in ten came within {age:.1f} days", ask)


def _max_bad(crm: Crm) -> Said | None:
    """Room for the rows that can not be used, where they are more than the usual one in a hundred."""
    shares = {count.file: count.n_faults / count.rows_read for count in crm.counts if count.rows_read}
    worst = max(shares, key=lambda file: shares[file], default=None)
    if worst is None or shares[worst] <= _TOLERATED_BAD:
        return None
    room = min(math.ceil(shares[worst] * 1.2 * 100) / 100, 1.0)
    return Said(
        room,
        "share of a table's rows that may be unusable",
        f"{shares[worst]:.1%} of the rows of {worst} can not be used; `leadlight check` says why",
    )


def _clashing(crm: Crm, columns: Mapping[str, Said]) -> dict[str, Said]:
    """Columns that are called like a computed feature can not be attributes."""
    try:
        crm.learn_spec()
    except BadProject as error:
        names = [str(problem.key[-1]) for problem in error.problems]
        return {
            name: Said("ignore", "", "it has the name of a computed feature; rename it to use it")
            for name in names
            if name in columns
        }
    return {}


def _telling(crm: Crm, columns: Mapping[str, Said]) -> dict[str, Said]:
    """Columns that tell won from lost nearly alone, with a question: was that known before the outcome?"""
    is_known = crm.outcomes.closed_us != NEVER_US
    won = crm.outcomes.won_us != NEVER_US
    rows = is_known if crm.is_flat else np.ones(len(won), dtype=np.bool_)
    asked: dict[str, Said] = {}
    for name, column in crm.leads.columns.items():
        auc = auc_of(column, won, rows)
        if auc >= _TELLING_AUC:
            alone = f"alone it tells won from not won with an AUC of {auc:.2f}"
            asked[name] = replace(columns[name], ask=f"{alone}; is it known before the outcome? If not: ignore")
    return asked


def auc_of(column: Column, won: BoolArray, rows: BoolArray) -> float:
    """How well one column ranks won before not won, from .5 (not at all) to 1; categories by their share of won."""
    if isinstance(column, NumberColumn):
        values = column.values
        rows = rows & ~np.isnan(values)
    else:
        codes = column.codes + 1
        n = np.bincount(codes[rows], minlength=len(column.levels) + 1)
        n_won = np.bincount(codes[rows & won], minlength=len(n))
        share = np.where(n >= _MIN_OF_LEVEL, n_won / np.maximum(n, 1), np.mean(won[rows]) if rows.any() else 0.0)
        values = share[codes]
    return _auc(values[rows], won[rows])


def _auc(values: FloatArray, won: BoolArray) -> float:
    from scipy.stats import rankdata

    n_won, n_not = int(won.sum()), int((~won).sum())
    if min(n_won, n_not) < _MIN_OF_LEVEL:
        return 0.5
    auc = (float(rankdata(values)[won].sum()) - n_won * (n_won + 1) / 2) / (n_won * n_not)
    return max(auc, 1 - auc)
