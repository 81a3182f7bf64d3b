"""Contributions in words: reasons for and against, and one summary sentence a lead; one lead or a million alike."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from features.catalogue import FAMILIES, Family, FeatureInfo, column_words
from features.tables import BoolArray, Column, FloatArray, IntArray
from models.explanation import Contributions, impact_of, merge_sources
from models.sentences import CellValue, TextArray, cell_values, each_key, join, sentences

#: The cells of a feature in some rows.
CellsOf = Callable[[str, IntArray], Column]
#: Below this rounded impact a source is no reason.
_MIN_IMPACT = 0.5
#: A reason against the others is told in a summary only from here on: odds times 0.84.
_TELLING_IMPACT = 5.0
#: The smallest probability that is told, and the largest counted from 1: never 0% or 100%.
_LEAST = 0.001
#: At most so many reasons of one direction stand in a summary.
SUMMARY_REASONS = 2
#: Factors are told in these.
_STEPS = 10_000


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


@dataclass(frozen=True, eq=False)
class Reasons(Sequence[tuple[Reason, ...]]):
    """The reasons of n rows as columns of all m of them, row by row, the strongest first.

    Attributes
    ----------
    n_rows : n.
    row : m int64, ascending.
    sources : all columns and event types.
    source : m int64 positions in `sources`.
    family : m int64 positions in FAMILIES.
    value, sentence, text : m objects; the text ends with the odds.
    impact, log_odds : m float64.
    """

    n_rows: int
    row: IntArray
    sources: tuple[str, ...]
    source: IntArray
    family: IntArray
    value: TextArray
    impact: FloatArray
    log_odds: FloatArray
    sentence: TextArray
    text: TextArray

    @property
    def first(self) -> IntArray:
        """n + 1 int64: where the reasons of each row begin, and m."""
        return np.searchsorted(self.row, np.arange(self.n_rows + 1))

    def __len__(self) -> int:
        return self.n_rows

    def __getitem__(self, row: int) -> tuple[Reason, ...]:  # type: ignore[override]  # no slices
        here = np.arange(self.n_rows)[row]
        return tuple(self._reason(i) for i in range(*np.searchsorted(self.row, [here, here + 1]).tolist()))

    def __iter__(self) -> Iterator[tuple[Reason, ...]]:
        first = self.first.tolist()
        return (tuple(map(self._reason, range(start, end))) for start, end in pairwise(first))

    def _reason(self, i: int) -> Reason:
        return Reason(
            feature=self.sources[self.source[i]],
            family=FAMILIES[self.family[i]],
            value=self.value[i],
            impact=float(self.impact[i]),
            log_odds=float(self.log_odds[i]),
            text=self.text[i],
        )


class Wording:
    """Words for the contributions of many leads.

    Parameters
    ----------
    catalogue : the info of every feature.
    contributions : n rows.
    cells : the cells of a feature in some rows, missing where it never was.
    """

    def __init__(self, catalogue: Mapping[str, FeatureInfo], contributions: Contributions, cells: CellsOf) -> None:
        self._catalogue = catalogue
        self._parts = contributions.parts
        self._values = contributions.values
        self._cells = cells
        self._sources, _, self._merged = merge_sources(contributions)
        self._members = contributions.table.members
        self._impacts = impact_of(self._merged)

    def reasons(self, limit: int) -> Reasons:
        """Up to `limit` reasons for and `limit` against in each row, the strongest first, ties by name."""
        row, source = self._ranked(limit)
        family = np.zeros(len(row), dtype=np.int64)
        value, sentence = np.empty(len(row), dtype=object), np.empty(len(row), dtype=object)
        log_odds = self._merged[row, source]
        for number in sorted(set(source.tolist())):
            of_source = (source == number).nonzero()[0]
            for info, its_family, where in self._strongest(number, row[of_source]):
                at = of_source[where]
                family[at] = FAMILIES.index(its_family)
                if info is None:
                    sentence[at] = _rulebook_sentences(self._sources[number], log_odds[at])
                else:
                    value[at] = cell_values(self._cells(info.name, row[at]))
                    sentence[at] = self._sentences(info, row[at])
        return Reasons(
            n_rows=len(self._impacts),
            row=row,
            sources=self._sources,
            source=source,
            family=family,
            value=value,
            impact=self._impacts[row, source],
            log_odds=log_odds,
            sentence=sentence,
            text=join(sentence, " (odds x", _short(np.exp(log_odds)), ")"),
        )

    def _ranked(self, limit: int) -> tuple[IntArray, IntArray]:
        """The rows and sources of all reasons."""
        order = np.argsort(-np.abs(self._impacts), axis=1, kind="stable")  # sources are in the order of their names
        impact = np.take_along_axis(self._impacts, order, axis=1)
        kept = np.zeros(impact.shape, dtype=np.bool_)
        for side in (impact >= _MIN_IMPACT, impact <= -_MIN_IMPACT):
            kept |= side & (np.cumsum(side, axis=1) <= limit)
        row, rank = np.nonzero(kept)
        return row, order[row, rank]

    def _strongest(self, source: int, row: IntArray) -> Iterator[tuple[FeatureInfo | None, Family, IntArray]]:
        """The features that word a source and where in these rows: its strongest part; of rules alone, its plainest."""
        members = [self._parts[i] for i in self._members[source]]
        worded = [i for i in self._members[source] if self._parts[i].name in self._catalogue]
        if not worded:
            name = self._sources[source]
            info = self._catalogue.get(name) or self._catalogue.get(f"{name}.count") or self._derived_from(name)
            yield info, members[0].family, np.arange(len(row))
            return
        if len(worded) == 1:
            only = self._parts[worded[0]]
            yield self._catalogue[only.name], only.family, np.arange(len(row))
            return
        worded.sort(key=lambda i: self._parts[i].name, reverse=True)  # of equals the last by name is the first found
        strongest = np.argmax(np.abs(impact_of(self._values[row[:, None], worded])), axis=1)
        for position in sorted(set(strongest.tolist())):
            part = self._parts[worded[position]]
            yield self._catalogue[part.name], part.family, (strongest == position).nonzero()[0]

    def _derived_from(self, source: str) -> FeatureInfo | None:
        """The first feature that was derived from a column which is none itself."""
        return next((info for info in self._catalogue.values() if info.source == source), None)

    def _sentences(self, info: FeatureInfo, row: IntArray) -> TextArray:
        return sentences(info, lambda name: self._cells(name, row))


def _rulebook_sentences(source: str, log_odds: FloatArray) -> TextArray:
    """Of a column that rules may read and the model does not, or of a rule that these tables can not meet."""
    words = _inside(column_words(source.removeprefix("rule:")))
    verbs = np.array(["takes", "gives"], dtype=object)[(log_odds > 0).astype(np.int64)]
    return join("The rulebook ", verbs, f" points for {words}")


def _inside(text: str) -> str:
    """A sentence's text inside another: its first letter small, unless it is an abbreviation or a name."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _short(factors: FloatArray) -> TextArray:
    """Positive factors in two digits, in hundredths where they are close to 1; never as a power of ten.

    >>> _short(np.array([1.034, 0.526, 148.4, 2.0])).tolist()
    ['1.03', '0.53', '148', '2']
    """
    factor = np.clip(factors, 0.001, 1e12)
    digits = np.where(factor >= 10, 1.0, 10.0 ** (np.floor(np.log10(factor)) - 1))
    step = np.where((factor > 0.95) & (factor < 1.05), 0.01, digits)
    return each_key(np.rint(np.floor(factor / step + 0.5) * step * _STEPS).astype(np.int64), _factor)


def _factor(told: int) -> str:
    factor = told / _STEPS
    if factor >= 10:
        return f"{factor:,.0f}"
    return f"{factor:.2f}" if 0.95 < factor <= 1.05 else f"{factor:.2g}"


def summaries(probability: FloatArray, *, usual: float, horizon_days: float | None, reasons: Reasons) -> TextArray:
    """One sentence a row: how likely, against the usual, why, and what speaks against that.

    Parameters
    ----------
    probability : n shares.
    usual : the share of all leads.
    horizon_days : how far ahead, where the model knows times.
    reasons : of the n rows.
    """
    least, most = _LEAST, 1 - _LEAST
    probability, usual = np.clip(probability, least, most), min(max(usual, least), most)
    within = "" if horizon_days is None else f" within {horizon_days:g} days"
    direction = np.where(probability >= usual, 1.0, -1.0)[reasons.row]
    speaks_for = reasons.impact * direction > 0
    speaks_against = (reasons.impact * direction < 0) & (np.abs(reasons.impact) >= _TELLING_IMPACT)
    return join(
        _percents(probability),
        f" likely to become a customer{within}, ",
        _against_usual(probability, usual),
        *(_told(reasons, speaks_for, rank, link) for rank, link in enumerate((": ", " and "))),
        _told(reasons, speaks_against, 0, "; but "),
        ".",
    )


def _told(reasons: Reasons, tells: BoolArray, rank: int, link: str) -> TextArray:
    """The reason of this rank among those that tell, in each row, as part of a sentence; empty where there is none."""
    told = np.full(len(reasons), "", dtype=object)
    at = np.flatnonzero(tells)
    row = reasons.row[at]
    ranked = np.arange(len(at)) - np.searchsorted(row, row) == rank
    told[row[ranked]] = [link + _inside(text) for text in reasons.sentence[at[ranked]]]
    return told


def _percents(probability: FloatArray) -> TextArray:
    """Whole percents, finer at the ends."""
    percent = 100 * probability
    is_middle = (percent >= 1) & (percent <= 99)
    tenths = np.where(is_middle, 10 * np.rint(percent), np.rint(10 * percent)).astype(np.int64)
    return each_key(tenths, lambda told: f"{told / 10:.1f}".removesuffix(".0") + "%")


def _against_usual(probability: FloatArray, usual: float) -> TextArray:
    ratio = probability / usual
    told = join(_short(ratio), " times")
    told[ratio < 1.5] = "above"
    told[ratio < 1.25] = "about"
    told[ratio <= 1 / 1.25] = "below"
    told[ratio <= 1 / 1.5] = "well below"
    return join(told, " the usual ", _percents(np.array([usual])))
