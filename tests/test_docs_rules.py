"""What docs/rules.md promises: every example is a rulebook, or a part of one, that loads."""

import re
from pathlib import Path

import pytest

from models.rules import load_rulebook
from models.rules.conditions import FieldCondition
from models.rules.rule import Rule
from tests.rulebooks import book

DOCS = (Path(__file__).parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```yaml ?(\w*)\n(.*?)```", DOCS, flags=re.DOTALL))


def test_the_rulebook_is_one() -> None:
    assert [rule.id for rule in load_rulebook(BLOCKS[""], name="docs/rules.md").rules] == ["demo", "decider"]


@pytest.mark.parametrize("line", BLOCKS["conditions"].splitlines())
def test_every_condition_is_one(line: str) -> None:
    assert book(f"{{id: r, points: 1, group: fit, when: {line}\n}}").rules[0].points == 1


@pytest.mark.parametrize("name", [name for name in BLOCKS if name not in ("", "conditions")])
def test_every_section_is_one(name: str) -> None:
    text = "".join(f"\n  {line}" for line in BLOCKS[name].splitlines())

    assert getattr(book(**{name: text}), name)


def test_every_key_of_a_rule_and_every_test_of_a_field_is_told() -> None:
    fields = {info.alias or name for name, info in FieldCondition.model_fields.items()}

    assert [key for key in (*Rule.model_fields, *fields) if not re.search(rf"\b{key}\b", DOCS)] == []
