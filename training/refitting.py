"""A recipe fitted on each block anew, and what it said of the rows that judge."""

import numpy as np

from models.recipe import Recipe
from models.rules import RuleBook
from training.calibrating import calibrator_of, judged_log_odds
from training.fit import TrainingSet, fit_margin
from training.judging import Judged, thinned
from training.split import Split

#: Cells of a block to fit on: a comparison needs no more.
_MOST_CELLS = 3_000_000


def refit(
    recipe: Recipe,
    data: TrainingSet,
    split: Split,
    rulebook: RuleBook,
    *,
    of_rows: int,
    seed: int,
    calibrate: bool = True,
) -> Judged:
    """The rows that judge, with the log-odds that a recipe's fits on the blocks give them.

    Parameters
    ----------
    of_rows : how many rows the recipe was made for.
    calibrate : by the line of the block before, as what ships would be.
    """
    most = _MOST_CELLS // max(data.matrix.values.shape[1] + len(data.matrix.categories), 1)
    margins = []
    for block in split.blocks:
        train, test = data.take(thinned(block.train, data.lead, most=most)), data.take(block.test)
        fitted = fit_margin(train, rulebook, recipe.for_rows(len(train), of=of_rows), seed=seed)
        margins.append(fitted.margin(test.matrix, test.points))
    rows = np.concatenate([block.test for block in split.blocks])
    number = np.repeat(np.arange(len(split.blocks)), [len(block.test) for block in split.blocks])
    judged = Judged(np.concatenate(margins), data.won[rows], data.lead[rows], rows, number)
    if not calibrate:
        return judged
    calibrator = calibrator_of(judged, is_time_tested=split.is_time_tested)
    return Judged(judged_log_odds(judged, calibrator), judged.won, judged.lead, judged.row, judged.block)
