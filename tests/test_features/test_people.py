"""Names and phone numbers that can not be true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.people import is_plausible_name, is_plausible_phone


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            "Ann Lee|J. Smith|O'Brien|Krč|Schwartz|Grzegorz Brzęczyszczykiewicz|李|王伟|Опанас|Jo|Kumar S|Ng|Wertheim",
            1.0,
        ),
        ("X|asdf|qwertz|asd asd|aaaa|Ssssss|Test User|test", 0.0),
        (
            "John1|007|ann@x.de|Hjkl|xkcdfg|www://x|First Last|Unknown",
            0.0,
        ),
        ("x" * 81, 0.0),
    ],
)
def test_a_name_is_asked_whether_it_is_one(names: str, expected: float) -> None:
    assert {name: is_plausible_name(name) for name in names.split("|")} == dict.fromkeys(names.split("|"), expected)


@pytest.mark.parametrize(
    ("phones", "expected"),
    [
        ("+1 555 010 9999|(030) 1234567|0176-12345678|+44 20 7946 0958 ext. 12|01 23 45 67 88", 1.0),
        ("123|1234567|987654321|1234567890|0000000000|555-555-5555|1212121212|call me", 0.0),
        ("1" + "23456789" * 2, 0.0),
    ],
)
def test_a_phone_number_is_asked_whether_it_can_be_one(phones: str, expected: float) -> None:
    assert {each: is_plausible_phone(each) for each in phones.split("|")} == dict.fromkeys(phones.split("|"), expected)


@given(st.text(max_size=30))
def test_any_text_has_an_answer(text: str) -> None:
    assert is_plausible_name(text) in (0.0, 1.0)
    assert is_plausible_phone(text) in (0.0, 1.0)
