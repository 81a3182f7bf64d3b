"""The addresses of MLflow's scoring server, so that what calls it can call this service instead."""

from http import HTTPStatus

import anyio
from fastapi import APIRouter, Response

from serving.api import json_answer
from serving.deps import BodyDep, ModelDep, ScorerDep, ServiceDep
from serving.openapi import INVOCATION_EXAMPLE, refuses, takes
from serving.schemas import Invocation, Predictions

router = APIRouter(tags=["mlflow"])


@router.get("/ping", responses=refuses(HTTPStatus.SERVICE_UNAVAILABLE), response_class=Response)
async def ping(model: ModelDep) -> Response:
    """An empty line, once there is a model."""
    return json_answer(b"\n", model)


@router.post(
    "/invocations",
    response_model=Predictions,
    responses=refuses(HTTPStatus.SERVICE_UNAVAILABLE, with_body=True),
    openapi_extra=takes(Invocation, INVOCATION_EXAMPLE),
)
async def invocations(body: BodyDep, scorer: ScorerDep, service: ServiceDep) -> Response:
    """Score the same leads as `/v1/score`, as `dataframe_records` or `dataframe_split`, each with an `as_of` or now."""
    answer = await anyio.to_thread.run_sync(scorer.invoke, body, limiter=service.threads)
    return json_answer(answer, scorer.model)
