"""What a rules.yaml may say, and what is said of one that is wrong."""

import re

import pytest

from features.tables import MICROSECONDS_PER_DAY
from features.yaml_text import BadDocument
from models.rules.conditions import EventCondition, FieldCondition
from models.rules.loading import load_rulebook
from models.rules.schema import RuleBook

GOOD = r"""version: 2026-11
odds: {base: 0.05, double_every: 20}
rules:
  - {id: demo, when: {event: demo_request, within: 30d}, points: 40, group: engagement, half_life: 14d, cap: 60}
  - {id: decider, when: {field: [job_title, title], matches: "director|vp"}, points: 20, group: fit}
  - {id: quiet, when: {field: do_not_email, is: yes}, points: -30, group: engagement}
caps: {fit: 60, engagement: 80, total: 120}
levels: {fit: [15, 35], engagement: [15, 40]}
tiers: {hot: [[high, high]], warm: [[medium, medium], [high, medium]]}
stages: {mql: {points: 40}, sql: {points: 80, or_event: [demo_request]}}
"""


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def load(text: str) -> RuleBook:
    return load_rulebook(text, name="rules.yaml")


def test_the_rulebook_of_the_design_is_read() -> None:
    book = load(GOOD)

    demo, decider, quiet = book.rules
    assert isinstance(demo.when, EventCondition)
    assert (demo.when.event, demo.when.within) == (("demo_request",), 30 * MICROSECONDS_PER_DAY)
    assert (demo.points, demo.half_life, demo.cap) == (40.0, 14 * MICROSECONDS_PER_DAY, 60.0)
    assert isinstance(decider.when, FieldCondition)
    assert decider.when.field == ("job_title", "title")
    assert isinstance(quiet.when, FieldCondition)
    assert quiet.when.equals == "yes"
    assert (book.version, book.caps.total, book.stages.sql.or_event) == ("2026-11", 120.0, ("demo_request",))


@pytest.mark.parametrize("written", ["2026-11-01", "2026.10", "7", "v3", "true"])
def test_a_version_is_a_text_as_it_was_written(written: str) -> None:
    assert load(changed("2026-11", written)).version == written


def test_caps_may_be_left_out() -> None:
    book = load(changed("caps: {fit: 60, engagement: 80, total: 120}\n", ""))

    assert (book.caps.fit, book.caps.engagement, book.caps.total) == (None, None, None)


WRONG = [
    ("cap: 60}", "kap: 60}", 4, "unknown key `kap`", "rename it to `cap`"),
    ("within: 30d", "whithin: 30d", 4, "unknown key `whithin`, expected one of event, within, since", "to `within`"),
    ("within: 30d", "within: 30", 4, "'30' is no duration", "like 90d"),
    ("within: 30d", "within: 0d", 4, "found '0d', expected greater than 0", "change it"),
    ("half_life: 14d", "half_life: 0h", 4, "expected greater than 0", "change it"),
    ("points: 40, group", "points: '40', group", 4, "rules[0].points: found '40', expected a number", "without quotes"),
    ("points: 40, group", "points: true, group", 4, "found True, expected a number", "like 10"),
    ("points: 40, group", "points: .inf, group", 4, "found inf, expected a finite number", "change it"),
    ("points: 40, group", "points: 1e9, group", 4, "expected less than or equal to 1000000", "change it"),
    ("points: 40, group: engagement", "group: engagement", 4, "nothing for the key `points`", "add it"),
    ("group: fit", "group: fitt", 5, "found 'fitt', expected 'fit' or 'engagement'", "change it"),
    ("cap: 60", "cap: -1", 4, "found -1, expected greater than or equal to 0", "change it"),
    ("id: demo,", "id: decider,", 4, "found the id 'decider' 2 times, expected it once", "rename"),
    ("id: demo,", "id: a b,", 4, "found 'a b', expected 1 to 64 letters", "choose another id"),
    ("id: demo,", "id: total,", 4, "name of a cap", "choose another id"),
    ("event: demo_request,", "event: [],", 4, "found [], expected a longer list", "add items"),
    ("event: demo_request,", "event: '?!',", 4, "a letter or digit", "write the name"),
    ("{event: demo_request, within: 30d}", "demo_request", 4, "expected keys with values", "{key: value}"),
    ("director|vp", "director(", 5, "expected a regular expression (missing )", "put \\"),
    (', matches: "director|vp"', "", 5, "found no test of the field", "add one"),
    (', matches: "director|vp"', ", at_least: 3, missing: true", 5, "the tests at_least and missing", "a rule of each"),
    (', matches: "director|vp"', ", at_least: many", 5, "found 'many', expected a number", "like 10"),
    (', matches: "director|vp"', ", in: [a, unknown]", 5, "counts as a missing cell", "`missing: true`"),
    (', matches: "director|vp"', ", channel: web, missing: true", 5, "unknown key `channel`", "remove it"),
    ("group: fit}", "group: fit, half_life: 3d}", 5, "a half-life on a rule about a field", "remove it"),
    ("base: 0.05", "base: 5", 2, "found 5, expected less than 1", "change it"),
    ("base: 0.05", "base: 0", 2, "expected greater than 0", "change it"),
    ("double_every: 20", "double_every: 0", 2, "expected greater than 0", "change it"),
    ("caps: {fit", "caps: {fitt", 7, "unknown key `fitt`", "rename it to `fit`"),
    ("fit: [15, 35]", "fit: [35, 15]", 8, "levels.fit: found [35, 15]", "raise the second"),
    ("fit: [15, 35]", "fit: [15, 15]", 8, "levels.fit: found [15, 15]", "raise the second"),
    ("fit: [15, 35]", "fit: [15]", 8, "item 2 of the list", "add it"),
    ("fit: [15, 35]", "fit: 15", 8, "found 15, expected a list", "like [a, b]"),
    ("[[high, high]]", "[[high, hi]]", 9, "found 'hi', expected 'low', 'medium' or 'high'", "change it"),
    ("[[high, high]]", "[[high, medium]]", 9, "found [high, medium] again", "keep one"),
    ("tiers: {hot", "tiers: {cold: [], hot", 9, "unknown key `cold`, expected one of hot, warm", "remove it"),
    ("mql: {points: 40}", "mql: {points: 80}", 10, "found 80 points, expected more than the 80 of mql", "raise it"),
    ("or_event: [demo_request]", "or_events: [x]", 10, "unknown key `or_events`", "rename it to `or_event`"),
    ("2026-11", "", 1, "version: found nothing, expected a text", "in quotes"),
]


@pytest.mark.parametrize(("old", "new", "line", "found", "cure"), WRONG)
def test_a_mistake_is_said_with_line_finding_and_cure(old: str, new: str, line: int, found: str, cure: str) -> None:
    with pytest.raises(BadDocument) as caught:
        load(changed(old, new))

    first = caught.value.problems[0]
    assert re.match(rf"rules\.yaml:{line}: ", first)
    assert found in first
    assert cure in first


def test_all_mistakes_are_said_at_once() -> None:
    text = changed("base: 0.05", "base: 2").replace("points: 20", "pionts: 20").replace("[15, 40]", "[40, 15]")

    with pytest.raises(BadDocument) as caught:
        load(text)

    assert [problem.split(": ")[0] for problem in caught.value.problems] == [
        "rules.yaml:2",
        "rules.yaml:5",
        "rules.yaml:5",
        "rules.yaml:8",
    ]


def test_a_rule_on_several_lines_is_pointed_at_on_its_own_line() -> None:
    old = '  - {id: decider, when: {field: [job_title, title], matches: "director|vp"}, points: 20, group: fit}'
    new = "  - id: decider\n    when:\n      field: job_title\n      matches: '('\n    points: 20\n    group: fit"

    with pytest.raises(BadDocument, match=r"^rules\.yaml:8: rules\[1\]\.when\.matches: "):
        load(changed(old, new))


def test_a_repeated_key_is_refused() -> None:
    with pytest.raises(BadDocument, match=r"^rules\.yaml:4: found the key `points` again"):
        load(changed("points: 40, group", "points: 40, points: 30, group"))
