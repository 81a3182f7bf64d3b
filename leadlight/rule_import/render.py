"""Imported rules as the text of a rules.yaml, which loads; what could not be mapped stands in comments."""

import json
from collections.abc import Mapping

from leadlight.rule_import.point_table import ImportedRules, RuleValue
from models.rules import load_rulebook, load_starter

#: Words that a rulebook writes without quotes.
_BARE = ("id", "group", "times", "within", "half_life", "linear", "valid_until", "present", "missing")


def rulebook_text(found: ImportedRules, *, source: str) -> str:
    """The rulebook, checked.

    Parameters
    ----------
    source : the file that the rules came from, named in the text.
    """
    starter = load_starter()
    lines = [
        f"# The points of {source}, imported by `leadlight rules import`. What the points mean is not in that table:",
        "# odds, levels, tiers and stages below are those of the starter rulebook, to be changed (check).",
        f"version: {json.dumps(f'imported from {source}'[:64])}",
        f"odds: {{base: {starter.odds.base:g}, double_every: {starter.odds.double_every:g}}}   # check",
        "rules:" if found.rules else "rules: []",
        *(f"  - {_flow(rule)}" for rule in found.rules),
        *(["", "# Rows that became no rule:"] if found.not_mapped else []),
        *(f"#   row {row}, {_one_line(name)}: {_one_line(why)}" for row, name, why in found.not_mapped),
        "",
        "levels: {fit: [10, 25], engagement: [15, 40]}   # check: from how many points on medium, and high",
        "tiers:                                          # fit, then engagement",
        "  matrix:",
        "    high: {high: hot, medium: warm, low: cold}",
        "    medium: {high: warm, medium: warm, low: cold}",
        "    low: {high: cold, medium: cold, low: cold}",
        "stages: {mql: {points: 30}, sql: {points: 70}}   # check",
    ]
    text = "\n".join(lines) + "\n"
    load_rulebook(text, name=source)
    return text


def _flow(value: RuleValue, key: str = "") -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_flow(part, name)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(part) for part in value) + "]"
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value) if key in _BARE else json.dumps(value, ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())
