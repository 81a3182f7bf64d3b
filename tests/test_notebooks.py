"""The notebooks run from the first cell to the last, as a reader runs them, and what is stored is such a run."""

import ast
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_BYTES = 400_000


def cells(path: Path) -> list[dict[str, Any]]:  # JSON
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if cell["cell_type"] == "code"]


def test_there_is_a_notebook() -> None:
    assert [path.name for path in NOTEBOOKS] == ["01_first_model.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_without_a_home_and_says_nothing_of_trouble(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat
    from nbclient import NotebookClient

    for name in ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("JUPYTER_PATH", f"{sys.prefix}/share/jupyter")
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # it has no types

    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()

    told = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output.text for output in told if output.get("name") == "stderr"] == []
    assert sum("image/png" in output.get("data", {}) for output in told) == 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_what_is_stored_is_a_whole_run_of_modest_size(path: Path) -> None:
    counts = [cell["execution_count"] for cell in cells(path)]
    told = [output for cell in cells(path) for output in cell["outputs"]]

    assert counts == list(range(1, len(counts) + 1))
    assert [output for output in told if output["output_type"] == "error" or output.get("name") == "stderr"] == []
    assert path.stat().st_size < MOST_BYTES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_nothing_that_is_stored_tells_of_the_machine_it_ran_on(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert [word for word in ("/tmp/", "/root", "/home/", "/work/", "site-packages") if word in text] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_defines_nothing_of_its_own(path: Path) -> None:
    code = ast.parse("\n".join("".join(cell["source"]) for cell in cells(path)))
    own = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)

    assert [node for node in ast.walk(code) if isinstance(node, own)] == []
