"""What a single column says of the outcome on rows that it was not fitted on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.build import DAYS_SINCE
from features.derived import COMPLETENESS
from features.spec import FeatureSpec
from features.tables import FloatArray, TextColumn
from models.encoding import fit_levels, row_weights
from training.evaluation import area_under_curve
from training.fit import TrainingSet
from training.judging import thinned
from training.split import Block, Split

#: A number is judged by so many bins of equal count, and a bin for what is missing.
_N_BINS = 20
#: So many rows tell a leak: a column that is as good as the outcome shows it on fewer.
_MOST_ROWS = 12_000


@dataclass(frozen=True)
class JudgedBlocks:
    """Blocks cut to what an audit needs."""

    train: tuple[TrainingSet, ...]
    test: tuple[TrainingSet, ...]

    @classmethod
    def of(cls, data: TrainingSet, split: Split) -> "JudgedBlocks":
        """The blocks of a split, thinned to whole leads."""
        cut = [Block(*(thinned(r, data.lead, most=_MOST_ROWS) for r in (b.train, b.test))) for b in split.blocks]
        return cls(tuple(data.take(b.train) for b in cut), tuple(data.take(b.test) for b in cut))

    def auc(self, scores: Sequence[FloatArray]) -> float:
        """Of the rows that judge: the mean over blocks by their pairs of won and lost, since base rates drift.

        Between blocks any score tells which block a row is of.
        """
        pairs = [float(part.won.sum() * (~part.won).sum()) for part in self.test]
        judged = [k for k, weight in enumerate(pairs) if weight]
        if not judged:
            return 0.5
        aucs = [area_under_curve(scores[k], self.test[k].won) for k in judged]
        return float(np.average(aucs, weights=[pairs[k] for k in judged]))

    def auc_of_number(self, feature: str) -> float:
        """Of a numeric feature as it stands, whichever way it points."""
        position = self.test[0].matrix.names.index(feature)
        auc = self.auc([np.nan_to_num(part.matrix.values[:, position], nan=-1.0) for part in self.test])
        return max(auc, 1 - auc)

    def error_of(self, auc: float) -> float:
        """Two standard errors of an AUC of these rows, counting leads (Hanley & McNeil 1982)."""
        won = sum(len(np.unique(part.lead[part.won])) for part in self.test)
        lost = sum(len(np.unique(part.lead[~part.won])) for part in self.test)
        one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
        variance = auc * (1 - auc) + (won - 1) * (one - auc**2) + (lost - 1) * (two - auc**2)
        return float(2 * np.sqrt(variance / max(won * lost, 1)))


def columns_of(spec: FeatureSpec) -> Mapping[str, tuple[str, ...]]:
    """Each column of the leads that features are made of, and their names in the matrix.

    Of what is derived from several columns the first is the one; the completeness of all fields is of none.
    """
    found = {name: (feature,) for name, feature in raw_columns_of(spec).items()}
    for derived in spec.derived:
        if derived.measure != COMPLETENESS:
            column = derived.columns[0]
            found[column] = (*found.get(column, ()), derived.name)
    return found


def raw_columns_of(spec: FeatureSpec) -> Mapping[str, str]:
    """Each column that is a feature as it stands, and its name in the matrix."""
    own = {name: name for name in (*spec.numbers, *spec.categories)}
    return {**own, **{name: f"{DAYS_SINCE}{name}" for name in spec.dates}}


def auc_alone(blocks: JudgedBlocks, features: Sequence[str]) -> float:
    """How well one column ranks rows that it was not fitted on, by the best of its features."""
    return max(_auc_of_feature(blocks, feature) for feature in features)


def _auc_of_feature(blocks: JudgedBlocks, feature: str) -> float:
    """Its levels or bins by the share won of others."""
    scores = []
    for train, test in zip(blocks.train, blocks.test, strict=True):
        fitted, judged = _levels(train, test, feature)
        scores.append(fit_levels(fitted, train.won, row_weights(train.lead)).encode(judged))
    return blocks.auc(scores)


def _levels(train: TrainingSet, test: TrainingSet, feature: str) -> tuple[TextColumn, TextColumn]:
    """A column of both as levels: texts as they are, numbers in bins of equal count."""
    if feature in train.matrix.categories:
        return train.matrix.categories[feature], test.matrix.categories[feature]
    position = train.matrix.names.index(feature)
    values = train.matrix.values[:, position]
    known = values[~np.isnan(values)]
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, _N_BINS + 1)[1:-1])) if len(known) else known
    names = tuple(str(number) for number in range(len(cuts) + 1))
    return _binned(values, cuts, names), _binned(test.matrix.values[:, position], cuts, names)


def _binned(values: FloatArray, cuts: FloatArray, names: tuple[str, ...]) -> TextColumn:
    return TextColumn(names, np.where(np.isnan(values), -1, np.searchsorted(cuts, values)))
