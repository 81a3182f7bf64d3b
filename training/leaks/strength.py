"""Columns that tell too much: alone as good as all others together, or without which little is left."""

from collections.abc import Mapping

import numpy as np

from features.catalogue import build_catalogue
from features.spec import FeatureSpec
from models.boosting import TreeSettings, fit_trees
from models.rules import RuleBook
from training.judging import Block
from training.leaks.columns import JudgedBlocks
from training.leaks.finding import Leak

#: An AUC from here on by one column alone is a leak until shown otherwise (FIELD: cold leads reach .60 to .70).
_TELLING, _CERTAIN = 0.8, 0.95
#: Two standard errors below its AUC a certain leak still tells more than the strongest honest column that we know:
#: the time spent on the website, .77 on x_education. Few leads stop no training by luck.
_SURELY = 0.77
#: Of what all columns tell beyond chance, so much is lost without the best one.
_MOST_OF_IT = 0.5
#: Below this no column is worth the comparison.
_STRONG = 0.7
#: Enough for a comparison.
_COMPARING = TreeSettings(rounds=60, learning_rate=0.1, num_leaves=7, min_data_in_leaf=20)


def strong_columns(
    aucs: Mapping[str, float],
    spec: FeatureSpec,
    blocks: JudgedBlocks,
    rulebook: RuleBook,
    *,
    doubtful: frozenset[str],
    seed: int,
) -> list[Leak]:
    """Columns alone as good as the best honest model of the others, and the one that carries the rest.

    Parameters
    ----------
    aucs : of each column alone.
    doubtful : columns that other rules speak against; they are no part of the comparison.
    """
    strong = {name: auc for name, auc in aucs.items() if name not in doubtful and auc >= _STRONG}
    if not strong:
        return []
    model = _Comparison(spec, blocks, rulebook, seed)
    telling = frozenset(name for name, auc in strong.items() if auc >= _TELLING)
    if telling:
        others = model.auc(doubtful | telling)
        return [_alone(name, strong[name], others, blocks.error_of(strong[name])) for name in sorted(telling)]
    top = max(strong, key=lambda name: strong[name])
    whole, without = (model.auc(doubtful | left_out) for left_out in (frozenset[str](), frozenset([top])))
    lost = (whole - without) / max(whole - 0.5, 1e-9)
    return [_ablated(top, lost, whole, without)] if lost >= _MOST_OF_IT else []


def _alone(name: str, auc: float, others: float, error: float) -> Leak:
    found = f"alone it ranks later leads with an AUC of {auc:.2f}, all other columns together with {others:.2f}"
    is_certain = auc - error >= _SURELY and (auc >= others or auc >= _CERTAIN)
    if is_certain:
        return Leak(name, "alone", auc, "stop", f"{found}; ignore it unless it was known before the outcome")
    return Leak(name, "alone", auc, "warn", f"{found}; is it known before the outcome? If not, ignore it")


def _ablated(name: str, lost: float, whole: float, without: float) -> Leak:
    advice = (
        f"without it the AUC falls from {whole:.2f} to {without:.2f}, so nearly all rests on it; make sure that it is "
        "known before the outcome"
    )
    return Leak(name, "ablation", lost, "warn", advice)


class _Comparison:
    """Plain trees on every column but some, fitted and judged on the audit's blocks."""

    def __init__(self, spec: FeatureSpec, blocks: JudgedBlocks, rulebook: RuleBook, seed: int) -> None:
        self._blocks = blocks
        self._seed = seed
        self._made = [Block(train, test, rulebook) for train, test in zip(blocks.train, blocks.test, strict=True)]
        matrix = blocks.train[0].matrix
        catalogue = build_catalogue(spec, {})
        derived = {one.name: frozenset(one.columns) for one in spec.derived}
        names = (*matrix.names, *matrix.categories)
        self._sources = [derived.get(name, frozenset([catalogue[name].source])) for name in names]

    def auc(self, left_out: frozenset[str]) -> float:
        """Of the rows that judge; 0.5 where no column is left."""
        kept = np.array([not sources & left_out for sources in self._sources])
        if not kept.any():
            return 0.5
        scores = []
        for block in self._made:
            fitted, judged = block.values
            margin = block.base.margin(block.train.points)
            booster = fit_trees(fitted[:, kept], block.train.won, margin, _COMPARING, seed=self._seed)
            scores.append(np.asarray(booster.predict(judged[:, kept], raw_score=True)))
        return self._blocks.auc(scores)
