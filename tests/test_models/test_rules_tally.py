"""Events that rules count: which of them, how many, and what each weighs; worked by hand, at every edge."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.snapshots import Snapshots
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import EventArrays
from models.rules import facts_of, qualify, score_rules
from models.rules.ledger import on_grid
from tests.rulebooks import NOW, Row, book, event, leads, log, now

HOUR = DAY // 24


def points(rule: str, *rows: Row, **sections: str) -> float:
    """What one rule on events gives a lead with these."""
    text = f"{{id: r, group: engagement, {rule}}}"
    return float(score_rules(book(text, **sections), leads(), log(*rows), now()).points[0])


@pytest.mark.parametrize(
    ("test", "counted"),
    [
        ("actor: rep", 1),
        ("actor: lead", 3),
        ("channel: web", 2),
        ("channel: [WEB, mail]", 3),
        ("content: case study", 1),
        ("value: {at_least: 100}", 2),
        ("value: {above: 100}", 1),
        ("value: {above: 99, below: 250}", 1),
        ("channel: web, value: {at_most: 100}", 1),
        ("actor: rep, content: case study", 0),
    ],
)
def test_an_event_is_counted_if_it_passes_every_test(test: str, counted: int) -> None:
    rows = (
        event("call", channel="Web", value=100),
        event("call", channel="web", value=250, content="Case-Study"),
        event("call", channel="mail"),
        event("call", actor="rep"),
    )

    assert points(f"when: {{event: call, {test}}}, points: 1", *rows) == counted


def test_what_the_log_does_not_say_passes_no_test() -> None:
    bare = EventArrays(np.array([0]), np.array([0]), np.array([NOW - 1]), None, ("call",))
    rules = [
        f"{{id: r{i}, when: {{event: call, {test}}}, points: 1, group: fit}}"
        for i, test in enumerate(("channel: web", "content: x", "value: {below: 5}"))
    ]

    assert score_rules(book(", ".join(rules)), leads(), bare, now()).points.tolist() == [0.0]


def test_any_event_is_of_every_type() -> None:
    assert points("when: {event: any, actor: lead}, points: 1", event("call"), event("visit"), event("open")) == 3


@pytest.mark.parametrize(
    ("ago", "given"), [(1, 1), (7 * DAY, 1), (7 * DAY + 1, 0), (0, 0), (-1, 0)],
    ids=["just now", "as old as the window", "a microsecond older", "at as_of", "after"],
)  # fmt: skip
def test_a_window_holds_what_is_exactly_as_old_and_nothing_at_as_of(ago: int, given: int) -> None:
    assert points("when: {event: call, within: 7d}, points: 1", event("call", ago)) == given


@pytest.mark.parametrize(
    ("zone", "day", "at", "given"),
    [
        ("UTC", "1970-01-02", DAY, 1),
        ("UTC", "1970-01-02", DAY - 1, 0),
        ("Europe/Berlin", "1970-01-02", DAY - HOUR, 1),
        ("Europe/Berlin", "1970-01-02", DAY - HOUR - 1, 0),
        ("UTC", "2024-02-29", 19_782 * DAY, 1),
        ("UTC", "2024-03-01", 19_783 * DAY - 1, 0),
        ("UTC", "2024-03-01", 19_783 * DAY, 1),
        # clocks went forward on 31 March 2024: that day has 23 hours in Berlin
        ("Europe/Berlin", "2024-04-01", 19_813 * DAY + 22 * HOUR, 1),
        ("Europe/Berlin", "2024-04-01", 19_813 * DAY + 22 * HOUR - 1, 0),
    ],
)
def test_since_and_before_part_at_the_start_of_a_day_where_the_rulebook_lives(
    zone: str, day: str, at: int, given: int
) -> None:
    call = event("call", NOW - at)

    assert points(f"when: {{event: call, since: {day}}}, points: 1", call, timezone=zone) == given
    assert points(f"when: {{event: call, before: {day}}}, points: 1", call, timezone=zone) == 1 - given


@pytest.mark.parametrize(
    ("last_day", "as_of", "given"),
    [("2024-02-28", 19_782 * DAY - 1, 5), ("2024-02-28", 19_782 * DAY, 0), ("2024-02-29", 19_783 * DAY - 1, 5)],
)
def test_a_rule_gives_points_to_the_end_of_its_last_day(last_day: str, as_of: int, given: float) -> None:
    rule = f"{{id: r, when: {{event: call}}, points: 5, group: fit, valid_until: {last_day}}}"
    call = log(event("call", NOW - 100 * DAY))

    assert score_rules(book(rule), leads(), call, Snapshots(np.array([0]), np.array([as_of]))).points[0] == given


@pytest.mark.parametrize(
    ("ago", "given"),
    [(3 * DAY, 9.0), (15 * DAY, 5.0), (30 * DAY, 0.0), (31 * DAY, 0.0), (10 * DAY, on_grid(10 * 2 / 3))],
)
def test_a_linear_decay_goes_evenly_to_nothing(ago: int, given: float) -> None:
    assert points("when: {event: call}, points: 10, linear: 30d", event("call", ago)) == given


def test_once_gives_the_points_of_the_newest_event_alone() -> None:
    calls = (event("call", 28 * DAY), event("call", 14 * DAY), event("call", 50 * DAY))

    assert points("when: {event: call}, points: 8, times: once", *calls) == 8
    assert points("when: {event: call}, points: 8, times: once, half_life: 14d", *calls) == 4
    assert points("when: {event: call}, points: 8, times: once, linear: 28d", *calls) == 4
    assert points("when: {event: call}, points: 8, times: once, half_life: 14d") == 0


@pytest.mark.parametrize(
    ("days_ago", "limit", "given"),
    [
        ([1, 2, 3, 4], "{at_most: 2, per: 7d}", 2),
        ([1, 2, 8, 9], "{at_most: 2, per: 7d}", 4),
        ([1, 8], "{at_most: 1, per: 7d}", 2),
        ([1, 7.5], "{at_most: 1, per: 7d}", 1),
        ([1, 7, 9, 14, 20], "{at_most: 1, per: 7d}", 3),
        ([3, 3, 3], "{at_most: 1, per: 1h}", 1),
        ([], "{at_most: 1, per: 1h}", 0),
    ],
)
def test_at_most_so_many_count_in_any_window_the_oldest_first(days_ago: list[float], limit: str, given: float) -> None:
    rows = [event("call", round(ago * DAY)) for ago in days_ago]

    assert points(f"when: {{event: call}}, points: 1, times: {limit}", *rows) == given


def test_a_limited_event_fades_as_others_do() -> None:
    calls = [event("call", 14 * DAY), event("call", 13 * DAY), event("call", 28 * DAY)]

    assert points("when: {event: call}, points: 8, half_life: 14d, times: {at_most: 1, per: 7d}", *calls) == 6


@pytest.mark.parametrize(
    ("asked", "given"),
    [("at_least: 2", 9), ("at_least: 3", 0), ("at_most: 2", 9), ("at_most: 1", 0), ("at_least: 1, at_most: 2", 9),
     ("at_most: 0, within: 1d", 9)],
)  # fmt: skip
def test_a_number_of_events_is_asked_and_paid_once(asked: str, given: float) -> None:
    rows = (event("call", 2 * DAY), event("call", 3 * DAY))

    assert points(f"when: {{event: call, {asked}}}, points: 9", *rows) == given


RULES = """
{id: plain, when: {event: a}, points: 2, group: fit},
{id: fading, when: {event: [a, b], within: 20d}, points: 3.3, group: fit, half_life: 3d, cap: 9},
{id: line, when: {event: b, actor: lead}, points: -1.7, group: engagement, linear: 30d},
{id: once, when: {event: b}, points: 4, group: engagement, times: once, half_life: 5d},
{id: some, when: {event: any}, points: 1.1, group: engagement, times: {at_most: 2, per: 3d}},
{id: many, when: {event: a, at_least: 2, value: {above: 3}}, points: 5, group: fit}
"""
BOOK = book(RULES, caps="{fit: 20, engagement: 15, total: 30}")
EVENTS = st.builds(
    lambda kind, ago, lead, actor, value: event(kind, ago, lead=lead, actor=actor, value=value),
    st.sampled_from("abc"), st.integers(-5, 40 * DAY), st.integers(0, 2), st.sampled_from(["lead", "rep", None]),
    st.sampled_from([1.0, 4.0, np.nan]),
)  # fmt: skip
LOGS = st.lists(EVENTS, min_size=1, max_size=40)


@given(rows=LOGS, random=st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_ledger_sums_and_neither_order_nor_late_events_nor_company_change_a_byte(
    rows: list[Row], random: Random
) -> None:
    late = [event("a", -ago) for ago in (0, 1, DAY)]
    whole = score_rules(BOOK, leads(3), log(*rows), now(3))
    shuffled = score_rules(BOOK, leads(3), log(*random.sample([*rows, *late], len(rows) + 3)), now(3))
    alone = score_rules(BOOK, leads(3), log(*rows), Snapshots(np.array([1]), np.array([NOW])))

    assert whole.values.sum(axis=1).tolist() == whole.points.tolist()
    assert shuffled.values.tobytes() == whole.values.tobytes()
    assert alone.values.tobytes() == whole.values[1:2].tobytes()
    assert (whole.points <= 30).all()


def test_where_events_can_have_too_many_signs_those_they_have_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [event("ab"[i % 2], i * DAY, lead=i % 3, actor=("lead", "rep")[i % 2], value=float(i)) for i in range(20)]
    usual = score_rules(BOOK, leads(3), log(*rows), now(3))

    monkeypatch.setattr("models.rules.tally._MAX_SIGNS", 0)
    narrow = score_rules(BOOK, leads(3), log(*rows), now(3))

    assert narrow.values.tobytes() == usual.values.tobytes()
    assert usual.points.any()


def test_points_and_qualification_are_the_same_of_one_look_at_the_log_and_of_two() -> None:
    rows = [event("ab"[i % 2], i * DAY, lead=i % 3, actor="lead") for i in range(20)]
    rulebook = book(RULES, gates="[{id: no, when: {event: c, actor: lead}, scope: mail, reason: said so}]")
    crowd, events = leads(3), log(*rows, event("c", DAY, lead=1, actor="lead"))

    facts = facts_of(rulebook, crowd, events, now(3))
    together = score_rules(rulebook, crowd, events, now(3), facts=facts)
    apart = score_rules(rulebook, crowd, events, now(3))
    found = [
        qualify(rulebook, apart, crowd, events, now(3), probability=np.full(3, 0.2), facts=each)
        for each in (facts, None)
    ]

    assert together.values.tobytes() == apart.values.tobytes()
    assert found[0].no_mail == found[1].no_mail
    assert found[0].stage.tolist() == found[1].stage.tolist()
    assert found[0].no_mail == (None, "no: said so", None)


def limited_slowly(ago: list[int], n: int, per: int) -> int:
    """How many count, event by event."""
    counted: list[int] = []
    for at in sorted(-age for age in ago):
        if len([each for each in counted if each > at - per]) < n:
            counted.append(at)
    return len(counted)


@given(ago=st.lists(st.integers(1, 60), max_size=30), n=st.integers(1, 3), per=st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_no_window_ever_holds_more_than_its_limit(ago: list[int], n: int, per: int) -> None:
    rows = [event("call", age * HOUR) for age in ago]

    given_points = points(f"when: {{event: call}}, points: 1, times: {{at_most: {n}, per: {per}h}}", *rows)

    assert given_points == limited_slowly(ago, n, per)
