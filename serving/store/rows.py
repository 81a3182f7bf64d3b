"""Scored leads as rows of the store: the columns of the list, and the details as JSON."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from features.catalogue import FAMILIES
from features.tables import FloatArray, IntArray
from models.explanation import merge_sources
from models.lead_model import LeadModel
from models.rules.elements import ANSWERS, UNKNOWN, Known
from models.rules.purchase import STEPS
from models.score_rows import score_columns
from models.scoring import Scores
from serving.batch import ScoredPart
from serving.store.detail import MAX_CONTRIBUTIONS
from serving.store.display_names import display_names
from serving.store.labels import source_labels
from serving.store.newest_events import newest_events

#: A row of `schema.LEADS`, and its `detail`.
StoreRow = dict[str, object]


@dataclass(frozen=True)
class Merged:
    """The contributions of n leads by column and event type, in log-odds."""

    sources: tuple[str, ...]
    labels: list[str]
    values: FloatArray

    @classmethod
    def of(cls, model: LeadModel, scores: Scores) -> "Merged":
        sources, _, values = merge_sources(scores.contributions)
        return cls(sources, source_labels(model, sources), values)


def store_rows(model: LeadModel, part: ScoredPart, merged: Merged, rows: IntArray) -> list[StoreRow]:
    """The rows of some leads of a part.

    Parameters
    ----------
    rows : m positions, ascending.
    """
    columns = {name: _plain(cells[rows]) for name, cells in score_columns(model, part.scores).items()}
    columns["percentile"] = [None if cell is None else int(cell) for cell in columns["percentile"]]
    columns["as_of_us"] = part.scores.as_of_us[rows].tolist() if model.facts.spec.has_times else [0] * len(rows)
    titles, subtitles = display_names(part.leads, model.facts.spec.kinds, rows, part.scores.as_of_us[rows])
    found = zip(columns["lead_id"], titles, subtitles, columns["summary"], strict=True)
    columns |= {"title": titles, "subtitle": subtitles, "search": ["\n".join(each).casefold() for each in found]}
    columns["detail"] = _details(model, part, merged, rows)
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _plain(cells: NDArray[Any]) -> list[Any]:
    if cells.dtype.kind != "f":
        return list(cells.tolist())
    return [None if cell != cell else cell for cell in cells.tolist()]


def _details(model: LeadModel, part: ScoredPart, merged: Merged, rows: IntArray) -> list[str]:
    scores = part.scores
    words, actors = model.facts.words, model.facts.spec.actors
    as_of_us = scores.as_of_us if model.facts.spec.has_times else np.full(len(scores), np.iinfo(np.int64).max)
    events = newest_events(part.events, as_of_us, rows, words=words, actors=actors)
    columns = zip(
        _largest(merged, scores, rows),
        _reasons(scores, rows),
        _ledgers(scores, rows),
        _elements(scores.qualification.known, rows),
        scores.qualification.step[rows].tolist(),
        strict=True,
    )
    return [
        to_json(
            {
                **largest,
                "reasons": reasons,
                "ledger": ledger,
                "known": known,
                "step": STEPS[step],
                "events": events.of(row),
            }
        ).decode()
        for row, (largest, reasons, ledger, known, step) in enumerate(columns)
    ]


def _largest(merged: Merged, scores: Scores, rows: IntArray) -> list[StoreRow]:
    """The largest contributions of each lead, and the sum of the others: what is missing to its log-odds."""
    values = merged.values[rows]
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :MAX_CONTRIBUTIONS]
    largest = np.take_along_axis(values, order, axis=1)
    others = scores.log_odds[rows] - scores.contributions.base_log_odds - largest.sum(axis=1)
    named = list(zip(merged.sources, merged.labels, strict=True))
    return [
        {
            "contributions": [(*named[i], value) for i, value in zip(sources, own, strict=True) if value],
            "n_others": values.shape[1] - len(sources),
            "others_log_odds": rest,
        }
        for sources, own, rest in zip(order.tolist(), largest.tolist(), others.tolist(), strict=True)
    ]


def _reasons(scores: Scores, rows: IntArray) -> list[list[tuple[object, ...]]]:
    reasons, first = scores.reasons, scores.reasons.first.tolist()
    source, family, impact = reasons.source.tolist(), reasons.family.tolist(), reasons.impact.tolist()
    return [
        [
            (reasons.sources[source[i]], FAMILIES[family[i]], impact[i], reasons.text[i])
            for i in range(first[row], first[row + 1])
        ]
        for row in rows.tolist()
    ]


def _ledgers(scores: Scores, rows: IntArray) -> list[list[tuple[object, ...]]]:
    lines = scores.ledger.lines
    return [
        [(line.name, line.group, points) for line, points in zip(lines, own, strict=True) if points]
        for own in scores.ledger.values[rows].tolist()
    ]


def _elements(known: Known, rows: IntArray) -> list[list[tuple[object, ...]]]:
    asked = [(element.id, element.question.ask if element.question else None) for element in known.elements]
    return [
        [
            (name, ANSWERS[code], ask if code == UNKNOWN else None)
            for (name, ask), code in zip(asked, codes, strict=True)
        ]
        for codes in known.answer[rows].tolist()
    ]
