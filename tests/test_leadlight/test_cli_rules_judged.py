"""`leadlight rules report`, `backtest` and `suggest`, as their users run them."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from leadlight.cli import main
from models.rules import load_rulebook, starter_text
from tests.test_leadlight.test_bad_inputs import FILES, leads
from tests.test_leadlight.test_cli_rulebook import config, edit


def told(capsys: pytest.CaptureFixture[str], *command: str) -> dict[str, object]:
    """What a command that ends well prints as JSON."""
    assert main([*command, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def content_of(folder: Path) -> dict[str, str]:
    """Every file below a folder, by what is in it."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_report_tells_of_every_rule_and_of_the_model(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = told(capsys, "rules", "report", *config(trained))

    rules, parted = report["rules"], report["disagreement"]
    assert isinstance(rules, list)
    assert isinstance(parted, dict)
    book = load_rulebook((trained / "rules.yaml").read_text(encoding="utf-8"), name="rules.yaml")
    assert [rule["id"] for rule in rules] == [rule.id for rule in book.rules]
    assert {rule["id"] for rule in rules if "dead" in rule["flags"]} >= {"student"}
    assert parted["verdict"]
    assert report["suggestion"]


def test_the_report_is_a_table_for_people(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "report", *config(trained), "--until", "2026-06-01"]) == 0

    shown = capsys.readouterr().out
    for words in ("won if hit", "What points have meant", "Rules and model on later leads", "Where they differ, "):
        assert words in shown


def test_backtest_writes_nothing_not_even_of_rows_that_can_not_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = str(FILES["leadlight.yaml"]).replace("30d", "5d") + "max_bad: 0.1\n"
    files = {**FILES, **leads("a99,no date,1,Ulm"), "new.yaml": starter_text(), "leadlight.yaml": project}
    for name, content in files.items():
        (tmp_path / name).write_text(str(content), encoding="utf-8")
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "champion").write_text("0123456789ab\n", encoding="utf-8")
    before = content_of(tmp_path)

    found = told(capsys, "rules", "backtest", str(tmp_path / "new.yaml"), *config(tmp_path))

    assert found["n_leads"]
    assert (found["moves"], found["moved"]) == ([], [])
    assert content_of(tmp_path) == before


def test_backtest_tells_who_moves_since_a_time(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = company / "new.yaml"
    text = (company / "rules.yaml").read_text(encoding="utf-8")
    new.write_text(text.replace("mql: {points: 35", "mql: {points: 15"), encoding="utf-8")

    everyone = told(capsys, "rules", "backtest", str(new), *config(company))
    late = told(capsys, "rules", "backtest", str(new), *config(company), "--since", "2026-06-01")

    assert isinstance(everyone["moved"], list)
    assert isinstance(late["moved"], list)
    assert len(everyone["moved"]) > len(late["moved"]) > 0
    assert all(one["as_of"] >= "2026-06-01" and one["stage"] == ["lead", "mql"] for one in late["moved"])


def test_backtest_says_what_is_wrong_with_the_new_rulebook(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = edit(company, "when: {event: unsubscribe}, scope: mail", "when: {event: any}")
    shutil.move(company / "rules.yaml", company / "new.yaml")
    (company / "leadlight.yaml").write_text(
        (company / "leadlight.yaml").read_text(encoding="utf-8").replace("rules: rules.yaml", ""), encoding="utf-8"
    )

    assert main(["rules", "backtest", str(company / "new.yaml"), *config(company)]) == 2
    assert f"new.yaml:{line}: found that the gate 'unsubscribed' shuts out" in capsys.readouterr().err
    assert main(["rules", "backtest", str(company / "none.yaml"), *config(company)]) == 2
    assert "there is no rulebook" in capsys.readouterr().err


def test_suggest_writes_other_points_beside_and_never_over_a_file(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = company / "new.yaml"
    suggest = ["rules", "suggest", *config(company), "--out", str(out)]

    assert main(suggest) == 0
    shown = capsys.readouterr().out
    first = out.read_text(encoding="utf-8")
    assert main(suggest) == 2
    assert "give --force" in capsys.readouterr().err
    found = told(capsys, *suggest, "--force")

    assert out.read_text(encoding="utf-8") == first
    assert "+++ new.yaml" in shown
    assert "stages.mql.points" in shown
    assert found["points"] == {rule.id: rule.points for rule in load_rulebook(first, name="new.yaml").rules}


def test_too_few_deals_are_said_and_nothing_is_written(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = company / "new.yaml"

    assert main(["rules", "suggest", *config(company), "--out", str(out), "--until", "2025-02-01"]) == 2
    assert "found too few deals" in capsys.readouterr().err
    assert not out.exists()


def test_a_stage_that_begins_at_a_probability_is_tried_by_the_model(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (company / "rules.yaml").read_text(encoding="utf-8")
    (company / "new.yaml").write_text(text.replace("sql: {points: 65", "sql: {probability: 0.5"), encoding="utf-8")

    found = told(capsys, "rules", "backtest", str(company / "new.yaml"), *config(company))
    shutil.rmtree(company / "workspace")

    assert found["moves"]
    assert main(["rules", "backtest", str(company / "new.yaml"), *config(company)]) == 2
    assert "no model that learned" in capsys.readouterr().err
