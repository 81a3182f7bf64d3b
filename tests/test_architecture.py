"""The house: imports point one way, nothing unsafe is imported, nothing asks the clock."""

import ast
import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "features": {"features"},
    "models": {"features", "models"},
    "training": {"features", "models", "training"},
    "serving": {"features", "models", "serving"},
    "leadlight": {"features", "models", "training", "serving", "leadlight"},
}
OURS = set(MAY_IMPORT)
BELOW = ("features", "models", "training", "serving")
UNSAFE = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "skops", "jsonpickle", "torch"}
HEAVY = {"mlflow", "shap", "sklearn", "matplotlib", "optuna"}
CLOCK = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime",
    "time.gmtime", "Timestamp.now", "Timestamp.today", "Timestamp.utcnow", "time.monotonic", "time.perf_counter",
}  # fmt: skip


def sources(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def imports(tree: ast.AST) -> Iterator[str]:
    """The top-level package of every import, also of those inside functions and for types alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0] if not node.level else "."


def calls(tree: ast.AST) -> Iterator[str]:
    """Calls as ``NAME.ATTRIBUTE`` or ``NAME``, by their last two names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ".".join(ast.unparse(node.func).split(".")[-2:])


def test_there_is_something_to_look_at() -> None:
    assert all(len(sources(package)) > 1 for package in OURS)


@pytest.mark.parametrize("package", sorted(OURS))
def test_imports_point_one_way(package: str) -> None:
    wrong = [
        (path.relative_to(ROOT).as_posix(), name)
        for path in sources(package)
        for name in imports(tree_of(path))
        if name in OURS | {"tests", "benchmarks"} and name not in MAY_IMPORT[package]
    ]

    assert wrong == []


def test_imports_are_absolute() -> None:
    assert [path.name for path in sources(*OURS) if "." in imports(tree_of(path))] == []


def test_nothing_that_runs_code_out_of_data_is_imported_or_called() -> None:
    unsafe = [(path.name, name) for path in sources(*OURS) for name in imports(tree_of(path)) if name in UNSAFE]
    unsafe += [
        (path.name, name)
        for path in sources(*OURS)
        for name in calls(tree_of(path))
        if name
        in {"eval", "exec", "compile", "__import__", "yaml.load", "np.load", "pd.read_pickle", "frame.to_pickle"}
    ]

    assert unsafe == []


def test_nothing_below_the_front_door_asks_the_clock() -> None:
    """`as_of` is an argument; of serving/ only app.py may know what time it is."""
    asking = [
        (path.relative_to(ROOT).as_posix(), name)
        for path in sources(*BELOW)
        if path != ROOT / "serving" / "app.py"
        for name in calls(tree_of(path))
        if name in CLOCK
    ]

    assert asking == []


@pytest.mark.parametrize("package", ["features", "models", "serving"])
def test_what_serves_imports_nothing_that_only_training_needs(package: str) -> None:
    """But for the code that MLflow itself runs."""
    paths = [path for path in sources(package) if path != ROOT / "models" / "pyfunc.py"]
    heavy = [(path.name, name) for path in paths for name in imports(tree_of(path)) if name in HEAVY]

    assert heavy == []


def test_nobody_imports_the_code_that_mlflow_runs() -> None:
    importing = [
        path.relative_to(ROOT).as_posix()
        for path in sources(*OURS)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module == "models.pyfunc"
    ]

    assert importing == []


@pytest.mark.parametrize("modules", ["serving.batch, serving.score_table, models.workspace", "serving.app"])
def test_serving_a_score_loads_no_library_of_the_training(modules: str) -> None:
    """In a process of its own; LightGBM itself loads pandas and scikit-learn where they are there."""
    code = f"import sys, {modules}; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & (HEAVY | {"training", "leadlight", "pandas", "pyarrow"})
    assert "scipy.optimize" not in done.stdout.split(), "it takes half a second, and no score needs it"
    assert "lightgbm" not in loaded, "it is loaded when the first score asks for it"


def test_the_help_is_shown_without_any_heavy_library() -> None:
    code = "import sys, leadlight.cli; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & (HEAVY | {"numpy", "pandas", "pydantic", "lightgbm"})


def test_nobody_else_owns_the_names_of_our_packages() -> None:
    """Another distribution with a `models` package would overwrite ours without a word."""
    owners = importlib.metadata.packages_distributions()

    assert {name: set(owners.get(name, ["leadlight"])) for name in OURS} == {name: {"leadlight"} for name in OURS}


def test_every_package_says_what_is_in_it() -> None:
    packages = [path for path in sources(*OURS) if path.name == "__init__.py"]

    assert [path.parent.name for path in packages if not ast.get_docstring(tree_of(path))] == []


def test_no_module_is_named_for_everything_and_nothing() -> None:
    vague = {"utils.py", "helpers.py", "common.py", "base.py", "misc.py"}

    assert [path for path in sources(*OURS) if path.name in vague] == []
