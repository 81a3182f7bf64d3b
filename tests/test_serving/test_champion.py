"""The champion is followed: verified before it scores, and the old one kept while anything is wrong with it."""

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from models.bundle import save_bundle
from models.lead_model import LeadModel
from models.workspace import Workspace
from serving.app import create_app
from serving.champion import Champion, Reload
from serving.openapi import SCORE_EXAMPLE
from tests.test_models.test_bundle import resigned
from tests.test_serving.conftest import BASE_URL, settings_for, workspace_of

#: Every way to break the text of the trees that ends LightGBM's process, or never returns (RELIABILITY 1).
BROKEN_TREES = {
    "cut": lambda text: text[: len(text) // 2],
    "a child far away": lambda text: text.replace("left_child=", "left_child=1000000 ", 1),
    "a leaf far away": lambda text: text.replace("right_child=", "right_child=-200000000 ", 1),
    "a feature far away": lambda text: text.replace("split_feature=", "split_feature=9", 1),
    "an endless way": lambda text: text.replace("left_child=1", "left_child=0", 1),
    "a leaf of nan": lambda text: text.replace("leaf_value=", "leaf_value=nan ", 1),
    "a short array": lambda text: text.replace("threshold=", "threshold=\nx=", 1),
    "a tree less": lambda text: text.replace("Tree=1\n", "Tree=7\n", 1),
    "wrong sizes": lambda text: text.replace("tree_sizes=", "tree_sizes=1 ", 1),
    "another leaf": lambda text: text.replace("leaf_value=", "leaf_value=0.5", 1),
}


@pytest.fixture
def workspace(model: LeadModel, tmp_path: Path) -> Workspace:
    return workspace_of(model, tmp_path)


@pytest.fixture
def reloads() -> list[Reload]:
    return []


@pytest.fixture
def champion(workspace: Workspace, reloads: list[Reload]) -> Champion:
    champion = Champion(workspace, reloads.append)
    champion.refresh()
    return champion


def another(model: LeadModel, workspace: Workspace, *, why: str = "for a change") -> Path:
    """A second bundle, which scores alike and has another version."""
    other = replace(model, facts=replace(model.facts, why=why))
    return save_bundle(other, workspace.models, leadlight_version="0.1.0")[1]


def test_a_new_champion_scores_from_the_next_look_on(
    champion: Champion, workspace: Workspace, model: LeadModel
) -> None:
    folder = another(model, workspace)
    workspace.set_champion(folder.name)

    champion.refresh()

    assert champion.model is not None
    assert champion.model.version == folder.name


def test_what_has_not_changed_is_not_loaded_again(champion: Champion, reloads: list[Reload]) -> None:
    before = champion.model

    champion.refresh()

    assert champion.model is before
    assert len(reloads) == 1


@pytest.mark.parametrize("broken", BROKEN_TREES)
def test_broken_trees_are_refused_and_the_old_model_goes_on(
    champion: Champion, workspace: Workspace, model: LeadModel, reloads: list[Reload], broken: str
) -> None:
    folder = another(model, workspace)
    text = (folder / "booster.txt").read_text("utf-8")
    damaged = BROKEN_TREES[broken](text)
    (folder / "booster.txt").write_text(damaged, "utf-8")
    workspace.set_champion(resigned(folder).name)

    champion.refresh()

    assert damaged != text
    assert champion.model is not None
    assert champion.model.facts == model.facts
    assert [reload.version for reload in reloads] == [champion.model.version, None]


def test_a_flipped_bit_is_refused_and_the_old_model_goes_on(
    champion: Champion, workspace: Workspace, model: LeadModel, reloads: list[Reload]
) -> None:
    folder, rng = another(model, workspace), np.random.default_rng(0)
    workspace.set_champion(folder.name)
    old = champion.model
    for number in range(60):
        path = sorted(folder.iterdir())[number % 4]
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        champion.refresh()
        path.write_bytes(whole)

    assert champion.model is old
    assert len(reloads) == 1 + 60


@pytest.mark.parametrize("text", ["0123456789ab", "..", "../..", "/", "a\0b", "x" * 10_000, "\udc80"])
def test_a_champion_file_that_names_no_bundle_is_refused(
    champion: Champion, workspace: Workspace, reloads: list[Reload], text: str
) -> None:
    old = champion.model
    workspace.champion_file.write_bytes(text.encode("utf-8", "surrogateescape"))

    champion.refresh()

    assert champion.model is old
    assert [reload.version for reload in reloads][1:] == [None]


def test_a_refused_champion_is_told_once_and_taken_when_it_is_mended(
    champion: Champion, workspace: Workspace, model: LeadModel, reloads: list[Reload], caplog: pytest.LogCaptureFixture
) -> None:
    folder = another(model, workspace)
    whole = (folder / "rules.yaml").read_bytes()
    (folder / "rules.yaml").write_bytes(whole[:-1])
    workspace.set_champion(folder.name)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            champion.refresh()
    assert len(caplog.records) == 1

    (folder / "rules.yaml").write_bytes(whole)
    champion.refresh()

    assert [reload.version for reload in reloads][1:] == [None, folder.name]


def test_a_champion_that_is_withdrawn_goes_on_scoring(champion: Champion, workspace: Workspace) -> None:
    workspace.champion_file.unlink()

    champion.refresh()

    assert champion.model is not None


def test_the_first_champion_is_taken_when_it_comes(model: LeadModel, tmp_path: Path) -> None:
    champion = Champion(Workspace(tmp_path))
    champion.refresh()
    assert champion.model is None

    workspace_of(model, tmp_path)
    champion.refresh()

    assert champion.model is not None


@pytest.fixture
def busy(workspace: Workspace) -> Iterator[tuple[TestClient, list[int]]]:
    """A client, and the statuses of requests that a second thread sends all the time."""
    statuses: list[int] = []
    is_over = threading.Event()
    with TestClient(create_app(settings_for(workspace)), base_url=BASE_URL) as client:

        def ask() -> None:
            while not is_over.is_set():
                statuses.append(client.post("/v1/score", json=SCORE_EXAMPLE).status_code)

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            yield client, statuses
        finally:
            is_over.set()
            thread.join()


def test_no_request_fails_while_champions_come_and_go(
    busy: tuple[TestClient, list[int]], workspace: Workspace, model: LeadModel
) -> None:
    client, statuses = busy
    folders = [another(model, workspace, why=str(number)) for number in range(3)]
    (folders[1] / "booster.txt").write_text("damaged")

    marks = (f'model_version="{folders[0].name}"', 'result="refused"} 1.0', f'model_version="{folders[2].name}"')

    for folder, mark in zip(folders, marks, strict=True):
        workspace.set_champion(folder.name)
        _wait_for(client, mark)

    assert statuses
    assert set(statuses) == {200}


def _wait_for(client: TestClient, mark: str) -> None:
    """Until the metrics say so."""
    for _ in range(200):
        if mark in client.get("/metrics").text:
            return
        time.sleep(0.05)
    raise AssertionError(f"{mark} was not seen within ten seconds")
