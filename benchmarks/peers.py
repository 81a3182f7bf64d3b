"""Other libraries on the same leads: as they are used by default, in the same process one after the other."""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.real_sets import FloatArray, PeerTables, Took, run_program

SEED = 0
IN_PROCESS = ("logistic", "lightgbm", "catboost")
PEERS = (*IN_PROCESS, "autogluon")


@dataclass(frozen=True)
class PeerAnswer:
    """What a peer said of the later leads, and what its fit took."""

    name: str
    probability: FloatArray
    fit: Took


def logistic(tables: PeerTables) -> PeerAnswer:
    """Scikit-learn's logistic regression on imputed, standardised numbers and categories as columns of 0 and 1."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    categories = OneHotEncoder(handle_unknown="ignore")
    model = make_pipeline(
        make_column_transformer(
            (numbers, make_column_selector(dtype_include="number")),
            (categories, make_column_selector(dtype_exclude="number")),
        ),
        LogisticRegression(max_iter=2_000),
    )
    return _answer("logistic", tables, model.fit, model.predict_proba)


def lightgbm(tables: PeerTables) -> PeerAnswer:
    """LightGBM's defaults, with its own treatment of categories."""
    import lightgbm as lgb

    model = lgb.LGBMClassifier(random_state=SEED, verbosity=-1)
    levels = {name: pd.CategoricalDtype(sorted(tables.train[name].unique())) for name in _categories(tables)}
    typed = PeerTables(tables.train.astype(levels), tables.train_won, tables.later.astype(levels), tables.later_won)
    # it takes no other characters in the names of features
    plain = [f"f{i}" for i in range(tables.train.shape[1])]
    renamed = PeerTables(
        typed.train.set_axis(plain, axis=1), typed.train_won, typed.later.set_axis(plain, axis=1), typed.later_won
    )
    return _answer("lightgbm", renamed, model.fit, lambda later: np.asarray(model.predict_proba(later)))


def catboost(tables: PeerTables) -> PeerAnswer:
    """CatBoost's defaults, with its own treatment of categories."""
    from catboost import CatBoostClassifier

    model = CatBoostClassifier(
        random_seed=SEED, verbose=False, allow_writing_files=False, cat_features=_categories(tables)
    )
    plain = {name: object for name in _categories(tables)}
    typed = PeerTables(tables.train.astype(plain), tables.train_won, tables.later.astype(plain), tables.later_won)
    return _answer("catboost", typed, model.fit, model.predict_proba)


def autogluon(tables: PeerTables, *, python: Path, seconds: int) -> PeerAnswer:
    """AutoGluon's best quality within a time limit, in an environment of its own, since it needs another pandas."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables.train.assign(_won=tables.train_won.astype(int)).to_parquet(folder / "train.parquet", index=False)
        tables.later.to_parquet(folder / "later.parquet", index=False)
        script = Path(__file__).with_name("autogluon_peer.py")
        # isolated: neither our path nor the script's folder may hide one of its modules
        took = run_program([str(python), "-I", str(script), name, str(seconds)], folder)
        said = pd.read_csv(folder / "probability.csv")
    return PeerAnswer("autogluon", said.probability.to_numpy(dtype=np.float64), took)


def ask(
    names: Sequence[str], tables: PeerTables, *, autogluon_python: Path | None, autogluon_seconds: int
) -> list[PeerAnswer]:
    """The answers of some peers, in the order of the names."""
    ways: dict[str, Callable[[PeerTables], PeerAnswer]] = {
        "logistic": logistic,
        "lightgbm": lightgbm,
        "catboost": catboost,
    }
    if autogluon_python is not None:
        ways["autogluon"] = lambda t: autogluon(t, python=autogluon_python, seconds=autogluon_seconds)
    return [ways[name](tables) for name in names]


def _categories(tables: PeerTables) -> list[str]:
    return list(tables.train.select_dtypes(exclude="number").columns)


def _answer(
    name: str,
    tables: PeerTables,
    fit: Callable[[pd.DataFrame, np.ndarray], object],
    predict: Callable[[pd.DataFrame], np.ndarray],
) -> PeerAnswer:
    started, cpu = time.perf_counter(), time.process_time()
    fit(tables.train, tables.train_won)
    took = Took(time.perf_counter() - started, time.process_time() - cpu)
    return PeerAnswer(name, np.asarray(predict(tables.later), dtype=np.float64)[:, 1], took)
