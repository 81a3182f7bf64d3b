"""JSON as strict as RFC 8259 allows: what other readers may take in another way is refused."""

import json
import math
from typing import NoReturn

_MAX_DIGITS = 30


class BadJson(ValueError):
    """A body that is no JSON, or ambiguous JSON; the text says what was found and never shows it."""


def read_json(body: bytes) -> object:
    """The value of a body.

    Raises
    ------
    BadJson : bytes that are no UTF-8 or no JSON; a key twice in one object; NaN and infinity, also as a number
        too large for a double; a whole number of more than 30 digits; half a surrogate pair; a NUL
        character; objects and lists nested too deeply.

    >>> read_json(b'{"a": 1.5}')
    {'a': 1.5}
    """
    try:
        text = body.decode("utf-8")
        value: object = _DECODER.decode(text)
        if "\\u" in text:  # nothing else brings half a surrogate pair or a NUL into a text
            _refuse_odd_characters(value)
    except UnicodeDecodeError as error:
        raise BadJson(f"byte {error.start + 1} is no UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadJson(f"line {error.lineno}, column {error.colno} is no JSON") from None
    except RecursionError:
        raise BadJson("its objects and lists are nested too deeply") from None
    return value


def _refuse_odd_characters(value: object) -> None:
    told = json.dumps(value, ensure_ascii=False)
    try:
        told.encode("utf-8")
    except UnicodeEncodeError:
        raise BadJson("a text holds half a surrogate pair") from None
    if "\\u0000" in told.replace("\\\\", ""):
        raise BadJson("a text holds the character NUL")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise BadJson("an object has the same key twice")
    return told


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadJson("a number is too large for a double")
    return number


def _int(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise BadJson(f"a whole number has {len(text)} digits, at most {_MAX_DIGITS} are expected")
    return int(text)


def _constant(_: str) -> NoReturn:
    raise BadJson("NaN and Infinity are no JSON; null stands for what is not known")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_constant)
