"""Reading YAML with line numbers, and what is said of a document that does not fit."""

from typing import Literal

import pytest
from pydantic import BaseModel

from features.snapshots import GoalSection
from features.yaml_text import BadDocument, YamlValue, parse_yaml, validate_document


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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: yes", {"a": "yes"}),
        ("a: true", {"a": True}),
        ("a: 2026-11-01", {"a": "2026-11-01"}),
        ("a: 1.10", {"a": 1.1}),
        ("version: 1.10", {"version": "1.10"}),
        ("version: [007, ~]", {"version": ["007", None]}),
        ("7: [1, 0x1F, .5]", {"7": [1, 31, 0.5]}),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
    ],
)
def test_values_are_plain_and_dates_stay_texts(text: str, value: YamlValue) -> None:
    document = parse_yaml(text, name="p.yaml", texts=["version"])

    assert document.value == value


def test_each_part_knows_its_line() -> None:
    document = parse_yaml("a:\n  - x\n  - b: 1\n    c: 2\n", name="p.yaml")

    assert [document.line_of(loc) for loc in [(), ("a",), ("a", 1), ("a", 1, "c")]] == [1, 1, 3, 4]


def test_the_line_of_what_is_not_written_is_that_of_what_it_would_stand_in() -> None:
    document = parse_yaml("a: 1\nb:\n  c: 2\n", name="p.yaml")

    assert document.line_of(("b", "a type", "d")) == 2


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: [1,\nb", 2, "this is no YAML"),
        ("a:\n\t- b", 2, "tab"),
        ("a: 1\n---\nb: 2", 2, "another document"),
        ("a: 1\nb: \x07", 2, "control character"),
        ("a: 1\nb: *gone", 2, "undefined alias"),
        ("a: 1\nb: !!python/object:os.system x", 2, "tag"),
        ("a: 1\n? [x]\n: 2", 2, "as a key"),
        ("a: 1\nb: 2\na: 3", 3, "found the key `a` again, expected it once (first on line 1); keep one"),
        ("&a [*a]", 1, "nested too deeply"),
        ("[" * 3000, 1, "nested too deeply"),
    ],
)
def test_text_that_is_no_good_yaml_is_refused_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(BadDocument) as caught:
        parse_yaml(text, name="p.yaml")

    assert str(caught.value).startswith(f"p.yaml:{line}: ")
    assert what in str(caught.value)


def test_every_repeated_key_is_said() -> None:
    with pytest.raises(BadDocument) as caught:
        parse_yaml("a: 1\na: 2\nb: 3\nb: 4", name="p.yaml")

    assert [problem[:8] for problem in caught.value.problems] == ["p.yaml:2", "p.yaml:4"]


def test_aliases_that_multiply_are_refused() -> None:
    rows = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]

    with pytest.raises(BadDocument, match="nested too deeply"):
        parse_yaml("\n".join(["a0: &a0 [x]", *rows]), name="p.yaml")


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
