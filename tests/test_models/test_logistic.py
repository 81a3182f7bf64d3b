"""Ridge logistic regression: exact contributions, the optimum, gaps and levels as people expect."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from features.behaviour import NEVER_DAYS
from features.build import FeatureMatrix
from features.snapshots import Snapshots
from features.tables import FloatArray, TextColumn
from models.logistic import design_of, fit_logistic, fit_weights

ROWS = 400


def matrix_of(
    numbers: dict[str, FloatArray], categories: dict[str, Sequence[str | None]] | None = None
) -> FeatureMatrix:
    n = len(next(iter(numbers.values())))
    values = np.column_stack(list(numbers.values()))
    rows = np.arange(n)
    texts = {name: TextColumn.of(list(cells)) for name, cells in (categories or {}).items()}
    return FeatureMatrix(tuple(numbers), values, texts, Snapshots(rows, rows))


def example(seed: int = 0) -> tuple[FeatureMatrix, np.ndarray]:
    rng = np.random.default_rng(seed)
    visits = rng.poisson(3, ROWS).astype(np.float64)
    revenue = np.where(rng.random(ROWS) < 0.2, np.nan, rng.lognormal(3, 2, ROWS))
    country = rng.choice(["Chile", "Peru", "Cuba"], ROWS).tolist()
    z = (
        0.4 * visits
        - 1.5
        + np.where(np.isnan(revenue), -1.0, 0.3)
        + np.array([1.0 if c == "Peru" else 0 for c in country])
    )
    won = rng.random(ROWS) < 1 / (1 + np.exp(-z))
    return matrix_of({"visits": visits, "revenue": revenue}, {"country": country}), won


def test_contributions_and_intercept_sum_to_the_margin() -> None:
    matrix, won = example()

    model = fit_logistic(matrix, won, np.zeros(ROWS), np.ones(ROWS), penalty=1.0)

    total = model.intercept + model.contributions(matrix).sum(axis=1)
    assert np.allclose(total, model.margin(matrix), atol=1e-12)


def test_an_average_training_row_gets_nothing_from_any_column() -> None:
    matrix, won = example()

    model = fit_logistic(matrix, won, np.zeros(ROWS), np.ones(ROWS), penalty=1.0)

    assert model.contributions(matrix).mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)


def test_the_weights_are_those_of_scikit_learn() -> None:
    matrix, won = example()
    x = design_of(matrix, np.ones(ROWS)).x

    found = fit_weights(x, won, np.zeros(ROWS), penalty=2.0)

    theirs = LogisticRegression(C=0.5, tol=1e-10, max_iter=10_000).fit(x[:, :-1], won)
    assert found[:-1] == pytest.approx(theirs.coef_[0], abs=1e-3)
    assert found[-1] == pytest.approx(theirs.intercept_[0], abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.5, 500.0))
def test_no_small_step_away_from_the_optimum_is_better(seed: int, penalty: float) -> None:
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(0, 1, (60, 3)), np.ones(60)])
    won, offset = rng.random(60) < 0.4, rng.normal(0, 1, 60)

    weights = fit_weights(x, won, offset, penalty=penalty)

    def objective(w: FloatArray) -> float:
        z = offset + x @ w
        return float((np.logaddexp(0, z) - won * z).sum() + penalty / 2 * (w[:-1] @ w[:-1]))

    for step in 0.05 * np.vstack([np.eye(4), -np.eye(4)]):
        assert objective(weights) < objective(weights + step)


def test_a_strong_penalty_leaves_the_offset_as_it_is() -> None:
    matrix, won = example()
    base = float(np.log(won.mean() / (1 - won.mean())))

    model = fit_logistic(matrix, won, np.full(ROWS, base), np.ones(ROWS), penalty=1e9)

    assert np.abs(model.margin(matrix)).max() < 1e-3


def test_the_start_of_the_search_does_not_move_its_end() -> None:
    matrix, won = example()
    x = design_of(matrix, np.ones(ROWS)).x

    cold = fit_weights(x, won, np.zeros(ROWS), penalty=1.0)
    warm = fit_weights(x, won, np.zeros(ROWS), penalty=1.0, start=np.full(x.shape[1], 0.3))

    assert cold == pytest.approx(warm, abs=1e-3)


def test_perfectly_separated_deals_keep_finite_weights() -> None:
    sign = np.repeat([-1.0, 1.0], 50)

    model = fit_logistic(matrix_of({"sign": sign}), sign > 0, np.zeros(100), np.ones(100), penalty=1.0)

    assert np.isfinite(model.margin(matrix_of({"sign": sign}))).all()


def test_never_is_a_gap_and_not_twenty_seven_years() -> None:
    days = np.array([1.0, 2.0, 3.0, NEVER_DAYS] * 50)
    won = days < NEVER_DAYS
    won[::7] = ~won[::7]

    model = fit_logistic(matrix_of({"call.days_since_last": days}), won, np.zeros(200), np.ones(200), penalty=1.0)

    term = model.numbers["call.days_since_last"]
    assert term.high <= 3.0
    assert model.contributions(matrix_of({"call.days_since_last": np.array([NEVER_DAYS])}))[0, 0] == term.missing
    assert term.missing < 0


def test_a_gap_where_training_had_none_says_nothing() -> None:
    matrix, won = example()
    model = fit_logistic(matrix, won, np.zeros(ROWS), np.ones(ROWS), penalty=1.0)

    row = matrix_of({"visits": np.array([np.nan]), "revenue": np.array([10.0])}, {"country": ["Peru"]})

    assert model.contributions(row)[0, 0] == 0.0


def test_an_outlier_counts_as_the_edge_of_what_is_usual() -> None:
    matrix, won = example()
    model = fit_logistic(matrix, won, np.zeros(ROWS), np.ones(ROWS), penalty=1.0)
    term = model.numbers["revenue"]

    assert term.is_log
    rows = matrix_of(
        {"visits": np.array([3.0, 3.0]), "revenue": np.array([term.high, 1e15])}, {"country": ["Peru"] * 2}
    )
    edge, beyond = model.contributions(rows)[:, 1]
    assert edge == beyond


def test_an_unseen_level_counts_as_a_rare_one() -> None:
    matrix, won = example()
    model = fit_logistic(matrix, won, np.zeros(ROWS), np.ones(ROWS), penalty=1.0)

    row = matrix_of({"visits": np.array([3.0]), "revenue": np.array([10.0])}, {"country": ["Fiji"]})

    assert model.contributions(row)[0, 2] == model.categories["country"].unseen


def test_a_column_without_any_value_or_any_spread_is_harmless() -> None:
    nothing, same = np.full(100, np.nan), np.full(100, 7.0)
    won = np.arange(100) % 3 == 0

    model = fit_logistic(matrix_of({"nothing": nothing, "same": same}), won, np.zeros(100), np.ones(100), penalty=1.0)

    assert np.isfinite(model.margin(matrix_of({"nothing": nothing, "same": same}))).all()


def test_a_share_of_a_model_adds_that_share() -> None:
    matrix, won = example()
    model = fit_logistic(matrix, won, np.zeros(ROWS), np.ones(ROWS), penalty=1.0)

    assert np.allclose(model.scaled(0.25).margin(matrix), model.margin(matrix) / 4)
