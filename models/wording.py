"""Contributions in words: reasons for and against, and one summary sentence a lead."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.behaviour import NEVER_DAYS
from features.catalogue import Family, FeatureInfo, column_words
from features.responsiveness import DAYS_TO_ANSWER, UNANSWERED
from models.explanation import Contributions, impact_of, merge_sources

CellValue = float | str | None
#: Below this rounded impact a source is no reason.
_MIN_IMPACT = 0.5
#: A reason against the others is told in a summary only from here on: odds times 0.84.
_TELLING_IMPACT = 5.0
_WINDOWS = (
    (1.0, "in the last day", "count_1d"),
    (7.0, "in the last 7 days", "count_7d"),
    (30.0, "in the last 30 days", "count_30d"),
)


#: Units of time, their days, and from how many on people count in them.
_SPANS = (("year", 365.25, 2), ("day", 1.0, 1), ("hour", 1 / 24, 2), ("minute", 1 / 1440, 1))
#: The smallest probability that is told, and the largest counted from 1: never 0% or 100%.
_LEAST = 0.001
#: At most so many reasons of one direction stand in a summary.
SUMMARY_REASONS = 2


#: How the names of a form's questions and requests begin.
_ASKING_WORDS = frozenset(
    ("are", "can", "did", "do", "does", "get", "has", "have", "how", "is", "receive", "update", "what", "when", "where")
)


@dataclass(frozen=True)
class Reason:
    """What one column or event type did to a lead's score.

    Attributes
    ----------
    feature : the column or event type.
    value : of its strongest part; None is missing or never.
    impact : rounded to 0.1; 20 doubles the odds.
    log_odds : exact, summed over the source's parts.
    """

    feature: str
    family: Family
    value: CellValue
    impact: float
    log_odds: float
    text: str


class Wording:
    """Words for the contributions of many leads.

    Parameters
    ----------
    catalogue : the info of every feature.
    contributions : n rows.
    cell : the value of a feature in a row; None is missing.
    """

    def __init__(
        self,
        catalogue: Mapping[str, FeatureInfo],
        contributions: Contributions,
        cell: Callable[[str, int], CellValue],
    ) -> None:
        self._catalogue = catalogue
        self._parts = contributions.parts
        self._values = contributions.values
        self._cell = cell
        self._sources, source_of, self._merged = merge_sources(contributions)
        self._impacts = impact_of(self._merged)
        self._members = [np.flatnonzero(source_of == i).tolist() for i in range(len(self._sources))]

    def reasons(self, row: int, limit: int) -> tuple[Reason, ...]:
        """Up to `limit` reasons for and `limit` against, the strongest first, ties by name."""
        impacts = self._impacts[row]
        ranked = sorted(
            (i for i in np.flatnonzero(np.abs(impacts) >= _MIN_IMPACT).tolist()),
            key=lambda i: (-abs(impacts[i]), self._sources[i]),
        )
        kept: list[int] = []
        for_left, against_left = limit, limit
        for source in ranked:
            if impacts[source] > 0 and for_left:
                for_left -= 1
            elif impacts[source] < 0 and against_left:
                against_left -= 1
            else:
                continue
            kept.append(source)
        return tuple(self._reason(row, source) for source in kept)

    def _reason(self, row: int, source: int) -> Reason:
        name = self._sources[source]
        info, family = self._strongest(row, source)
        log_odds = float(self._merged[row, source])
        text = _rulebook_sentence(name, log_odds) if info is None else self._sentence(info, row)
        return Reason(
            feature=name,
            family=family,
            value=None if info is None else self._cell(info.name, row),
            impact=float(self._impacts[row, source]),
            log_odds=log_odds,
            text=f"{text} (odds x{_short(np.exp(log_odds))})",
        )

    def _strongest(self, row: int, source: int) -> tuple[FeatureInfo | None, Family]:
        """The feature that words a source: its strongest part, or, where rules alone speak, its plainest."""
        members = [self._parts[i] for i in self._members[source]]
        impacts = impact_of(self._values[row, self._members[source]])
        worded = [i for i, part in enumerate(members) if part.name in self._catalogue]
        if not worded:
            name = self._sources[source]
            return self._catalogue.get(name) or self._catalogue.get(f"{name}.count"), members[0].family
        strongest = max(worded, key=lambda i: (abs(impacts[i]), members[i].name))
        return self._catalogue[members[strongest].name], members[strongest].family

    def _sentence(self, info: FeatureInfo, row: int) -> str:
        value = self._cell(info.name, row)
        words = _capital(info.words)
        if info.shape in ("count", "since_last"):
            return self._event_sentence(info, row)
        if info.shape == "age":
            return f"Came {_days(value)} ago"
        if info.shape in ("active_days", "busiest_day"):
            return _rhythm_sentence(info, value)
        if info.shape in ("unanswered", "days_to_answer"):
            return _answer_sentence(info, self._cell(UNANSWERED, row), self._cell(DAYS_TO_ANSWER, row))
        verb = ":" if _asks_or_orders(words) else " is"
        if value is None:
            return f"{words}{verb} not known"
        if info.shape == "days_since":
            return f"{words} was {_days(value)} ago"
        if info.shape == "flag":
            return f"{words}{verb} {'yes' if value else 'no'}"
        return f"{words}{verb} {_number(value)}"

    def _event_sentence(self, info: FeatureInfo, row: int) -> str:
        group, measure = info.name.rsplit(".", 1)
        words = _capital(info.words)
        last = self._cell(f"{group}.days_since_last", row)
        if last is None:
            return f"Never {info.words}"
        for days, phrase, name in _WINDOWS:
            n = self._cell(f"{group}.{name}", row)
            if measure == name and not n:
                return f"{words} {_days(last)} ago and not since"
            if isinstance(n, float) and n > 0 and measure in (name, "count", "decayed_14d") and isinstance(last, float):
                return f"{words} {_times(n)} {phrase}" if measure == name or days >= 7 else f"{words} {_days(last)} ago"
        if measure == "days_since_last":
            return f"{words} {_days(last)} ago"
        return f"{words} {_times(self._cell(f'{group}.count', row))}, last {_days(last)} ago"


def _rhythm_sentence(info: FeatureInfo, value: CellValue) -> str:
    """On how many days of a window, or of all, and how often on the busiest."""
    words, n = _capital(info.words), int(value) if isinstance(value, float) else 0
    window = info.name.rpartition("_")[2].removesuffix("d")
    if not window.isdigit():
        return f"{words} on {n:,} day{'s' if n != 1 else ''}" if n else f"Never {info.words}"
    if not n:
        return f"{words} on none of the last {window} days"
    if info.shape == "active_days":
        return f"{words} on {n} of the last {window} days"
    return f"{words} {'at most' if n == 1 else 'up to'} {_times(value)} a day in the last {window} days"


def _answer_sentence(info: FeatureInfo, unanswered: CellValue, days: CellValue) -> str:
    """What waits for an answer, and how long answers take."""
    n = int(unanswered) if isinstance(unanswered, float) else 0
    if days is None and not n:
        return "Was never contacted by a rep"
    if info.shape == "days_to_answer":
        return f"Never {info.words}" if days is None else f"Took {_days(days)} to answer on average"
    if not n:
        return "Left no contact unanswered"
    return "Has not answered the last contact" if n == 1 else f"Has not answered the last {n:,} contacts"


def _rulebook_sentence(source: str, log_odds: float) -> str:
    """Of a column that rules may read and the model does not, or of a rule that these tables can not meet."""
    words = _inside(column_words(source.removeprefix("rule:")))
    return f"The rulebook {'gives' if log_odds > 0 else 'takes'} points for {words}"


def _asks_or_orders(words: str) -> bool:
    """Whether a form's field is a question or a request, after which "is" reads wrongly."""
    first = words.split(maxsplit=1)[0].lower() if words else ""
    return words.endswith("?") or first in _ASKING_WORDS


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _inside(text: str) -> str:
    """A sentence's text inside another: its first letter small, unless it is an abbreviation or a name."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _times(value: CellValue) -> str:
    n = int(value) if isinstance(value, float) else 0
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")


def _number(value: CellValue) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1_000 else f"{value:.4g}"


def _short(factor: float) -> str:
    """A positive factor in two digits, in hundredths where it is close to 1; never as a power of ten.

    >>> _short(1.034), _short(0.526), _short(148.4)
    ('1.03', '0.53', '148')
    """
    if factor >= 10:
        return f"{factor:,.0f}"
    return f"{factor:.2f}" if 0.95 < factor < 1.05 else f"{max(factor, 0.001):.2g}"


def _days(value: CellValue) -> str:
    """A span of days in the unit that people would use."""
    days = value if isinstance(value, float) else 0.0
    for unit, length, least in _SPANS:
        n = round(days / length)
        if n >= least:
            return f"{n:,} {unit}{'s' if n != 1 else ''}"
    return "less than a minute"


def value_or_none(value: float, name: str) -> CellValue:
    """A matrix cell as people mean it: NaN and "never" are None."""
    is_never = name.endswith((".days_since_last", ".days_to_answer")) and value == NEVER_DAYS
    return None if np.isnan(value) or is_never else float(value)


def summary(probability: float, *, usual: float, horizon_days: float | None, reasons: Sequence[Reason]) -> str:
    """One sentence: how likely, against the usual, why, and what speaks against that.

    >>> summary(0.3, usual=0.1, horizon_days=90, reasons=())
    '30% likely to become a customer within 90 days, 3 times the usual 10%.'
    """
    probability, usual = (min(max(share, _LEAST), 1 - _LEAST) for share in (probability, usual))
    within = "" if horizon_days is None else f" within {horizon_days:g} days"
    text = f"{_percent(probability)} likely to become a customer{within}, {_against_usual(probability, usual)}"
    direction = 1.0 if probability >= usual else -1.0
    why = _told(reasons, direction)
    if why:
        text += f": {' and '.join(why)}"
    but = _told([reason for reason in reasons if abs(reason.impact) >= _TELLING_IMPACT], -direction)[:1]
    if but:
        text += f"; but {but[0]}"
    return text + "."


def _told(reasons: Sequence[Reason], direction: float) -> list[str]:
    """The strongest reasons of one direction, as parts of a sentence."""
    texts = [reason.text.rsplit(" (odds x", 1)[0] for reason in reasons if reason.impact * direction > 0]
    return [_inside(text) for text in texts[:SUMMARY_REASONS]]


def _percent(probability: float) -> str:
    """Whole percents, finer at the ends."""
    percent = 100 * probability
    if 1 <= percent <= 99:
        return f"{percent:.0f}%"
    return f"{percent:.1f}".removesuffix(".0") + "%"


def _against_usual(probability: float, usual: float) -> str:
    ratio = probability / usual
    if ratio >= 1.5:
        return f"{_short(ratio)} times the usual {_percent(usual)}"
    if ratio > 1 / 1.5:
        return f"about the usual {_percent(usual)}"
    return f"well below the usual {_percent(usual)}"
