"""What is said of a document that does not fit its model."""

from typing import Literal

import pytest
from pydantic import BaseModel

from features.snapshots import GoalSection
from features.yaml_text import BadDocument, parse_yaml, validate_document


class Column(BaseModel, extra="forbid"):
    kind: str
    words: str | None = None


class Project(BaseModel, extra="forbid"):
    leads: dict[str, Column | Literal["number", "text"]]
    goal: GoalSection | None = None
    is_open: bool = False


def said_of(text: str) -> tuple[str, ...]:
    with pytest.raises(BadDocument) as caught:
        validate_document(Project, parse_yaml(text, name="p.yaml"))
    return caught.value.problems


def test_a_good_document_becomes_the_model() -> None:
    project = validate_document(Project, parse_yaml("leads:\n  size: {kind: number}\n  age: text", name="p.yaml"))

    assert project == Project(leads={"size": Column(kind="number"), "age": "text"})


def test_an_empty_document_is_refused() -> None:
    assert said_of("") == ("p.yaml:1: found nothing, expected keys with values; write them like {key: value}",)


def test_all_problems_are_said_in_the_order_of_lines() -> None:
    problems = said_of("gaol: {}\nis_open: 7\nleads:\n  size:\n    knid: number\n")

    assert problems == (
        "p.yaml:1: found the unknown key `gaol`, expected one of leads, goal, is_open; rename it to `goal`",
        "p.yaml:2: is_open: found 7, expected true or false; write one of them without quotes",
        "p.yaml:4: leads.size: found nothing for the key `kind`, expected it to be given; add it",
        "p.yaml:5: leads.size: found the unknown key `knid`, expected one of kind, words; rename it to `kind`",
    )


def test_alternatives_that_all_fail_are_one_problem() -> None:
    assert said_of("leads:\n  size: numbr") == (
        "p.yaml:2: leads.size: found 'numbr', expected keys with values or 'number' or 'text'; write one of these",
    )


def test_the_alternative_that_was_begun_is_the_one_that_is_judged() -> None:
    (missing, unknown) = said_of("leads: {}\ngoal:\n  snapshots: {evry: 3d}")

    assert missing.startswith("p.yaml:3: goal.snapshots: found nothing for the key `every`")
    assert unknown.endswith("found the unknown key `evry`, expected one of every; rename it to `every`")


def test_what_a_validator_says_is_kept_as_it_is() -> None:
    (problem,) = said_of("leads: {}\ngoal: {horizon: 90}")

    assert problem == (
        "p.yaml:2: goal.horizon: '90' is no duration: write a number and a unit, like 90d, 36h, 30m or 2w"
    )


def test_a_long_value_is_cut() -> None:
    (problem,) = said_of(f"leads: {{}}\nis_open: {'x' * 500}")

    assert len(problem) < 200
