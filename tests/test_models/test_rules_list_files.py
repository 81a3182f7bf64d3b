"""Lists in files of their own: they become part of the rulebook's text."""

from pathlib import Path

import pytest

from features.yaml_text import BadDocument
from models.rules.list_files import with_lists

TEXT = "gates:\n  - when: {list: rivals.txt}\n    reason: x\n  - when: {list: [a.com]}\n"


def test_a_list_is_read_into_the_line_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "rivals.txt").write_text("# who sells what we sell\nrival.com\n\n b@c.de \n", encoding="utf-8")

    text = with_lists(TEXT, name="rules.yaml", folder=tmp_path)

    assert text == TEXT.replace("rivals.txt", '["rival.com", "b@c.de"]')


def test_a_list_that_is_not_there_or_empty_is_said_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "none.txt").write_text("# nobody\n", encoding="utf-8")
    text = f"{TEXT}  - when: {{list: none.txt}}\n"

    with pytest.raises(BadDocument) as caught:
        with_lists(text, name="rules.yaml", folder=tmp_path)

    assert caught.value.problems == (
        "rules.yaml:2: list: found 'rivals.txt', expected a file beside the rulebook with one value a line; "
        "correct its name",
        "rules.yaml:5: list: found 'none.txt', expected at least one value in it; add one, or delete the gate",
    )


def test_a_text_that_is_no_yaml_is_left_to_its_reader(tmp_path: Path) -> None:
    assert with_lists("a: [", name="rules.yaml", folder=tmp_path) == "a: ["
