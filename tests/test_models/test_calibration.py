"""Calibration: a line that must have proved itself on the block after the one it was fitted on."""

import numpy as np
import pytest

from models.calibration import Calibrator, JudgedBlock, choose_calibrator, fit_calibrator
from models.log_odds import probability_of

IDENTITY = Calibrator()


def block(true_slope: float, *, true_shift: float = 0.0, n: int = 1_000, n_won_leads: int | None = None) -> JudgedBlock:
    """Margins from -3 to 3, each lead once; what really holds is shift + slope * margin."""
    margin = np.repeat(np.linspace(-3, 3, n // 100), 100)
    share = probability_of(true_shift + true_slope * margin)
    won = np.tile(np.arange(100) + 0.5, n // 100) < 100 * share
    return JudgedBlock(margin, won, int(won.sum()) if n_won_leads is None else n_won_leads)


def test_without_a_line_the_margin_is_the_log_odds() -> None:
    assert IDENTITY.log_odds(np.array([-1.5, 2.0])).tolist() == [-1.5, 2.0]


def test_a_line_finds_the_slope_and_shift_that_hold() -> None:
    line = fit_calibrator(block(0.5, true_shift=-0.4))

    assert line.intercept == pytest.approx(-0.4, abs=0.05)
    assert line.slope == pytest.approx(0.5, abs=0.05)


def test_an_overconfident_model_gets_the_line_of_the_newest_block() -> None:
    older, newest = block(0.5), block(0.6)

    assert choose_calibrator([older, newest]) == fit_calibrator(newest)


def test_a_line_that_does_not_help_the_next_block_is_not_used() -> None:
    assert choose_calibrator([block(0.5), block(1.0)]) == IDENTITY


def test_only_the_two_newest_blocks_are_asked() -> None:
    newest = block(0.6)

    assert choose_calibrator([block(3.0), block(0.5), newest]) == fit_calibrator(newest)


@pytest.mark.parametrize("won", [(49, 500), (500, 49)])
def test_fewer_than_fifty_won_leads_fit_no_line(won: tuple[int, int]) -> None:
    blocks = [block(0.5, n_won_leads=won[0]), block(0.5, n_won_leads=won[1])]

    assert choose_calibrator(blocks) == IDENTITY
    assert choose_calibrator([block(0.5, n_won_leads=50)] * 2) != IDENTITY


def test_a_single_block_has_nobody_to_judge_its_line() -> None:
    assert choose_calibrator([block(0.5)]) == IDENTITY
    assert choose_calibrator([]) == IDENTITY


def test_a_model_that_ranks_backwards_is_never_turned_around() -> None:
    backwards = block(-1.0)

    assert fit_calibrator(backwards).slope == 0.0
    assert choose_calibrator([backwards, backwards]) == IDENTITY
