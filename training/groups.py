"""Judged rows in groups: what each was promised, and what came, by score, time or segment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from features.tables import MICROSECONDS_PER_DAY, BoolArray, FloatArray, IntArray, TextColumn
from models.intervals import wilson
from models.log_odds import probability_of
from training.evaluation import equal_parts

#: Values of fewer leads are told to nobody, and groups of fewer say nothing.
FEWEST_LEADS = 10
_MOST_LEVELS = 6
#: From so many days on months are told, below weeks; and tenths where rows have no time.
_MONTHS_FROM_DAYS = 100
_TENTHS = 10


@dataclass(frozen=True)
class JudgedRows:
    """n judged rows as they would have been shown: log-odds, outcome and lead of each."""

    log_odds: FloatArray
    won: BoolArray
    lead: IntArray


@dataclass(frozen=True)
class Group:
    """Judged rows that have something in common.

    Attributes
    ----------
    n, n_leads : rows, and the leads they are of.
    promised, observed : mean probability, and share won.
    low, high : 90% interval of the share won, of as many leads: rows of one lead are no news to each other.
    """

    label: str
    n: int
    n_leads: int
    promised: float
    observed: float
    low: float
    high: float

    @property
    def is_off(self) -> bool:
        """Whether what was promised lies outside of the interval of what came."""
        return not self.low <= self.promised <= self.high


def group_of(judged: JudgedRows, rows: IntArray, label: str = "") -> Group:
    """Some of the rows, at least one."""
    won, n_leads = judged.won[rows], len(np.unique(judged.lead[rows]))
    observed = float(won.mean())
    promised = float(probability_of(judged.log_odds[rows]).mean())
    return Group(label, len(rows), n_leads, promised, observed, *wilson(observed, n_leads))


def by_score(judged: JudgedRows, *, n_groups: int = 10) -> tuple[Group, ...]:
    """Groups of equal count, the lowest score first; the very groups that the calibration error is made of."""
    return tuple(group_of(judged, rows) for rows in equal_parts(judged.log_odds, n_groups))


def by_time(judged: JudgedRows, as_of_us: IntArray | None) -> tuple[Group, ...]:
    """Groups by month or week (UTC) of the score, or by tenths of a table whose rows have an order and no times.

    Parameters
    ----------
    as_of_us : of each row; None where the rows come in the order of the table.
    """
    if as_of_us is None:
        parts = np.array_split(np.arange(len(judged.won)), min(_TENTHS, len(judged.won)))
        return tuple(group_of(judged, rows, f"tenth {number}") for number, rows in enumerate(parts, start=1))
    days = (int(as_of_us.max()) - int(as_of_us.min())) / MICROSECONDS_PER_DAY
    if days >= _MONTHS_FROM_DAYS:
        start = as_of_us.astype("datetime64[us]").astype("datetime64[M]")
        labels = start.astype(np.str_)
    else:
        weeks = (as_of_us // MICROSECONDS_PER_DAY + 3) // 7 * 7 - 3  # since 1970-01-01, a Thursday: from Monday on
        labels = weeks.astype("datetime64[D]").astype(np.str_)
    found = (group_of(judged, np.flatnonzero(labels == label), str(label)) for label in np.unique(labels))
    return tuple(group for group in found if group.n_leads >= FEWEST_LEADS)


def by_level(judged: JudgedRows, columns: Mapping[str, TextColumn]) -> Iterator[tuple[str, tuple[Group, ...]]]:
    """Of each column the levels of most leads, in the column's order; a column with less than two is passed over.

    Parameters
    ----------
    columns : n cells each, as they stood at each judged row.
    """
    for name, column in columns.items():
        codes, counts = np.unique(column.codes, return_counts=True)
        common = codes[np.argsort(-counts, kind="stable")]
        found: list[tuple[int, Group]] = []
        for code in common[: 2 * _MOST_LEVELS].tolist():
            label = "not known" if code < 0 else column.levels[code]
            group = group_of(judged, np.flatnonzero(column.codes == code), label)
            if group.n_leads >= FEWEST_LEADS:
                found.append((code, group))
        if len(found) > 1:
            in_order = sorted(found[:_MOST_LEVELS], key=lambda one: (one[0] < 0, one[0]))
            yield name, tuple(group for _, group in in_order)
