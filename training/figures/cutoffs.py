"""Precision and recall by cut-off, with the cut that the sales team has the capacity for."""

from collections.abc import Sequence

from training.curves import CutOff
from training.figures import svg
from training.figures.axes import frame, legend, percent, shares_axis

_SIZE = (520.0, 400.0)
#: The precision of fewer rows is noise.
_FEWEST = 10


def cutoffs_figure(cuts: Sequence[CutOff], *, capacity: float | None) -> str:
    """Lines over the probability of the cut.

    Parameters
    ----------
    cuts : many, ascending.
    capacity : the probability from which on a lead is hot, where the project says how many fit in a week.
    """
    x, y = shares_axis(66.0, 504.0, "called from this probability on"), shares_axis(350.0, 40.0, "share")
    parts = frame(x, y)
    lines = (
        ("line-model", [(cut.probability, cut.precision) for cut in cuts if cut.n >= _FEWEST]),
        ("line-won", [(cut.probability, cut.recall) for cut in cuts]),
        ("line-faint", [(cut.probability, cut.share) for cut in cuts]),
    )
    for look, shares in lines:
        parts.append(svg.path([(x.at(at), y.at(share)) for at, share in shares if share is not None], look))
    entries = [("line-model", "precision"), ("line-won", "recall"), ("line-faint", "share of leads called")]
    if capacity is not None:
        at = x.at(capacity)
        parts.append(svg.line((at, y.start), (at, y.end), "line-mark"))
        is_right = capacity > x.high / 2
        words = f"capacity cut {percent(capacity)}"
        parts.append(svg.text((at - 5 if is_right else at + 5, 54), words, anchor="end" if is_right else "start"))
    told = [cut for cut in cuts if round(100 * cut.probability) in (10, 30, 50, 70)]
    said = "; ".join(
        f"from {percent(c.probability)} on: precision {_or_none(c.precision)}, recall {_or_none(c.recall)}"
        for c in told
    )
    parts += legend((x.start, 20), entries)
    return svg.svg("cutoffs", _SIZE, parts, title="Precision and recall by cut-off", said=said)


def _or_none(share: float | None) -> str:
    return "none" if share is None else percent(share)
