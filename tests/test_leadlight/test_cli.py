"""The commands as their users type them."""

import gc
import gzip
import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from leadlight.cli import main

AS_OF = "2026-09-01"


def run(folder: Path, *arguments: str) -> int:
    return main([*arguments, "-c", str(folder / "leadlight.yaml")])


def json_of(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    content: dict[str, object] = json.loads(capsys.readouterr().out)
    return content


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def hash_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def test_help_brings_nothing_heavy() -> None:
    code = (
        "import sys; from leadlight.cli import main; main(['--help']);"
        "print([m for m in ('numpy', 'pandas', 'lightgbm', 'mlflow', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip().endswith("[]")


def test_check_counts_every_row(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(company, "check", "--json") == 0

    report = json_of(capsys)
    assert report["rows_read"] == report["rows_used"]
    assert report["rows_quarantined"] == 0
    assert report["problems"] == []


def test_check_tells_of_times_to_come(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lead_id = (company / "leads.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    with gzip.open(company / "events.csv.gz", "rt", encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    said = {"lead_id": lead_id, "at": "2150-01-01T00:00:00Z", "type": "site_visit"}
    with gzip.open(company / "events.csv.gz", "at", encoding="utf-8") as file:
        file.write(",".join(said.get(name, "") for name in header) + "\n")

    run(company, "check", "--json")

    notes = json_of(capsys)["notes"]
    assert [note for note in notes if note.startswith("1 events lie in the future")]  # type: ignore[attr-defined]


def test_check_tells_where_the_horizon_leaves_too_little_to_learn_from(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(company, "check")
    assert "Too little to learn from" not in capsys.readouterr().out
    replace_in(company / "leadlight.yaml", "horizon: 60d", "horizon: 900d")

    run(company, "check")

    assert (
        "Too little to learn from: the outcome of 0 leads is ripe, 0 of them won. Below 20 won or lost ones the rules "
        "alone score; a shorter goal.horizon has passed for more leads."
    ) in capsys.readouterr().out.replace("\n", " ")


def test_check_tells_all_problems_at_once(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(company / "leadlight.yaml", "id: lead_id", "id: leadid")
    replace_in(company / "leadlight.yaml", "created_at: created_at ", "created_at: createdat ")

    assert run(company, "check") == 2
    out = capsys.readouterr().out
    assert "leadlight.yaml:6: leads.id: leads.csv has no column 'leadid'; did you mean 'lead_id'?" in out
    assert "did you mean 'created_at'?" in out


def test_check_finds_a_broken_rulebook_at_its_line(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(company / "rules.yaml", "points: 15", "pionts: 15")

    assert run(company, "check") == 2
    out = capsys.readouterr().out
    assert "rules.yaml:" in out
    assert "rename it to `points`" in out


def test_unknown_key_is_answered_with_its_line_and_the_right_name(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_in(company / "leadlight.yaml", "workspace: workspace", "workspce: workspace")

    assert run(company, "train") == 2
    assert "rename it to `workspace`" in capsys.readouterr().err


def test_train_answers_in_json(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(trained, "models", "list", "--json") == 0

    (version,) = json.loads(capsys.readouterr().out)
    assert version["champion"] is True
    assert version["source"] == "rules_trees"
    assert 0 < version["log_loss"] < 0.69


def test_score_writes_the_open_leads_and_counts_the_others(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores.parquet"

    assert run(company, "score", "--out", str(out), "--as-of", AS_OF, "--json") == 0
    counts = json_of(capsys)["counts"]
    assert isinstance(counts, dict)
    assert counts["scored"] + counts["closed"] + counts["not_yet_created"] == 700
    assert len(pd.read_parquet(out)) == counts["scored"]


def test_score_leaves_the_collector_of_cycles_as_it_was(
    company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, during = gc.get_threshold(), []

    def failing(*_: object) -> None:
        during.append(gc.get_threshold())
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("serving.score_table.write_scores", failing)
    with pytest.raises(RuntimeError):
        run(company, "score", "--out", str(tmp_path / "s.csv"), "--as-of", AS_OF)

    assert during[0][0] > before[0]
    assert gc.get_threshold() == before


def test_score_writes_the_same_to_csv(company: Path, tmp_path: Path) -> None:
    run(company, "score", "--out", str(tmp_path / "s.parquet"), "--as-of", AS_OF)
    run(company, "score", "--out", str(tmp_path / "s.csv"), "--as-of", AS_OF)

    parquet, csv = pd.read_parquet(tmp_path / "s.parquet"), pd.read_csv(tmp_path / "s.csv")
    assert list(parquet.columns) == list(csv.columns)
    assert parquet.probability.tolist() == csv.probability.tolist()
    assert [why["text"] for why in parquet.reasons[0]] == [why["text"] for why in json.loads(csv.reasons[0])]


def test_explanation_of_every_lead_sums_to_its_scored_probability(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(company, "score", "--out", str(tmp_path / "s.parquet"), "--as-of", AS_OF)
    scores = pd.read_parquet(tmp_path / "s.parquet").set_index("lead_id")
    capsys.readouterr()

    for lead_id in scores.index[:5]:
        run(company, "explain", lead_id, "--as-of", AS_OF, "--json")
        told = json.loads(capsys.readouterr().out)
        total = told["base_log_odds"] + sum(part["log_odds"] for part in told["contributions"])
        assert total == pytest.approx(told["log_odds"], abs=1e-9)
        assert told["probability"] == pytest.approx(1 / (1 + math.exp(-told["log_odds"])), abs=1e-12)
        assert told["log_odds"] == pytest.approx(scores.log_odds[lead_id], abs=1e-12)
        assert told["summary"] == scores.summary[lead_id]


def test_explanation_for_people_shows_the_sentence_and_the_sum(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lead_id = pd.read_csv(company / "leads.csv").lead_id.iloc[-1]

    assert run(company, "explain", lead_id) == 0
    out = capsys.readouterr().out
    assert "likely to become a customer within 60 days" in out
    assert "(everybody)" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("explain", "L000000"), "found no lead 'L000000' in the leads table; did you mean"),
        (("explain", "L0000001", "--as-of", "soon"), "--as-of: found 'soon': a date or time like"),
        (("score", "--out", "scores.xls"), "expected a name that ends in .parquet, .csv, .csv.gz"),
        (("score", "--out", "/nowhere/scores.csv"), "there is no folder"),
        (("train", "--until", "later"), "--until: found 'later'"),
        (("score", "--out", "s.csv", "--leads", "absent.csv"), "there is no file"),
    ],
)
def test_bad_arguments_are_answered_and_change_nothing(
    company: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    before = hash_of(company)

    assert run(company, *arguments) == 2
    assert told in capsys.readouterr().err
    assert hash_of(company) == before


def test_unknown_command_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fly"]) == 2
    assert "No such command" in capsys.readouterr().err


def test_without_a_project_file_the_demo_is_offered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-c", str(tmp_path / "leadlight.yaml")]) == 2
    assert "`leadlight demo`" in capsys.readouterr().out


def test_before_the_first_training_scoring_says_what_to_do(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (company / "workspace" / "champion").unlink()

    assert run(company, "score", "--out", str(tmp_path / "s.csv")) == 2
    assert "run `leadlight train` first" in capsys.readouterr().err
    assert not (tmp_path / "s.csv").exists()


def test_damaged_champion_is_refused(company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (booster,) = (company / "workspace" / "models").glob("*/booster.txt")
    booster.write_text(booster.read_text(encoding="utf-8").replace("leaf_value=", "leaf_value=1", 1), encoding="utf-8")

    assert run(company, "score", "--out", str(tmp_path / "s.csv")) == 2
    assert "the manifest says" in capsys.readouterr().err


def test_an_edited_rulebook_warns_until_the_next_training(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_in(company / "rules.yaml", "points: 15", "points: 16")

    assert run(company, "score", "--out", str(tmp_path / "s.csv")) == 0
    assert "the rulebook was edited since the training" in capsys.readouterr().err


def test_other_leads_need_no_outcome_and_no_deals(company: Path, tmp_path: Path) -> None:
    leads = pd.read_csv(company / "leads.csv", dtype=str, keep_default_na=False)
    fresh = leads.tail(3).assign(lead_id=["N1", "N2", "N3"])
    fresh.to_csv(tmp_path / "fresh.csv", index=False)

    run(company, "score", "--leads", str(tmp_path / "fresh.csv"), "--out", str(tmp_path / "s.csv"))
    assert pd.read_csv(tmp_path / "s.csv").lead_id.tolist() == ["N1", "N2", "N3"]


def test_other_leads_without_a_trained_column_are_refused(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leads = pd.read_csv(company / "leads.csv", dtype=str, keep_default_na=False)
    leads.drop(columns="industry").to_csv(tmp_path / "fresh.csv", index=False)

    assert run(company, "score", "--leads", str(tmp_path / "fresh.csv"), "--out", str(tmp_path / "s.csv")) == 2
    assert "fresh.csv has no column 'industry'" in capsys.readouterr().err


def test_demo_shows_ten_leads_metrics_places_and_next_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--leads", "600", "--out", str(tmp_path / "demo"), "--no-serve"]) == 0

    out = capsys.readouterr().out
    assert "The 10 hottest of" in out
    for said in ("base rate", "rules + trees (ships)", "(everybody)", "leadlight explain", "scores.parquet"):
        assert said in out


def test_without_a_closed_deal_the_rules_score_and_explain(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = (company / "deals.csv").read_text(encoding="utf-8").splitlines()[0]
    (company / "deals.csv").write_text(header + "\n", encoding="utf-8")
    (company / "workspace" / "champion").unlink()

    assert run(company, "train", "--json") == 0
    trained = json_of(capsys)
    assert (trained["source"], trained["promoted"], trained["won"]) == ("rules", True, 0)
    assert run(company, "score", "--out", str(tmp_path / "s.parquet"), "--as-of", AS_OF) == 0
    scores = pd.read_parquet(tmp_path / "s.parquet")
    lead_id = scores.lead_id[scores.points.argmax()]
    capsys.readouterr()
    assert run(company, "explain", lead_id, "--as-of", AS_OF, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    total = told["base_log_odds"] + sum(part["log_odds"] for part in told["contributions"])
    assert total == pytest.approx(told["log_odds"], abs=1e-9)
    assert told["probability"] == pytest.approx(scores.probability.max(), abs=1e-12)


def test_a_flat_table_is_trained_scored_and_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{i},{i % 7},{'ab'[i % 2]},{int(i % 7 > 3)}" for i in range(300)]
    (tmp_path / "leads.csv").write_text("id,visits,source,won\n" + "\n".join(rows) + "\n300,6,b,\n", encoding="utf-8")
    (tmp_path / "leadlight.yaml").write_text(
        "leads:\n  {source: leads.csv, id: id, order_by: id, columns: {visits: {not_a_leak: it is made up}}}\n"
        "outcomes: {column: won, won: 1}\n",
        encoding="utf-8",
    )

    assert run(tmp_path, "train", "--until", "2026-01-01") == 2
    assert "a flat table, which has no times" in capsys.readouterr().err
    assert run(tmp_path, "train") == 0
    assert run(tmp_path, "score", "--out", str(tmp_path / "s.csv")) == 0
    scores = pd.read_csv(tmp_path / "s.csv")
    assert scores.lead_id.tolist() == [300]
    assert scores.probability[0] > 0.7
    capsys.readouterr()
    assert run(tmp_path, "explain", "300", "--json") == 0
    assert json_of(capsys)["as_of"] is None


def test_other_leads_are_scored_at_the_newest_time_of_the_whole_log(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leads = pd.read_csv(company / "leads.csv", dtype=str, keep_default_na=False)
    leads.head(1).to_csv(tmp_path / "old.csv", index=False)
    newest = pd.read_csv(company / "events.csv.gz")["at"].max()

    run(company, "score", "--leads", str(tmp_path / "old.csv"), "--out", str(tmp_path / "s.csv"), "--json")
    assert str(json_of(capsys)["as_of"])[:19] == newest[:19]


def test_rows_that_can_not_be_scored_are_counted_and_kept(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leads = pd.read_csv(company / "leads.csv", dtype=str, keep_default_na=False)
    leads.loc[5, "seats_wanted"] = "many"
    leads.to_csv(tmp_path / "l.csv", index=False)

    assert run(company, "score", "--leads", str(tmp_path / "l.csv"), "--out", str(tmp_path / "s.csv"), "--json") == 0
    assert json_of(capsys)["rows_quarantined"] == 1
    (row,) = pd.read_csv(company / "workspace" / "quarantine.csv").itertuples()
    assert (row.file, row.row, row.column, row.value) == ("l.csv", 7, "seats_wanted", "many")


def test_too_many_bad_rows_stop_with_all_of_them_in_quarantine(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leads = pd.read_csv(company / "leads.csv", dtype=str, keep_default_na=False)
    leads.loc[:50, "created_at"] = "long ago"
    leads.to_csv(company / "leads.csv", index=False)

    assert run(company, "check") == 2
    assert "51 of 700 rows can not be used" in capsys.readouterr().out
    assert (pd.read_csv(company / "workspace" / "quarantine.csv").file == "leads.csv").sum() == 51


def test_a_closed_lead_is_explained_and_said_to_be_closed(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lead_id = pd.read_csv(company / "deals.csv").lead_id.iloc[0]

    assert run(company, "explain", lead_id) == 0
    assert "This lead is closed" in capsys.readouterr().out


def test_a_word_for_won_that_no_deal_has_is_told(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(company / "leadlight.yaml", "  won: won", "  won: Closed Won")

    assert run(company, "check") == 0
    assert "is `won: Closed Won` spelt as in the table?" in capsys.readouterr().err


def test_training_on_nothing_replaces_no_champion(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    champion = (company / "workspace" / "champion").read_text()

    assert run(company, "train", "--until", "2025-12-01", "--json") == 0
    assert json_of(capsys)["promoted"] is False
    assert (company / "workspace" / "champion").read_text() == champion


@pytest.mark.parametrize("name", ["leadlight.yaml", "rules.yaml"])
def test_a_file_in_another_encoding_is_answered(company: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (company / name).write_bytes((company / name).read_bytes() + "# Größe\n".encode("latin-1"))

    assert run(company, "train") == 2
    assert "is no UTF-8 text" in capsys.readouterr().err


def test_events_beside_leads_without_times_are_refused(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(company / "leadlight.yaml", "  created_at: created_at ", "  # created_at ")

    assert run(company, "train") == 2
    assert "found `events` beside leads without times" in capsys.readouterr().err


def test_check_shows_columns_streams_months_and_ripeness(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(company, "check") == 0
    told = capsys.readouterr().out
    for said in (
        "event type",
        "won of closed",
        "To learn from:",
        "of these dormant",
        "54% yes",
        "6 values, 29% 51-200",
    ):
        assert said in told

    assert run(company, "check", "--json") == 0
    report = json_of(capsys)
    assert report["leads"] == 700
    assert report["open"] == 700 - report["closed"] + report["reopened"]  # type: ignore[operator]
    assert set(report["ripeness"]) == {  # type: ignore[call-overload]
        "n_ripe_leads", "n_snapshots", "n_leads", "n_won_leads", "is_enough", "oldest_age_days", "observed_until",
    }  # fmt: skip
    (newsletter,) = [column for column in report["columns"] if column["name"] == "newsletter"]  # type: ignore[attr-defined]
    assert (newsletter["kind"], newsletter["low"], newsletter["high"]) == ("flag", 0, 1)
    assert report["event_types"][0]["first"].startswith("2025-11-01T")  # type: ignore[index]
