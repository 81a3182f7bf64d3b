"""What always holds, shown on real leads: a flat table and a log of 262,200 events."""

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss
from starlette.testclient import TestClient

from benchmarks.real_sets import BPIC2012, DATA, X_EDUCATION, Judged
from features.build import build_features
from features.crm import Crm
from features.snapshots import Snapshots
from features.tables import EventArrays, IntArray
from features.times import time_of
from leadlight.cli.explain import explain_lead, explanation
from leadlight.cli.train import training_request
from leadlight.project import Project, load_project
from models.lead_model import LeadModel
from models.scoring import Scores
from serving.app import create_app
from serving.batch import score_open_leads
from tests.test_serving.conftest import BASE_URL, settings_for
from training.run import find_leaks

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real sets are not part of the repository (../shared/data)"),
]


@dataclass(frozen=True)
class RealSet:
    """A trained project, the champion, the tables to score, the times, and the log loss on later leads."""

    folder: Path
    project: Project
    model: LeadModel
    crm: Crm
    times_us: tuple[int, ...]
    judged: Judged

    @property
    def log_loss(self) -> float:
        return float(log_loss(self.judged.won, self.judged.probability))


@pytest.fixture(scope="module")
def education(tmp_path_factory: pytest.TempPathFactory) -> RealSet:
    folder = tmp_path_factory.mktemp("x_education")
    judged = X_EDUCATION.judge(DATA, folder)
    return _real_set(folder, judged, leads=folder / "later.csv", dates=())


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> RealSet:
    folder = tmp_path_factory.mktemp("bpic2012")
    judged = BPIC2012.judge(DATA, folder)
    return _real_set(folder, judged, leads=None, dates=BPIC2012.dates)


@pytest.fixture(params=["education", "loans"])
def real(request: pytest.FixtureRequest) -> RealSet:
    chosen: RealSet = request.getfixturevalue(request.param)
    return chosen


def _real_set(folder: Path, judged: Judged, *, leads: Path | None, dates: tuple[str, ...]) -> RealSet:
    project = load_project(folder / "leadlight.yaml")
    model = project.workspace.load_champion()
    crm = project.read(kinds=model.facts.spec.kinds, leads_file=leads, needs_outcomes=leads is None)
    times = tuple(project.time_us(day, ()) for day in dates) or (0,)
    return RealSet(folder, project, model, crm, times, judged)


def test_later_flat_leads_are_scored_within_the_bound(education: RealSet) -> None:
    assert education.log_loss <= 0.405


def test_later_leads_with_events_are_scored_within_the_bound(loans: RealSet) -> None:
    assert loans.log_loss <= 0.512


def test_events_at_the_outcomes_second_are_told_and_nothing_else(loans: RealSet) -> None:
    (found,) = find_leaks(loans.crm, training_request(loans.project, loans.crm, until=None, seed=0))

    assert (found.column, found.rule, found.verdict) == ("events", "event_at_outcome", "warn")
    assert found.value > 0.99
    assert {"A_APPROVED", "A_DECLINED", "O_ACCEPTED"} <= set(found.advice.split(":")[0].split(", "))


def test_no_two_reasons_of_a_lead_share_a_source_and_none_tells_a_nan(real: RealSet) -> None:
    scores = score_open_leads(real.model, real.crm, real.times_us[0]).scores

    for reasons, summary in zip(scores.reasons, scores.summaries, strict=True):
        assert len({reason.feature for reason in reasons}) == len(reasons)
        assert "nan" not in [word.strip(".,;") for word in summary.split()]


def test_the_interval_holds_the_probability_of_every_later_lead(real: RealSet) -> None:
    judged = real.judged

    assert (judged.low <= judged.probability).all()
    assert (judged.probability <= judged.high).all()


def test_the_explanation_of_every_lead_sums_to_its_scored_probability(real: RealSet) -> None:
    for time_us in real.times_us:
        scores = score_open_leads(real.model, real.crm, time_us).scores
        for row, lead_id in enumerate(scores.lead_ids):
            told = json.loads(json.dumps(explanation(real.model, explain_lead(real.model, real.crm, lead_id, time_us))))
            total = told["base_log_odds"] + math.fsum(part["log_odds"] for part in told["contributions"])
            assert abs(total - told["log_odds"]) <= 1e-9
            assert abs(1 / (1 + math.exp(-told["log_odds"])) - scores.probability[row]) <= 1e-12
            assert told["summary"] == scores.summaries[row]


def test_no_sentence_shows_a_gap_or_an_impossible_percentage(real: RealSet) -> None:
    scores = score_open_leads(real.model, real.crm, real.times_us[0]).scores

    texts = [*scores.summaries, *(reason.text for why in scores.reasons for reason in why)]
    assert not [text for text in texts if "nan" in text.split() or " None" in text or text.startswith(("0%", "100%"))]
    assert all(len({reason.feature for reason in why}) == len(why) for why in scores.reasons)


def test_what_happens_from_as_of_on_changes_no_score_and_no_sentence(loans: RealSet) -> None:
    time_us = loans.times_us[1]
    whole = score_open_leads(loans.model, loans.crm, time_us).scores
    cut = score_open_leads(loans.model, loans.crm.before(time_us), time_us).scores

    assert whole.lead_ids == cut.lead_ids
    assert whole.log_odds.tobytes() == cut.log_odds.tobytes()
    assert whole.summaries == cut.summaries


def test_shuffled_files_give_the_same_bytes(loans: RealSet, tmp_path: Path) -> None:
    for name in ("leads", "events", "deals"):
        table = pd.read_csv(loans.folder / f"{name}.csv.gz", dtype=str, keep_default_na=False)
        table.sample(frac=1, random_state=5).to_csv(tmp_path / f"{name}.csv.gz", index=False)
    (tmp_path / "leadlight.yaml").write_text((loans.folder / "leadlight.yaml").read_text())
    shuffled = load_project(tmp_path / "leadlight.yaml").read(kinds=loans.model.facts.spec.kinds)

    time_us = loans.times_us[2]
    one = score_open_leads(loans.model, loans.crm, time_us).scores
    two = score_open_leads(loans.model, shuffled, time_us).scores
    assert one.matrix.values.tobytes() == two.matrix.values.tobytes()
    assert one.log_odds.tobytes() == two.log_odds.tobytes()
    assert one.summaries == two.summaries


def test_rows_of_training_equal_rows_of_batch_to_the_last_bit(loans: RealSet) -> None:
    rng = np.random.default_rng(0)
    lead = np.repeat(np.sort(rng.choice(len(loans.crm.leads), 300, replace=False)), 4)
    created = loans.crm.leads.created_us
    assert created is not None
    ages = np.tile(np.array([60, 86_400, 7 * 86_400, 30 * 86_400]) * 1_000_000, 300)
    together = _features(loans, lead, created[lead] + ages)

    for age in range(4):
        alone = _features(loans, lead[age::4], (created[lead] + ages)[age::4])
        assert together[age::4].tobytes() == alone.tobytes()


def _features(real: RealSet, lead: IntArray, as_of_us: IntArray) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    snapshots = Snapshots(lead, as_of_us)
    return build_features(real.crm.leads, real.crm.events, snapshots, real.model.facts.spec).values


def test_every_row_read_is_used_or_in_quarantine(loans: RealSet, tmp_path: Path) -> None:
    for name in ("leads", "deals"):
        (tmp_path / f"{name}.csv.gz").write_bytes((loans.folder / f"{name}.csv.gz").read_bytes())
    events = pd.read_csv(loans.folder / "events.csv.gz", dtype=str, keep_default_na=False)
    damaged = np.random.default_rng(1).choice(len(events), 200, replace=False)
    events.loc[damaged[:100], "at"] = "yesterday"
    events.loc[damaged[100:], "lead_id"] = "nobody"
    events.to_csv(tmp_path / "events.csv.gz", index=False)
    (tmp_path / "leadlight.yaml").write_text((loans.folder / "leadlight.yaml").read_text())

    crm = load_project(tmp_path / "leadlight.yaml").read()
    count = crm.counts[1]
    assert count.rows_read == len(events) == count.rows_used + 200
    assert {row.row for row in count.bad} == {int(row) + 2 for row in damaged}
    assert isinstance(crm.events, EventArrays)
    assert len(crm.events) == count.rows_used


@dataclass(frozen=True)
class Night:
    """The first open leads of a night, scored by the batch, and as programs would send them."""

    scores: Scores
    records: list[dict[str, Any]]

    def agrees(self, told: list[tuple[float, str]]) -> bool:
        n = len(self.records)
        gap = np.array([log_odds for log_odds, _ in told]) - self.scores.log_odds[:n]
        return bool(np.abs(gap).max() <= 1e-12) and [words for _, words in told] == [*self.scores.summaries[:n]]


@pytest.fixture(scope="module", params=[0, 1])
def night(loans: RealSet, request: pytest.FixtureRequest) -> Night:
    """Two nights of 500 leads; every cell as it stands in the files."""
    time_us = loans.times_us[request.param]
    scores = score_open_leads(loans.model, loans.crm, time_us).scores
    section, log_section = loans.project.file.leads, loans.project.file.events
    assert log_section is not None
    table = pd.read_csv(loans.folder / "leads.csv.gz", dtype=str, keep_default_na=False).set_index(section.id)
    log = pd.read_csv(loans.folder / "events.csv.gz", dtype=str, keep_default_na=False)
    events = {
        str(lead_id): [dict(zip(("type", "at"), cells, strict=True)) for cells in rows.itertuples(index=False)]
        for lead_id, rows in log.set_index(log_section.lead)[[log_section.type, log_section.at]].groupby(level=0)
    }
    as_of, records = time_of(time_us).isoformat(), []
    for lead_id in scores.lead_ids[:500]:
        cells = dict(table.loc[lead_id].items())
        record = {"lead_id": lead_id, "created_at": cells.pop(section.created_at), "as_of": as_of}
        records.append({**record, "attributes": cells, "events": events.get(lead_id, [])})
    return Night(scores, records)


def test_over_http_leads_score_and_read_as_in_the_batch(loans: RealSet, night: Night) -> None:
    settings = settings_for(loans.project.workspace)
    body = {
        "as_of": night.records[0]["as_of"],
        "leads": [{name: cell for name, cell in record.items() if name != "as_of"} for record in night.records],
    }
    with TestClient(create_app(settings), base_url=BASE_URL) as client:
        score = client.post("/v1/score", json=body).json()["scores"]
        invoked = client.post("/invocations", json={"dataframe_records": night.records}).json()["predictions"]

    assert len(score) == 500
    assert night.agrees([(row["log_odds"], row["summary"]) for row in score])
    assert [[reason["text"] for reason in row["reasons"]] for row in score] == [
        [reason.text for reason in night.scores.reasons[row]] for row in range(500)
    ]
    assert invoked == score


#: The logged model's own code goes first, so it loads in a process of its own.
PYFUNC = """
import json, sys
import mlflow.pyfunc, pandas as pd
told = mlflow.pyfunc.load_model(sys.argv[1]).predict(pd.DataFrame(json.load(sys.stdin)))
import features.build
assert features.build.__file__.startswith(sys.argv[1]), features.build.__file__
json.dump([[lead.log_odds, lead.summary] for lead in told.itertuples()], sys.stdout)
"""


def test_mlflow_loads_the_logged_model_and_scores_the_same(loans: RealSet, night: Night) -> None:
    (logged,) = loans.project.workspace.folder.glob("artifacts/*/artifacts/model")
    command = [sys.executable, "-c", PYFUNC, str(logged)]

    done = subprocess.run(
        command, input=json.dumps(night.records), cwd=logged, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert night.agrees([(log_odds, words) for log_odds, words in json.loads(done.stdout)])
