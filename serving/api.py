"""The API for programs."""

from http import HTTPStatus

import anyio
from fastapi import APIRouter, Response

from models.lead_model import LeadModel
from serving.deps import BodyDep, ModelDep, ScorerDep, ServiceDep
from serving.headers import version_headers
from serving.model_facts import model_answer
from serving.openapi import SCORE_EXAMPLE, refuses, takes
from serving.schemas import ModelAnswer, ScoreAnswer, ScoreRequest

router = APIRouter(prefix="/v1", tags=["leads"])


def json_answer(content: bytes | str, model: LeadModel) -> Response:
    """JSON that this model gave."""
    return Response(content, headers=version_headers(model), media_type="application/json")


@router.post(
    "/score",
    response_model=ScoreAnswer,
    responses=refuses(HTTPStatus.SERVICE_UNAVAILABLE, with_body=True),
    openapi_extra=takes(ScoreRequest, SCORE_EXAMPLE),
)
async def score(body: BodyDep, scorer: ScorerDep, service: ServiceDep) -> Response:
    """Score up to 1,000 leads, each with reasons that add up; what is not known of a lead is left out."""
    answer = await anyio.to_thread.run_sync(scorer.score, body, limiter=service.threads)
    return json_answer(answer, scorer.model)


@router.get("/model", response_model=ModelAnswer, responses=refuses(HTTPStatus.SERVICE_UNAVAILABLE))
async def model(model: ModelDep) -> Response:
    """The model that scores, how it was judged, and the attributes and event types that it looks at."""
    return json_answer(model_answer(model).model_dump_json(), model)
