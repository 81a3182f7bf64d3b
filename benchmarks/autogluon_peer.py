"""AutoGluon on train.parquet and later.parquet of a folder; run by the Python of its own environment.

``PYTHON autogluon_peer.py FOLDER SECONDS`` writes probability.csv there: the later rows' probabilities of `_won`.
It knows nothing of the benchmark but these files.
"""

import sys
from pathlib import Path

import pandas as pd


def main(folder: Path, seconds: int) -> int:
    """Fit within a time limit, predict, write."""
    from autogluon.tabular import TabularPredictor

    train = pd.read_parquet(folder / "train.parquet")
    later = pd.read_parquet(folder / "later.parquet")
    predictor = TabularPredictor("_won", eval_metric="log_loss", path=str(folder / "models"), verbosity=1).fit(
        train, presets="best_quality", time_limit=seconds
    )
    probability = predictor.predict_proba(later)[1]
    probability.rename("probability").to_csv(folder / "probability.csv", index=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
