"""Points: what each rule gives, at the edges of its window, faded, capped; and that the ledger sums."""

from collections.abc import Mapping

import numpy as np
import pytest

from features.snapshots import Snapshots
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import Column, EventArrays, LeadArrays, NumberColumn, TextColumn, no_events
from models.rules.ledger import RuleLedger, on_grid
from models.rules.loading import load_rulebook, load_starter
from models.rules.points import score_rules
from models.rules.schema import RuleBook

NOW = 1_000 * DAY


def book(rules: str, caps: str = "{}") -> RuleBook:
    text = f"""version: 1
odds: {{base: 0.05, double_every: 20}}
rules: [{rules}]
caps: {caps}
levels: {{fit: [15, 35], engagement: [15, 40]}}
tiers: {{hot: [[high, high]], warm: []}}
stages: {{mql: {{points: 40}}, sql: {{points: 80}}}}
"""
    return load_rulebook(text, name="rules.yaml")


def log(*rows: tuple[int, str, int], recorded_us: list[int] | None = None) -> EventArrays:
    """Events (lead, type, microseconds before NOW)."""
    types = tuple(sorted({kind for _, kind, _ in rows}))
    return EventArrays(
        lead=np.array([lead for lead, _, _ in rows], dtype=np.int64),
        type_code=np.array([types.index(kind) for _, kind, _ in rows], dtype=np.int64),
        at_us=np.array([NOW - ago for _, _, ago in rows], dtype=np.int64),
        recorded_us=None if recorded_us is None else np.array(recorded_us, dtype=np.int64),
        types=types,
    )


def leads(n: int = 1, columns: Mapping[str, Column] | None = None) -> LeadArrays:
    created = np.full(n, NOW - 500 * DAY, dtype=np.int64)
    return LeadArrays(tuple(f"l{i:03}" for i in range(n)), created, TextColumn.of([None] * n), columns or {})


def now(n: int = 1) -> Snapshots:
    return Snapshots(np.arange(n, dtype=np.int64), np.full(n, NOW, dtype=np.int64))


def points_of(rules: str, events: EventArrays, caps: str = "{}") -> list[float]:
    return list(score_rules(book(rules, caps), leads(), events, now()).points)


def line(ledger: RuleLedger, name: str) -> list[float]:
    return list(ledger.values[:, [each.name for each in ledger.lines].index(name)])


DEMO = "{id: demo, when: {event: demo_request, within: 30d}, points: 40, group: engagement}"
CALL = "{id: call, when: {event: call}, points: 8, group: engagement, half_life: 14d}"
OPEN = "{id: open, when: {event: open}, points: 2, group: engagement, cap: 5}"


@pytest.mark.parametrize(
    ("ago", "points"),
    [(1, 40.0), (30 * DAY, 40.0), (30 * DAY + 1, 0.0), (0, 0.0), (-1, 0.0)],
    ids=["a microsecond ago", "exactly 30 days old", "a microsecond older", "at as_of", "after as_of"],
)
def test_an_event_counts_within_its_window_and_strictly_before_as_of(ago: int, points: float) -> None:
    assert points_of(DEMO, log((0, "demo_request", ago))) == [points]


def test_an_event_that_was_recorded_later_is_not_known_yet() -> None:
    events = log((0, "demo_request", DAY), (0, "demo_request", DAY), recorded_us=[NOW, NOW - 1])

    assert points_of(DEMO, events) == [40.0]


def test_every_event_gives_the_points_again() -> None:
    assert points_of(DEMO, log((0, "demo_request", DAY), (0, "demo_request", 2 * DAY))) == [80.0]


@pytest.mark.parametrize(("half_lives", "points"), [(1, 4.0), (2, 2.0), (3, 1.0)])
def test_points_halve_at_each_half_life(half_lives: int, points: float) -> None:
    assert points_of(CALL, log((0, "call", half_lives * 14 * DAY))) == [points]


@pytest.mark.parametrize("spelling", ["demo_request", "Demo Request", "DEMO-REQUEST", " demo  request! "])
def test_an_event_is_known_however_it_is_spelt(spelling: str) -> None:
    ledger = score_rules(book(DEMO), leads(), log((0, spelling, DAY)), now())

    assert ledger.lines[0].source == (spelling,)
    assert list(ledger.points) == [40.0]


def test_a_rule_counts_all_the_events_it_names_and_no_others() -> None:
    rule = "{id: ask, when: {event: [quote, rfp]}, points: 3, group: engagement}"

    assert points_of(rule, log((0, "quote", DAY), (0, "rfp", DAY), (0, "quoted", DAY))) == [6.0]


def test_a_lead_gets_only_its_own_events() -> None:
    ledger = score_rules(book(DEMO), leads(3), log((2, "demo_request", DAY)), now(3))

    assert list(ledger.points) == [0.0, 0.0, 40.0]


def test_each_snapshot_of_a_lead_sees_what_was_before_it() -> None:
    twice = Snapshots(np.array([0, 0]), np.array([NOW - 2 * DAY, NOW]))

    ledger = score_rules(book(DEMO), leads(), log((0, "demo_request", DAY)), twice)

    assert list(ledger.points) == [0.0, 40.0]


def test_the_cap_of_a_rule_is_a_line_that_takes_what_is_too_much() -> None:
    ledger = score_rules(book(OPEN), leads(), log(*[(0, "open", DAY)] * 4), now())

    assert line(ledger, "open") == [8.0]
    assert line(ledger, "cap open") == [-3.0]
    assert list(ledger.points) == [5.0]


def test_the_cap_of_a_rule_bounds_negative_points_as_well() -> None:
    rule = "{id: left, when: {event: unsubscribe}, points: -30, group: engagement, cap: 40}"

    ledger = score_rules(book(rule), leads(), log(*[(0, "unsubscribe", DAY)] * 2), now())

    assert line(ledger, "cap left") == [20.0]
    assert list(ledger.points) == [-40.0]


def test_group_caps_and_the_cap_of_all_bound_from_above_and_are_lines() -> None:
    big = "{id: big, when: {field: size, at_least: 10}, points: 70, group: fit}"
    crowd = leads(1, {"size": NumberColumn(np.array([50.0]))})
    events = log(*[(0, "demo_request", DAY)] * 3)

    ledger = score_rules(book(f"{DEMO}, {big}", "{fit: 60, engagement: 80, total: 120}"), crowd, events, now())

    assert [each.name for each in ledger.lines] == ["demo", "big", "cap fit", "cap engagement", "cap total"]
    assert [each.group for each in ledger.lines] == ["engagement", "fit", "fit", "engagement", "total"]
    assert ledger.values.tolist() == [[120.0, 70.0, -10.0, -40.0, -20.0]]
    assert (ledger.group_points("fit")[0], ledger.group_points("engagement")[0]) == (60.0, 80.0)
    assert ledger.points[0] == 120.0


def test_group_caps_leave_negative_points_alone() -> None:
    rule = "{id: left, when: {event: unsubscribe}, points: -300, group: engagement}"

    assert points_of(rule, log((0, "unsubscribe", DAY)), "{engagement: 80, total: 120}") == [-300.0]


def test_a_filled_cap_gives_exactly_its_points() -> None:
    rules = "{id: a, when: {event: a}, points: 33.3, group: fit}, {id: b, when: {event: b}, points: 0.1, group: fit}"

    points = points_of(rules, log(*[(0, "a", DAY)] * 2, *[(0, "b", DAY)] * 7), "{fit: 60.7}")

    assert points == [on_grid(60.7)]


def test_a_rule_without_its_column_or_event_is_a_line_of_zeros_without_source() -> None:
    rules = f"{DEMO}, {OPEN}, {{id: size, when: {{field: size, at_least: 1}}, points: 1, group: fit}}"

    ledger = score_rules(book(rules), leads(2), no_events(), now(2))

    assert [each.source for each in ledger.lines] == [()] * 4
    assert ledger.values.tolist() == [[0.0] * 4] * 2


def test_a_rulebook_without_rules_gives_no_points() -> None:
    assert list(score_rules(book(""), leads(2), no_events(), now(2)).points) == [0.0, 0.0]


def test_no_snapshots_are_no_rows() -> None:
    ledger = score_rules(load_starter(), leads(0), no_events(), now(0))

    assert ledger.values.shape == (0, len(ledger.lines))


def test_scoring_changes_none_of_its_inputs() -> None:
    events, crowd, when = log((0, "call", DAY), (0, "open", 2 * DAY)), leads(), now()
    kept = [array.copy() for array in (events.lead, events.type_code, events.at_us, when.lead, when.as_of_us)]

    score_rules(book(f"{CALL}, {OPEN}"), crowd, events, when)

    after = (events.lead, events.type_code, events.at_us, when.lead, when.as_of_us)
    assert all(np.array_equal(a, b) for a, b in zip(kept, after, strict=True))


def test_a_rulebook_means_in_other_tables_what_a_new_one_would() -> None:
    size = "{id: size, when: {field: size, at_least: 5}, points: 1, group: fit}"
    rules = f"{size}, {{id: call, when: {{event: Call}}, points: 2, group: fit}}"
    used = book(rules)
    tables = [
        (leads(1, {"size": column}), log((0, kind, DAY)))
        for column in (NumberColumn(np.array([5.0])), TextColumn.of(["5"]), TextColumn.of(["6"]))
        for kind in ("call", "CALL", "visit")
    ]
    tables.append((leads(), no_events()))

    for some_leads, events in tables:
        found, expected = (score_rules(each, some_leads, events, now()) for each in (used, book(rules)))
        assert found.lines == expected.lines
        assert found.values.tolist() == expected.values.tolist()
