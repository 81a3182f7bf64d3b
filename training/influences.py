"""What moves the scores: exact contributions of a sample of snapshots, by column and event type."""

from dataclasses import dataclass

import numpy as np

from features.catalogue import column_words
from features.crm import Crm
from features.snapshots import Snapshots
from features.tables import FloatArray, IntArray, TextColumn
from models.explanation import merge_sources
from models.lead_model import LeadModel
from models.scoring import Scores, score_leads
from models.sentences import capital, known
from training.feature_words import feature_words
from training.groups import FEWEST_LEADS

#: Snapshots of the sample, and sources that are told.
N_SAMPLED = 400
N_TOLD = 12
_THIRDS = 3
_MOST_LEVELS = 3


@dataclass(frozen=True)
class Influence:
    """One column or event type in a sample of n snapshots.

    Attributes
    ----------
    source : its name.
    words : of the feature of it that moves scores most.
    share : of all that moves the scores.
    log_odds : n contributions of the source.
    rank : n places of that feature's values among those of the sample, 0 to 1; NaN for categories and gaps.
    effects : typical values in words, from low to high or the commonest levels, with the mean log-odds they add.
    """

    source: str
    words: str
    share: float
    log_odds: FloatArray
    rank: FloatArray
    effects: tuple[tuple[str, float], ...]


def influences(model: LeadModel, crm: Crm, snapshots: Snapshots, *, seed: int) -> tuple[Influence, ...]:
    """The sources that move scores most, the strongest first; none where there is no snapshot.

    Parameters
    ----------
    snapshots : those of the training set; a sample of them is scored.
    """
    if not len(snapshots):
        return ()
    rows = np.sort(np.random.default_rng(seed).permutation(len(snapshots))[:N_SAMPLED])
    scores = _scores(model, crm, snapshots.take(rows))
    sources, source_of, merged = merge_sources(scores.contributions)
    weight = np.abs(merged - merged.mean(axis=0)).mean(axis=0)
    total = float(weight.sum()) or 1.0
    told = [i for i in np.argsort(-weight, kind="stable")[:N_TOLD].tolist() if weight[i] / total >= 0.0005]
    sample = _Sample(model, scores)
    return tuple(
        _influence(sources[i], float(weight[i]) / total, merged[:, i], np.flatnonzero(source_of == i), sample)
        for i in told
    )


def _scores(model: LeadModel, crm: Crm, snapshots: Snapshots) -> Scores:
    """Of the leads of these snapshots alone: others would be read for nothing."""
    leads, position = np.unique(snapshots.lead, return_inverse=True)
    events = None if crm.events is None else crm.events.of_leads(leads, len(crm.leads))
    return score_leads(model, crm.leads.take(leads), events, Snapshots(position, snapshots.as_of_us), n_reasons=1)


@dataclass(frozen=True)
class _Sample:
    """The scored sample, and how its parts are called."""

    model: LeadModel
    scores: Scores

    def name_of(self, parts: IntArray) -> str:
        """The part that speaks for a source: the strongest feature; a rule's line where no feature says anything."""
        weight = np.abs(self.scores.contributions.values[:, parts]).mean(axis=0)
        names = [self.scores.contributions.parts[i].name for i in parts.tolist()]
        is_feature = np.array([name in self.model.catalogue for name in names])
        strongest = np.argmax(np.where(is_feature & (weight > 0), weight + weight.max(), weight))
        return str(names[int(strongest)])

    def words_of(self, name: str, source: str) -> str:
        info = self.model.catalogue.get(name)
        if info is not None:
            return feature_words(info)
        told = self.model.catalogue.get(source) or self.model.catalogue.get(f"{source}.count")
        return f"{capital(told.words if told else column_words(source))}: points of the rulebook"

    def numbers(self, name: str) -> FloatArray:
        """The values of a numeric feature, NaN for never too; or of a rule's points."""
        matrix = self.scores.matrix
        if name in matrix.names:
            return known(matrix.values[:, matrix.names.index(name)], name)
        lines = [f"rule:{line.name}" for line in self.scores.ledger.lines]
        return self.scores.ledger.values[:, lines.index(name)]


def _influence(source: str, share: float, log_odds: FloatArray, parts: IntArray, sample: _Sample) -> Influence:
    name = sample.name_of(parts)
    words, categories = sample.words_of(name, source), sample.scores.matrix.categories
    if name in categories:
        levels = _of_levels(categories[name], log_odds, sample.scores.matrix.snapshots.lead)
        return Influence(source, words, share, log_odds, np.full(len(log_odds), np.nan), levels)
    values = sample.numbers(name)
    effects = _of_numbers(values, log_odds, _names_of_values(name, sample.model))
    return Influence(source, words, share, log_odds, _ranks(values), effects)


def _ranks(values: FloatArray) -> FloatArray:
    """Places from 0 to 1, ties alike; NaN where there is no value."""
    is_known = ~np.isnan(values)
    out = np.full(len(values), np.nan)
    distinct, place = np.unique(values[is_known], return_inverse=True)
    out[is_known] = place / max(len(distinct) - 1, 1)
    return out


def _names_of_values(name: str, model: LeadModel) -> tuple[str, str, str]:
    """What is said of low and high values, and of gaps."""
    if model.facts.spec.kinds.get(name) == "flag":
        return "no", "yes", "not known"
    info = model.catalogue.get(name)
    is_time = info is not None and info.shape in ("since_last", "days_to_answer")
    return "low", "high", "never" if is_time else "not known"


def _of_numbers(values: FloatArray, log_odds: FloatArray, names: tuple[str, str, str]) -> tuple[tuple[str, float], ...]:
    """The mean effect of low, middle and high values, of low and high ones where there are few, and of gaps."""
    is_known = ~np.isnan(values)
    cuts = np.unique(np.quantile(values[is_known], [1 / _THIRDS, 1 - 1 / _THIRDS])) if is_known.any() else np.zeros(0)
    third = np.searchsorted(cuts, values, side="left")
    found = [is_known & (third == k) for k in range(_THIRDS) if (is_known & (third == k)).any()]
    low, high, gap = names
    said = (low, "middle", high) if len(found) == _THIRDS else (low, high)
    parts = [*zip(said, found, strict=False), (gap, ~is_known)]
    return tuple((word, float(log_odds[rows].mean())) for word, rows in parts if rows.sum() >= FEWEST_LEADS)


def _of_levels(column: TextColumn, log_odds: FloatArray, lead: IntArray) -> tuple[tuple[str, float], ...]:
    """The levels of most leads, the one that speaks most for a deal first; never those of few leads."""
    codes, counts = np.unique(column.codes, return_counts=True)
    told: list[tuple[str, float]] = []
    for code in codes[np.argsort(-counts, kind="stable")].tolist():
        own = column.codes == code
        if len(np.unique(lead[own])) >= FEWEST_LEADS and len(told) < _MOST_LEVELS:
            told.append(("not known" if code < 0 else column.levels[code], float(log_odds[own].mean())))
    return tuple(sorted(told, key=lambda effect: -effect[1]))
