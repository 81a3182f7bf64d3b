"""Scores as the columns and rows that every consumer relies on: files, the API, MLflow's pyfunc."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from features.cell_texts import cell_text
from features.records import LeadCells
from features.spec import FeatureSpec
from features.times import time_of
from models.capacity import is_within
from models.lead_model import LeadModel
from models.rules import STAGES, TIERS
from models.scoring import Scores

#: n cells each; NaN is missing.
ScoreColumns = Mapping[str, NDArray[np.generic] | NDArray[np.object_]]


def score_columns(model: LeadModel, scores: Scores) -> ScoreColumns:
    """The plain columns in their order: all but `as_of`, which comes second, and `reasons`, which come last."""
    qualification, n = scores.qualification, len(scores)
    return {
        "lead_id": _texts(scores.lead_ids),
        "probability": scores.probability,
        "probability_low": scores.probability_low,
        "probability_high": scores.probability_high,
        "percentile": scores.percentile,
        "within_capacity": _within(model, scores),
        "points": scores.ledger.points,
        "fit": scores.contributions.family_impact("fit"),
        "engagement": scores.contributions.family_impact("engagement"),
        "timing": scores.contributions.family_impact("timing"),
        "tier": _texts(TIERS)[qualification.tier],
        "stage": _texts(STAGES)[qualification.stage],
        "disqualified": _texts(qualification.disqualified),
        "no_mail": _texts(qualification.no_mail),
        "suspect": _texts(qualification.suspect),
        "dormant": scores.dormant,
        "machine_events": scores.machine_events,
        "log_odds": scores.log_odds,
        "base_log_odds": np.full(n, scores.contributions.base_log_odds),
        "source": np.full(n, model.facts.source, dtype=object),
        "model_version": np.full(n, model.version, dtype=object),
        "rules_version": np.full(n, model.rulebook.version, dtype=object),
        "summary": _texts(scores.summaries),
    }


def score_rows(model: LeadModel, scores: Scores, records: Sequence[LeadCells]) -> list[dict[str, object]]:
    """One JSON object for each of the records that were scored: the score table's columns, and what was missing.

    None stands where a number is not known; `missing` names the attributes that the model looks at and
    that were not known of the lead.
    """
    columns = {name: _cells(cells) for name, cells in score_columns(model, scores).items()}
    ids = columns.pop("lead_id")
    columns["percentile"] = [int(cell) if isinstance(cell, float) else None for cell in columns["percentile"]]
    has_times = model.facts.spec.has_times
    times = [time_of(us).isoformat() if has_times else None for us in scores.as_of_us.tolist()]
    names = ("lead_id", "as_of", *columns)
    rows = [dict(zip(names, cells, strict=True)) for cells in zip(ids, times, *columns.values(), strict=True)]
    for row, why, record in zip(rows, scores.reasons, records, strict=True):
        row["reasons"] = [dict(vars(reason)) for reason in why]
        row["missing"] = _missing(model.facts.spec, record)
    return rows


def _within(model: LeadModel, scores: Scores) -> NDArray[np.object_]:
    """Whether sales can take the lead on; None where that is not known."""
    within = is_within(model.facts.capacity, scores.probability, scores.qualification.gated.is_disqualified)
    return np.full(len(scores), None, dtype=object) if within is None else within.astype(object)


def _texts(texts: tuple[str | None, ...]) -> NDArray[np.object_]:
    return np.array(texts, dtype=object)


def _cells(cells: NDArray[np.generic] | NDArray[np.object_]) -> list[object]:
    if cells.dtype.kind != "f":
        return list(cells.tolist())
    return [None if cell != cell else cell for cell in cells.tolist()]


def _missing(spec: FeatureSpec, record: LeadCells) -> list[str]:
    return [name for name in spec.attributes if spec.reading.is_missing(cell_text(record.attributes.get(name)))]
