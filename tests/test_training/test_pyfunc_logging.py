"""What a logged model says it needs is what the code in it imports, no more and no less."""

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from training.pyfunc_logging import SCORING_NEEDS

ROOT = Path(__file__).parents[2]
#: What reads tables of files and databases; a record needs none of them.
READERS = {"pyarrow", "duckdb", "sqlalchemy", "psycopg"}
#: Come with one that is asked for.
INSIDE = {"pydantic_core"}


def imported(package: str) -> Iterator[str]:
    """The top-level package of every import, also of those inside functions."""
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.split(".")[0]


def test_a_logged_model_asks_for_every_distribution_that_its_code_imports() -> None:
    ours = set(sys.stdlib_module_names) | {"features", "models"} | READERS | INSIDE
    names = {name for package in ("features", "models") for name in imported(package)} - ours
    owners = packages_distributions()
    needs = {alias: need for need in SCORING_NEEDS for alias in (need, need.replace("-", "_"))}

    found = {name: {needs[owner] for owner in owners[name] if owner in needs} for name in names}

    assert [name for name, wanted in found.items() if not wanted] == []
    assert set().union(*found.values()) == set(SCORING_NEEDS)
