"""The hottest leads of a run, collected as its parts are scored; memory does not grow with the number of leads."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from features.catalogue import FAMILIES, Family
from models.explanation import impact_of
from models.lead_model import LeadModel
from serving.batch import ScoredPart
from serving.store.detail import MOVERS, Mover
from serving.store.rows import Merged, StoreRow, store_rows
from serving.store.spool import Spool

#: So many leads are kept, the hottest, if more are scored.
MAX_LEADS = 100_000
_MAX_MOVERS = 12


class HottestLeads:
    """Rows of the store for the hottest leads of all parts that it is shown.

    Parameters
    ----------
    model : that scored them.
    limit : how many leads are kept; of leads that are as hot the first of the run.
    folder : where they are set aside meanwhile; see `Spool`.
    """

    def __init__(self, model: LeadModel, *, limit: int = MAX_LEADS, folder: Path | None = None) -> None:
        self._model, self._limit, self._spool = model, limit, Spool(folder)
        self._log_odds = np.zeros(0)
        self._place = np.zeros((0, 2), dtype=np.int64)
        self._cut = -np.inf
        self._moved: dict[str, tuple[str, Family, float]] = {}
        self.n_scored = 0

    def observe(self, part: ScoredPart) -> None:
        """Take what is hot enough of a part."""
        merged = Merged.of(self._model, part.scores)
        self._count_moves(part, merged)
        self.n_scored += len(part.scores)
        hot = np.flatnonzero(part.scores.log_odds > self._cut)
        ends = self._spool.add(store_rows(self._model, part, merged, hot))
        self._log_odds = np.concatenate([self._log_odds, part.scores.log_odds[hot]])
        self._place = np.concatenate([self._place, np.column_stack([ends[:-1], ends[1:]])])
        if len(self._place) > self._limit:
            self._forget_the_coldest()

    def rows(self) -> Iterator[StoreRow]:
        """The rows of the hottest leads, in the order scored."""
        return self._spool.rows([(start, end) for start, end in self._place.tolist()])

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
        hottest = np.sort(np.argsort(-self._log_odds, kind="stable")[: self._limit])
        self._log_odds, self._place = self._log_odds[hottest], self._place[hottest]
        self._cut = float(self._log_odds.min())

    def _count_moves(self, part: ScoredPart, merged: Merged) -> None:
        family_of = {one.source: one.family for one in part.scores.contributions.parts}
        sums = np.abs(merged.values).sum(axis=0).tolist()
        for source, label, total in zip(merged.sources, merged.labels, sums, strict=True):
            so_far = self._moved.get(source, (label, FAMILIES[0], 0.0))[2]
            self._moved[source] = (label, family_of[source], so_far + total)
