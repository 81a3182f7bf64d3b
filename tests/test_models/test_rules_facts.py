"""Which cells meet which conditions, and which rules can meet nothing."""

import math

import numpy as np
import pytest

from features.names import named, normal_name
from features.tables import Column, NumberColumn, TextColumn
from models.rules.conditions import EventCondition, FieldCondition
from models.rules.field_tests import meets
from models.rules.loading import load_starter
from models.rules.matching import sources_of, unmatched_rules
from models.rules.rule import Rule

TITLES = TextColumn.of(["VP Sales", "vice president", None, "Clerk"])
SIZES = NumberColumn(np.array([0.0, 1.0, math.nan, 200.0]))


def field(**tests: object) -> FieldCondition:
    return FieldCondition.model_validate({"field": "x", **tests})


@pytest.mark.parametrize(
    ("tests", "met"),
    [
        ({"matches": r"\bvp\b|vice"}, [1, 1, 0, 0]),
        ({"is": "clerk "}, [0, 0, 0, 1]),
        ({"in": ["CLERK", "vp sales"]}, [1, 0, 0, 1]),
        ({"missing": True}, [0, 0, 1, 0]),
        ({"missing": False}, [1, 1, 0, 1]),
    ],
)
def test_texts_are_compared_without_regard_to_case(tests: dict[str, object], met: list[int]) -> None:
    assert meets(field(**tests), TITLES).astype(int).tolist() == met


@pytest.mark.parametrize(
    ("tests", "met"),
    [
        ({"is": "yes"}, [0, 1, 0, 0]),
        ({"is": "No"}, [1, 0, 0, 0]),
        ({"is": "200.0"}, [0, 0, 0, 1]),
        ({"in": ["yes", "200", "many"]}, [0, 1, 0, 1]),
        ({"at_least": 1}, [0, 1, 0, 1]),
        ({"at_most": 1}, [1, 1, 0, 0]),
        ({"missing": True}, [0, 0, 1, 0]),
        ({"missing": False}, [1, 1, 0, 1]),
    ],
)
def test_numbers_are_compared_as_numbers_and_flags_as_yes_and_no(tests: dict[str, object], met: list[int]) -> None:
    assert meets(field(**tests), SIZES).astype(int).tolist() == met


def test_a_column_of_missing_cells_meets_only_missing() -> None:
    empty = TextColumn.of([None, None])

    assert not meets(field(matches="."), empty).any()
    assert meets(field(missing=True), empty).all()


@pytest.mark.parametrize(
    ("spelling", "normal"),
    [("Demo Request", "demo_request"), ("a - b__c.", "a_b_c"), ("TotalVisits", "totalvisits"), ("Straße", "strasse")],
)
def test_names_are_told_alike_by_their_words(spelling: str, normal: str) -> None:
    assert normal_name(spelling) == normal


def test_two_spellings_of_one_name_are_both_meant() -> None:
    assert named(["email open"], ["Email-Open", "click", "email_open"]) == ("Email-Open", "email_open")


def rule(**when: object) -> Rule:
    return Rule.model_validate({"id": "r", "when": when, "points": 1.0, "group": "fit"})


def test_the_first_alias_that_can_be_asked_is_the_source() -> None:
    asked = rule(field=["staff", "size", "employees"], at_least=50)
    columns: dict[str, Column] = {"Employees": SIZES, "Size": TITLES}

    assert sources_of(asked.when, columns, ()) == ("Employees",)


def why(asked: Rule, columns: dict[str, Column], types: list[str]) -> str:
    book = load_starter().model_copy(update={"rules": (asked,)})
    found = unmatched_rules(book, columns, types)
    return "".join(unmatched.why for unmatched in found if unmatched.what == "rule")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"event": "call"}, ""),
        ({"event": "calls"}, "no event type 'calls'; the nearest is 'Call'"),
        ({"event": ["quote", "rfp"]}, "no event type 'quote' or 'rfp'"),
        ({"field": "titel", "matches": "x"}, "no column called 'titel'; the nearest is 'Title'"),
        ({"field": "title", "matches": "x"}, ""),
        ({"field": "title", "at_least": 5}, "column 'Title' holds text, and `at_least` needs numbers"),
        ({"field": "size", "matches": "5"}, "column 'size' holds numbers, and `matches` needs text"),
        ({"field": "size", "is": "big"}, "column 'size' holds numbers, and `is` needs text"),
        ({"field": "size", "is": "yes"}, ""),
        ({"field": "size", "missing": True}, ""),
        ({"field": ["a", "b", "c", "d"], "missing": True}, "no column called 'a', 'b' or 2 more"),
    ],
)
def test_a_rule_that_can_meet_nothing_says_why(when: dict[str, object], said: str) -> None:
    assert why(rule(**when), {"Title": TITLES, "size": SIZES}, ["Call", "visit"]) == said


def test_a_condition_in_a_rule_keeps_its_kind() -> None:
    assert isinstance(rule(event="a").when, EventCondition)
    assert isinstance(rule(field="a", missing=True).when, FieldCondition)
