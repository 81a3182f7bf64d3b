"""Which probabilities the customers had been promised, and which the others."""

import numpy as np

from features.tables import BoolArray, FloatArray
from training.figures import svg
from training.figures.axes import Axis, legend, percent, round_ticks, shares_axis, upright_ticks

_SIZE = (520.0, 400.0)
_N_BINS = 20
_MIDDLE = 195.0


def outcomes_figure(probability: FloatArray, won: BoolArray) -> str:
    """Bars of customers upwards and of the others downwards, each as a share of its own kind."""
    edges = np.linspace(0, 1, _N_BINS + 1)
    up, down = (_shares(probability[kind], edges) for kind in (won, ~won))
    high = max(float(up.max()), float(down.max()), 0.01) * 1.05
    ticks = tuple(t for t in round_ticks(0.0, high, about=3))
    above = Axis(0.0, high, _MIDDLE, 40.0, ticks, percent)
    below = Axis(0.0, high, _MIDDLE, 350.0, ticks[1:], percent)
    x = shares_axis(66.0, 504.0, "promised probability")
    parts = upright_ticks(x, 40.0, 350.0)
    for y in (above, below):
        parts += [svg.line((x.start, y.at(t)), (x.end, y.at(t)), "grid") for t in y.ticks]
        parts += [svg.text((x.start - 7, y.at(t) + 4), percent(t), anchor="end") for t in y.ticks]
    for k in range(_N_BINS):
        left, right = x.at(edges[k]) + 1, x.at(edges[k + 1]) - 1
        parts.append(svg.bar(left, above.at(up[k]), right, _MIDDLE, "fill-won"))
        parts.append(svg.bar(left, _MIDDLE, right, below.at(down[k]), "fill-lost"))
    parts.append(svg.text_upwards((22, _MIDDLE), "share of its own kind"))
    parts += legend((x.start, 20), [("fill-won", "became customers"), ("fill-lost", "did not")])
    half = [percent(float((probability[kind] >= 0.5).mean())) if kind.any() else "none" for kind in (won, ~won)]
    said = f"promised 50% or more: {half[0]} of those who became customers, {half[1]} of the others"
    return svg.svg("outcomes", _SIZE, parts, title="Scores by what came", said=said)


def _shares(values: FloatArray, edges: FloatArray) -> FloatArray:
    counts, _ = np.histogram(values, edges)
    return np.asarray(counts / max(len(values), 1))
