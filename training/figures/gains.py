"""Customers found by calls made, for the model, for the rulebook's points, and for calls at random."""

from training.curves import Gains
from training.figures import svg
from training.figures.axes import Axis, frame, legend, percent, shares_axis

_SIZE = (520.0, 400.0)


def gains_figure(model: Gains, rules: Gains | None, *, base_rate: float) -> str:
    """Share of customers found against share of leads called, best first.

    Parameters
    ----------
    rules : by rule points; None where they are equal for all.
    base_rate : share of rows won: nobody finds them sooner than by calling these alone.
    """
    x, y = shares_axis(66.0, 504.0, "share of leads called, best first"), shares_axis(350.0, 40.0, "customers found")
    perfect = [(0.0, 0.0), (base_rate, 1.0), (1.0, 1.0)]
    parts = [*frame(x, y), svg.path([(x.at(a), y.at(b)) for a, b in perfect], "line-ideal")]
    parts.append(svg.line((x.start, y.start), (x.end, y.end), "line-faint"))
    entries = [("line-model", "model"), ("line-ideal", "perfect"), ("line-faint", "at random")]
    if rules is not None:
        parts.append(_curve(x, y, rules, "line-rules"))
        entries.insert(1, ("line-rules", "rule points"))
    parts += [_curve(x, y, model, "line-model"), *legend((x.start, 20), entries)]
    shares = (0.1, 0.2, 0.5)
    said = "; ".join(f"the best {percent(s)} of the leads hold {percent(model.at(s))} of the customers" for s in shares)
    return svg.svg("gains", _SIZE, parts, title="Customers found by calls made", said=said)


def _curve(x: Axis, y: Axis, gains: Gains, look: str) -> str:
    return svg.path(
        [(x.at(a), y.at(b)) for a, b in zip(gains.called.tolist(), gains.found.tolist(), strict=True)], look
    )
