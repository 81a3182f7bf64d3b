"""Reading YAML with line numbers."""

import pytest

from features.yaml_text import BadDocument, YamlValue, parse_yaml


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
