"""What the benchmarks compute by themselves, and that those of quality know nothing of our packages."""

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.calibration import bands, bands_held, ece, perfect_ece
from benchmarks.learning import RULES, SLACK, Draw, row_line, row_of
from benchmarks.quality import Figures, Result, budget_lines, parsed
from benchmarks.real_sets import Took, ignore_columns, kinds_of_columns
from benchmarks.rulebooks import EXAMPLES, RULEBOOKS, Points, judged
from benchmarks.snapshots import NEVER_DAYS, later_snapshots, ripe_snapshots, snapshot_features
from models.rules import load_rulebook

OURS = {"features", "models", "training", "serving", "leadlight"}
BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
NOON = pd.Timestamp("2026-01-01 12:00", tz="UTC")


def imports_of(module: str, seen: set[str]) -> set[str]:
    """Every module that one of ours imports, directly or through another benchmark."""
    if module in seen:
        return seen
    seen.add(module)
    path = BENCHMARKS / f"{module.removeprefix('benchmarks.')}.py"
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            seen |= imports_of(name, seen) if name.startswith("benchmarks.") else {name}
    return seen


@pytest.mark.parametrize("module", ["benchmarks.quality", "benchmarks.rulebooks", "benchmarks.autogluon_peer"])
def test_what_measures_quality_sees_us_from_outside_alone(module: str) -> None:
    assert not {name.split(".")[0] for name in imports_of(module, set())} & OURS


def test_bands_are_of_equal_count_and_rise() -> None:
    probability = np.random.default_rng(0).random(25)

    found = bands(probability)

    assert sorted(len(band) for band in found) == [2] * 5 + [3] * 5
    assert np.all(np.diff(probability[np.concatenate(found)]) >= 0)


def test_probabilities_that_are_a_quarter_too_low_have_an_ece_of_a_quarter() -> None:
    won = np.tile([True, False], 50)

    assert ece(won, np.full(100, 0.25)) == pytest.approx(0.25)


def test_a_perfect_models_ece_falls_with_the_root_of_the_leads() -> None:
    few, many = perfect_ece(np.full(400, 0.5), draws=200), perfect_ece(np.full(6_400, 0.5), draws=200)

    assert few / many == pytest.approx(4, rel=0.2)


def test_intervals_beside_the_observed_rate_hold_nothing() -> None:
    won = np.tile([True, False], 5_000)
    half = np.full(10_000, 0.5)

    assert bands_held(won, half, half - 0.1, half + 0.1) == 10
    assert bands_held(won, half, half + 0.1, half + 0.2) == 0


def result(log_loss: float, ece_of_ours: float) -> Result:
    took = Took(10.0, 10.0)
    peer = Figures("catboost", 0.4, 0.9, 0.1, 0.01, 0.3, took)
    ours = Figures("leadlight", log_loss, 0.9, 0.1, ece_of_ours, 0.3, took)
    return Result("a set", 100, 0.3, (ours, peer), perfect_ece=0.02, bands_held=9, score=took)


def test_a_budget_is_met_up_to_its_slack_and_missed_above() -> None:
    inside, outside = budget_lines(result(0.4019, 0.0299)), budget_lines(result(0.4021, 0.0301))

    assert [line.endswith(": met") for line in inside[:2]] == [True, True]
    assert [line.endswith(": MISSED") for line in outside[:2]] == [True, True]
    assert inside[2] == "intervals: 9 of 10 score bands hold the observed rate"


def test_autogluon_is_not_asked_without_its_own_python(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(["--peers", "autogluon"])

    assert "--autogluon-python" in capsys.readouterr().err


def test_the_only_edit_of_a_project_file_is_what_is_ignored(tmp_path: Path) -> None:
    project = tmp_path / "leadlight.yaml"
    project.write_text(
        "leads:\n  columns:\n    a: number  # why\n    b: category\n    c: {kind: number, sensitive: true}\n"
    )

    ignore_columns(project, ("b",))

    assert project.read_text() == (
        "leads:\n  columns:\n    a: number  # why\n    b: ignore\n    c: {kind: number, sensitive: true}\n"
    )
    assert kinds_of_columns(project) == {"a": "number"}


def frames() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    leads = pd.DataFrame({"lead_id": ["a", "b"], "created_at": ["2026-01-01T00:00:00Z"] * 2, "amount": [5, 7]})
    deals = pd.DataFrame({"lead_id": ["a"], "closed_at": ["2026-01-03T00:00:00Z"], "outcome": ["won"]})
    events = pd.DataFrame(
        {
            "lead_id": ["a", "a", "a"],
            "at": ["2025-12-20T12:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T12:00:00Z"],
            "type": ["call", "call", "mail"],
        }
    )
    return leads, events, deals


def test_a_peers_snapshot_is_open_then_and_ripe_now() -> None:
    leads, _, deals = frames()
    until = pd.Timestamp("2026-01-12", tz="UTC")

    ripe = ripe_snapshots(leads, deals, horizon=pd.Timedelta(days=10), until=until)

    ages = [(lead, as_of - created) for lead, as_of, created in ripe[["lead_id", "as_of", "created_at"]].to_numpy()]
    hour, day = pd.Timedelta("1h"), pd.Timedelta("1D")
    assert sorted(ages) == [("a", hour), ("a", day), ("b", hour), ("b", day)]
    assert ripe.won.tolist() == (ripe.lead_id == "a").tolist()


def test_a_peer_judges_the_leads_open_at_a_date_by_wins_within_the_horizon() -> None:
    leads, _, deals = frames()
    dates = [NOON, NOON + pd.Timedelta(days=5)]

    later = later_snapshots(leads, deals, horizon=pd.Timedelta(days=1), dates=dates)

    assert later[["lead_id", "won"]].to_numpy().tolist() == [["a", False], ["b", False], ["b", False]]


def test_a_peers_features_count_only_what_came_before() -> None:
    leads, events, deals = frames()
    later = later_snapshots(leads, deals, horizon=pd.Timedelta(days=2), dates=[NOON])

    found = snapshot_features(leads, events, later).iloc[0]

    assert later.won.iloc[0]
    assert found[["call all", "call 30d", "call 7d", "call last"]].tolist() == [2, 2, 1, 0.5]
    assert found[["mail all", "mail last", "age_days", "amount"]].tolist() == [0, NEVER_DAYS, 0.5, 5]


def draw(both: float, source: str) -> Draw:
    return Draw(50, 0, 20, rules=0.5, rules_auc=0.8, trees=0.6, both=both, source=source, candidates={})


def test_a_row_of_the_learning_curve_is_the_mean_of_its_draws() -> None:
    row = row_of([draw(0.5, "rules"), draw(0.52, "rules_trees")])

    assert row.both == pytest.approx(0.51)
    assert row.gap == pytest.approx(0.02)
    assert row.gap > SLACK
    assert row_line(row).endswith("+2.0%  rules x1, rules_trees x1  MISSED")


def test_the_rulebook_of_the_learning_curve_is_one() -> None:
    assert len(load_rulebook(RULES.read_text("utf-8"), name=RULES.name).rules) == 17


def test_points_are_judged_on_later_leads_by_the_line_through_the_earlier_ones() -> None:
    won = np.tile([True, False, False, False], 100)
    tells, silent = Points(np.where(won, 9.0, 1.0), won), Points(np.zeros(400), won)

    assert judged(tells, tells).auc == 1.0
    assert judged(tells, tells).log_loss < 0.05
    assert judged(silent, silent).log_loss == pytest.approx(0.5623, abs=1e-4)  # of a quarter, whoever it is
    assert judged(tells, Points(tells.points, ~won)).log_loss > 3


@pytest.mark.parametrize("name", RULEBOOKS)
def test_the_rulebooks_of_real_sets_are_ones(name: str) -> None:
    assert load_rulebook((EXAMPLES / f"{name}.rules.yaml").read_text("utf-8"), name=name).version
