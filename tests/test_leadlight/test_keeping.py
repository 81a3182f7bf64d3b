"""What `leadlight score` keeps for the page, beside the file that it writes."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from leadlight.cli import main
from serving.store import database

DEAD = "postgresql://ann:secret-word@127.0.0.1:1/crm"


def score(company: Path, *more: str, store: str | None = None) -> int:
    """The exit code of a run into ``scores.csv``."""
    config = company / "leadlight.yaml"
    if store is not None:
        config.write_text(config.read_text(encoding="utf-8") + f"\nstore: {store}\n", encoding="utf-8")
    return main(["score", "-c", str(config), "--out", str(company / "scores.csv"), "--json", *more])


def kept(company: Path) -> int:
    with closing(sqlite3.connect(company / "workspace" / "leads.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM lead_scores").fetchone()
    return int(count)


def test_a_run_is_kept_and_an_older_one_does_not_replace_it(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(company) == 0
    report = json.loads(capsys.readouterr().out)

    assert score(company, "--as-of", "2026-08-01") == 0

    older = capsys.readouterr()
    assert kept(company) == report["stored"] == report["counts"]["scored"]
    assert json.loads(older.out)["stored"] == 0
    assert "which is newer: it keeps those" in older.err


def test_scores_of_a_time_to_come_are_not_kept_since_they_would_stay(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(company, "--as-of", "2199-01-01") == 0

    said = capsys.readouterr()
    assert json.loads(said.out)["stored"] == 0
    assert "of a time to come are not kept" in said.err
    assert not (company / "workspace" / "leads.db").exists()


def test_a_dead_store_is_told_after_the_file_was_written(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(company, store=DEAD) == 1

    said = capsys.readouterr()
    assert (company / "scores.csv").stat().st_size > 1_000
    assert json.loads(said.out)["stored"] is None
    assert "check that the server runs" in said.err
    assert "secret-word" not in said.err


def test_a_locked_store_is_told_after_the_file_was_written(
    company: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.1)
    with closing(sqlite3.connect(company / "workspace" / "leads.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        assert score(company) == 1

    assert (company / "scores.csv").stat().st_size > 1_000
    assert "leads.db is locked by another program" in capsys.readouterr().err


def test_without_the_packages_of_a_store_it_is_left_out_and_said(
    company: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadlight.cli.keeping._NEEDED", ("a_package_that_is_not_there",))

    assert score(company) == 0

    assert "pip install 'leadlight[serve]'" in capsys.readouterr().err
    assert not (company / "workspace" / "leads.db").exists()


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("mysql://ann:secret-word@there/crm", "store: found no URL of SQLite or PostgreSQL"),
        ("postgresql://ann:${NOT_SET_HERE}@there/crm", "NOT_SET_HERE, which is not set"),
        ("'sqlite://'", "without a file"),
    ],
)
def test_a_store_that_makes_no_sense_ends_the_run_before_it_begins(
    company: Path, capsys: pytest.CaptureFixture[str], store: str, said: str
) -> None:
    assert score(company, store=store) == 2

    told = capsys.readouterr().err
    assert said in told
    assert "secret-word" not in told
    assert not (company / "scores.csv").exists()
