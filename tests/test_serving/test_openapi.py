"""The document: every answer, to what it allows and to what it does not, is as it says."""

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from serving.openapi import INVOCATION_EXAMPLE, SCORE_EXAMPLE
from serving.schemas import Invocation, ScoreRequest

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = (
    ("/v1/score", "post"), ("/invocations", "post"), ("/v1/model", "get"), ("/ping", "get"), ("/healthz", "get"),
    ("/readyz", "get"), ("/metrics", "get"),
)  # fmt: skip


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_as_documented(app: FastAPI, client: TestClient, path: str, method: str) -> None:
    host = {"Host": client.base_url.host}
    operation = schemathesis.openapi.from_asgi("/openapi.json", app, headers=host)[path][method]

    @settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy() | operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def answer(case: Case[Any]) -> None:
        case.call_and_validate(headers=host, checks=CHECKS)

    answer()


def test_the_document_has_no_other_operations(app: FastAPI) -> None:
    told = {(path, method) for path, item in app.openapi()["paths"].items() for method in item}

    assert told == set(OPERATIONS)


def test_the_examples_are_what_they_are_examples_of() -> None:
    ScoreRequest.model_validate(SCORE_EXAMPLE)
    Invocation.model_validate(INVOCATION_EXAMPLE)


@pytest.mark.parametrize("path", ["/v1/score", "/invocations"])
def test_what_takes_a_body_says_how_it_may_refuse_it(app: FastAPI, path: str) -> None:
    answers = app.openapi()["paths"][path]["post"]["responses"]

    assert {"200", "400", "413", "415", "422", "503"} == set(answers)
