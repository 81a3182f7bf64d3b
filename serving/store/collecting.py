"""The hottest leads of a run, collected as its parts are scored; memory does not grow with the number of leads."""

import numpy as np

from features.catalogue import FAMILIES, Family
from models.explanation import impact_of
from models.lead_model import LeadModel
from serving.batch import ScoredPart
from serving.store.detail import MOVERS, Mover
from serving.store.rows import Merged, StoreRow, store_rows

#: So many leads are kept, the hottest, if more are scored.
MAX_LEADS = 100_000
_MAX_MOVERS = 12


class HottestLeads:
    """Rows of the store for the hottest leads of all parts that it is shown.

    Parameters
    ----------
    model : that scored them.
    limit : how many leads are kept; of leads that are as hot the first of the run.
    """

    def __init__(self, model: LeadModel, *, limit: int = MAX_LEADS) -> None:
        self._model, self._limit = model, limit
        self._rows: list[StoreRow] = []
        self._cut = -np.inf
        self._moved: dict[str, tuple[str, Family, float]] = {}
        self.n_scored = 0

    def observe(self, part: ScoredPart) -> None:
        """Take what is hot enough of a part."""
        merged = Merged.of(self._model, part.scores)
        self._count_moves(part, merged)
        self.n_scored += len(part.scores)
        hot = np.flatnonzero(part.scores.log_odds > self._cut)
        self._rows += store_rows(self._model, part, merged, hot)
        if len(self._rows) > 1.5 * self._limit:
            self._forget_the_coldest()

    @property
    def rows(self) -> list[StoreRow]:
        """The rows of the hottest leads, in the order scored."""
        if len(self._rows) > self._limit:
            self._forget_the_coldest()
        return self._rows

    @property
    def movers(self) -> str:
        """What moved the scores of all leads most, as JSON."""
        means = [
            Mover(source, label, family, round(float(impact_of(np.array([total / max(self.n_scored, 1)]))[0]), 1))
            for source, (label, family, total) in self._moved.items()
        ]
        ranked = sorted(means, key=lambda mover: (-mover.impact, mover.feature))
        return MOVERS.dump_json(tuple(mover for mover in ranked if mover.impact > 0)[:_MAX_MOVERS]).decode()

    def _forget_the_coldest(self) -> None:
        log_odds = np.array([row["log_odds"] for row in self._rows])
        hottest = np.argsort(-log_odds, kind="stable")[: self._limit]
        self._cut = float(log_odds[hottest[-1]])
        self._rows = [self._rows[i] for i in np.sort(hottest).tolist()]

    def _count_moves(self, part: ScoredPart, merged: Merged) -> None:
        family_of = {one.source: one.family for one in part.scores.contributions.parts}
        sums = np.abs(merged.values).sum(axis=0).tolist()
        for source, label, total in zip(merged.sources, merged.labels, sums, strict=True):
            so_far = self._moved.get(source, (label, FAMILIES[0], 0.0))[2]
            self._moved[source] = (label, family_of[source], so_far + total)
