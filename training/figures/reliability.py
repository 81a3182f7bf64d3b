"""Promised against observed: do 30 of 100 leads that were promised 30% become customers?"""

from collections.abc import Sequence

from training.figures import svg
from training.figures.axes import Axis, frame, legend, percent, shares_axis
from training.groups import Group

_SIZE = (520.0, 400.0)


def reliability_figure(groups: Sequence[Group]) -> str:
    """A dot for each group of equal count with the 90% interval of what came; a perfect model's lie on the line."""
    high = min(1.0, 1.08 * max(max(g.promised, g.observed, g.high) for g in groups))
    x = shares_axis(66.0, 504.0, "promised probability", high=high)
    y = shares_axis(350.0, 40.0, "share that became customers", high=x.high)
    parts = [*frame(x, y), svg.line((x.start, y.start), (x.end, y.end), "line-ideal")]
    parts += [_whisker(x, y, group) for group in groups]
    parts.append(svg.dots([(x.at(g.promised), y.at(g.observed)) for g in groups], "dot-model"))
    parts += legend(
        (x.start, 20), [("dot-model", "leads in ten groups, with 90% interval"), ("line-ideal", "as promised")]
    )
    said = "; ".join(f"promised {percent(g.promised)}, came {percent(g.observed)}" for g in groups)
    return svg.svg("reliability", _SIZE, parts, title="Reliability on judged leads", said=said)


def _whisker(x: Axis, y: Axis, group: Group) -> str:
    at = x.at(group.promised)
    return svg.line((at, y.at(group.low)), (at, y.at(group.high)), "line-model")
