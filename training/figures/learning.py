"""The loss by the number of leads learned from: does it still fall?"""

import math
from collections.abc import Sequence

from training.figures import svg
from training.figures.axes import Axis, frame, round_ticks
from training.learning_curve import LearningPoint

_SIZE = (520.0, 400.0)


def learning_figure(points: Sequence[LearningPoint]) -> str:
    """A dot for each fit with its 90% interval; each was fitted on about twice as many leads as the one before."""
    low, high = min(p.low for p in points), max(p.high for p in points)
    y = Axis(low, high, 350.0, 40.0, round_ticks(low, high), label="log loss on the newest leads")
    logs = [math.log2(point.n_leads) for point in points]
    spare = 0.3
    x = Axis(
        logs[0] - spare, logs[-1] + spare, 66.0, 504.0, (), label="leads learned from, and how many of them were won"
    )
    parts = frame(x, y)
    marks = [(x.at(log), y.at(point.log_loss)) for log, point in zip(logs, points, strict=True)]
    for (at, _), point in zip(marks, points, strict=True):
        parts.append(svg.line((at, y.at(point.low)), (at, y.at(point.high)), "line-band"))
        parts.append(svg.text((at, 367), f"{point.n_leads:,}, {point.n_won:,}", anchor="middle"))
    parts += [svg.path(marks, "line-model"), svg.dots(marks, "dot-model")]
    said = "; ".join(f"{p.n_leads:,} leads: {p.log_loss:.3f}" for p in points)
    return svg.svg("learning", _SIZE, parts, title="Learning curve", said=said)
