"""The order of rows, of columns and of files says nothing: the same bundle and the same scores come out."""

import csv
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadlight.cli import main
from tests.messy_exports import Lead, made_up_leads

Table = Sequence[Mapping[str, object]]
PROJECT = """\
leads: {source: [leads0.csv, leads1.csv], id: id, created_at: created, account: firm}
events: {source: [events0.csv, events1.csv], lead: lead, at: at, type: type}
outcomes: {source: [deals0.csv, deals1.csv], lead: lead, closed_at: closed, outcome: outcome}
goal: {horizon: 30d}
"""


def tables(leads: Sequence[Lead]) -> dict[str, Table]:
    return {
        "leads": [
            {"id": lead.number, "created": lead.created, "firm": lead.company, "name": lead.first_name}
            for lead in leads
        ],
        "events": [
            {"lead": lead.number, "at": at, "type": ("call", "visit")[i % 2]}
            for lead in leads
            for i, at in enumerate(lead.acts)
        ],
        "deals": [
            {"lead": lead.number, "closed": lead.closed, "outcome": "won" if lead.is_won else "lost"}
            for lead in leads
            if lead.closed
        ],
    }


def written(folder: Path, shuffle: Callable[[list[str]], None], rng: random.Random) -> Path:
    """A project whose rows lie in two files per table, as `shuffle` and `rng` have it."""
    for name, rows in tables(made_up_leads(5)).items():
        columns, lines = list(rows[0]), list(rows)
        shuffle(columns)
        rng.shuffle(lines)
        cut = rng.randrange(len(lines) + 1) if rng.random() < 0.8 else 0
        for i, part in enumerate((lines[:cut], lines[cut:])):
            with (folder / f"{name}{i}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([columns, *([line[c] for c in columns] for line in part)])
    (folder / "leadlight.yaml").write_text(PROJECT, encoding="utf-8")
    return folder


def results(folder: Path) -> tuple[str, bytes]:
    """The name of the trained bundle, which is its hash, and the scores."""
    config = ["-c", str(folder / "leadlight.yaml")]
    assert main(["train", *config]) == 0
    assert main(["score", *config, "--out", str(folder / "scores.csv")]) == 0
    (bundle,) = (folder / "workspace" / "models").iterdir()
    return bundle.name, (folder / "scores.csv").read_bytes()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    return results(written(tmp_path_factory.mktemp("first"), lambda columns: None, random.Random(0)))


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rng=st.randoms(use_true_random=False))
def test_any_order_of_rows_columns_and_files_gives_the_same_bundle_and_scores(
    rng: random.Random, expected: tuple[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = written(tmp_path_factory.mktemp("other"), rng.shuffle, rng)

    assert results(folder) == expected
