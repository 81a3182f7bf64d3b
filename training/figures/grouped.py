"""Promised and observed by group: months, segments."""

from collections.abc import Sequence

from training.figures import svg
from training.figures.axes import legend, percent, shares_axis, upright_ticks
from training.groups import Group

_WIDTH, _TOP, _ROW = 520.0, 34.0, 24.0
_LABEL = 22


def grouped_figure(name: str, groups: Sequence[Group], *, title: str) -> str:
    """A line for each group: the 90% interval of what came, its share, and what was promised.

    Parameters
    ----------
    name : of the figure among those of the page.
    """
    bottom = _TOP + _ROW * len(groups)
    high = min(1.0, 1.05 * max(max(g.promised, g.high) for g in groups))
    x = shares_axis(176.0, _WIDTH - 56, "share that became customers", high=high)
    parts = upright_ticks(x, _TOP, bottom)
    for number, group in enumerate(groups):
        y = _TOP + _ROW * (number + 0.5)
        parts.append(svg.text((168, y + 4), svg.cut_short(group.label, _LABEL), anchor="end"))
        parts.append(svg.line((x.at(group.low), y), (x.at(group.high), y), "line-won"))
        parts.append(svg.dots([(x.at(group.observed), y)], "dot-won"))
        promised = x.at(group.promised)
        parts.append(svg.line((promised, y - 8), (promised, y + 8), "line-model"))
        parts.append(svg.text((_WIDTH - 4, y + 4), f"{group.n_leads:,}", anchor="end"))
    entries = [("line-model", "promised"), ("dot-won", "came, with 90% interval")]
    parts += [*legend((x.start, 18), entries), svg.text((_WIDTH - 4, 18), "leads", anchor="end")]
    said = "; ".join(f"{g.label}: promised {percent(g.promised)}, came {percent(g.observed)}" for g in groups)
    return svg.svg(name, (_WIDTH, bottom + 44), parts, title=title, said=said)
