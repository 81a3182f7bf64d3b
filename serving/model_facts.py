"""What is told of the model that scores."""

from features.catalogue import column_words
from models.capacity import Capacity
from models.lead_model import LeadModel
from serving.schemas import Attribute, CapacityCut, ModelAnswer


def model_answer(model: LeadModel) -> ModelAnswer:
    """The model's facts for programs and people."""
    facts, on = model.facts, model.facts.trained_on
    read = {name: kind for name, kind in facts.spec.kinds.items() if kind != "ignore"}
    return ModelAnswer(
        model_version=model.version,
        rules_version=model.rulebook.version,
        source=facts.source,
        why=facts.why,
        horizon_days=model.horizon_days,
        until=on.until,
        snapshots=on.n_snapshots,
        leads=on.n_leads,
        won=on.n_won,
        base_rate=on.base_rate,
        is_time_tested=on.is_time_tested,
        metrics=dict(facts.metrics),
        candidates=dict(facts.candidates),
        capacity=None if facts.capacity is None else _capacity(facts.capacity),
        attributes=[
            Attribute(name=name, kind=kind, words=facts.words.get(name) or column_words(name))
            for name, kind in read.items()
        ],
        event_types=list(facts.spec.event_types),
    )


def _capacity(capacity: Capacity) -> CapacityCut:
    return CapacityCut(
        leads_per_week=capacity.leads_per_week,
        probability=capacity.probability,
        entered_per_week=capacity.entered_per_week,
        weeks=capacity.weeks,
        why=capacity.why,
    )
