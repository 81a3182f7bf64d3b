"""Rules against model: what the rulebook promised, what the model says, and what came, by rule points."""

from collections.abc import Sequence

from training.evaluation import Bin
from training.figures import svg
from training.figures.axes import Axis, frame, legend, percent, shares_axis

_SIZE = (520.0, 400.0)


def points_figure(bands: Sequence[Bin]) -> str:
    """Three marks for each band of rule points."""
    shares = [s for b in bands for s in (b.promised, b.observed, b.rules_promised or 0.0)]
    y = shares_axis(350.0, 40.0, "share that became customers", high=min(1.0, 1.08 * max(shares)))
    x = Axis(0.0, float(len(bands)), 66.0, 504.0, (), label="rule points")
    parts = frame(x, y)
    looks = (("dot-rules", "rules_promised"), ("dot-model", "promised"), ("dot-won", "observed"))
    for number, band in enumerate(bands):
        parts.append(svg.text((x.at(number + 0.5), 367), _whole(band), anchor="middle"))
    for shift, (look, name) in enumerate(looks, start=-1):
        marks = [
            (x.at(number + 0.5) + 9 * shift, y.at(share))
            for number, band in enumerate(bands)
            if (share := getattr(band, name)) is not None
        ]
        parts.append(svg.dots(marks, look))
    entries = [("dot-rules", "rulebook promised"), ("dot-model", "model says"), ("dot-won", "came")]
    parts += legend((x.start, 20), entries)
    said = "; ".join(f"{_whole(b)} points: model {percent(b.promised)}, came {percent(b.observed)}" for b in bands)
    return svg.svg("points", _SIZE, parts, title="Rules against model", said=said)


def _whole(band: Bin) -> str:
    """The points of a band, rounded."""
    low, high = round(band.low), round(band.high)
    return f"{low}" if low == high else f"{low} to {high}"
