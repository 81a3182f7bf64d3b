"""The split in time: what each block was fitted on, the gap, and what judged it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.figures import svg
from training.figures.axes import Axis, date, date_ticks, legend, plain, round_ticks, upright_ticks

_WIDTH, _TOP, _ROW = 860.0, 38.0, 34.0


@dataclass(frozen=True)
class BlockSpan:
    """A block on the axis of time (microseconds), or of rows where there is no time.

    Attributes
    ----------
    fitted, judged : first and last snapshot.
    n_fitted, n_judged : snapshots.
    """

    fitted: tuple[int, int]
    judged: tuple[int, int]
    n_fitted: int
    n_judged: int


def blocks_figure(spans: Sequence[BlockSpan], whole: BlockSpan, *, has_times: bool) -> str:
    """A line for each block, and one for what ships, which was fitted on everything.

    Parameters
    ----------
    whole : its `fitted` is the whole history.
    """
    low, high = whole.fitted
    bottom = _TOP + _ROW * (len(spans) + 1)
    ticks = date_ticks(low, high) if has_times else round_ticks(float(low), float(high))
    told: Callable[[float], str] = date if has_times else plain
    label = "time of the snapshot (UTC)" if has_times else "row, in the order of the table"
    x = Axis(float(low), float(high), 90.0, _WIDTH - 20, ticks, told, label)
    parts = upright_ticks(x, _TOP, bottom)
    for number, span in enumerate(spans, start=1):
        top = _TOP + _ROW * (number - 1)
        parts.append(svg.text((82, top + 21), f"block {number}", anchor="end"))
        parts += _bar(x, top, span.fitted, "fill-fitted", f"{span.n_fitted:,}")
        parts += _bar(x, top, span.judged, "fill-judged", f"{span.n_judged:,}")
    top = bottom - _ROW
    parts.append(svg.text((82, top + 21), "what ships", anchor="end"))
    parts += _bar(x, top, whole.fitted, "fill-fitted", f"{whole.n_fitted:,}")
    parts += legend((x.start, 20), [("fill-fitted", "snapshots fitted on"), ("fill-judged", "snapshots that judge")])
    said = "; ".join(
        f"block {k}: fitted on {told(s.fitted[0])} to {told(s.fitted[1])}, judged on {told(s.judged[0])} to "
        f"{told(s.judged[1])}"
        for k, s in enumerate(spans, start=1)
    )
    return svg.svg("blocks", (_WIDTH, bottom + 46), parts, title="Blocks in time", said=said)


def _bar(x: Axis, top: float, span: tuple[int, int], look: str, words: str) -> list[str]:
    left, right = x.at(span[0]), max(x.at(span[1]), x.at(span[0]) + 2)
    bar = svg.bar(left, top + 5, right, top + _ROW - 5, look)
    if right - left < 8 * len(words):
        return [bar]
    return [bar, svg.text(((left + right) / 2, top + 21), words, anchor="middle", look="on-bar")]
