"""The OpenAPI document: the bodies that routes read themselves, every status, and examples."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from serving.problems import MEDIA_TYPE
from serving.schemas import Invocation, Problem, ScoreRequest

_REF = "#/components/schemas/{model}"
#: Whatever is asked may be answered so.
_ALWAYS = (HTTPStatus.BAD_REQUEST,)
_WITH_BODY = (
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
_TITLES = {
    HTTPStatus.BAD_REQUEST: "the body is no JSON, or JSON that readers take in different ways",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the body is larger than 6 MiB",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "the body is not sent as plain application/json",
    HTTPStatus.UNPROCESSABLE_ENTITY: "a value is not as expected; each is told with its cure",
    HTTPStatus.SERVICE_UNAVAILABLE: "there is no model yet",
}

_EVENTS = [
    {"type": "pricing_view", "at": "2026-11-18T09:12:00Z"},
    {"type": "email_sent", "at": "2026-11-17T08:00:00Z", "actor": "rep"},
]
_LEAD = {
    "lead_id": "L-1042",
    "created_at": "2026-11-02T10:30:00Z",
    "attributes": {"job_title": "Head of Operations", "country": "Chile", "employees": 230},
    "events": _EVENTS,
}
SCORE_EXAMPLE = {"as_of": "2026-11-20T00:00:00Z", "leads": [_LEAD]}
INVOCATION_EXAMPLE = {"dataframe_records": [{**_LEAD, "as_of": "2026-11-20T00:00:00Z"}]}


def takes(schema: type[BaseModel], example: Mapping[str, object]) -> dict[str, Any]:
    """What a route says of the body that it reads itself."""
    content = {"schema": {"$ref": _REF.format(model=schema.__name__)}, "example": example}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def refuses(*statuses: HTTPStatus, with_body: bool = False) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with."""
    schema = {"$ref": _REF.format(model=Problem.__name__)}
    all_of_them = (*statuses, *((HTTPStatus.BAD_REQUEST, *_WITH_BODY) if with_body else ()))
    return {
        int(status): {"description": _TITLES[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in all_of_them
    }


def describe(app: FastAPI) -> None:
    """Give the app a document that also holds the schemas which routes only refer to."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            _, extra = models_json_schema(
                [(ScoreRequest, "validation"), (Invocation, "validation"), (Problem, "serialization")],
                ref_template=_REF,
            )
            made["components"]["schemas"] |= extra["$defs"]
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way
