"""The loss of each block with its interval, beside what a random split would have promised."""

from collections.abc import Sequence

from training.bootstrap import Estimate
from training.figures import svg
from training.figures.axes import Axis, round_ticks, upright_ticks

_WIDTH, _TOP, _ROW = 520.0, 16.0, 30.0


def losses_figure(rows: Sequence[tuple[str, Estimate]], *, doubtful: str) -> str:
    """A line for each: its value and 90% interval; further left is better.

    Parameters
    ----------
    doubtful : the name of the row that is there to be mistrusted.
    """
    bottom = _TOP + _ROW * len(rows)
    low, high = min(e.low for _, e in rows), max(e.high for _, e in rows)
    spare = 0.08 * (high - low) or 0.01
    ticks = round_ticks(low - spare, high + spare, about=4)
    x = Axis(low - spare, high + spare, 150.0, _WIDTH - 60, ticks, label="log loss, with 90% interval")
    parts = upright_ticks(x, _TOP, bottom)
    for number, (name, one) in enumerate(rows):
        y, look = _TOP + _ROW * (number + 0.5), "rules" if name == doubtful else "model"
        parts.append(svg.text((142, y + 4), name, anchor="end"))
        parts.append(svg.line((x.at(one.low), y), (x.at(one.high), y), f"line-{look}"))
        parts.append(svg.dots([(x.at(one.value), y)], f"dot-{look}"))
        parts.append(svg.text((_WIDTH - 4, y + 4), f"{one.value:.4f}", anchor="end"))
    said = "; ".join(f"{name}: {e.value:.4f}, {e.low:.4f} to {e.high:.4f}" for name, e in rows)
    return svg.svg("losses", (_WIDTH, bottom + 44), parts, title="Log loss block by block", said=said)
