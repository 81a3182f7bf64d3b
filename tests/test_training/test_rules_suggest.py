"""Other points in the text of a rulebook; nothing else changes."""

import re
from pathlib import Path

import numpy as np
import pytest

from features.yaml_text import BadDocument
from models.rules import load_rulebook, starter_text
from tests.rule_pasts import drawn, past, rules_book
from training.rule_thresholds import thresholds
from training.rules_suggest import repointed

EXAMPLES = (Path(__file__).parents[2] / "docs" / "examples").glob("*.rules.yaml")
TEXTS = {"starter": starter_text()} | {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES}
ALIAS = """version: 1
odds: {base: 0.1, double_every: 20}
rules:
  - {id: a, when: {event: a}, points: &same 4, group: fit}
  - id: b
    when: {event: b}
    points: *same
    group: fit
levels: {fit: [1, 2], engagement: [1, 2]}
tiers: {hot: [], warm: []}
stages: {mql: {points: 1}, sql: {points: 2}}
"""


@pytest.mark.parametrize("name", TEXTS)
def test_every_character_but_the_points_stays(name: str) -> None:
    text = TEXTS[name]
    points = {rule.id: rule.points + 0.5 for rule in load_rulebook(text, name=name).rules}

    new = repointed(text, points, name=name)

    assert {rule.id: rule.points for rule in load_rulebook(new, name=name).rules} == points
    blank = re.compile(r"(?<=points: )-?[\d.]+")
    assert blank.sub("", new) == blank.sub("", text)
    assert len(new.splitlines()) == len(text.splitlines())


def test_the_same_points_leave_the_text_as_it_is() -> None:
    points = {rule.id: rule.points for rule in load_rulebook(TEXTS["starter"], name="").rules}

    assert repointed(TEXTS["starter"], points, name="") == TEXTS["starter"]


def test_points_behind_an_alias_are_refused_with_the_cure() -> None:
    with pytest.raises(BadDocument, match=r"rules.yaml:1: found points that are an alias .* write them out"):
        repointed(ALIAS, {"a": 9}, name="rules.yaml")


def test_thresholds_that_points_outgrow_are_told_with_what_would_be_alike() -> None:
    times, won = drawn(np.array([0.5, 0.2]), np.array([1.0, 1.0]))
    history = past(rules_book(40, 10, caps="{engagement: 60}"), times, won)

    found = {one.key: one for one in thresholds(history, {"r0": 80})}

    mql, cap = found["stages.mql.points"], found["caps.engagement"]
    assert mql.before == mql.after == pytest.approx(0.5, abs=0.05)
    assert (mql.points, mql.alike) == (40, 60)
    assert (cap.before, cap.after, cap.alike) == (0.0, mql.after, None)
    assert found["levels.engagement (high)"].alike == 60
