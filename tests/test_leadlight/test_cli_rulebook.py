"""What the commands tell of gates, elements, the purchase timeline, and mistakes in a rulebook."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from leadlight.cli import main


def edit(company: Path, old: str, new: str) -> int:
    """Change the rulebook; gives the line of the change."""
    path = company / "rules.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def config(company: Path) -> list[str]:
    return ["-c", str(company / "leadlight.yaml")]


def test_check_says_what_matches_nothing_with_its_line_and_cure(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = edit(company, "when: {event: unsubscribe}, scope", "when: {event: unsubscribes}, scope")

    assert main(["check", *config(company), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rules_without_match"] == [
        f"rules.yaml:{line}: gate unsubscribed: no event type 'unsubscribes'; the nearest is 'unsubscribe'; "
        "correct the name, or delete it"
    ]


def test_a_gate_that_shuts_out_those_who_bought_stops_check_and_training(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = edit(company, "when: {event: unsubscribe}, scope: mail", "when: {event: any}")

    assert main(["check", *config(company)]) == 2
    assert f"rules.yaml:{line}: found that the gate 'unsubscribed' shuts out" in capsys.readouterr().out
    assert main(["train", *config(company)]) == 2
    assert f"rules.yaml:{line}: found that the gate 'unsubscribed' shuts out" in capsys.readouterr().err


def test_a_list_that_is_not_there_is_a_problem_of_its_line(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = edit(company, "domain: [shelfwise.example, stockmind.example, palletry.example]", "list: rivals.txt")

    assert main(["check", *config(company)]) == 2
    assert f"rules.yaml:{line}: list: found 'rivals.txt', expected a file" in capsys.readouterr().out


def test_gated_leads_are_told_in_the_scores_and_listed_and_never_hot(company: Path, tmp_path: Path) -> None:
    out = tmp_path / "scores.parquet"

    assert main(["score", *config(company), "--out", str(out), "--reasons", "0", "--json"]) == 0

    scores = pd.read_parquet(out).set_index("lead_id")
    with (company / "workspace" / "gated.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    gated = scores[scores["disqualified"].notna()]
    assert 0 < len(gated) < len(scores)
    assert not (gated["tier"].eq("hot") | gated["stage"].eq("sql")).any()
    assert set(gated.index) == {row["lead_id"] for row in listed if row["scope"] == "all"}
    no_mail = scores[scores["no_mail"].notna()]
    assert set(no_mail.index) == {row["lead_id"] for row in listed if row["scope"] == "mail"}
    assert all(row["since"] for row in listed if row["gate"] == "unsubscribed")
    suspects = scores["suspect"].dropna()
    assert len(suspects)
    assert not set(suspects.index) & set(gated.index)


def test_explain_shows_what_is_known_and_what_to_ask_next(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leads = pd.read_csv(company / "leads.csv")
    lead_id = str(leads.loc[leads["seats_wanted"].isna() & leads["company_size"].isna(), "lead_id"].iloc[0])

    assert main(["explain", lead_id, *config(company)]) == 0
    shown = capsys.readouterr().out
    assert main(["explain", lead_id, *config(company), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)

    assert {each["name"]: each["answer"] for each in told["elements"]}["budget"] == "unknown"
    assert told["purchase"]["step"] in ("none", "interest", "evaluation", "urgency", "closing")
    question = told["next_question"]
    assert question["move"] > 0
    assert len(question["log_odds"]) == len(question["answers"])
    assert f"Ask next: {question['ask']}" in shown


def test_check_doubts_words_that_no_cell_has_and_thresholds_out_of_reach(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    word = edit(company, "is: Bought list", "is: Bougth list")
    level = edit(company, "levels: {fit: [12, 30]", "levels: {fit: [12, 300]")

    assert main(["check", *config(company), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rule_doubts"] == [
        f"rules.yaml:{word}: rule bought: no cell of column 'lead_source' is 'Bougth list'; "
        "the nearest is 'Bought list'; correct it, or leave it if it may still come",
        f"rules.yaml:{level}: found that fit is high begins at 300 points, expected at most the 60 that the rules can "
        "give; lower it, or raise caps.fit",
    ]
