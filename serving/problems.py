"""Problem details (RFC 9457): what was wrong with a request, never a word of the request itself."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from features.records import BadRecord
from serving.json_body import BadJson
from serving.schemas import FieldProblem, Problem

MEDIA_TYPE = "application/problem+json"
#: So many faults of a request are told at most.
MAX_TOLD = 20
_KINDS: Mapping[type, str] = {
    type(None): "null", bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list",
    dict: "an object",
}  # fmt: skip
_EXPECTED = {
    "missing": "a value", "string_type": "a text", "list_type": "a list", "dict_type": "an object",
    "model_type": "an object", "model_attributes_type": "an object", "bool_type": "true or false",
    "float_type": "a number", "less_than_equal": "at most {le:g}", "greater_than_equal": "at least {ge:g}",
}  # fmt: skip


class Refused(HTTPException):
    """A request that is answered with a problem.

    Parameters
    ----------
    status : the HTTP status.
    detail : a sentence for people, in our own words only.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.errors = list(errors)


def problem_response(
    status: int, detail: str, errors: Sequence[FieldProblem] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A problem as a response."""
    title = HTTPStatus(status).phrase
    problem = Problem(type="about:blank", title=title, status=status, detail=detail, errors=list(errors))
    return Response(problem.model_dump_json(), status, headers, MEDIA_TYPE)


def refused_json(error: BadJson) -> Refused:
    problem = FieldProblem(
        field="", found=str(error), expected="one JSON object in UTF-8", cure="correct the body and send it again"
    )
    return Refused(HTTPStatus.BAD_REQUEST, "The body is no JSON that can be read in one way only.", errors=[problem])


def refused_schema(error: ValidationError, *, names: Collection[str], under: str = "") -> Refused:
    """What a schema did not accept.

    Parameters
    ----------
    names : attributes that may be named, since the model knows them; others are the sender's own.
    under : the field that was checked; the whole body if empty.
    """
    faults = error.errors(include_url=False, include_context=True)
    errors = [_field_problem(dict(fault), names, under) for fault in faults[:MAX_TOLD]]
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, _count(len(faults)), errors=errors)


def refused_record(error: BadRecord, *, under: str) -> Refused:
    """A cell that could not be read.

    Parameters
    ----------
    under : the field that holds the leads.
    """
    return refused_value(f"{under}[{error.row}]" + "".join(_steps(error.path, error.path)), error.reason)


def refused_value(field: str, reason: str) -> Refused:
    """A value that could not be read as what its field holds."""
    expected = reason.removesuffix(" is expected")
    found, cure = "a value that can not be read", "correct it, or leave it out"
    problem = FieldProblem(field=field, found=found, expected=expected, cure=cure)
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, _count(1), errors=[problem])


def _count(n: int) -> str:
    told = f"; the first {MAX_TOLD} are told" if n > MAX_TOLD else ""
    return f"{n} {'value is' if n == 1 else 'values are'} not as expected{told}."


def _field_problem(fault: Mapping[str, Any], names: Collection[str], under: str) -> FieldProblem:
    kind, context, path = str(fault["type"]), fault.get("ctx", {}), list(fault["loc"])
    found, cure = _KINDS.get(type(fault["input"]), "a value"), "correct it"
    if kind == "extra_forbidden":
        path.pop()
        found, expected, cure = (
            "a key that is not known here",
            "known keys only",
            "leave it out or correct its spelling",
        )
    elif kind == "missing":
        found, expected, cure = "nothing", "a value", "add it"
    elif kind.endswith("too_long"):
        noun = "characters" if kind.startswith("string") else "entries"
        found, expected = f"{found} that is too long", f"at most {context['max_length']:,} {noun}"
        cure = "shorten it" if noun == "characters" else "send fewer at once"
    elif kind.endswith("too_short"):
        found, expected = f"{found} that is empty", f"at least {context['min_length']}"
    else:
        expected = _EXPECTED[kind].format_map(context) if kind in _EXPECTED else str(fault["msg"])
    field = (under + "".join(_steps(path, names))).removeprefix(".")
    return FieldProblem(field=field, found=found, expected=expected, cure=cure)


#: The names in a path that are ours, not the sender's.
_OURS = frozenset(
    (
        *("as_of", "leads", "lead_id", "created_at", "attributes", "events", "type", "at", "recorded_at", "actor"),
        *("channel", "message", "link", "content", "value"),
        *("dataframe_records", "dataframe_split", "columns", "data", "index"),
    )
)


def _steps(path: Sequence[str | int], names: Collection[str | int]) -> Iterator[str]:
    for step in path:
        if isinstance(step, int):
            yield f"[{step}]"
        elif step in _OURS or step in names:
            yield f".{step}"
        elif step != "[key]":
            yield ".*"


def add_problem_handlers(app: FastAPI) -> None:
    """Every error of the app is answered with problem details."""

    async def refused(_: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            return problem_response(500, "The service failed; its log says more.")
        errors = error.errors if isinstance(error, Refused) else ()
        return problem_response(error.status_code, _sentence(error), errors, error.headers)

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, refused)


def _sentence(error: HTTPException) -> str:
    """Our own words stay; those of the framework are replaced."""
    if isinstance(error, Refused):
        return error.detail
    known = {
        HTTPStatus.NOT_FOUND: "There is nothing at this address; /docs lists what there is.",
        HTTPStatus.METHOD_NOT_ALLOWED: "This address does not answer this method; /docs lists what there is.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than the service takes; send fewer leads at once.",
    }
    return known.get(HTTPStatus(error.status_code), HTTPStatus(error.status_code).phrase)
