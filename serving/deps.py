"""What routes are given: the model at this moment, the body, the threads that work."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from typing import Annotated

import anyio
from fastapi import Depends, Request

from models.lead_model import LeadModel
from serving.champion import Champion
from serving.metrics import Metrics
from serving.pages import Pages
from serving.problems import Refused
from serving.scorer import Scorer
from serving.store.database import Store


@dataclass(frozen=True)
class Service:
    """The parts of a running service, put together by `create_app`.

    Attributes
    ----------
    now_us : the clock, microseconds since 1970 UTC.
    threads : how many requests are worked on at once, beside the event loop.
    """

    champion: Champion
    store: Store
    metrics: Metrics
    now_us: Callable[[], int]
    threads: anyio.CapacityLimiter


# All are coroutines: FastAPI would give a plain function a thread of its own, which takes longer than what it does.
async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(_service)]


async def _model(service: ServiceDep) -> LeadModel:
    if service.champion.model is None:
        raise Refused(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "There is no model that scores; run `leadlight train`, or see the log for what is wrong with the champion.",
            headers={"Retry-After": "5"},
        )
    return service.champion.model


ModelDep = Annotated[LeadModel, Depends(_model)]


async def _scorer(service: ServiceDep, model: ModelDep) -> Scorer:
    return Scorer(model, service.now_us())


ScorerDep = Annotated[Scorer, Depends(_scorer)]


async def _pages(service: ServiceDep) -> Pages:
    return Pages(service.store, service.champion.model, service.champion.report())


PagesDep = Annotated[Pages, Depends(_pages)]


async def _json_body(request: Request) -> bytes:
    """The body of a request that says it is plain JSON."""
    said = Message()
    said["content-type"] = request.headers.get("content-type", "")
    encoding = request.headers.get("content-encoding", "identity").lower()
    if said.get_content_type() != "application/json" or encoding != "identity":
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "The body is not plain JSON; send it with Content-Type: application/json and without Content-Encoding.",
        )
    return await request.body()


BodyDep = Annotated[bytes, Depends(_json_body)]
