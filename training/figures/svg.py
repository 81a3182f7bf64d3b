"""Elements of an SVG as text: words are escaped, positions are told in tenths of a pixel, looks come from the page."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]


def px(position: float) -> str:
    """A position in tenths of a pixel, as short as it goes.

    >>> px(12.0), px(0.26), px(-0.01)
    ('12', '0.3', '0')
    """
    told = f"{position:.1f}".removesuffix(".0")
    return "0" if told == "-0" else told


def line(start: Point, end: Point, look: str) -> str:
    """A straight line; `look` is a class of the page's style sheet, here and below."""
    return f'<path class="{look}" d="M{px(start[0])} {px(start[1])}L{px(end[0])} {px(end[1])}"/>'


def path(points: Iterable[Point], look: str, *, is_closed: bool = False) -> str:
    """Lines from point to point; of no point, nothing."""
    told = "L".join(f"{px(x)} {px(y)}" for x, y in points)
    return f'<path class="{look}" d="M{told}{"Z" * is_closed}"/>' if told else ""


def dots(points: Iterable[Point], look: str) -> str:
    """A dot at each point, of the look's width, as one path: a few bytes each."""
    told = "".join(f"M{px(x)} {px(y)}h0" for x, y in points)
    return f'<path class="dot {look}" d="{told}"/>' if told else ""


def bar(left: float, top: float, right: float, bottom: float, look: str) -> str:
    """A filled box."""
    width, height = px(max(right - left, 0.0)), px(max(bottom - top, 0.0))
    return f'<rect class="{look}" x="{px(left)}" y="{px(top)}" width="{width}" height="{height}"/>'


def text(at: Point, words: str, *, anchor: Anchor = "start", look: str = "tick") -> str:
    """Words on one line."""
    return f'<text class="{look}" x="{px(at[0])}" y="{px(at[1])}" text-anchor="{anchor}">{escape(words)}</text>'


def text_upwards(at: Point, words: str, *, look: str = "label") -> str:
    """Words turned by a quarter, read from below, centred."""
    x, y = px(at[0]), px(at[1])
    turned = f'transform="translate({x} {y}) rotate(-90)" text-anchor="middle"'
    return f'<text class="{look}" {turned}>{escape(words)}</text>'


def cut_short(words: str, n: int) -> str:
    """Words of at most n characters.

    >>> cut_short("Landing page submission", 12)
    'Landing pag…'
    """
    return words if len(words) <= n else words[: n - 1].rstrip() + "…"


def svg(name: str, size: tuple[float, float], parts: Sequence[str], *, title: str, said: str) -> str:
    """A whole figure.

    Parameters
    ----------
    name : of the figure among those of the page.
    size : width and height in pixels, as it is meant to be seen; it scales.
    title, said : what it shows, and what is to be seen there, for those who do not see it.
    """
    box = f"0 0 {px(size[0])} {px(size[1])}"
    head = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-said">{escape(said)}</desc>'
    labelled = f'role="img" aria-labelledby="{name}-title {name}-said"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" {labelled}>{head}{"".join(parts)}</svg>'
