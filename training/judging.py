"""What out-of-time blocks say of a recipe: margins of rows that it was not fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from features.tables import BoolArray, FloatArray, IntArray
from models.boosting import LEAVES_IN_ALL, GrowingTrees, TreeSettings
from models.calibration import JudgedBlock
from models.encoding import encode_cross_fitted, fit_encoder, row_weights
from models.log_odds import row_losses
from models.logistic import Design, design_of, fit_weights, penalties_for
from models.rules import RuleBook
from training.fit import TrainingSet, base_of, prior_of
from training.split import Split

#: Trees are grown so many at a time, until so many in a row made the blocks' pooled loss no better.
ROUNDS_STEP = 25
PATIENCE_ROUNDS = 100
#: Of a block, to fit on while recipes are compared; what ships is fitted on every row.
_MOST_CELLS = 3_000_000

#: What trees start from.
StartName = Literal["base", "rules", "logistic", "rules_logistic"]


@dataclass(frozen=True)
class Start:
    """Margins that trees may start from.

    Attributes
    ----------
    train : of each block, log-odds of the rows it was fitted on.
    test : of all judged rows, block after block.
    penalty : of logistic regression, where it is part of it.
    """

    train: tuple[FloatArray, ...]
    test: FloatArray
    penalty: float | None = None

    def towards(self, other: "Start", share: float) -> "Start":
        """This start and a share of what the other adds to it."""
        train = tuple(a + share * (b - a) for a, b in zip(self.train, other.train, strict=True))
        return Start(train, self.test + share * (other.test - self.test), other.penalty)


@dataclass(frozen=True)
class Grown:
    """Trees of one setting, grown on all blocks at once.

    Attributes
    ----------
    margin : of all judged rows, with the number of trees that serves the blocks best together.
    rounds : that number; 0 where no tree helped.
    loss : mean log loss there, in nats.
    """

    margin: FloatArray
    rounds: int
    loss: float


@dataclass(frozen=True)
class Judged:
    """What the blocks said of rows that were not fitted on, block after block.

    Attributes
    ----------
    margin : n log-odds of the recipe that ships, not calibrated.
    won, lead, row : the outcome, the lead and the row in the training set.
    block : which block.
    """

    margin: FloatArray
    won: BoolArray
    lead: IntArray
    row: IntArray
    block: IntArray

    def blocks(self) -> list[JudgedBlock]:
        """The judged rows by block, for the calibrator."""
        out = []
        for k in np.unique(self.block):
            inside = self.block == k
            won, lead = self.won[inside], self.lead[inside]
            out.append(JudgedBlock(self.margin[inside], won, len(np.unique(lead[won]))))
        return out


class Block:
    """One block made ready: rows to fit on, and rows to judge by, encoded by what the former know."""

    def __init__(self, train: TrainingSet, test: TrainingSet, rulebook: RuleBook) -> None:
        self.train, self.test = train, test
        self.base, self.prior = base_of(train), prior_of(train, rulebook)
        self._weight = row_weights(train.lead)

    @cached_property
    def values(self) -> tuple[FloatArray, FloatArray]:
        """The encoded rows to fit on, and those to judge by."""
        encoder = fit_encoder(self.train.matrix, self.train.won, self._weight)
        fitted = encode_cross_fitted(encoder, self.train.matrix, self.train.won, self._weight, self.train.fold)
        return fitted, encoder.encode(self.test.matrix)

    @cached_property
    def design(self) -> Design:
        return design_of(self.train.matrix, self._weight)


class Judge:
    """The blocks of a split, on which recipes are compared.

    Parameters
    ----------
    data : the training set, in the order of time where there is one.
    """

    def __init__(self, data: TrainingSet, split: Split, rulebook: RuleBook, *, seed: int) -> None:
        n_columns = len(data.matrix.names) + len(data.matrix.categories)
        fitted = [thinned(b.train, data.lead, most=_MOST_CELLS // max(n_columns, 1)) for b in split.blocks]
        self.blocks = [
            Block(data.take(rows), data.take(b.test), rulebook) for rows, b in zip(fitted, split.blocks, strict=True)
        ]
        self.row: IntArray = np.concatenate([b.test for b in split.blocks])
        self.block: IntArray = np.repeat(np.arange(len(split.blocks)), [len(b.test) for b in split.blocks])
        self.won: BoolArray = data.won[self.row]
        self.lead: IntArray = data.lead[self.row]
        self.n_rows = len(data)
        #: Whether the rules tell the leads apart at all.
        self.has_points = bool(np.ptp(data.points) > 0)
        self.mean_fitted = float(np.mean([len(rows) for rows in fitted]))
        self._seed = seed
        self._starts: dict[StartName, Start] = {}

    def loss(self, margin: FloatArray) -> float:
        """Mean log loss of the judged rows, in nats."""
        return float(row_losses(margin, self.won).mean())

    def judged(self, margin: FloatArray) -> Judged:
        """The judged rows with the margin of one recipe."""
        return Judged(margin, self.won, self.lead, self.row, self.block)

    def start(self, name: StartName, share: float = 1.0) -> Start:
        """What trees may start from, fitted on each block; of logistic regression a share of what it adds."""
        if share != 1.0:
            return self._before_logistic(name).towards(self.start(name), share)
        if name not in self._starts:
            is_logistic = name in ("logistic", "rules_logistic")
            self._starts[name] = self._logistic(self._before_logistic(name)) if is_logistic else self._priors(name)
        return self._starts[name]

    def _before_logistic(self, name: StartName) -> Start:
        """What logistic regression itself starts from."""
        return self.start("base" if name == "logistic" else "rules")

    def _priors(self, name: StartName) -> Start:
        """The base rate, or the rules' line, of each block."""
        priors = [block.base if name == "base" else block.prior for block in self.blocks]
        return Start(
            tuple(p.margin(b.train.points) for p, b in zip(priors, self.blocks, strict=True)),
            np.concatenate([p.margin(b.test.points) for p, b in zip(priors, self.blocks, strict=True)]),
        )

    def _logistic(self, offset: Start) -> Start:
        """Ridge on top of an offset, with the penalty that serves the blocks best together."""
        weights: list[FloatArray | None] = [None] * len(self.blocks)
        best: Start | None = None
        n_leads = float(np.mean([len(np.unique(block.train.lead)) for block in self.blocks]))
        for penalty in penalties_for(n_leads):
            train, test = [], []
            for k, block in enumerate(self.blocks):
                x = block.design.x
                weights[k] = w = fit_weights(x, block.train.won, offset.train[k], penalty=penalty, start=weights[k])
                train.append(offset.train[k] + x @ w)
                test.append(offset.test[self.block == k] + block.design.model(w).margin(block.test.matrix))
            found = Start(tuple(train), np.concatenate(test), penalty)
            if best is not None and self.loss(found.test) >= self.loss(best.test):
                break
            best = found
        assert best is not None  # there is a first penalty
        return best

    def grow(self, start: Start, settings: TreeSettings) -> Grown:
        """Trees on a start, all blocks together, while their pooled loss falls."""
        growing = [
            GrowingTrees(*block.values, block.train.won, margin, settings, seed=self._seed)
            for block, margin in zip(self.blocks, start.train, strict=True)
        ]
        margin = start.test
        best = Grown(margin, 0, self.loss(margin))
        for rounds in range(ROUNDS_STEP, self.most_rounds(settings) + 1, ROUNDS_STEP):
            margin = margin + np.concatenate([trees.grow(ROUNDS_STEP) for trees in growing])
            loss = self.loss(margin)
            if loss < best.loss:
                best = Grown(margin, rounds, loss)
            if rounds - best.rounds >= PATIENCE_ROUNDS:
                break
        return best

    def most_rounds(self, settings: TreeSettings) -> int:
        """The trees that a block may bear: fitted on everything they are more, within the bound of leaves."""
        most = LEAVES_IN_ALL // settings.num_leaves
        return int(most / self.rounds_for_all(1000) * 1000)

    def rounds_for_all(self, best_rounds: int) -> int:
        """The trees of the fit on everything."""
        return rounds_for(self.n_rows, fitted_rows=self.mean_fitted, best_rounds=best_rounds)

    def settings_for_all(self, settings: TreeSettings, best_rounds: int) -> TreeSettings:
        """The settings of the fit on everything, within the bound of leaves."""
        most = LEAVES_IN_ALL // settings.num_leaves
        return replace(settings, rounds=min(self.rounds_for_all(best_rounds), most))


def thinned(rows: IntArray, lead: IntArray, *, most: int) -> IntArray:
    """About `most` of the rows at most, whole leads: a comparison of recipes needs no more.

    >>> thinned(np.arange(6), np.array([0, 0, 1, 1, 2, 2]), most=3)
    array([0, 1, 4, 5])
    """
    every = -(-len(rows) // max(most, 1))
    return rows[lead[rows] % every == 0] if every > 1 else rows


def rounds_for(n_rows: int, *, fitted_rows: float, best_rounds: int) -> int:
    """The trees that more rows can bear: measured on rolling origins, the best number grows with their root.

    >>> rounds_for(400, fitted_rows=100, best_rounds=50)
    100
    """
    return round(best_rounds * float(np.sqrt(max(n_rows / fitted_rows, 1.0))))


def cells_of(blocks: Sequence[Block]) -> int:
    """How many cells one fit on every block reads: what a trial costs."""
    return sum(block.values[0].size for block in blocks)
