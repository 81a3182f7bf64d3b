"""Leaks and promotions as the command line tells them."""

import json
from pathlib import Path

import pandas as pd
import pytest

from leadlight.cli import main
from models.bundle import load_bundle, save_bundle


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def run(folder: Path, *arguments: str) -> int:
    return main([*arguments, "-c", str(folder / "leadlight.yaml")])


def let_in(folder: Path, said: str) -> None:
    path = folder / "leadlight.yaml"
    text = path.read_text("utf-8")
    assert "lead_status: ignore" in text
    path.write_text(text.replace("lead_status: ignore", f"lead_status: {said}"), "utf-8")


def champion_of(folder: Path) -> str:
    return (folder / "workspace" / "champion").read_text("utf-8").strip()


def test_check_tells_a_leak_with_its_rule_number_and_cure(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    let_in(company, "category")

    assert run(company, "check", "--json") == 2
    leaks = json.loads(capsys.readouterr().out)["leaks"]
    assert set(leaks[0]) == {"column", "rule", "value", "verdict", "advice"}
    assert (leaks[0]["column"], leaks[0]["rule"], leaks[0]["verdict"]) == ("lead_status", "name", "stop")

    assert run(company, "check") == 2
    out = capsys.readouterr().out
    assert "lead_status" in out
    assert 'not_a_leak: "how you know"' in out
    assert out.rstrip().endswith("The project has problems.")


def test_training_stops_at_a_leak_and_writes_nothing(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    let_in(company, "category")
    before = sorted((company / "workspace" / "models").iterdir())

    assert run(company, "train") == 2
    err = capsys.readouterr().err
    assert "Found 1 column that carries the outcome" in err
    assert "lead_status: by its name how the lead stands today tells how it ended; ignore it" in err
    assert sorted((company / "workspace" / "models").iterdir()) == before


def test_a_leak_that_is_accepted_with_a_reason_is_no_finding(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    let_in(company, '{kind: category, not_a_leak: "set by the sign-up form, asked Ada"}')

    assert run(company, "check", "--json") == 0
    assert json.loads(capsys.readouterr().out)["leaks"] == []


def test_an_acceptance_without_a_reason_is_refused(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    let_in(company, '{kind: category, not_a_leak: ""}')

    assert run(company, "check") == 2
    assert "not_a_leak" in capsys.readouterr().out


def test_show_tells_what_a_model_was_made_of(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(company, "models", "show", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["version"], shown["champion"]) == (champion_of(company), True)
    assert shown["recipe"]["source"] == shown["source"]
    assert [one["action"] for one in shown["decisions"]] == ["promote"]

    assert run(company, "models", "show") == 0
    assert "there was no champion" in capsys.readouterr().out


def test_show_names_the_report(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = company / "workspace" / "models" / champion_of(company) / "report.html"

    assert run(company, "models", "show") == 0
    assert str(report) in capsys.readouterr().out
    assert report.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_a_model_from_before_there_were_reports_is_shown_too(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = company / "workspace" / "models"
    older, _ = save_bundle(load_bundle(models / champion_of(company)), models, leadlight_version="0.1.0")

    assert run(company, "models", "show", older.version, "--json") == 0
    assert json.loads(capsys.readouterr().out)["report"] is None

    assert run(company, "models", "show", older.version) == 0
    assert "It has no report" in capsys.readouterr().out


def test_an_unknown_model_is_bad_input(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(company, "models", "promote", "0123456789ab") == 2
    assert "there is no bundle at" in capsys.readouterr().err


def test_force_needs_a_reason(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(company, "models", "promote", champion_of(company), "--force") == 2
    assert 'add --reason "..."' in capsys.readouterr().err


def test_the_first_model_can_not_be_rolled_back(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(company, "models", "rollback") == 2
    assert "no earlier champion" in capsys.readouterr().err


def test_sync_tells_mlflow_of_models_that_it_does_not_know(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The copy of the company has no store."""
    assert run(company, "models", "sync", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"logged": [champion_of(company)], "broken": {}}

    assert run(company, "models", "promote", champion_of(company), "--json") == 0
    promoted = json.loads(capsys.readouterr().out)
    assert (promoted["promoted"], promoted["why"]) == (True, "it is the champion already")


def test_a_dead_server_is_told_and_ends_with_one(
    company: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")

    assert run(company, "models", "sync") == 1
    assert "Nothing is lost" in capsys.readouterr().err


def test_the_capacity_cut_is_told_of_the_model_of_each_score_and_of_one_lead(
    company: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "scores.parquet"
    assert run(company, "models", "show", "--json") == 0
    capacity = json.loads(capsys.readouterr().out)["capacity"]
    assert run(company, "score", "--out", str(out), "--reasons", "0", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    scores = pd.read_parquet(out).set_index("lead_id")
    within = (scores["probability"] >= capacity["probability"]) & scores["disqualified"].isna()

    assert scores["within_capacity"].tolist() == within.tolist()
    assert 0 < told["within_capacity"] == within.sum() < len(within)
    for lead_id in (within.idxmax(), within.idxmin()):
        assert run(company, "explain", str(lead_id), "--json") == 0
        assert json.loads(capsys.readouterr().out)["within_capacity"] == within[lead_id]
