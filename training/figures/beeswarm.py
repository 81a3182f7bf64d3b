"""What moves the scores: a dot for each sampled snapshot, by what a column or event type did to its odds."""

from collections.abc import Sequence

import numpy as np

from features.tables import FloatArray, IntArray
from training.figures import svg
from training.figures.axes import Axis, legend, percent, upright_ticks
from training.influences import Influence

_WIDTH, _TOP, _ROW = 860.0, 40.0, 34.0
#: Dots of one column of pixels lie one above the other, so far apart at most.
_COLUMN_PX, _STEP_PX, _HALF_PX = 4.0, 3.2, 14.0
#: Ranks in so many colours, from low to high.
_N_COLOURS = 5
#: So many doublings of the odds to either side at most: some dots lie at the end.
_FEWEST, _MOST = 1.0, 5.0
_FACTORS = {-5: "÷32", -4: "÷16", -3: "÷8", -2: "÷4", -1: "÷2", 0: "×1", 1: "×2", 2: "×4", 3: "×8", 4: "×16", 5: "×32"}


def beeswarm_figure(influences: Sequence[Influence]) -> str:
    """A line for each source; to the right the odds of a deal rise, each tick doubles them."""
    doublings = [influence.log_odds / np.log(2.0) for influence in influences]
    furthest = max(float(np.abs(values).max()) for values in doublings)
    reach = min(max(furthest * 1.03, _FEWEST), _MOST)
    bottom = _TOP + _ROW * len(influences)
    ticks = tuple(float(k) for k in _FACTORS if abs(k) <= reach)
    x = Axis(-reach, reach, 318.0, _WIDTH - 60, ticks, lambda k: _FACTORS[int(k)], "odds of a deal")
    parts = [*upright_ticks(x, _TOP, bottom), svg.line((x.at(0), _TOP), (x.at(0), bottom), "line-zero")]
    for number, (influence, values) in enumerate(zip(influences, doublings, strict=True)):
        y = _TOP + _ROW * (number + 0.5)
        parts.append(svg.text((308, y + 4), svg.cut_short(influence.words, 44), anchor="end"))
        parts.append(svg.text((_WIDTH - 4, y + 4), percent(influence.share), anchor="end"))
        parts += _swarm(np.array([x.at(value) for value in values.tolist()]), influence.rank, y)
    names = ("lowest", "low", "middle", "high", "highest")
    entries = [(f"dot-rank-{k}", name) for k, name in enumerate(names)]
    parts += legend((120.0, 20), [*entries, ("dot-rank-none", "category, never, or not known")])
    parts.append(svg.text((_WIDTH - 4, 20), "share", anchor="end"))
    said = "; ".join(f"{i.words}: {percent(i.share)} of what moves the scores" for i in influences)
    return svg.svg("beeswarm", (_WIDTH, bottom + 44), parts, title="What moves the scores", said=said)


def _swarm(x: FloatArray, rank: FloatArray, y: float) -> list[str]:
    """The dots of one line, a path for each colour."""
    place = y + _offsets(x)
    colour = np.where(np.isnan(rank), -1, np.minimum(np.nan_to_num(rank) * _N_COLOURS, _N_COLOURS - 1).astype(np.int64))
    out = []
    for code in range(-1, _N_COLOURS):
        rows = np.flatnonzero(colour == code)
        points = list(zip(x[rows].tolist(), place[rows].tolist(), strict=True))
        out.append(svg.dots(points, f"dot-rank-{'none' if code < 0 else code}"))
    return out


def _offsets(x: FloatArray) -> FloatArray:
    """How far above or below the middle each dot lies: those of a column in turn, closer where they are many."""
    column: IntArray = np.floor(x / _COLUMN_PX).astype(np.int64)
    order = np.argsort(column, kind="stable")
    nth = np.empty(len(x), dtype=np.int64)
    _, first, count = np.unique(column[order], return_index=True, return_counts=True)
    nth[order] = np.arange(len(x)) - np.repeat(first, count)
    in_column = np.empty(len(x), dtype=np.int64)
    in_column[order] = np.repeat(count, count)
    step = np.minimum(_STEP_PX, 2 * _HALF_PX / np.maximum(in_column, 1))
    side = np.where(nth % 2 == 0, 1.0, -1.0)
    return np.asarray(side * ((nth + 1) // 2) * step)
