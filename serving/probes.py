"""Whether the service lives, whether it can score, and its metrics."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from serving.deps import ModelDep, ServiceDep
from serving.openapi import refuses
from serving.schemas import State

router = APIRouter(tags=["probes"])


@router.get("/healthz")
async def healthz() -> State:
    """The process answers."""
    return State(status="alive")


@router.get("/readyz", responses=refuses(HTTPStatus.SERVICE_UNAVAILABLE))
async def readyz(model: ModelDep) -> State:
    """A verified model scores."""
    return State(status="ready", model_version=model.version)


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(service: ServiceDep) -> Response:
    """The metrics in Prometheus' text format."""
    return Response(service.metrics.text(service.champion.model), media_type=CONTENT_TYPE_LATEST)
