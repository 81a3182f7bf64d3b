"""One sentence a row for the value of a feature, by the shape of the feature; each distinct value is worded once.

A new shape is a function from a feature and its cells to texts, and a line in `_SHAPES`.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.behaviour import has_never, is_never
from features.catalogue import FeatureInfo, Shape
from features.responsiveness import DAYS_TO_ANSWER, UNANSWERED
from features.tables import Column, FloatArray, IntArray, NumberColumn, TextColumn

CellValue = float | str | None
TextArray = NDArray[np.object_]
#: The cells of a feature in the rows that are worded; NaN or code -1 where it is missing, or never was.
Cells = Callable[[str], Column]

#: Units of time, their days, and from how many on people count in them.
_SPANS = (("year", 365.25, 2), ("day", 1.0, 1), ("hour", 1 / 24, 2), ("minute", 1 / 1440, 1))
_LENGTHS, _LEAST = np.array([span[1] for span in _SPANS]), np.array([span[2] for span in _SPANS])
_MANY = 2**40
_NEVER = -1
#: So few cells are worded sooner than their distinct ones are found.
_FEW = 8
#: Windows of counts and how they are told, and whether an event of it is told by its count or by when it was.
_WINDOWS = (
    ("count_1d", "in the last day", False),
    ("count_7d", "in the last 7 days", True),
    ("count_30d", "in the last 30 days", True),
)
#: How the names of a form's questions and requests begin.
_ASKING_WORDS = frozenset(
    ("are", "can", "did", "do", "does", "get", "has", "have", "how", "is", "receive", "update", "what", "when", "where")
)


def sentences(info: FeatureInfo, cells: Cells) -> TextArray:
    """What each row's cell of a feature says, without a full stop."""
    return _SHAPES[info.shape](info, cells)


def known(values: FloatArray, name: str) -> FloatArray:
    """The cells of a feature as people mean them: "never" is NaN too.

    >>> known(np.array([3.0, 9999.0]), "call.days_since_last")
    array([ 3., nan])
    """
    return np.where(is_never(name, values), np.nan, values) if has_never(name) else values


def cell_values(column: Column) -> TextArray:
    """The cells of a column as people mean them: text, float or None."""
    if isinstance(column, TextColumn):
        return np.array([None if code < 0 else column.levels[code] for code in column.codes.tolist()], dtype=object)
    values = column.values.astype(object)
    values[np.isnan(column.values)] = None
    return values


def each(column: Column, word: Callable[[CellValue], str]) -> TextArray:
    """A text for each cell, each distinct cell worded once.

    >>> each(TextColumn.of(["a", None, "a"]), str).tolist()
    ['a', 'None', 'a']
    """
    if len(column) <= _FEW:
        return np.array([word(cell) for cell in cell_values(column)], dtype=object)
    keys = column.codes if isinstance(column, TextColumn) else column.values
    _, first, position = np.unique(keys, return_index=True, return_inverse=True)
    return np.array([word(cell) for cell in cell_values(column.take(first))], dtype=object)[position]


def each_key(keys: IntArray, word: Callable[[int], str]) -> TextArray:
    """A text for each whole number, each distinct one worded once."""
    if len(keys) <= _FEW:
        return np.array([word(key) for key in keys.tolist()], dtype=object)
    distinct, position = np.unique(keys, return_inverse=True)
    return np.array([word(key) for key in distinct.tolist()], dtype=object)[position]


def _each_row(columns: Sequence[NDArray[Any]], word: Callable[..., str]) -> TextArray:
    """A text for each row of some columns of numbers, each distinct row worded once."""
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    known = {row: word(*row) for row in dict.fromkeys(rows)}
    return np.array([known[row] for row in rows], dtype=object)


def join(*parts: str | TextArray) -> TextArray:
    """Texts put together row by row.

    >>> join("x", np.array(["1", "2"], dtype=object), ".").tolist()
    ['x1.', 'x2.']
    """
    return np.asarray(reduce(lambda left, right: np.add(left, right, dtype=object), parts))


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _value(info: FeatureInfo, cells: Cells) -> TextArray:
    words, verb, gap = _words_and_verb(info)
    return each(cells(info.name), lambda cell: f"{words}{verb} {gap if cell is None else _number(cell)}")


def _flag(info: FeatureInfo, cells: Cells) -> TextArray:
    words, verb, gap = _words_and_verb(info)
    return each(cells(info.name), lambda cell: f"{words}{verb} {gap if cell is None else _yes_or_no(cell)}")


def _days_since(info: FeatureInfo, cells: Cells) -> TextArray:
    words, verb, gap = _words_and_verb(info)
    days = _numbers(cells(info.name))
    return _where(np.isnan(days), f"{words}{verb} {gap}", join(f"{words} was ", _spans(days), " ago"))


def _age(info: FeatureInfo, cells: Cells) -> TextArray:
    return join("Came ", _spans(_numbers(cells(info.name))), " ago")


def _event(info: FeatureInfo, cells: Cells) -> TextArray:
    """A measure of an event type: how often lately, or when it was last."""
    group, measure = info.name.rsplit(".", 1)
    words, tells_all = capital(info.words), measure in ("count", "decayed_14d")
    windows = [window for window in _WINDOWS if tells_all or measure == window[0]]
    shown = [name for name, _, _ in windows] + (["count"] if tells_all else [])

    def word(span: int, *counts: float) -> str:
        if span == _NEVER:
            return _never(info.words)
        ago = f"{_span(span)} ago"
        for (name, phrase, tells_count), n in zip(windows, counts, strict=False):
            if n > 0:
                return f"{words} {_how_often(int(n))} {phrase}" if tells_count or measure == name else f"{words} {ago}"
        if tells_all:
            return f"{words} {_how_often(int(counts[-1]))}, last {ago}"
        return f"{words} {ago} and not since" if windows else f"{words} {ago}"

    counts = [_numbers(cells(f"{group}.{name}")) for name in shown]
    return _each_row([_span_codes(_numbers(cells(f"{group}.days_since_last"))), *counts], word)


def _never(words: str) -> str:
    """What never happened, in words.

    >>> _never("viewed the pricing page"), _never("was sent an email")
    ('Never viewed the pricing page', 'Was never sent an email')
    """
    return f"Was never {words.removeprefix('was ')}" if words.startswith("was ") else f"Never {words}"


def _rhythm(info: FeatureInfo, cells: Cells) -> TextArray:
    """On how many days of a window, or of all, and how often on the busiest."""
    words, window = capital(info.words), info.name.rpartition("_")[2].removesuffix("d")

    def word(cell: CellValue) -> str:
        n = int(cell) if isinstance(cell, float) else 0
        if not window.isdigit():
            return f"{words} on {n:,} day{'s' if n != 1 else ''}" if n else _never(info.words)
        if not n:
            return f"{words} on none of the last {window} days"
        if info.shape == "active_days":
            return f"{words} on {n} of the last {window} days"
        return f"{words} {'at most' if n == 1 else 'up to'} {_how_often(n)} a day in the last {window} days"

    return each(cells(info.name), word)


def _answer(info: FeatureInfo, cells: Cells) -> TextArray:
    """What waits for an answer, and how long answers take."""
    unanswered, days = _numbers(cells(UNANSWERED)), _numbers(cells(DAYS_TO_ANSWER))
    if info.shape == "days_to_answer":
        took = join("Took ", _spans(days), " to answer on average")
        told = _where(np.isnan(days), _never(info.words), took)
    else:
        told = each_key(unanswered.astype(np.int64), _unanswered)
    return _where(np.isnan(days) & (unanswered == 0), "Was never contacted by a rep", told)


def _unanswered(n: int) -> str:
    if not n:
        return "Left no contact unanswered"
    return "Has not answered the last contact" if n == 1 else f"Has not answered the last {n:,} contacts"


def _phrase(info: FeatureInfo, cells: Cells) -> TextArray:
    """What is always said of a value; of one that has no phrase, the value itself."""
    words, verb, _ = _words_and_verb(info)

    def word(cell: CellValue) -> str:
        key = "" if cell is None else cell if isinstance(cell, str) else _yes_or_no(cell)
        return info.phrases.get(key) or f"{words}{verb} {key}"

    return each(cells(info.name), word)


def _amount(info: FeatureInfo, cells: Cells) -> TextArray:
    number: Callable[[CellValue], str] = _percent if info.shape == "share" else _number
    return each(
        cells(info.name),
        lambda cell: info.phrases[""] if cell is None else info.phrases["known"].format(number(cell)),
    )


def _percent(cell: CellValue) -> str:
    return f"{cell:.0%}" if isinstance(cell, float) else str(cell)


_SHAPES: Mapping[Shape, Callable[[FeatureInfo, Cells], TextArray]] = {
    "level": _value,
    "number": _value,
    "flag": _flag,
    "days_since": _days_since,
    "age": _age,
    "count": _event,
    "since_last": _event,
    "active_days": _rhythm,
    "busiest_day": _rhythm,
    "unanswered": _answer,
    "days_to_answer": _answer,
    "phrase": _phrase,
    "amount": _amount,
    "share": _amount,
}


def _where(condition: NDArray[np.bool_], then: str | TextArray, otherwise: TextArray) -> TextArray:
    return np.asarray(np.where(condition, np.asarray(then, dtype=object), otherwise))


def _numbers(column: Column) -> FloatArray:
    if not isinstance(column, NumberColumn):
        raise TypeError("found texts where the shape of a feature asks for numbers")
    return column.values


def _words_and_verb(info: FeatureInfo) -> tuple[str, str, str]:
    """A column's words, what links them with a value, and what stands for a gap."""
    words = capital(info.words)
    return (words, ":", "no answer") if _asks_or_orders(words) else (words, " is", "not known")


def _asks_or_orders(words: str) -> bool:
    """Whether a form's field is a question or a request, after which "is" reads wrongly."""
    first = words.split(maxsplit=1)[0].lower() if words else ""
    return words.endswith("?") or first in _ASKING_WORDS


def _yes_or_no(cell: CellValue) -> str:
    return "yes" if cell else "no"


def _number(cell: CellValue) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:,.0f}" if cell == int(cell) or abs(cell) >= 1_000 else f"{cell:.4g}"


def _how_often(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")


def _spans(days: FloatArray) -> TextArray:
    """Spans of days in the unit that people would use.

    >>> _spans(np.array([800.0, 3.2, 0.1, 0.0])).tolist()
    ['2 years', '3 days', '2 hours', 'less than a minute']
    """
    return each_key(np.maximum(_span_codes(days), 0), _span)


def _span_codes(days: FloatArray) -> IntArray:
    """Spans of days as they are told: the number of the unit and how many of it, as one number; gaps are _NEVER."""
    counts = np.rint(days[:, None] / _LENGTHS)
    is_enough = counts >= _LEAST
    unit = is_enough.argmax(axis=1)
    told = np.where(is_enough.any(axis=1), (unit + 1) * _MANY + counts[np.arange(len(unit)), unit], 0)
    return np.where(np.isnan(days), _NEVER, told).astype(np.int64)


def _span(told: int) -> str:
    unit, n = divmod(told, _MANY)
    if not unit:
        return "less than a minute"
    return f"{n:,} {_SPANS[unit - 1][0]}{'s' if n != 1 else ''}"
