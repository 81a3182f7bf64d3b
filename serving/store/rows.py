"""Scored leads as rows of the store: the columns of the list, and the details as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
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


#: What comes many times, column by column.
Columns = list[list[object]]
#: So many rows are Python objects at a time.
_PIECE = 200


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
    columns = (_named(merged.sources, order[told]), _named(merged.labels, order[told]), largest[told])
    n_others = values.shape[1] - order.shape[1]
    return [
        {"contributions": own, "n_others": n_others, "others_log_odds": rest}
        for own, rest in zip(_parted(columns, told.sum(axis=1)), others.tolist(), strict=True)
    ]


def _reasons(scores: Scores, rows: IntArray) -> list[Columns]:
    reasons = scores.reasons
    first, end = reasons.first[rows], reasons.first[rows + 1]
    at = np.concatenate([np.zeros(0, dtype=np.int64), *map(np.arange, first, end)])
    sources, families = _named(reasons.sources, reasons.source[at]), _named(FAMILIES, reasons.family[at])
    return _parted((sources, families, reasons.impact[at], reasons.text[at]), end - first)


def _ledgers(scores: Scores, rows: IntArray) -> list[Columns]:
    values = scores.ledger.values[rows]
    counts = values != 0
    line = np.nonzero(counts)[1]
    names, groups = ([getattr(each, name) for each in scores.ledger.lines] for name in ("name", "group"))
    return _parted((_named(names, line), _named(groups, line), values[counts]), counts.sum(axis=1))


def _named(names: Sequence[str], positions: IntArray) -> NDArray[np.object_]:
    return np.array(names, dtype=object)[positions]


def _parted(columns: Sequence[NDArray[Any]], sizes: IntArray) -> list[Columns]:
    """Each row's own piece of every column.

    Parameters
    ----------
    sizes : how long the pieces are, row by row.
    """
    ends = np.cumsum(sizes).tolist()
    lists = [column.tolist() for column in columns]
    return [[cells[start:end] for cells in lists] for start, end in pairwise([0, *ends])]


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
