"""Gates: who is no lead, from when on, and what follows; and what is known of the others."""

from collections.abc import Mapping

import numpy as np
import pytest

from features.machine_clicks import BURST_CLICKS, MailColumns, judge_machines
from features.snapshots import Snapshots
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import MICROSECONDS_PER_SECOND as SECOND
from features.tables import Column, EventArrays, NumberColumn, TextColumn
from features.yaml_text import BadDocument
from models.rules import STAGES, STEPS, TIERS, Qualification, RuleBook, qualify, score_rules
from models.rules.evidence import findings_of
from tests.rulebooks import NOW, book, event, leads, log, now

HOT = """{id: size, when: {field: size, at_least: 0}, points: 50, group: fit},
{id: call, when: {event: call}, points: 50, group: engagement}"""
GATES = """
  - {id: rival, when: {domain: rival.com}, reason: works for a competitor, review: 2027-01-31}
  - {id: left, when: {event: unsubscribe}, reason: wants no mail, scope: mail}
  - {id: spam, when: {event: complaint, at_least: 2}, reason: called us spam}
"""


def verdict_on(
    rulebook: RuleBook,
    events: EventArrays,
    columns: Mapping[str, Column],
    *,
    n: int = 1,
    when: Snapshots | None = None,
    probability: list[float] | None = None,
) -> Qualification:
    crowd, at = leads(n, **columns), when or now(n)
    ledger = score_rules(rulebook, crowd, events, at)
    chance = None if probability is None else np.array(probability)
    return qualify(rulebook, ledger, crowd, events, at, probability=chance)


def test_a_gated_lead_is_neither_hot_nor_sql_and_says_why() -> None:
    columns: dict[str, Column] = {"size": NumberColumn(np.ones(2)), "email": TextColumn.of(["a@rival.com", "b@x.com"])}

    verdict = verdict_on(book(HOT, gates=GATES), log(event("call"), event("call", lead=1)), columns, n=2)

    assert [TIERS[code] for code in verdict.tier] == ["warm", "hot"]
    assert [STAGES[code] for code in verdict.stage] == ["mql", "sql"]
    assert verdict.disqualified == ("rival: works for a competitor", None)


def test_a_gate_for_mail_leaves_the_lead_a_lead() -> None:
    columns: dict[str, Column] = {"size": NumberColumn(np.ones(1))}

    verdict = verdict_on(book(HOT, gates=GATES), log(event("call"), event("unsubscribe")), columns)

    assert (TIERS[verdict.tier[0]], verdict.disqualified, verdict.no_mail) == ("hot", (None,), ("left: wants no mail",))


@pytest.mark.parametrize(("ago", "held"), [(1, True), (0, False), (-5, False)])
def test_a_gate_counts_from_when_it_held(ago: int, held: bool) -> None:
    verdict = verdict_on(book(gates=GATES), log(event("unsubscribe", ago)), {})

    assert verdict.gated.held[0].tolist() == [False, held, False]


def test_an_unsubscribe_inside_a_burst_neither_gives_points_nor_closes_a_gate() -> None:
    rules = "{id: gone, when: {event: unsubscribe}, points: -50, group: engagement}"
    clicks = [event("email_click", DAY - i * SECOND - 1) for i in range(BURST_CLICKS)]
    by_hand = log(event("unsubscribe", DAY - SECOND - 1))
    with_a_burst = log(*clicks, event("unsubscribe", DAY - SECOND))
    one_mail = MailColumns(message=np.zeros(len(with_a_burst), dtype=np.int64))
    judged, counts = judge_machines(with_a_burst, one_mail, {})
    rulebook, crowd, seen = book(rules, gates=GATES), leads(1), []

    for events in (by_hand, judged):
        ledger = score_rules(rulebook, crowd, events, now())
        verdict = qualify(rulebook, ledger, crowd, events, now())
        seen.append((ledger.points.tolist(), verdict.no_mail))

    assert counts.burst == BURST_CLICKS + 1
    assert seen == [([-50.0], ("left: wants no mail",)), ([0.0], (None,))]


def test_a_gate_says_since_when_where_an_event_closed_it() -> None:
    columns: dict[str, Column] = {"email": TextColumn.of(["a@rival.com"])}
    twice = log(event("unsubscribe", 3 * DAY), event("unsubscribe", 9 * DAY))

    gated = verdict_on(book(gates=GATES), twice, columns).gated

    assert np.isnan(gated.since_us[0, 0])
    assert gated.since_us[0, 1] == NOW - 9 * DAY
    assert np.isnan(gated.since_us[0, 2])


@pytest.mark.parametrize(
    "when",
    [
        "{event: complaint, at_least: 2}",
        "{event: complaint, within: 20d}",
        "{any: [{event: complaint, at_least: 2}, {event: call}]}",
        "{all: [{event: complaint, within: 20d}, {event: call}]}",
    ],
)
def test_a_gate_does_not_say_since_when_where_the_first_event_did_not_close_it(when: str) -> None:
    gates = f"[{{id: spam, when: {when}, reason: r}}]"
    events = log(event("complaint", 3 * DAY), event("complaint", 9 * DAY), event("call", 5 * DAY))

    gated = verdict_on(book(gates=gates), events, {}).gated

    assert gated.held.tolist() == [[True]]
    assert np.isnan(gated.since_us).all()


def test_what_always_held_leaves_the_time_to_what_came_with_it() -> None:
    when = "{all: [{any: [{field: size, at_least: 0}, {event: call, at_least: 2}]}, {event: complaint}]}"
    events = log(event("call", DAY), event("call", 2 * DAY), event("complaint", 9 * DAY))

    gated = verdict_on(
        book(gates=f"[{{id: g, when: {when}, reason: r}}]"), events, {"size": NumberColumn(np.ones(1))}
    ).gated

    assert gated.since_us.tolist() == [[NOW - 9 * DAY]]


def test_minimum_criteria_are_a_gate_that_is_negated() -> None:
    gates = (
        "[{id: minimum, when: {not: {all: [{field: size, at_least: 5}, {field: email, present: true}]}}, reason: r}]"
    )
    columns: dict[str, Column] = {
        "size": NumberColumn(np.array([9.0, 9.0, 1.0])), "email": TextColumn.of(["a@b.de", None, "c@d.de"])
    }  # fmt: skip

    verdict = verdict_on(book(gates=gates), log(), columns, n=3)

    assert verdict.gated.is_disqualified.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("gates", "said"),
    [
        ("[{id: a, when: {event: x}}]", "nothing for the key `reason`"),
        ("[{id: a, when: {event: x}, reason: r}, {id: a, when: {event: y}, reason: r}]", "found the id 'a' 2 times"),
        ("[{id: a, when: {event: x}, reason: r, scope: some}]", "expected 'all' or 'mail'"),
        ("[{id: a, when: {event: x}, reason: r, review: never}]", "expected a day of the calendar"),
    ],
)
def test_a_mistake_in_a_gate_is_said(gates: str, said: str) -> None:
    with pytest.raises(BadDocument, match=said):
        book(gates=gates)


STAGED = """{mql: {points: 40, or_when: {field: newsletter, is: yes}},
  sql: {points: 80, or_event: [demo], or_when: [{field: met, is: yes}, {field: purpose, matches: buy}]},
  recycle_after: 90d}"""


@pytest.mark.parametrize(
    ("columns", "ago", "stage"),
    [
        ({}, 1, "lead"),
        ({"newsletter": "yes"}, 1, "mql"),
        ({"met": "yes"}, 1, "sql"),
        ({"purpose": "want to buy"}, 90 * DAY, "sql"),
        ({"purpose": "want to buy"}, 90 * DAY + 1, "lead"),
        ({"met": "yes", "newsletter": "yes"}, 91 * DAY, "lead"),
    ],
)
def test_a_lead_enters_a_stage_directly_and_goes_back_when_it_falls_silent(
    columns: dict[str, str], ago: int, stage: str
) -> None:
    told: dict[str, Column] = {name: TextColumn.of([text]) for name, text in columns.items()}

    verdict = verdict_on(book(stages=STAGED), log(event("visit", ago), event("call", 1, actor="rep")), told)

    assert STAGES[verdict.stage[0]] == stage


def test_a_lead_that_never_did_anything_falls_silent_from_its_creation() -> None:
    old = now()
    young = Snapshots(np.array([0]), np.array([NOW - 410 * DAY]))  # the lead came 90 days before
    columns: dict[str, Column] = {"met": TextColumn.of(["yes"])}

    stages = [verdict_on(book(stages=STAGED), log(), columns, when=when).stage[0] for when in (old, young)]

    assert [STAGES[code] for code in stages] == ["lead", "sql"]


def test_a_stage_may_begin_at_a_probability() -> None:
    rulebook = book(stages="{mql: {probability: 0.2}, sql: {probability: 0.5}}")

    verdict = verdict_on(rulebook, log(), {}, n=4, probability=[0.19, 0.2, 0.49, 0.5])

    assert [STAGES[code] for code in verdict.stage] == ["lead", "mql", "mql", "sql"]
    with pytest.raises(ValueError, match="score them with a model"):
        verdict_on(rulebook, log(), {}, n=4)


@pytest.mark.parametrize(
    ("section", "text", "said"),
    [
        ("stages", "{mql: {points: 40, probability: 0.2}, sql: {points: 80}}", "points and probability"),
        ("stages", "{mql: {}, sql: {points: 80}}", "found no threshold"),
        ("stages", "{mql: {probability: 0.5}, sql: {probability: 0.4}}", "more than the 0.5 of mql"),
        ("tiers", "{matrix: {high: {high: hot, medium: warm, low: cold}}}", "nothing for the key"),
        ("tiers", "{hot: []}", "found no `warm`"),
        ("tiers", "{hot: [], warm: [], matrix: {}}", "matrix"),
    ],
)
def test_a_mistake_in_tiers_or_stages_is_said(section: str, text: str, said: str) -> None:
    with pytest.raises(BadDocument, match=said):
        book(**{section: text})


def test_a_matrix_writes_all_nine_cells_down() -> None:
    rows = (
        "{low: cold, medium: warm, high: warm}",
        "{low: cold, medium: cold, high: warm}",
        "{low: warm, medium: hot, high: hot}",
    )
    low, medium, high = rows
    tiers = book(tiers=f"{{matrix: {{low: {low}, medium: {medium}, high: {high}}}}}").tiers

    assert [[TIERS[code] for code in row] for row in tiers.codes] == [
        ["cold", "warm", "warm"], ["cold", "cold", "warm"], ["warm", "hot", "hot"],
    ]  # fmt: skip


ELEMENTS = """
  elements:
    - {id: budget, yes: {field: budget, at_least: 100}, no: {field: budget, below: 10}}
    - {id: need, yes: {event: demo}, inferred: [{field: size, above: 500}]}
"""
TIMELINE = (
    "{interest: {event: visit}, urgency: {event: demo, within: 7d}, closing: {all: [{event: quote}, {event: call}]}}"
)


def test_elements_are_yes_no_or_unknown_and_a_suspect_is_interested_and_lacks_one() -> None:
    columns: dict[str, Column] = {
        "budget": NumberColumn(np.array([500, 5, np.nan, 5, 50])),
        "size": NumberColumn(np.array([1, 900, 900, 1, 1.0])),
    }
    calls = log(*(event("call", lead=lead) for lead in range(4)), event("demo", lead=0))

    verdict = verdict_on(book(HOT, qualification=ELEMENTS), calls, columns, n=5)

    assert verdict.suspect == (None, "budget no", "budget unknown", "budget no; need unknown", None)


@pytest.mark.parametrize(
    ("rows", "step"),
    [
        ([], "none"),
        ([("visit", 400)], "interest"),
        ([("visit", 1), ("demo", 7)], "urgency"),
        ([("visit", 1), ("demo", 8)], "interest"),
        ([("quote", 5)], "none"),
        ([("quote", 5), ("call", 3), ("demo", 1)], "closing"),
    ],
)
def test_the_furthest_step_to_buying_counts(rows: list[tuple[str, int]], step: str) -> None:
    verdict = verdict_on(book(timeline=TIMELINE), log(*(event(kind, days * DAY) for kind, days in rows)), {})

    assert STEPS[verdict.step[0]] == step


def test_what_is_known_comes_with_its_evidence() -> None:
    rulebook = book(qualification=ELEMENTS, timeline=TIMELINE)
    crowd = leads(1, budget=NumberColumn(np.array([5.0])), size=NumberColumn(np.array([900.0])))
    rows = log(event("visit", 3 * DAY), event("visit", 2 * DAY))

    found = findings_of(rulebook, crowd, rows, now())

    assert [(each.name, each.answer, each.evidence) for each in found.elements] == [
        ("budget", "no", ("budget is 5",)),
        ("need", "yes", ("inferred: size is 900",)),
    ]
    assert (found.timeline.answer, found.timeline.evidence) == ("interest", ("visit 2 times, last on 2024-10-02",))
