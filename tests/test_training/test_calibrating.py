"""Which line calibrates what ships, and what judged rows would have been shown."""

import numpy as np
import pytest

from models.calibration import Calibrator
from training.calibrating import calibrator_of, judged_log_odds
from training.judging import Judged


def overconfident(n_blocks: int, won_each: int) -> Judged:
    """Blocks whose margins are twice the true log-odds, each won row a lead of its own."""
    margin = np.tile(np.repeat([-2.0, 2.0], 10 * won_each), n_blocks)
    share = 1 / (1 + np.exp(-margin / 2))
    n = len(margin)
    won = np.tile(np.arange(10 * won_each) + 0.5, 2 * n_blocks) < 10 * won_each * share
    block = np.repeat(np.arange(n_blocks), 20 * won_each)
    rows = np.arange(n)
    return Judged(margin, won, rows, rows, block)


def blocks_of(margins: list[float], won_of_each: int) -> Judged:
    margin = np.repeat(margins, 2 * won_of_each)
    won = np.tile(np.repeat([True, False], won_of_each), len(margins))
    rows = np.arange(len(margin))
    block = np.repeat(np.arange(len(margins)), 2 * won_of_each)
    return Judged(margin, won, rows, rows, block)


def test_blocks_in_time_are_calibrated_by_the_newest() -> None:
    assert calibrator_of(overconfident(3, 20), is_time_tested=True).slope == pytest.approx(0.5, abs=0.02)


def test_folds_are_no_blocks_in_time_and_share_their_wins() -> None:
    """Forty won leads in each of four folds are too few alone, enough by twos."""
    folds = overconfident(4, 4)

    assert max(block.n_won_leads for block in folds.blocks()) < 50
    assert calibrator_of(folds, is_time_tested=True) == Calibrator()
    assert calibrator_of(folds, is_time_tested=False).slope == pytest.approx(0.5, abs=0.02)


def test_judged_rows_are_shown_by_the_line_of_the_block_before() -> None:
    """Half of the first block won, though it promised exp(1) to 1: its line takes the second's 1 to 0."""
    shown = judged_log_odds(blocks_of([1.0, 1.0], 60), Calibrator(0.1, 0.9))

    assert np.allclose(shown[:120], 1.0)
    assert np.allclose(shown[120:], 0.0, atol=1e-4)


@pytest.mark.parametrize(("calibrator", "won"), [(Calibrator(), 60), (Calibrator(0.1, 0.9), 40)])
def test_judged_rows_stay_as_they_are_without_a_line(calibrator: Calibrator, won: int) -> None:
    assert np.allclose(judged_log_odds(blocks_of([1.0, 1.0], won), calibrator), 1.0)
