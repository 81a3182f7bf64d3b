"""How many times the usual share of customers each tenth of the list holds."""

from collections.abc import Sequence

from training.figures import svg
from training.figures.axes import Axis, frame, round_ticks
from training.groups import Group

_SIZE = (520.0, 400.0)


def lift_figure(groups: Sequence[Group], *, base_rate: float) -> str:
    """A bar for each group, the best first.

    Parameters
    ----------
    groups : of equal count, the lowest score first.
    base_rate : share of all rows won, above 0.
    """
    lifts = [group.observed / base_rate for group in reversed(groups)]
    high = max(*lifts, 1.0) * 1.08
    y = Axis(0.0, high, 350.0, 40.0, round_ticks(0.0, high), label="times the usual share")
    x = Axis(
        0.0, float(len(lifts)), 66.0, 504.0, (), label=f"the list in {len(lifts)} parts of equal length, best first"
    )
    parts = [*frame(x, y), svg.line((x.start, y.at(1.0)), (x.end, y.at(1.0)), "line-ideal")]
    for number, lift in enumerate(lifts):
        left, right = x.at(number + 0.12), x.at(number + 0.88)
        parts.append(svg.bar(left, y.at(lift), right, y.at(0.0), "fill-model"))
        parts.append(svg.text(((left + right) / 2, y.at(lift) - 5), f"{lift:.1f}", anchor="middle"))
        parts.append(svg.text(((left + right) / 2, 367), str(number + 1), anchor="middle"))
    said = "; ".join(f"part {number}: {lift:.1f} times" for number, lift in enumerate(lifts, start=1))
    return svg.svg("lift", _SIZE, parts, title="Lift by tenth of the list", said=said)
