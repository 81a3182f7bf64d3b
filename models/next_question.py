"""The one question to ask next: the one whose answer would move the score most, whichever way it goes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.build import build_features
from features.columns import infer_kind, read_column
from features.names import named
from features.parsing import FLAGS
from features.snapshots import Snapshots
from features.spec import FeatureSpec
from features.tables import EventArrays, FloatArray, Kind, LeadArrays, no_events
from models.lead_model import LeadModel
from models.rules import score_rules
from models.rules.elements import UNKNOWN, Element, Known, Question
from models.scoring import row_log_odds


@dataclass(frozen=True)
class NextQuestion:
    """What to ask a lead.

    Attributes
    ----------
    element : what is unknown.
    ask, field : the question, and the column that its answer fills.
    move : the mean absolute change of the log-odds over the answers, each taken as likely as the others.
    log_odds : what the lead would have after each answer, in their order.
    answers : the answers.
    """

    element: str
    ask: str
    field: str
    move: float
    answers: tuple[str, ...]
    log_odds: tuple[float, ...]


def next_questions(
    model: LeadModel, leads: LeadArrays, events: EventArrays | None, snapshots: Snapshots, known: Known
) -> tuple[NextQuestion | None, ...]:
    """For each snapshot the question that would move its score most; None where nothing is left to ask.

    Every answer is put into the field it fills, and rules and model score the lead with it. Of questions that move
    the score alike, the first in the rulebook is asked.

    Parameters
    ----------
    known : of the same snapshots, from their `qualification`.
    """
    best: list[NextQuestion | None] = [None] * len(snapshots)
    now = _log_odds(model, leads, events, snapshots)
    for position, element in enumerate(known.elements):
        rows = np.flatnonzero(known.answer[:, position] == UNKNOWN)
        if element.question is None or not len(rows):
            continue
        some = snapshots.take(rows)
        after = np.column_stack(
            [
                _log_odds(model, _answered(leads, element.question, answer, model.facts.spec), events, some)
                for answer in element.question.answers
            ]
        )
        moves = np.abs(after - now[rows, None]).mean(axis=1)
        for row, move, reached in zip(rows.tolist(), moves.tolist(), after.tolist(), strict=True):
            former = best[row]
            if former is None or move > former.move:
                best[row] = _question(element, element.question, move, reached)
    return tuple(best)


def _question(element: Element, question: Question, move: float, log_odds: Sequence[float]) -> NextQuestion:
    return NextQuestion(element.id, question.ask, question.field, move, question.answers, tuple(log_odds))


def _log_odds(model: LeadModel, leads: LeadArrays, events: EventArrays | None, snapshots: Snapshots) -> FloatArray:
    matrix = build_features(leads, events, snapshots, model.facts.spec)
    ledger = score_rules(model.rulebook, leads, events or no_events(), snapshots, actors=model.facts.spec.actors)
    return row_log_odds(model, matrix, ledger)


def _answered(leads: LeadArrays, question: Question, answer: str, spec: FeatureSpec) -> LeadArrays:
    """The leads, as if all had given this answer, read as a cell of that column is; one not read changes nothing."""
    name = next(iter(named([question.field], leads.columns)), question.field)
    reading = spec.reading.of(f"leads.columns.{name}").of_machine()  # a rulebook writes numbers as programs do
    kind = spec.kinds.get(name, "ignore")
    cell, _ = read_column([answer], _kind_of(answer, question) if kind == "ignore" else kind, reading)
    history = {other: versions for other, versions in leads.history.items() if other != name}
    everybody = np.zeros(len(leads), dtype=np.int64)
    return replace(leads, columns={**leads.columns, name: cell.take(everybody)}, history=history)


def _kind_of(answer: str, question: Question) -> Kind:
    """Of a column that the model does not know: a number, or yes or no, where every answer is one."""
    kinds = ["flag" if each.strip().casefold() in FLAGS else infer_kind([each]) for each in question.answers]
    if set(kinds) <= {"flag", "number"}:
        return "flag" if answer.strip().casefold() in FLAGS else "number"
    return infer_kind(question.answers)
