"""Scored leads as rows of the store: the columns of the list, and the details as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from features.catalogue import FAMILIES
from features.tables import NEVER_US, FloatArray, IntArray
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
from serving.store.newest_events import NewestEvents, newest_events
from serving.store.spool import Row

#: A row of `schema.LEADS`, and its `detail`.
StoreRow = Row


#: So many rows are Python objects at a time.
_PIECE = 1_000


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


def store_rows(model: LeadModel, part: ScoredPart, merged: Merged, rows: IntArray) -> Iterator[tuple[StoreRow, bytes]]:
    """The rows of some leads of a part, each with its details as JSON.

    Parameters
    ----------
    rows : m positions, ascending.
    """
    scores, spec = part.scores, model.facts.spec
    columns = score_columns(model, scores)
    as_of_us = scores.as_of_us if spec.has_times else np.full(len(scores), NEVER_US)
    events = newest_events(part.events, as_of_us, rows, words=model.facts.words, actors=spec.actors)
    for start in range(0, len(rows), _PIECE):
        piece = rows[start : start + _PIECE]
        cells = {name: _plain(column[piece]) for name, column in columns.items()}
        cells["percentile"] = [None if cell is None else int(cell) for cell in cells["percentile"]]
        cells["as_of_us"] = scores.as_of_us[piece].tolist() if spec.has_times else [0] * len(piece)
        titles, subtitles = display_names(part.leads, spec.kinds, piece, scores.as_of_us[piece])
        found = zip(cells["lead_id"], titles, subtitles, cells["summary"], strict=True)
        cells |= {"title": titles, "subtitle": subtitles, "search": ["\n".join(each).casefold() for each in found]}
        plain = (dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True))
        yield from zip(plain, _details(scores, merged, piece, events, first=start), strict=True)


def _plain(cells: NDArray[Any]) -> list[Any]:
    if cells.dtype.kind != "f":
        return list(cells.tolist())
    return [None if cell != cell else cell for cell in cells.tolist()]


def _details(scores: Scores, merged: Merged, rows: IntArray, events: NewestEvents, *, first: int) -> Iterator[bytes]:
    columns = zip(
        _largest(merged, scores, rows),
        _reasons(scores, rows),
        _ledgers(scores, rows),
        _elements(scores.qualification.known, rows),
        scores.qualification.step[rows].tolist(),
        strict=True,
    )
    for row, (largest, reasons, ledger, known, step) in enumerate(columns, start=first):
        told = {"reasons": reasons, "ledger": ledger, "known": known, "step": STEPS[step], "events": events.of(row)}
        yield to_json({**largest, **told})


def _largest(merged: Merged, scores: Scores, rows: IntArray) -> list[StoreRow]:
    """The largest contributions of each lead, and the sum of the others: what is missing to its log-odds."""
    values = merged.values[rows]
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :MAX_CONTRIBUTIONS]
    largest = np.take_along_axis(values, order, axis=1)
    others = scores.log_odds[rows] - scores.contributions.base_log_odds - largest.sum(axis=1)
    told = largest != 0  # zeros come last
    features, labels = (np.array(names, dtype=object)[order[told]] for names in (merged.sources, merged.labels))
    each = zip(features.tolist(), labels.tolist(), largest[told].tolist(), strict=True)
    n_others = values.shape[1] - order.shape[1]
    return [
        {"contributions": list(islice(each, n)), "n_others": n_others, "others_log_odds": rest}
        for n, rest in zip(told.sum(axis=1).tolist(), others.tolist(), strict=True)
    ]


def _reasons(scores: Scores, rows: IntArray) -> list[list[tuple[object, ...]]]:
    reasons = scores.reasons
    first, end = reasons.first[rows], reasons.first[rows + 1]
    at = np.concatenate([np.zeros(0, dtype=np.int64), *map(np.arange, first, end)])
    told = zip(
        np.array(reasons.sources, dtype=object)[reasons.source[at]].tolist(),
        np.array(FAMILIES, dtype=object)[reasons.family[at]].tolist(),
        reasons.impact[at].tolist(),
        reasons.text[at].tolist(),
        strict=True,
    )
    return [list(islice(told, n)) for n in (end - first).tolist()]


def _ledgers(scores: Scores, rows: IntArray) -> list[list[tuple[object, ...]]]:
    values = scores.ledger.values[rows]
    counts = values != 0
    line = np.nonzero(counts)[1]
    names = np.array([line.name for line in scores.ledger.lines], dtype=object)[line]
    groups = np.array([line.group for line in scores.ledger.lines], dtype=object)[line]
    each = zip(names.tolist(), groups.tolist(), values[counts].tolist(), strict=True)
    return [list(islice(each, n)) for n in counts.sum(axis=1).tolist()]


def _elements(known: Known, rows: IntArray) -> list[list[tuple[object, ...]]]:
    """What is known of each lead; leads of which the same is known share it."""
    asked = [(element.id, element.question.ask if element.question else None) for element in known.elements]
    kinds, kind = np.unique(known.answer[rows], axis=0, return_inverse=True)
    told: list[list[tuple[object, ...]]] = [
        [
            (name, ANSWERS[code], ask if code == UNKNOWN else None)
            for (name, ask), code in zip(asked, codes, strict=True)
        ]
        for codes in kinds.tolist()
    ]
    return [told[i] for i in kind.reshape(-1).tolist()]
