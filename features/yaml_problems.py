"""What a pydantic model finds wrong with a document, in words for the person who wrote it."""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import get_args

from pydantic import BaseModel, Tag, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

Loc = tuple[str | int, ...]
PlaceOf = Callable[[Loc], Loc]

_MAX_SHOWN = 60
#: What stands between the user and the host of a URL.
_PASSWORD = re.compile(r"(://[^\s/@:]*:)[^\s]*@")
#: What pydantic asks for in its own words, in ours: what is expected, and the cure.
_BOOL = ("true or false", "write one of them without quotes")
_INT = ("a whole number", "write it without quotes, like 10")
_NUMBER = ("a number", "write it without quotes, like 10")
_LIST = ("a list", "write it like [a, b]")
_MAPPING = ("keys with values", "write them like {key: value}")
_WORDS = {
    "bool_parsing": _BOOL,
    "bool_type": _BOOL,
    "dict_type": _MAPPING,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "int_from_float": _INT,
    "int_parsing": _INT,
    "int_type": _INT,
    "list_type": _LIST,
    "model_attributes_type": _MAPPING,
    "model_type": _MAPPING,
    "string_too_long": ("a shorter text", "shorten it"),
    "string_too_short": ("a text that is not empty", "write it out"),
    "string_type": ("a text", "write it in quotes"),
    "too_long": ("a shorter list", "remove items"),
    "too_short": ("a longer list", "add items"),
    "tuple_type": _LIST,
}


class ProblemsAt(ValueError):
    """Raised by a validator that knows where inside of its value the problems stand."""

    def __init__(self, found: Iterable[tuple[Loc, str]]) -> None:
        self.found = tuple(found)
        super().__init__("; ".join(text for _, text in self.found))


def problems_of(error: ValidationError, model: type[BaseModel], place_of: PlaceOf) -> Iterator[tuple[Loc, str]]:
    """Where each problem stands, and what was found, what was expected and the cure.

    Parameters
    ----------
    place_of : the deepest part of a location that is written in the document; pydantic puts the
        names of types into its locations.

    >>> class Goal(BaseModel):
    ...     days: int
    >>> try:
    ...     Goal.model_validate({"days": "soon"}, strict=True)
    ... except ValidationError as error:
    ...     print(*problems_of(error, Goal, lambda loc: loc))
    (('days',), "days: found 'soon', expected a whole number; write it without quotes, like 10")
    """
    alternatives: dict[Loc, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        alternatives.setdefault(_fork(detail, place_of), []).append(detail)
    for fork, details in alternatives.items():
        deeper = [detail for detail in details if len(detail["loc"]) > len(fork) + 1]
        if deeper or len(details) == 1:
            for detail in deeper or details:
                yield from _problem(detail, model, place_of)
        else:
            wanted = " or ".join(dict.fromkeys(_expected(detail)[0] for detail in details))
            yield fork, f"{_path(fork)}found {_shown(details[0]['input'])}, expected {wanted}; write one of these"


def _fork(detail: ErrorDetails, place_of: PlaceOf) -> Loc:
    """Where pydantic tried alternatives: before the first part that is not written; else the whole location."""
    loc = detail["loc"]
    last = len(loc) - (detail["type"] == "missing")
    for end in range(1, last + 1):
        if len(place_of(loc[:end])) < end:
            return loc[: end - 1]
    return loc


def _problem(detail: ErrorDetails, model: type[BaseModel], place_of: PlaceOf) -> Iterator[tuple[Loc, str]]:
    place, kind, last = place_of(detail["loc"]), detail["type"], (detail["loc"] or ("",))[-1]
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, ProblemsAt):
        for suffix, text in cause.found:
            yield place_of((*place, *suffix)), f"{_path((*place, *suffix))}{text}"
    elif kind == "missing":
        what = f"item {last + 1} of the list" if isinstance(last, int) else f"the key `{last}`"
        yield place, f"{_path(place)}found nothing for {what}, expected it to be given; add it"
    elif kind == "extra_forbidden":
        yield place, f"{_path(place[:-1])}{_unknown_key(str(last), _keys_at(model, detail['loc'][:-1]))}"
    elif cause is not None:
        yield place, f"{_path(place)}{cause}"
    else:
        expected, cure = _expected(detail)
        yield place, f"{_path(place)}found {_shown(detail['input'])}, expected {expected}; {cure}"


def _expected(detail: ErrorDetails) -> tuple[str, str]:
    said = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return _WORDS.get(detail["type"], (said[:1].lower() + said[1:], "change it"))


def _unknown_key(key: str, known: Collection[str]) -> str:
    nearest = difflib.get_close_matches(key.lower(), known, n=1)
    cure = f"rename it to `{nearest[0]}`" if nearest else "rename or remove it"
    expected = f", expected one of {', '.join(known)}" if known else ""
    return f"found the unknown key `{key}`{expected}; {cure}"


def _shown(value: object) -> str:
    text = "nothing" if value is None else _PASSWORD.sub(r"\1***@", repr(value))
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def _path(place: Loc) -> str:
    """The place as people write it.

    >>> _path(("rules", 0, "when"))
    'rules[0].when: '
    """
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return f"{path.removeprefix('.')}: " if path else ""


def _keys_at(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """The keys that a model allows at `loc`; none where that can not be told."""
    nodes: Mapping[str, type[BaseModel]] = {model.__name__: model}
    for part in loc:
        if part in nodes:
            nodes = {str(part): nodes[str(part)]}
        elif part in (fields := _fields(nodes.values())):
            nodes = dict(_models_in(fields[str(part)].annotation, ""))
    return tuple(_fields(nodes.values()))


def _fields(models: Iterable[type[BaseModel]]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for model in models for name, info in model.model_fields.items()}


def _models_in(annotation: object, tag: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """Every model inside of a type, by the name that pydantic has for it in locations."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield tag or annotation.__name__, annotation
    tags = [part.tag for part in getattr(annotation, "__metadata__", ()) if isinstance(part, Tag)]
    for part in get_args(annotation):
        yield from _models_in(part, tags[0] if tags else tag)
