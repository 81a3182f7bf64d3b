"""The API: the same scores as the batch, answers that say who gave them, refusals that repeat nothing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from features.crm import Crm
from features.tables import NumberColumn
from features.times import time_of
from models.lead_model import LeadModel
from models.workspace import Workspace
from serving.app import create_app
from serving.batch import score_open_leads
from serving.openapi import INVOCATION_EXAMPLE, SCORE_EXAMPLE
from serving.problems import MEDIA_TYPE
from serving.schemas import MAX_BODY_BYTES, MAX_EVENTS, MAX_LEADS, ModelAnswer, Predictions, ScoreAnswer
from tests.company import NOW, flat_crm, request_for
from tests.test_serving.conftest import BASE_URL, settings_for, workspace_of
from training.run import train_model

SECRET = "jane.doe@secret.example"
LEAD = {"lead_id": "a", "created_at": "2019-12-01"}


def record_of(crm: Crm, row: int) -> dict[str, Any]:  # JSON
    """A lead of the tables, as a program would send it."""
    events = crm.events
    attributes: dict[str, Any] = {}
    for name, column in crm.leads.columns.items():
        if isinstance(column, NumberColumn):
            number = float(column.values[row])
            is_date = crm.kinds[name] == "date"
            attributes[name] = None if np.isnan(number) else time_of(int(number)).isoformat() if is_date else number
        else:
            attributes[name] = column.cell(row)
    log = [] if events is None else np.flatnonzero(events.lead == row).tolist()
    record = {
        "lead_id": crm.leads.ids[row],
        "attributes": attributes,
        "events": [
            {"type": events.types[events.type_code[i]], "at": time_of(int(events.at_us[i])).isoformat()}
            for i in log
            if events is not None
        ],
    }
    created = crm.leads.created_us
    return record if created is None else {**record, "created_at": time_of(int(created[row])).isoformat()}


@pytest.fixture(scope="module")
def scored(client: TestClient, crm: Crm, model: LeadModel) -> tuple[Any, Any]:
    """The open leads by the batch, and by the API."""
    batch = score_open_leads(model, crm, NOW).scores
    rows = [crm.leads.ids.index(lead_id) for lead_id in batch.lead_ids]
    body = {"as_of": time_of(NOW).isoformat(), "leads": [record_of(crm, row) for row in rows]}
    answer = client.post("/v1/score", json=body)
    assert answer.status_code == 200, answer.text
    return batch, answer.json()


def test_the_api_scores_as_the_batch_does(scored: tuple[Any, Any]) -> None:
    batch, answer = scored

    assert [row["lead_id"] for row in answer["scores"]] == list(batch.lead_ids)
    gap = np.abs(np.array([row["log_odds"] for row in answer["scores"]]) - batch.log_odds)
    assert gap.max() <= 1e-12
    assert [row["summary"] for row in answer["scores"]] == list(batch.summaries)
    assert [[r["text"] for r in row["reasons"]] for row in answer["scores"]] == [
        [reason.text for reason in why] for why in batch.reasons
    ]


def test_mlflows_address_answers_the_same_for_records_and_for_a_table(
    scored: tuple[Any, Any], client: TestClient, crm: Crm
) -> None:
    batch, answer = scored
    records = [record_of(crm, crm.leads.ids.index(name)) for name in batch.lead_ids[:20]]
    records = [{**record, "as_of": time_of(NOW).isoformat()} for record in records]
    columns = list(records[0])
    table = {
        "columns": columns,
        "data": [[record[name] for name in columns] for record in records],
        "index": [*range(20)],
    }

    by_record = client.post("/invocations", json={"dataframe_records": records})
    by_table = client.post("/invocations", json={"dataframe_split": table})

    assert by_record.json()["predictions"] == answer["scores"][:20] == by_table.json()["predictions"]


def test_answers_are_as_the_document_says(client: TestClient) -> None:
    ScoreAnswer.model_validate_json(client.post("/v1/score", json=SCORE_EXAMPLE).content)
    Predictions.model_validate_json(client.post("/invocations", json=INVOCATION_EXAMPLE).content)
    ModelAnswer.model_validate_json(client.get("/v1/model").content)


def test_what_is_not_known_of_a_lead_is_said(client: TestClient) -> None:
    body = {"leads": [{**LEAD, "attributes": {"country": "Chile", "number_of_employees": "n/a"}}]}

    (row,) = client.post("/v1/score", json=body).json()["scores"]

    assert {"number_of_employees", "job_title", "founded"} <= set(row["missing"])
    assert "country" not in row["missing"]


def test_without_as_of_the_clock_is_asked(client: TestClient) -> None:
    first, second = (client.post("/v1/score", json={"leads": [LEAD]}).json()["scores"][0] for _ in range(2))

    assert "2026-01-01" < first["as_of"] < second["as_of"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/ping"), ("GET", "/v1/model"), ("GET", "/metrics"),
     ("GET", "/openapi.json"), ("GET", "/docs"), ("GET", "/nothing"), ("POST", "/v1/score"), ("PUT", "/v1/score")],
)  # fmt: skip
def test_every_answer_says_which_model_and_rules_speak(
    client: TestClient, model: LeadModel, method: str, path: str, served: Workspace
) -> None:
    answer = client.request(method, path)

    assert answer.headers["X-Model-Version"] == served.champion()
    assert answer.headers["X-Rules-Version"] == model.rulebook.version
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("body", "field", "found", "expected"),
    [
        ({}, "leads", "nothing", "a value"),
        ([], "", "a list", "an object"),
        ({"leads": []}, "leads", "a list that is empty", "at least 1"),
        ({"leads": [LEAD] * (MAX_LEADS + 1)}, "leads", "a list that is too long", "at most 1,000 entries"),
        ({"leads": [{**LEAD, "lead_id": 7}]}, "leads[0].lead_id", "a number", "a text"),
        ({"leads": [{**LEAD, "lead_id": "x" * 129}]}, "leads[0].lead_id", "a text that is too long", "at most 128"),
        ({"leads": [{**LEAD, "lead_id": "a\u0007"}]}, "leads[0].lead_id", "a value", "printable characters only"),
        ({"leads": [LEAD, {"lead_id": "b"}]}, "leads[1].created_at", "a value", "a date or time like"),
        ({"leads": [LEAD], "as_of": "2019-11-30"}, "leads[0].created_at", "a value", "not after `as_of`"),
        ({"leads": [LEAD], "as_of": SECRET}, "as_of", "a value", "a date or time like"),
        ({"leads": [{**LEAD, "attributes": {"country": [SECRET]}}]}, "leads[0].attributes.country", "a list", "a te"),
        ({"leads": [{**LEAD, "attributes": {SECRET: {}}}]}, "leads[0].attributes.*", "an object", "a text"),
        ({"leads": [{**LEAD, "attributes": {"country": "x" * 1025}}]}, "leads[0].attributes.country", "a text", "1,02"),
        ({"leads": [{**LEAD, "attributes": {"number_of_employees": True}}]}, "leads[0].attributes.number_of_employees",
         "a value", "a number"),
        ({"leads": [{**LEAD, "attributes": {"number_of_employees": SECRET}}]},
         "leads[0].attributes.number_of_employees", "a value", "a number"),
        ({"leads": [{**LEAD, "attributes": {f"c{i}": 1 for i in range(501)}}]}, "leads[0].attributes", "an object", ""),
        ({"leads": [{**LEAD, "events": [{"type": "x", "at": "2019-12-02"}, {"type": "x", "at": SECRET}]}]},
         "leads[0].events[1].at", "a value", "a date or time like"),
        ({"leads": [{**LEAD, "events": [{"type": "x", "at": "2019-12-02", "actor": "boss"}]}]},
         "leads[0].events[0].actor", "a value", "an actor is `lead`, `rep` or `machine`"),
        ({"leads": [{**LEAD, "events": [{"type": "x", "at": "2019-12-02", "value": -1e19}]}]},
         "leads[0].events[0].value", "a number", "at least -1e+18"),
        ({"leads": [{**LEAD, "events": [{"type": "x", "at": "2019-12-02", "value": SECRET}]}]},
         "leads[0].events[0].value", "a text", "a number"),
        ({"leads": [{**LEAD, "events": [{"type": "x"}]}]}, "leads[0].events[0].at", "nothing", "a value"),
        ({"leads": [{**LEAD, "events": [{"type": "x", "at": "2019-12-02"}] * (MAX_EVENTS + 1)}]}, "leads[0].events",
         "a list that is too long", "at most 2,000 entries"),
        ({"leads": [{**LEAD, SECRET: 1}]}, "leads[0]", "a key that is not known here", "known keys"),
    ],
)  # fmt: skip
def test_what_is_not_as_expected_is_named_and_never_repeated(
    client: TestClient, body: object, field: str, found: str, expected: str
) -> None:
    answer = client.post("/v1/score", json=body)

    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)
    assert problem["errors"][0]["field"] == field
    assert found in problem["errors"][0]["found"]
    assert expected in problem["errors"][0]["expected"]
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"dataframe_records": [LEAD], "dataframe_split": {"columns": ["lead_id"], "data": [["a"]]}}, ""),
        ({"dataframe_split": {"columns": ["lead_id", "lead_id"], "data": [["a", "b"]]}}, "dataframe_split"),
        ({"dataframe_split": {"columns": ["lead_id"], "data": [["a", "b"]]}}, "dataframe_split"),
        ({"dataframe_split": {"columns": ["lead_id", SECRET], "data": [["a", 1]]}}, "dataframe_split.data[0]"),
        ({"dataframe_split": {"columns": ["lead_id"], "data": [["a"]]}}, "dataframe_split.data[0].created_at"),
        ({"dataframe_records": [{**LEAD, "as_of": SECRET}]}, "dataframe_records[0].as_of"),
        ({"inputs": [1]}, ""),
    ],
)
def test_what_mlflow_would_take_and_we_do_not_is_refused(client: TestClient, body: object, field: str) -> None:
    answer = client.post("/invocations", json=body)

    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert SECRET not in answer.text


@pytest.mark.parametrize("body", [b"", b"nothing", b'{"a":1,"a":2}', b"[NaN]", b'["\\ud800"]', b"[" * 99_999])
def test_a_body_that_is_no_json_is_a_problem(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/score", content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.headers["content-type"]) == (400, MEDIA_TYPE)


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "text/plain"}, {"Content-Type": ""}, {},
     {"Content-Type": "application/json", "Content-Encoding": "gzip"}],
)  # fmt: skip
def test_a_body_of_another_type_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/v1/score", content=json.dumps(SCORE_EXAMPLE).encode(), headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (415, MEDIA_TYPE)


def test_a_body_that_is_too_large_is_refused_by_its_length(client: TestClient) -> None:
    answer = client.post("/v1/score", content=b" " * (MAX_BODY_BYTES + 1), headers={"Content-Type": "application/json"})

    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/v1/score", "/invocations"])
def test_a_largest_body_is_taken(client: TestClient, path: str) -> None:
    body = json.dumps(SCORE_EXAMPLE if path == "/v1/score" else INVOCATION_EXAMPLE).encode().ljust(MAX_BODY_BYTES)

    assert client.post(path, content=body, headers={"Content-Type": "application/json"}).status_code == 200


def test_a_page_of_another_host_is_not_answered(client: TestClient) -> None:
    assert client.get("/v1/model", headers={"Host": "evil.example"}).status_code == 400


def test_a_model_of_a_flat_table_knows_no_times(tmp_path: Path) -> None:
    crm = flat_crm()
    flat = train_model(crm, request_for(crm)).model
    workspace = workspace_of(flat, tmp_path)
    with TestClient(create_app(settings_for(workspace)), base_url=BASE_URL) as client:
        (row,) = client.post("/v1/score", json={"leads": [record_of(crm, 3)]}).json()["scores"]

    at = crm.leads.ids[3]
    batch = score_open_leads(flat, crm, NOW).scores
    assert row["as_of"] is None
    assert at not in batch.lead_ids or row["log_odds"] == batch.log_odds[batch.lead_ids.index(at)]


def test_without_a_model_there_is_no_score_and_the_service_is_not_ready(tmp_path: Path) -> None:
    paths = ("/healthz", "/readyz", "/ping", "/v1/model", "/metrics")
    with TestClient(create_app(settings_for(Workspace(tmp_path))), base_url=BASE_URL) as client:
        said = {path: client.get(path).status_code for path in paths}
        score = client.post("/v1/score", json=SCORE_EXAMPLE)

    assert said == {"/healthz": 200, "/readyz": 503, "/ping": 503, "/v1/model": 503, "/metrics": 200}
    assert (score.status_code, score.headers["Retry-After"]) == (503, "5")


def test_what_fails_in_the_service_is_told_without_its_reason(
    served: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("serving.scorer.score_records", fail)
    with TestClient(create_app(settings_for(served)), base_url=BASE_URL, raise_server_exceptions=False) as client:
        answer = client.post("/v1/score", json=SCORE_EXAMPLE)

    assert (answer.status_code, answer.headers["content-type"]) == (500, MEDIA_TYPE)
    assert SECRET not in answer.text


def test_metrics_count_by_route_and_name_the_model(client: TestClient, served: Workspace) -> None:
    client.get("/nothing/" + SECRET)
    client.post("/v1/score", json=SCORE_EXAMPLE)

    text = client.get("/metrics").text

    assert 'leadlight_requests_total{method="POST",route="/v1/score",status="200"}' in text
    assert 'leadlight_requests_total{method="GET",route="other",status="404"}' in text
    assert f'leadlight_model_info{{model_version="{served.champion()}"' in text
    assert SECRET not in text


def test_the_docs_ask_nothing_of_the_outside(client: TestClient) -> None:
    page = client.get("/docs")

    addresses = [part.split('"')[0] for mark in ('src="', 'href="') for part in page.text.split(mark)[1:]]
    assert addresses
    for address in addresses:
        assert address.startswith(("/docs/assets/", "data:"))
        assert address.startswith("data:") or client.get(address).status_code == 200
    assert "'self'" in page.headers["Content-Security-Policy"]
    assert "http" not in page.headers["Content-Security-Policy"]
