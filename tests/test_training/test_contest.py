"""Two models on the same leads."""

import numpy as np
import pytest

from features.tables import BoolArray, FloatArray
from models.log_odds import probability_of
from training.contest import Contest, contest

N = 4000


def leads(*, seed: int = 0) -> tuple[FloatArray, BoolArray]:
    """True log-odds, and what came of them."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-1, 1.5, N)
    return log_odds, rng.random(N) < probability_of(log_odds)


def meet(change: FloatArray, *, scale: float = 1.0) -> Contest:
    log_odds, won = leads()
    return contest(log_odds, scale * log_odds + change, won, np.arange(N), seed=0)


def test_equal_probabilities_win() -> None:
    found = meet(np.zeros(N))

    assert found.is_won
    assert (found.gap_high, found.ece_worse, found.lift_worse) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("name", "change", "scale"),
    [
        ("noise in every score", np.random.default_rng(1).normal(0, 0.7, N), 1.0),
        ("scores too high", np.full(N, 0.5), 1.0),
        ("too sure", np.zeros(N), 1.6),
    ],
)
def test_a_worse_challenger_loses(name: str, change: FloatArray, scale: float) -> None:
    found = meet(change, scale=scale)

    assert not found.is_won, name
    assert found.challenger_loss > found.champion_loss


def test_a_better_challenger_wins() -> None:
    log_odds, won = leads()
    noise = np.random.default_rng(1).normal(0, 0.7, N)

    found = contest(log_odds + noise, log_odds, won, np.arange(N), seed=0)

    assert found.is_won
    assert found.gap_high < 0


def test_a_lower_loss_with_a_broken_calibration_is_refused_and_says_why() -> None:
    """It ranks much better, and promises twice of what comes."""
    log_odds, won = leads()
    champion = np.full(N, np.log(won.mean() / (1 - won.mean())))

    found = contest(champion, log_odds + 0.7, won, np.arange(N), seed=0)

    assert found.gap_high < 0
    assert not found.is_won
    assert found.ece_worse > 0
    assert "ECE worse by more than chance" in found.why


def test_few_leads_promote_nobody_who_is_not_surely_as_good() -> None:
    """Twenty leads, and a challenger that is better by chance alone."""
    log_odds, won = leads(seed=2)
    noise = np.random.default_rng(3).normal(0, 1.0, 20)

    found = contest(log_odds[:20], log_odds[:20] + noise, won[:20], np.arange(20), seed=0)

    assert not found.is_won
