"""Promotion: two real versions, the better one scores, the worse is refused, and there is a way back."""

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient

from features.crm import Crm
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import TextColumn
from models.boosting import TreeSettings
from models.bundle import BrokenBundle, load_bundle, save_bundle
from models.lead_model import LeadModel
from models.recipe import Boost, Recipe
from models.workspace import Workspace
from tests.company import START_US, request_for, small_crm
from training.promotion import NoEarlierChampion, Ruling, promote, roll_back, rule_on, sync
from training.promotion_log import Signature, decisions
from training.registry import CHALLENGER, CHAMPION, PATIENCE, REGISTERED_MODEL, NotRegistered, Registry, RegistryDown
from training.run import run_training, train_model

MONDAY, TUESDAY = (Signature("ada", f"2026-11-0{day}T09:00:00+00:00") for day in (2, 3))
#: Trees that learn nothing but noise.
POOR = Recipe("trees", boosts=(Boost(TreeSettings(rounds=60, num_leaves=31, learning_rate=0.3, min_data_in_leaf=2)),))


@dataclass(frozen=True)
class Company:
    """A workspace with a champion, and a poor model beside it, both registered."""

    crm: Crm
    workspace: Workspace
    good: str
    poor: str

    @property
    def registry(self) -> Registry:
        return Registry(self.workspace)

    def load(self, version: str) -> LeadModel:
        return load_bundle(self.workspace.models / version)

    def alias(self, name: str) -> str:
        client = MlflowClient(tracking_uri=self.registry.uri)
        return client.get_model_version_by_alias(REGISTERED_MODEL, name).tags["model_version"]


@pytest.fixture(scope="module")
def made(crm: Crm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)
        workspace = Workspace(tmp_path_factory.mktemp("workspace"))
        run = run_training(crm, request_for(crm), workspace, leadlight_version="0.1.0", signed=MONDAY)
        poor = replace(run.model, facts=replace(run.model.facts, recipe=POOR, why="it is poor"))
        saved, _ = save_bundle(poor, workspace.models, leadlight_version="0.1.0")
        Registry(workspace).log(saved)
        yield Company(crm, workspace, run.model.version, saved.version)


@pytest.fixture
def company(made: Company, tmp_path: Path) -> Company:
    """A copy of the workspace, to be changed at will; its store is the same file, copied."""
    shutil.copytree(made.workspace.folder, tmp_path / "workspace")
    return replace(made, workspace=Workspace(tmp_path / "workspace"))


def test_the_first_model_is_promoted_and_the_newest_is_the_challenger(made: Company) -> None:
    (first,) = decisions(made.workspace)

    assert made.workspace.champion() == made.alias(CHAMPION) == made.good
    assert made.alias(CHALLENGER) == made.poor
    assert (first.action, first.version, first.previous, first.by, first.at) == (
        "promote", made.good, None, "ada", MONDAY.at,
    )  # fmt: skip


def test_a_worse_recipe_is_refused_and_a_better_one_promoted(company: Company) -> None:
    request = request_for(company.crm)

    refused = rule_on(company.load(company.poor), company.workspace, company.crm, request)
    promote(company.load(company.poor), company.workspace, company.registry, refused, TUESDAY)
    assert company.workspace.champion() == company.alias(CHAMPION) == company.good

    forced = Ruling(True, "a drill")
    promote(company.load(company.poor), company.workspace, company.registry, forced, TUESDAY, is_forced=True)
    assert company.workspace.champion() == company.alias(CHAMPION) == company.poor

    better = rule_on(company.load(company.good), company.workspace, company.crm, request)
    promote(company.load(company.good), company.workspace, company.registry, better, TUESDAY)
    assert company.workspace.champion() == company.alias(CHAMPION) == company.good

    assert refused.contest is not None
    assert refused.contest.challenger_loss > 1.01 * refused.contest.champion_loss
    assert better.contest is not None
    assert better.contest.challenger_loss == refused.contest.champion_loss
    lines = [(one.action, one.version, one.is_forced) for one in decisions(company.workspace)[1:]]
    assert lines == [("refuse", company.poor, False), ("promote", company.poor, True), ("promote", company.good, False)]


def test_a_rollback_brings_back_what_was_replaced_and_is_noted(company: Company) -> None:
    promote(company.load(company.poor), company.workspace, company.registry, Ruling(True, "a drill"), TUESDAY)

    promote(company.load(company.poor), company.workspace, company.registry, Ruling(True, "once more"), TUESDAY)

    decision = roll_back(company.workspace, company.registry, TUESDAY)

    assert company.workspace.champion() == company.alias(CHAMPION) == company.good
    assert (decision.action, decision.previous) == ("rollback", company.poor)
    assert decisions(company.workspace)[-1] == decision


def test_the_first_champion_can_not_be_rolled_back(company: Company) -> None:
    with pytest.raises(NoEarlierChampion, match="no earlier champion"):
        roll_back(company.workspace, company.registry, TUESDAY)


def test_a_rollback_to_a_tampered_bundle_is_refused_with_its_hash(company: Company) -> None:
    promote(company.load(company.poor), company.workspace, company.registry, Ruling(True, "a drill"), TUESDAY)
    booster = company.workspace.models / company.good / "bundle.json"
    booster.write_text(booster.read_text().replace("0.1.0", "0.1.1"))

    with pytest.raises(BrokenBundle, match=r"bundle.json has \d+ bytes and sha256 [0-9a-f]{12}"):
        roll_back(company.workspace, company.registry, TUESDAY)

    assert company.workspace.champion() == company.poor


def test_a_model_that_mlflow_does_not_know_is_not_promoted(company: Company, trained_again: LeadModel) -> None:
    model, _ = save_bundle(trained_again, company.workspace.models, leadlight_version="0.1.0")

    with pytest.raises(NotRegistered, match=f"does not know the model {model.version}; run `leadlight models sync`"):
        promote(model, company.workspace, company.registry, Ruling(True, "a drill"), TUESDAY)

    assert company.workspace.champion() == company.good
    assert sync(company.workspace).logged == (model.version,)
    promote(model, company.workspace, company.registry, Ruling(True, "a drill"), TUESDAY)
    assert company.workspace.champion() == company.alias(CHAMPION) == model.version


@pytest.fixture(scope="module")
def trained_again(crm: Crm) -> LeadModel:
    """Rules alone are quickly trained: by a company that has not closed a deal."""
    young = small_crm(n_closed=0)
    return train_model(young, request_for(young)).model


def test_a_model_that_saw_no_deal_does_not_replace_the_champion(company: Company, trained_again: LeadModel) -> None:
    ruling = rule_on(replace(trained_again, version="x"), company.workspace, company.crm, request_for(company.crm))

    assert (ruling.is_promoted, ruling.why) == (False, "it saw no deal")


def test_a_champion_that_can_not_be_read_gives_way(company: Company) -> None:
    (company.workspace.models / company.good / "rules.yaml").unlink()

    ruling = rule_on(company.load(company.poor), company.workspace, company.crm, request_for(company.crm))

    assert ruling.is_promoted
    assert ruling.why.startswith("the champion can not be used: ")


def test_deals_that_neither_had_seen_judge_the_models_as_they_ship(company: Company) -> None:
    """The poor recipe ships the same trees, so on later deals the two are one."""
    until = START_US + 200 * DAY
    models = []
    for version in (company.good, company.poor):
        model = company.load(version)
        seen = replace(model.facts.trained_on, observed_until_us=until)
        models.append(replace(model, facts=replace(model.facts, trained_on=seen)))
    champion, _ = save_bundle(models[0], company.workspace.models, leadlight_version="0.1.0")
    company.workspace.set_champion(champion.version)

    ruling = rule_on(replace(models[1], version="poor"), company.workspace, company.crm, request_for(company.crm))

    assert ruling.is_promoted
    assert ruling.contest is not None
    assert ruling.why.startswith("on deals that neither had seen: ")
    assert ruling.contest.champion_loss == ruling.contest.challenger_loss


def test_an_old_bundle_without_its_recipe_is_not_compared(company: Company) -> None:
    model = company.load(company.poor)
    old = replace(model, facts=replace(model.facts, recipe=None))

    ruling = rule_on(old, company.workspace, company.crm, request_for(company.crm))

    assert not ruling.is_promoted
    assert "does not tell its recipe" in ruling.why


def test_a_recipe_is_kept_in_the_bundle(company: Company) -> None:
    assert company.load(company.poor).facts.recipe == POOR


@pytest.fixture
def silent_server() -> Iterator[str]:
    """It takes every call and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_server_that_does_not_answer_is_given_up_and_the_bundle_is_kept(
    silent_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", silent_server)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    young, workspace = small_crm(40, n_closed=0), Workspace(tmp_path)

    with pytest.raises(RegistryDown, match=r"Nothing is lost: .*`leadlight models sync`"):
        run_training(young, request_for(young), workspace, leadlight_version="0.1.0", signed=MONDAY)

    (version,) = workspace.versions()
    assert load_bundle(workspace.models / version).version == version
    assert workspace.champion() is None


def test_a_dead_server_is_given_up_within_ten_seconds() -> None:
    asked = 1 + int(PATIENCE["MLFLOW_HTTP_REQUEST_MAX_RETRIES"])

    assert asked * int(PATIENCE["MLFLOW_HTTP_REQUEST_TIMEOUT"]) < 10


def test_what_was_saved_while_mlflow_was_down_is_logged_later(
    crm: Crm, trained_again: LeadModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    model, _ = save_bundle(trained_again, workspace.models, leadlight_version="0.1.0")
    with pytest.raises(RegistryDown):
        sync(workspace)

    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert sync(workspace).logged == (model.version,)
    assert sync(workspace).logged == ()


def test_a_broken_bundle_is_told_and_not_logged(company: Company) -> None:
    folder = company.workspace.models / "0123456789ab"
    shutil.copytree(company.workspace.models / company.poor, folder)

    synced = sync(company.workspace)

    assert synced.logged == ()
    assert "its manifest has the hash" in synced.broken["0123456789ab"]


def test_the_draws_are_of_leads_and_the_same_twice(company: Company) -> None:
    request = request_for(company.crm)
    one, two = (rule_on(company.load(company.poor), company.workspace, company.crm, request) for _ in range(2))

    assert one == two
    assert np.isfinite(one.contest.gap_high if one.contest else np.nan)


GATE = "\ngates:\n  - {id: clerks, when: {field: job_title, is: Clerk}, reason: do not buy}\n"


@pytest.mark.parametrize("gated", ["challenger", "champion"])
def test_two_that_differ_by_a_gate_alone_are_compared_on_the_same_leads(company: Company, gated: str) -> None:
    plain = company.load(company.good)
    shut = replace(plain, rules_text=plain.rules_text + GATE, version="000000000000")
    challenger = shut
    if gated == "champion":
        champion, _ = save_bundle(shut, company.workspace.models, leadlight_version="0.1.0")
        company.workspace.set_champion(champion.version)
        challenger = plain

    found = rule_on(challenger, company.workspace, company.crm, request_for(company.crm)).contest

    assert found is not None
    assert found.challenger_loss == found.champion_loss


def test_a_champion_that_the_tables_of_today_no_longer_fit_is_replaced(company: Company) -> None:
    leads = company.crm.leads
    sizes = TextColumn.of(["small" if i % 2 else "large" for i in range(len(leads))])
    columns = {**leads.columns, "number_of_employees": sizes}
    kinds = {**company.crm.kinds, "number_of_employees": "category"}
    crm = replace(company.crm, leads=replace(leads, columns=columns), kinds=kinds)
    challenger = train_model(crm, request_for(crm)).model

    ruling = rule_on(challenger, company.workspace, crm, request_for(crm))

    assert ruling.is_promoted
    assert "can not score these tables: column 'number_of_employees' was a number" in ruling.why


def test_an_edited_rulebook_scores_from_the_next_training_on_before_any_deal(tmp_path: Path) -> None:
    young, workspace = small_crm(60, n_closed=0), Workspace(tmp_path)
    first = train_model(young, request_for(young)).model
    saved, _ = save_bundle(first, workspace.models, leadlight_version="0.1.0")
    workspace.set_champion(saved.version)

    edited = rule_on(replace(first, rules_text=first.rules_text + GATE), workspace, young, request_for(young))

    assert edited.is_promoted
