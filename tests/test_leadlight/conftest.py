"""A small project on disk, trained once for all tests of the front door."""

import shutil
from pathlib import Path

import pytest

from leadlight.cli import main
from leadlight.cli.demo import make_company


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a made-up company whose champion is trained; nobody changes it."""
    folder = tmp_path_factory.mktemp("company")
    make_company(folder, leads=700, seed=3)
    assert main(["train", "-c", str(folder / "leadlight.yaml")]) == 0
    return folder


@pytest.fixture
def company(trained: Path, tmp_path: Path) -> Path:
    """A copy of the trained company, to be changed at will."""
    folder = tmp_path / "company"
    shutil.copytree(trained, folder, ignore=shutil.ignore_patterns("mlflow.db", "artifacts"))
    return folder
