"""Golden rows: made-up leads whose scores are stored with the model and asked again at every load."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from features.build import feature_names
from features.records import Cell, EventRecord, LeadRecord
from features.responsiveness import RESPONSIVENESS
from features.spec import FeatureSpec
from features.tables import ACTOR_CODES, FloatArray, Kind
from features.times import microseconds_of
from models.lead_model import LeadModel
from models.record_scoring import score_records

N_GOLDEN_ROWS = 8
_AS_OF = datetime(2020, 1, 31, tzinfo=UTC)
#: The share of cells left empty, also where training had none: what fills them is part of the model.
_GAPS = 0.2
#: Of nobody: names of the trade, and domains that RFC 2606 keeps free.
_PROFILES: Mapping[Kind, tuple[str, ...]] = {
    "title": ("CEO", "Head of Sales", "IT Manager", "Senior Buyer", "Marketing Assistant", "Student", "Wizard"),
    "email": ("ann@golden.example", "info@golden.example", "ann@gmail.com", "ann@golden.edu", "nobody"),
    "name": ("Ann Golden", "asdf"),
    "phone": ("+49 30 901820", "1234567"),
    "country": ("Germany", "USA", "Elbonia"),
    "company": ("Golden Ltd", "Silver Ltd"),
    "website": ("www.golden.example", "silver.example"),
    "employees": ("1-10", "51-200", "10,000+"),
    "revenue": ("$1M - $5M", "100K or less"),
    "industry": ("Software", "Retail", "Falconry"),
}


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
    as_of_us = [microseconds_of(datetime.fromisoformat(golden.as_of))] * len(golden.records)
    return score_records(model, golden.records, as_of_us=as_of_us, n_reasons=1).log_odds


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
    attributes |= _profile(spec, rng)
    n_events = 6 * number if spec.event_types else 0
    actors = (None, *ACTOR_CODES) if set(RESPONSIVENESS) & set(spec.timeline) else (None,)
    events = tuple(_event(rng, spec.event_types, actors[i % len(actors)]) for i in range(n_events))
    created = (_AS_OF - timedelta(hours=float(rng.integers(1, 24 * 45)))).isoformat()
    return LeadRecord(f"golden-{number}", created if spec.has_times else None, attributes, events)


def _profile(spec: FeatureSpec, rng: np.random.Generator) -> dict[str, Cell]:
    """Texts of nobody in the columns that features are derived from."""
    columns = sorted({column for derived in spec.derived for column in derived.columns if column})
    examples = [(column, _PROFILES[spec.kinds[column]]) for column in columns]
    return {column: None if rng.random() < _GAPS else str(rng.choice(texts)) for column, texts in examples}


def _event(rng: np.random.Generator, types: tuple[str, ...], actor: str | None) -> EventRecord:
    at = _AS_OF - timedelta(seconds=float(rng.integers(60, 45 * 86_400)))
    return EventRecord(types[int(rng.integers(len(types)))], at.isoformat(), actor=actor)
