"""The draft as YAML that reads back, whatever columns are called."""

from hypothesis import given
from hypothesis import strategies as st

from features.yaml_text import parse_yaml
from leadlight.init.render import render, scalar
from leadlight.init.said import Draft, Said


def value_of(draft: Draft) -> object:
    return parse_yaml(render(draft), name="leadlight.yaml").value


@given(st.text(min_size=1))
def test_any_name_reads_back_as_value_and_as_key(name: str) -> None:
    draft = Draft((), {"id": Said(name, name, name)}, {name: Said("ignore", name)})

    value = value_of(draft)
    assert value == {"leads": {"id": name, "columns": {name: "ignore"}}}


@given(st.one_of(st.text(max_size=5), st.booleans(), st.integers(-9, 9)))
def test_a_scalar_keeps_its_type(value: str | bool | int) -> None:
    document = parse_yaml(f"a: {scalar(value)}", name="x").value

    assert isinstance(document, dict)
    assert document["a"] == value
    assert type(document["a"]) is type(value)


def test_questions_stand_above_their_line_and_what_is_open_is_a_comment() -> None:
    draft = Draft(("head",), {"id": Said(None, ask="which?"), "source": Said("a.csv", "why", "sure?")}, {})

    assert render(draft).splitlines()[3:6] == [
        "  # id: check: which?",
        "  # check: sure?",
        "  source: a.csv                           # why",
    ]


def test_event_types_are_listed_with_their_counts() -> None:
    types = {f"type {i}": 100 - i for i in range(45)}

    text = render(Draft((), {}, {}, events={"source": Said("e.csv")}, event_types=types))
    assert "  #         100  type 0\n" in text
    assert "  #   and 5 rarer ones, which count together as other" in text


def test_lists_and_mappings_are_written_in_one_line() -> None:
    outcomes = {"won": Said(("Closed Won", 1)), "lost": Said(())}
    columns = {"age": Said({"kind": "number", "sensitive": True})}

    assert value_of(Draft((), {"source": Said("a")}, columns, outcomes=outcomes)) == {
        "leads": {"source": "a", "columns": {"age": {"kind": "number", "sensitive": True}}},
        "outcomes": {"won": ["Closed Won", 1], "lost": []},
    }
