"""JSON bodies: one way to read them, or none."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.json_body import BadJson, read_json

SCALARS = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False)
#: No NUL, no half pair.
TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"))
VALUES = st.recursive(SCALARS | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=10)


@given(VALUES, st.booleans())
def test_json_that_is_plain_is_read_as_everybody_reads_it(value: Any, is_escaped: bool) -> None:  # any JSON value
    assert read_json(json.dumps(value, ensure_ascii=is_escaped).encode()) == value


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "line 1, column 1 is no JSON"),
        (b"{]", "line 1, column 2 is no JSON"),
        (b'{"a":\n 1,}', "line 2"),
        (b"\xef\xbb\xbf{}", "line 1, column 1 is no JSON"),
        (b'{"a": "\xff"}', "byte 8 is no UTF-8"),
        (b'"\xed\xa0\x80"', "byte 2 is no UTF-8"),
        (b'{"a": 1, "a": 2}', "an object has the same key twice"),
        (b'[{"b": {"a": 1, "\\u0061": 2}}]', "an object has the same key twice"),
        (b"[NaN]", "NaN and Infinity are no JSON"),
        (b"[-Infinity]", "NaN and Infinity are no JSON"),
        (b"[1e400]", "a number is too large for a double"),
        (b"[" + b"9" * 5_000 + b"]", "a whole number has 5000 digits, at most 30 are expected"),
        (b'["\\ud800"]', "half a surrogate pair"),
        (b'{"\\udfff": 1}', "half a surrogate pair"),
        (b'["a\\u0000"]', "the character NUL"),
        (b'{"\\\\\\u0000": 1}', "the character NUL"),
        (b'["\0"]', "is no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_what_may_be_read_in_two_ways_is_refused_and_not_shown(body: bytes, said: str) -> None:
    with pytest.raises(BadJson, match=said):
        read_json(body)


def test_what_looks_like_a_bad_character_and_is_none_is_read() -> None:
    assert read_json(rb'["\\u0000", "\\ud800", "\ud83d\ude00"]') == ["\\u0000", "\\ud800", "\U0001f600"]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(BadJson):
        json.dumps(read_json(body), allow_nan=False).encode()
