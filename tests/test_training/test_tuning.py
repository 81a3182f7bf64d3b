"""The search for the trees' settings: seeded, bounded by the size of the data."""

import numpy as np
import pytest

from models.boosting import TreeSettings
from training.judging import Grown, Start
from training.tuning import PORTFOLIO, SHARES, trials_for, tune


class FakeBlock:
    values = (np.zeros((300, 10)), np.zeros((10, 10)))


class FakeJudge:
    """Judges by how far the leaves are from twelve."""

    def __init__(self) -> None:
        self.blocks = [FakeBlock()]
        self.lead = np.arange(2000)
        self.n_rows = 2000
        self.asked: list[tuple[TreeSettings, Start]] = []

    def start(self, name: str, share: float = 1.0) -> Start:
        return Start((), np.array([share]), None)

    def grow(self, start: Start, settings: TreeSettings) -> Grown:
        self.asked.append((settings, start))
        return Grown(np.zeros(1), 25, abs(settings.num_leaves - 12.0) + float(start.test[0]))


@pytest.mark.parametrize(("cells", "trials"), [(1, 10), (1_000_000, 6), (3_000_000, 2), (10**9, 2), (0, 10)])
def test_larger_data_get_fewer_trials(cells: int, trials: int) -> None:
    assert trials_for(cells, judged_leads=10_000) == trials


@pytest.mark.parametrize(("leads", "trials"), [(1, 1), (149, 1), (150, 2), (600, 5), (100_000, 10)])
def test_few_judged_leads_bear_few_trials(leads: int, trials: int) -> None:
    assert trials_for(1000, judged_leads=leads) == trials


def test_the_best_trial_of_each_start_is_kept() -> None:
    judge = FakeJudge()

    found = tune(judge, ("rules", "rules_logistic"), seed=0)  # type: ignore[arg-type]  # stands for a Judge

    losses = [abs(settings.num_leaves - 12.0) + float(start.test[0]) for settings, start in judge.asked]
    assert len(losses) == 2 * trials_for(3000, judged_leads=2000)
    assert found["rules"][0].grown.loss == min(losses[: len(losses) // 2])
    assert found["rules_logistic"][0].grown.loss == min(losses[len(losses) // 2 :])
    assert {one.share for one in found["rules_logistic"]} == set(SHARES)
    assert {one.share for one in found["rules"]} == {1.0}


def test_the_portfolio_comes_first_and_the_search_is_seeded() -> None:
    asked = []
    for _ in range(2):
        judge = FakeJudge()
        tune(judge, ("rules",), seed=3)  # type: ignore[arg-type]  # stands for a Judge
        asked.append([settings for settings, _start in judge.asked])

    assert asked[0] == asked[1]
    assert tuple(asked[0][: len(PORTFOLIO)]) == PORTFOLIO
