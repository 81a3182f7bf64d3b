"""What a report is made of: a trained model, the history it was learned from, and how it was judged."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.build import LEAD_AGE_DAYS
from features.crm import Crm
from features.tables import FloatArray, IntArray, TextColumn
from models.lead_model import LeadModel
from training.backtest import Backtest
from training.evaluation import Bin
from training.feature_words import feature_words
from training.groups import JudgedRows
from training.history import History
from training.influences import Influence, influences
from training.judging import Judged
from training.leaks.finding import Leak
from training.rules_report import RulesReport
from training.split import Split

#: Ages of leads that are told apart, in days: below each, and beyond the last.
_AGES = ((0.5, "on the first day"), (7.5, "up to 7 days"), (30.5, "8 to 30 days"), (np.inf, "older than 30 days"))


@dataclass(frozen=True)
class Material:
    """Everything that is told; nothing of it is computed twice.

    Attributes
    ----------
    judged : None where there were too few deals to judge by.
    log_odds : of the judged rows, as they would have been shown.
    backtest : None where the model was not judged in time.
    rules : the rulebook rule by rule.
    """

    model: LeadModel
    crm: Crm
    history: History
    split: Split
    judged: Judged | None
    log_odds: FloatArray
    points_bands: tuple[Bin, ...]
    leaks: tuple[Leak, ...]
    backtest: Backtest | None
    rules: RulesReport
    seed: int

    @property
    def has_times(self) -> bool:
        return self.history.horizon_us is not None

    @cached_property
    def rows(self) -> JudgedRows | None:
        """The judged rows as they would have been shown."""
        return None if self.judged is None else JudgedRows(self.log_odds, self.judged.won, self.judged.lead)

    @cached_property
    def judged_as_of_us(self) -> IntArray | None:
        """When each judged row was; None where rows have no time."""
        if self.judged is None or not self.has_times:
            return None
        return self.history.data.matrix.snapshots.as_of_us[self.judged.row]

    @cached_property
    def influences(self) -> tuple[Influence, ...]:
        """What moves the scores of what ships."""
        return influences(self.model, self.crm, self.history.data.matrix.snapshots, seed=self.seed)

    @cached_property
    def segments(self) -> dict[str, TextColumn]:
        """Categories of the judged rows by what they are called: the lead's age, then columns by their influence."""
        if self.judged is None:
            return {}
        matrix, row = self.history.data.matrix, self.judged.row
        strongest = [influence.source for influence in self.influences]
        named = {name: self.model.catalogue[name] for name in matrix.categories}
        ranked = sorted(
            (strongest.index(info.source), name) for name, info in named.items() if info.source in strongest
        )
        ages = (
            {"Age of the lead": _ages(matrix.values[row, matrix.names.index(LEAD_AGE_DAYS)])} if self.has_times else {}
        )
        return ages | {feature_words(named[name]): matrix.categories[name].take(row) for _, name in ranked}


def _ages(days: FloatArray) -> TextColumn:
    ends = np.array([end for end, _ in _AGES])
    return TextColumn(tuple(said for _, said in _AGES), np.searchsorted(ends, days).astype(np.int64))
