"""The waterfall: bars that lead from where every lead starts to where this one stands."""

from dataclasses import replace

import pytest

from serving.store.detail import StoredContribution
from serving.store.reading import StoredLead
from serving.waterfall import waterfall
from tests.test_serving.stored import EMPTY, row

LEAD = StoredLead(**{**{name: row("a")[name] for name in StoredLead.__dataclass_fields__}, "base_log_odds": -1.0})  # type: ignore[arg-type]  # as read
DETAIL = replace(
    EMPTY,
    contributions=(StoredContribution("x", "X", 3.0), StoredContribution("y", "Y", -1.5)),
    n_others=4,
    others_log_odds=0.5,
)


def test_the_bars_lead_from_the_start_to_the_score() -> None:
    drawn = waterfall(replace(LEAD, probability=0.7310585786300049), DETAIL)

    assert [(bar.label, bar.is_up) for bar in drawn.bars] == [("X", True), ("Y", False), ("4 more, together", True)]
    assert [round(bar.probability, 3) for bar in drawn.bars] == [0.881, 0.622, 0.731]
    assert drawn.bars[0].start == drawn.start
    assert drawn.bars[0].start + drawn.bars[0].width == pytest.approx(drawn.bars[0].end)
    assert drawn.bars[1].start + drawn.bars[1].width == pytest.approx(drawn.bars[0].end)
    assert drawn.bars[-1].end == drawn.end


def test_all_of_it_is_within_the_drawing() -> None:
    drawn = waterfall(LEAD, DETAIL)

    assert all(0 <= bar.start <= bar.start + bar.width <= 100 for bar in drawn.bars)
    assert all(0 <= x <= 100 for x, _ in drawn.marks)
    assert [words for _, words in drawn.marks] == ["50%", "75%"]


def test_a_lead_of_which_nothing_is_known_has_no_bar() -> None:
    drawn = waterfall(LEAD, EMPTY)

    assert drawn.bars == ()
    assert drawn.start == drawn.end
