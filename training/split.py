"""Out-of-time blocks: rolling origins with a gap of one horizon, or grouped folds where time is too short."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.tables import MICROSECONDS_PER_DAY, BoolArray, IntArray

N_BLOCKS = 3
MIN_OF_EACH_OUTCOME = 20
_SPARE_US = 30 * MICROSECONDS_PER_DAY


@dataclass(frozen=True)
class Block:
    """Rows to fit on, and the rows that judge the fit."""

    train: IntArray
    test: IntArray


@dataclass(frozen=True)
class Split:
    """Blocks in the order of time.

    Attributes
    ----------
    is_time_tested : whether every block judges on later rows than it was fitted on.
    """

    blocks: tuple[Block, ...]
    is_time_tested: bool


def is_enough(won: BoolArray, lead: IntArray) -> bool:
    """At least 20 won and 20 lost leads: below that the rules speak alone."""
    return min(len(np.unique(lead[won])), len(np.unique(lead[~won]))) >= MIN_OF_EACH_OUTCOME


def rolling_blocks(as_of_us: IntArray, *, gap_us: int, n_blocks: int = N_BLOCKS) -> tuple[Block, ...]:
    """Rolling origins: each block is judged by the rows after its origin, fitted on rows a gap older.

    The first origin stands a third into the time that the gap leaves; the rows after it are cut into
    blocks of equal count. A gap of one horizon makes every training label ripe at the origin.
    """
    first, last = int(as_of_us.min()), int(as_of_us.max())
    origin = first + gap_us + max(last - first - gap_us, 0) // 3
    later = np.sort(as_of_us[as_of_us > origin])
    if len(later) < n_blocks:
        return ()
    ends = [int(later[(len(later) * (i + 1)) // n_blocks - 1]) for i in range(n_blocks)]
    starts = [origin, *ends[:-1]]
    return tuple(
        Block(np.flatnonzero(as_of_us <= start - gap_us), np.flatnonzero((as_of_us > start) & (as_of_us <= end)))
        for start, end in zip(starts, ends, strict=True)
    )


def grouped_folds(fold: IntArray) -> tuple[Block, ...]:
    """Each fold judged by the fit on the others."""
    return tuple(Block(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in np.unique(fold))


def split_history(
    as_of_us: IntArray, won: BoolArray, lead: IntArray, fold: IntArray, *, horizon_us: int | None, is_ordered: bool
) -> Split:
    """Out-of-time blocks where the history allows, else folds grouped by account, marked "not time-tested".

    Parameters
    ----------
    as_of_us, won, lead, fold : one per snapshot; `fold` is equal within an account.
    horizon_us : the gap; None for a flat table, whose ranks have no gap.
    is_ordered : whether the rows of a flat table come in the order of time.
    """
    gap_us = horizon_us or 0
    long_enough = is_ordered
    if horizon_us is not None:
        history_us = int(as_of_us.max()) - int(as_of_us.min()) + horizon_us
        long_enough = history_us >= 2 * horizon_us + _SPARE_US
    if long_enough:
        blocks = _judging(rolling_blocks(as_of_us, gap_us=gap_us), won, lead)
        if blocks:
            return Split(blocks, True)
    return Split(_judging(grouped_folds(fold), won, lead), False)


def _judging(blocks: Sequence[Block], won: BoolArray, lead: IntArray) -> tuple[Block, ...]:
    """The blocks with enough of both outcomes to fit on; none unless together they judge by enough of both."""
    kept = tuple(b for b in blocks if len(b.test) and is_enough(won[b.train], lead[b.train]))
    judged = np.concatenate([b.test for b in kept]) if kept else np.zeros(0, dtype=np.int64)
    return kept if is_enough(won[judged], lead[judged]) else ()
