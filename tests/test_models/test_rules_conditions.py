"""Conditions put together of others, on fields, and on how a lead answers."""

import math
from dataclasses import replace

import numpy as np
import pytest

from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import Column, NumberColumn, TextColumn
from features.yaml_text import BadDocument
from models.rules import score_rules
from tests.rulebooks import NOW, Row, book, event, leads, log, now

SIZE = NumberColumn(np.array([5.0, 50.0, math.nan]))
MAIL = TextColumn.of(["ann@mail.Rival.com", "bob@arrival.com", None])
COLUMNS: dict[str, Column] = {"size": SIZE, "email": MAIL, "country": TextColumn.of(["Chile", "Peru", None])}


def met(when: str, *rows: Row) -> list[int]:
    """Which of three leads a condition holds for."""
    rules = book(f"{{id: r, when: {when}, points: 1, group: fit}}")
    found = score_rules(rules, leads(3, **COLUMNS), log(*rows), now(3)).points
    return [int(points) for points in found]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{field: size, above: 5}", [0, 1, 0]),
        ("{field: size, below: 50}", [1, 0, 0]),
        ("{field: size, at_least: 50}", [0, 1, 0]),
        ("{field: size, at_most: 5}", [1, 0, 0]),
        ("{field: size, not: 5}", [0, 1, 0]),
        ("{field: size, present: true}", [1, 1, 0]),
        ("{field: size, present: false}", [0, 0, 1]),
        ("{field: country, not: chile}", [0, 1, 0]),
        ("{field: country, not_in: [Chile, Peru]}", [0, 0, 0]),
        ("{domain: rival.com}", [1, 0, 0]),
        ("{domain: [arrival.com, '@mail.rival.com']}", [1, 1, 0]),
        ("{list: [bob@arrival.com, rival.com]}", [1, 1, 0]),
        ("{list: ['@arrival.com', www.rival.com]}", [1, 1, 0]),
        ("{field: country, list: [CHILE]}", [1, 0, 0]),
        ("{all: [{field: size, above: 1}, {field: country, is: Peru}]}", [0, 1, 0]),
        ("{any: [{field: size, above: 40}, {field: country, is: Chile}]}", [1, 1, 0]),
        ("{not: {field: size, above: 40}}", [1, 0, 1]),
        ("{not: {any: [{field: size, above: 40}, {not: {field: size, present: true}}]}}", [1, 0, 0]),
        ("{all: [{event: call}, {field: size, above: 1}]}", [1, 0, 0]),
        ("{not: {event: call, within: 30d}}", [0, 1, 1]),
    ],
)
def test_a_condition_holds_where_it_should(when: str, expected: list[int]) -> None:
    assert met(when, event("call")) == expected


@pytest.mark.parametrize(
    "when",
    [
        "{not: {field: budget, at_least: 5}}",
        "{all: [{field: size, above: 1}, {not: {field: budget, present: true}}]}",
        "{any: [{not: {field: budget, is: x}}]}",
    ],
)
def test_what_asks_for_a_column_that_is_not_there_holds_for_nobody_negated_or_not(when: str) -> None:
    assert met(when) == [0, 0, 0]


def test_any_is_content_with_the_columns_there_are() -> None:
    assert met("{any: [{field: budget, at_least: 5}, {field: size, above: 40}]}") == [0, 1, 0]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{answered_within: 2d}", [1, 0, 0]),
        ("{answered_within: 47h}", [0, 0, 0]),
        ("{unanswered: 1}", [0, 1, 0]),
        ("{unanswered: 3}", [0, 0, 0]),
        ("{not: {unanswered: 1}}", [1, 0, 1]),
    ],
)
def test_how_a_lead_answers_is_asked(when: str, expected: list[int]) -> None:
    rows = [event("call", 5 * DAY, actor="rep"), event("reply", 3 * DAY, actor="lead")]
    rows += [event("call", days * DAY, lead=1, actor="rep") for days in (2, 4)]

    assert met(when, *rows) == expected


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("when: {all: []}", "when.all: found [], expected a longer list"),
        ("when: {any: [{evnt: x}]}", "the unknown key `evnt`"),
        ("when: {not: {field: a, at_least: b}}", "expected a number"),
        ("when: {event: a, at_least: 3, at_most: 2}", "found at_most 2, expected 3 or more; raise it"),
        ("when: {event: a, since: 2026-02-30}", "found '2026-02-30', expected a day of the calendar"),
        ("when: {event: a, since: 2026-02-03, before: 2026-02-03}", "expected a day after since"),
        ("when: {event: a, value: {}}", "found no bound"),
        ("when: {event: a, actor: boss}", "expected 'lead' or 'rep'"),
        ("when: {answered_within: 1d, unanswered: 2}", "exactly one of answered_within, unanswered"),
        ("when: {matches: x}", "without a field"),
        ("when: {domain: rival}", "found 'rival', expected a domain"),
        ("when: {list: rivals.txt}", "expected a list"),
        ("when: {event: a}, half_life: 3d, linear: 3d", "found half_life and linear"),
        ("when: {event: a, at_least: 2}, half_life: 3d", "a half-life on a rule that asks how many"),
        ("when: {field: a, is: b}, times: every", "`times` on a rule about a field"),
        ("when: {event: a}, times: {at_most: 0, per: 7d}", "greater than or equal to 1"),
        ("when: {event: a}, times: twice", "'once' or 'every'"),
        ("when: {event: a}, valid_until: soon", "found 'soon', expected a day"),
    ],
)
def test_a_mistake_is_said_with_its_cure(rule: str, said: str) -> None:
    with pytest.raises(BadDocument) as caught:
        book(f"{{id: r, group: fit, points: 1, {rule}}}")

    assert said in "\n".join(caught.value.problems)
    assert all(problem.startswith("rules.yaml:2: ") for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{field: due, within: 30d}", [1, 1, 0, 0, 0, 0, 0]),
        ("{field: due, ahead: 30d}", [0, 0, 0, 1, 1, 0, 0]),
        ("{not: {field: due, ahead: 30d}}", [1, 1, 1, 0, 0, 1, 1]),
        ("{any: [{field: due, within: 30d}, {field: due, ahead: 1d}]}", [1, 1, 0, 1, 0, 0, 0]),
    ],
)
def test_a_date_is_held_against_the_time_of_the_score(when: str, expected: list[int]) -> None:
    month = 30 * DAY
    dates = NumberColumn(NOW + np.array([-1, -month, -month - 1, 0, month, month + 1, np.nan]))
    rules = book(f"{{id: r, when: {when}, points: 1, group: fit}}")

    assert score_rules(rules, leads(7, due=dates), log(), now(7)).points.tolist() == expected


def test_a_date_is_not_asked_of_text_nor_of_a_table_without_times() -> None:
    dates = NumberColumn(np.array([NOW - 1.0]))
    rules = book("{id: r, when: {not: {field: due, ahead: 30d}}, points: 1, group: fit}")

    flat = replace(leads(1, due=dates), created_us=None)
    assert score_rules(rules, leads(1, due=dates), log(), now()).points.tolist() == [1]
    assert score_rules(rules, flat, log(), now()).points.tolist() == [0]
    assert score_rules(rules, leads(1, due=TextColumn.of(["soon"])), log(), now()).points.tolist() == [0]
