"""The question to ask next: the unknown one whose answer moves the score most."""

import math
from dataclasses import replace

import numpy as np
import pytest

from features.crm import Crm
from features.snapshots import Snapshots, snapshots_at
from features.tables import Kind, NumberColumn, TextColumn
from features.versions import Versions
from models.lead_model import LeadModel
from models.next_question import _answered, next_questions
from models.rules.elements import Known, Question
from models.scoring import score_leads
from tests.company import NOW
from tests.rulebooks import leads, log, now

RULES = """version: asked
odds: {base: 0.05, double_every: 20}
rules:
  - {id: rich, when: {field: budget, at_least: 100}, points: 20, group: fit}
  - {id: chief, when: {field: role, matches: chief}, points: 60, group: fit}
levels: {fit: [15, 35], engagement: [15, 40]}
tiers: {hot: [[high, high]], warm: []}
stages: {mql: {points: 30}, sql: {points: 70}}
qualification:
  elements:
    - id: budget
      yes: {field: budget, at_least: 100}
      question: {ask: How much?, field: budget, answers: [10, 200]}
    - id: role
      yes: {field: role, matches: chief}
      question: {ask: Who are you?, field: role, answers: [chief, clerk, other]}
    - {id: need, yes: {event: demo}}
"""


def asked(model: LeadModel, *, known: list[list[int]], n: int = 1) -> list[str | None]:
    quiet = leads(n, budget=NumberColumn(np.full(n, math.nan)), role=TextColumn.of([None] * n))
    answers = Known(model.rulebook.qualification.elements, np.array(known, dtype=np.int8))
    return [None if q is None else q.ask for q in next_questions(model, quiet, log(), now(n), answers)]


@pytest.fixture(scope="module")
def asking(rules_model: LeadModel) -> LeadModel:
    return replace(rules_model, rules_text=RULES)


def test_the_question_that_moves_the_score_most_is_asked_and_only_where_it_is_open(asking: LeadModel) -> None:
    known = [[0, 0, 0], [0, 2, 0], [1, 2, 0], [2, 0, 0]]

    # 20 points move half the answers by log 2, 60 points move a third of them by 3 log 2
    assert asked(asking, known=known, n=4) == ["Who are you?", "How much?", None, "Who are you?"]


def test_a_move_is_the_mean_over_the_answers_of_what_they_change(asking: LeadModel) -> None:
    lead = leads(1, budget=NumberColumn(np.array([math.nan])))
    known = Known(asking.rulebook.qualification.elements[:1], np.zeros((1, 1), dtype=np.int8))

    (question,) = next_questions(asking, lead, None, now(), known)

    assert question is not None
    low, high = question.log_odds
    per_point = asking.facts.prior.per_point
    assert high - low == pytest.approx(20 * per_point)
    assert question.move == pytest.approx(10 * per_point)


@pytest.mark.parametrize(
    ("kind", "answer", "meant"),
    [
        ("date", "2026-12-31", 1_798_761_599_999_999.0),
        ("number", "1.5", 1.5),
        ("number", "20 %", 20.0),
        ("flag", "yes", 1.0),
        ("category", " chief ", "chief"),
        ("employees", "51-200", "51-200"),
    ],
)
def test_an_answer_is_read_as_a_cell_of_its_column(
    rules_model: LeadModel, kind: Kind, answer: str, meant: float | str
) -> None:
    spec = replace(rules_model.facts.spec, kinds={"asked": kind})
    question = Question(ask="What?", field="asked", answers=(answer, "no idea"))

    column = _answered(leads(2), question, answer, spec).columns["asked"]

    cells = column.cells() if isinstance(column, TextColumn) else column.values.tolist()
    assert cells == [meant, meant]


@pytest.mark.parametrize(
    ("answers", "meant"),
    [
        (("0", "10000", "no"), [0.0, 10_000.0, 0.0]),
        (("y", "n"), [1.0, 0.0]),
        (("2026-12-31", "2027-01-01"), [1_798_761_599_999_999.0, 1_798_847_999_999_999.0]),
        (("yes", "not yet"), ["yes", "not yet"]),
    ],
)
def test_answers_for_a_column_that_is_not_known_show_its_kind(
    rules_model: LeadModel, answers: tuple[str, ...], meant: list[float | str]
) -> None:
    question = Question(ask="What?", field="asked", answers=answers)

    columns = [_answered(leads(1), question, each, rules_model.facts.spec).columns["asked"] for each in answers]

    cells = [each.cell(0) if isinstance(each, TextColumn) else float(each.values[0]) for each in columns]
    assert cells == meant


def test_an_answer_stands_in_the_place_of_what_was_known_of_the_field_before(asking: LeadModel) -> None:
    nothing = NumberColumn(np.array([math.nan]))
    lead = leads(1, budget=nothing)
    dated = replace(lead, history={"budget": Versions(np.array([0]), np.array([0]), nothing)})
    known = Known(asking.rulebook.qualification.elements[:1], np.zeros((1, 1), dtype=np.int8))

    assert next_questions(asking, dated, None, now(), known) == next_questions(asking, lead, None, now(), known)


def test_the_model_is_asked_as_well_as_the_rules(model: LeadModel, crm: Crm) -> None:
    text = RULES.replace("field: budget", "field: number_of_employees").replace("rules:\n", "rules: []\n#")
    text = "\n".join(line for line in text.splitlines() if not line.startswith(("  - {id: rich", "  - {id: chief")))
    other = replace(model, rules_text=text)
    rows = snapshots_at(crm.leads, NOW)
    at = Snapshots(rows.lead[:3], rows.as_of_us[:3])
    known = Known(other.rulebook.qualification.elements[:1], np.zeros((3, 1), dtype=np.int8))

    questions = next_questions(other, crm.leads, crm.events, at, known)

    answered = NumberColumn(np.full(len(crm.leads), 200.0))
    big = replace(crm.leads, columns={**crm.leads.columns, "number_of_employees": answered})
    expected = score_leads(other, big, crm.events, at).log_odds
    assert [q.log_odds[1] for q in questions if q is not None] == pytest.approx(expected.tolist(), abs=1e-12)
