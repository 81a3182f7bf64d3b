"""Figures are drawn whatever was measured, with every word escaped."""

from xml.etree import ElementTree

import numpy as np
import pytest

from features.tables import MICROSECONDS_PER_DAY as DAY
from training.bootstrap import Estimate
from training.curves import cut_offs, gains
from training.evaluation import Bin
from training.figures import svg
from training.figures.axes import Axis, date, date_ticks, round_ticks
from training.figures.beeswarm import beeswarm_figure
from training.figures.blocks import BlockSpan, blocks_figure
from training.figures.cutoffs import cutoffs_figure
from training.figures.gains import gains_figure
from training.figures.grouped import grouped_figure
from training.figures.learning import learning_figure
from training.figures.lift import lift_figure
from training.figures.losses import losses_figure
from training.figures.outcomes import outcomes_figure
from training.figures.points import points_figure
from training.figures.reliability import reliability_figure
from training.groups import Group
from training.influences import Influence
from training.learning_curve import LearningPoint

NONE_WON = Group("<b>&", 5, 5, 0.0, 0.0, 0.0, 0.3)
LEVELS = Influence("<b>&", "<b>&", 1.0, np.linspace(-9, 9, 40), np.full(40, np.nan), ())
WON = np.arange(40) % 2 == 0
CURVE = gains(np.linspace(0, 1, 40), WON)
assert CURVE is not None
DRAWN = {
    "reliability": reliability_figure([NONE_WON]),
    "gains": gains_figure(CURVE, None, base_rate=0.5),
    "lift": lift_figure([NONE_WON], base_rate=0.1),
    "outcomes": outcomes_figure(np.array([0.0, 1.0]), np.array([False, False])),
    "cutoffs": cutoffs_figure(cut_offs(np.zeros(3), np.zeros(3, dtype=np.bool_)), capacity=0.3),
    "blocks": blocks_figure([BlockSpan((0, 0), (1, 1), 1, 1)], BlockSpan((0, 1), (0, 1), 2, 0), has_times=False),
    "grouped": grouped_figure("by", [NONE_WON], title="<b>&"),
    "points": points_figure([Bin(0.0, 0.0, 5, 0.0, 0.0, 0.0)]),
    "learning": learning_figure([LearningPoint(40, 20, 0.5, 0.5, 0.5, 0.0, 0.0)]),
    "losses": losses_figure([("<b>&", Estimate(0.5, 0.5, 0.5))], doubtful="none"),
    "beeswarm": beeswarm_figure([LEVELS]),
}


@pytest.mark.parametrize("name", DRAWN)
def test_odd_measures_are_drawn_as_well_formed_pictures(name: str) -> None:
    drawn = ElementTree.fromstring(DRAWN[name])
    width, height = (float(side) for side in drawn.attrib["viewBox"].split()[2:])

    assert "nan" not in DRAWN[name]
    places = [(float(one.attrib["x"]), float(one.attrib["y"])) for one in drawn.iter() if "x" in one.attrib]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in places)


def test_the_capacity_cut_is_marked_where_it_is_set() -> None:
    cuts = cut_offs(np.linspace(-2, 2, 40), WON)

    assert "capacity cut 30%" in cutoffs_figure(cuts, capacity=0.3)
    assert "capacity" not in cutoffs_figure(cuts, capacity=None)


def test_dots_of_a_swarm_do_not_hide_each_other() -> None:
    one = Influence("a", "a", 1.0, np.zeros(30), np.zeros(30), ())

    dots = ElementTree.fromstring(beeswarm_figure([one])).iter("{http://www.w3.org/2000/svg}path")
    swarm = next(
        path.attrib["d"] for path in dots if path.attrib["class"] == "dot dot-rank-0" and "h0M" in path.attrib["d"]
    )

    assert len(set(swarm.split("M")[1:])) == 30


@pytest.mark.parametrize(
    ("days", "first", "second"),
    [(5, "1970-01-01", "1970-01-02"), (40, "1970-01-01", "1970-01-08"), (400, "1970-01-01", "1970-04-01")],
)
def test_dates_stand_at_days_weeks_or_firsts_of_months(days: int, first: str, second: str) -> None:
    ticks = date_ticks(0, days * DAY)

    assert [date(tick) for tick in ticks[:2]] == [first, second]
    assert len(ticks) <= 8


@pytest.mark.parametrize(("low", "high", "ticks"), [(0.0, 0.5, 6), (0.41, 0.47, 7), (1.0, 1.0, 1)])
def test_ticks_are_few_and_inside(low: float, high: float, ticks: int) -> None:
    found = round_ticks(low, high)

    assert len(found) == ticks
    assert low <= found[0] <= found[-1] <= high + 1e-9


def test_values_beyond_an_axis_stand_at_its_end() -> None:
    axis = Axis(0.0, 1.0, 100.0, 0.0, ())

    assert (axis.at(-1.0), axis.at(0.25), axis.at(9.0)) == (100.0, 75.0, 0.0)


def test_words_are_escaped() -> None:
    assert "&lt;b&gt;&amp;" in svg.text((0, 0), "<b>&")
