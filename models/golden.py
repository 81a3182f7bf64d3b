"""Golden rows: made-up leads whose scores are stored with the model and asked again at every load."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from features.build import feature_names
from features.records import Cell, EventRecord, LeadRecord, arrays_of_records
from features.responsiveness import RESPONSIVENESS
from features.snapshots import Snapshots, snapshots_of_rows
from features.tables import ACTOR_CODES, FloatArray, LeadArrays
from features.times import microseconds_of
from models.lead_model import LeadModel
from models.scoring import score_leads

N_GOLDEN_ROWS = 8
_AS_OF = datetime(2020, 1, 31, tzinfo=UTC)
#: The share of cells left empty, also where training had none: what fills them is part of the model.
_GAPS = 0.2


@dataclass(frozen=True)
class GoldenRows:
    """Synthetic leads and what they scored when the model was saved.

    Attributes
    ----------
    records : made from the spec and a seed; of no real person.
    as_of : ISO time they are scored at.
    feature_names : the numeric features, in the order of the matrix.
    log_odds : one per record.
    """

    records: tuple[LeadRecord, ...]
    as_of: str
    feature_names: tuple[str, ...]
    log_odds: tuple[float, ...]


def make_golden_rows(model: LeadModel) -> GoldenRows:
    """Golden rows for a model, with the scores it gives them now."""
    rng = np.random.default_rng(20_200_131)
    records = tuple(_record(model, rng, number) for number in range(N_GOLDEN_ROWS))
    blank = GoldenRows(records, _AS_OF.isoformat(), feature_names(model.facts.spec), ())
    scores = score_golden_rows(model, blank)
    return GoldenRows(blank.records, blank.as_of, blank.feature_names, tuple(scores.tolist()))


def score_golden_rows(model: LeadModel, golden: GoldenRows) -> FloatArray:
    """The log-odds that a model gives the golden rows, through the one scoring path."""
    leads, events = arrays_of_records(golden.records, model.facts.spec)
    snapshots = _snapshots(leads, datetime.fromisoformat(golden.as_of))
    return score_leads(model, leads, events if model.facts.spec.has_events else None, snapshots, n_reasons=1).log_odds


def _snapshots(leads: LeadArrays, as_of: datetime) -> Snapshots:
    rows = snapshots_of_rows(leads)
    if leads.created_us is None:
        return rows
    return Snapshots(rows.lead, np.full(len(leads), microseconds_of(as_of), dtype=np.int64))


def _record(model: LeadModel, rng: np.random.Generator, number: int) -> LeadRecord:
    spec = model.facts.spec
    attributes: dict[str, Cell] = {}
    for name in spec.numbers:
        top = max(abs(model.facts.encoder.fills.get(name, 10.0)), 1.0)
        attributes[name] = None if rng.random() < _GAPS else round(float(rng.uniform(0, 2 * top)), 3)
    for name in spec.dates:
        date = (_AS_OF - timedelta(days=float(rng.integers(1, 400)))).isoformat()
        attributes[name] = None if rng.random() < _GAPS else date
    for name in spec.categories:
        levels = sorted(model.facts.encoder.categories[name].levels)
        attributes[name] = str(rng.choice(levels)) if levels and rng.random() >= _GAPS else None
    n_events = 6 * number if spec.event_types else 0
    actors = (None, *ACTOR_CODES) if set(RESPONSIVENESS) & set(spec.timeline) else (None,)
    events = tuple(_event(rng, spec.event_types, actors[i % len(actors)]) for i in range(n_events))
    created = (_AS_OF - timedelta(hours=float(rng.integers(1, 24 * 45)))).isoformat()
    return LeadRecord(f"golden-{number}", created if spec.has_times else None, attributes, events)


def _event(rng: np.random.Generator, types: tuple[str, ...], actor: str | None) -> EventRecord:
    at = _AS_OF - timedelta(seconds=float(rng.integers(60, 45 * 86_400)))
    return EventRecord(types[int(rng.integers(len(types)))], at.isoformat(), actor=actor)
