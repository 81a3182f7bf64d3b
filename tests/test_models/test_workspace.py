"""The workspace: its bundles, and the file that names the champion."""

import os
from pathlib import Path

import pytest

from models.bundle import BrokenBundle
from models.workspace import Workspace


def test_the_champion_is_the_bundle_that_the_file_names(bundle: Path) -> None:
    workspace = Workspace(bundle.parent.parent)

    workspace.set_champion(bundle.name)

    assert workspace.champion() == bundle.name
    assert workspace.load_champion().version == bundle.name


def test_before_the_first_training_there_is_no_champion(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)

    assert workspace.champion() is None
    assert workspace.versions() == []
    with pytest.raises(BrokenBundle, match=r"no model in .* yet; run `leadlight train` first"):
        workspace.load_champion()


def test_an_empty_champion_file_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "champion").write_text("\n")

    assert Workspace(tmp_path).champion() is None


def test_a_champion_whose_bundle_is_gone_is_told(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.set_champion("0123456789ab")

    with pytest.raises(BrokenBundle, match="no bundle at"):
        workspace.load_champion()


def test_a_new_champion_takes_the_place_of_the_old_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    workspace.set_champion("old")
    seen: list[str | None] = []
    replace = os.replace

    def watched(source: str, target: Path) -> None:
        seen.append(workspace.champion())
        replace(source, target)

    monkeypatch.setattr("os.replace", watched)
    workspace.set_champion("new")

    assert [*seen, workspace.champion()] == ["old", "new"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["champion"]


def test_a_champion_that_can_not_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    workspace.set_champion("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        workspace.set_champion("new")

    assert workspace.champion() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["champion"]


def test_versions_come_oldest_first_without_what_is_half_written(tmp_path: Path) -> None:
    for number, name in enumerate(["ccc", "aaa", "bbb", ".tmp-x"]):
        folder = tmp_path / "models" / name
        folder.mkdir(parents=True)
        os.utime(folder, ns=(number, number))
    (tmp_path / "models" / "notes.txt").write_text("")

    assert Workspace(tmp_path).versions() == ["ccc", "aaa", "bbb"]
