"""Which line calibrates what ships, and what the judged rows would have been shown with it."""

import numpy as np

from features.tables import FloatArray
from models.calibration import MIN_WON_LEADS, Calibrator, JudgedBlock, choose_calibrator, fit_calibrator
from training.judging import Judged


def calibrator_of(judged: Judged, *, is_time_tested: bool) -> Calibrator:
    """Platt's line where it proved itself on the next block; folds are no blocks in time and are pooled by twos."""
    blocks = judged.blocks()
    if not is_time_tested and len(blocks) >= 2:
        half = len(blocks) // 2
        blocks = [_pooled(blocks[:half]), _pooled(blocks[half:])]
    return choose_calibrator(blocks)


def _pooled(blocks: list[JudgedBlock]) -> JudgedBlock:
    return JudgedBlock(
        np.concatenate([block.margin for block in blocks]),
        np.concatenate([block.won for block in blocks]),
        sum(block.n_won_leads for block in blocks),
    )


def judged_log_odds(judged: Judged, calibrator: Calibrator) -> FloatArray:
    """The judged rows as they would have been shown: each block by the line of the block before it."""
    out = judged.margin.copy()
    if calibrator == Calibrator():
        return out
    blocks = judged.blocks()
    for k in range(1, len(blocks)):
        if blocks[k - 1].n_won_leads >= MIN_WON_LEADS:
            inside = judged.block == np.unique(judged.block)[k]
            out[inside] = fit_calibrator(blocks[k - 1]).log_odds(out[inside])
    return out
