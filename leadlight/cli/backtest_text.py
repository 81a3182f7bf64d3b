"""The back-test of a training, as people and programs read it."""

import math
from typing import TYPE_CHECKING

from leadlight.cli.output import print_table, say

if TYPE_CHECKING:
    from training.backtest import Backtest, Score
    from training.bootstrap import Estimate


def backtest_json(backtest: "Backtest | None") -> dict[str, object] | None:
    """Every score and the warning; null where the model was not judged in time."""
    if backtest is None:
        return None
    unseen = backtest.unseen_accounts
    return {
        "blocks": [_score_json(score) for score in backtest.blocks],
        "pooled": _score_json(backtest.pooled),
        "unseen_accounts": None if unseen is None else _score_json(unseen),
        "random_split": _score_json(backtest.random_split),
        "warning": backtest.warning,
    }


def _score_json(score: "Score") -> dict[str, object]:
    from dataclasses import asdict

    return {**asdict(score), "auc": None if math.isnan(score.auc) else score.auc}


def print_backtest(backtest: "Backtest | None") -> None:
    """A line for each block, for all, for new accounts, and for the random split; then the warning."""
    if backtest is None:
        return
    rows = [(f"block {k}", score) for k, score in enumerate(backtest.blocks, start=1)]
    rows.append(("all blocks", backtest.pooled))
    if backtest.unseen_accounts is not None:
        rows.append(("accounts never seen", backtest.unseen_accounts))
    rows.append(("a random split", backtest.random_split))
    print_table(
        ("judged on", "leads", "base rate", "log loss (90%)", "lift 10% (90%)", "AUC", "ECE"),
        [
            (
                name,
                f"{score.n_leads:,}",
                f"{score.base_rate:.1%}",
                _with_interval(score.log_loss, 4),
                _with_interval(score.lift_10, 2),
                f"{score.auc:.3f}",
                f"{score.ece:.3f}",
            )
            for name, score in rows
        ],
    )
    if backtest.warning is not None:
        say(f"Mind: {backtest.warning}.")


def _with_interval(estimate: "Estimate", digits: int) -> str:
    return f"{estimate.value:.{digits}f} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"
