"""What a column or event type is called beside a bar: two or three words, where a sentence says too much."""

from features.catalogue import FeatureInfo, column_words, event_words
from models.lead_model import LeadModel

#: Shapes whose words are a verb phrase of an event type.
_OF_EVENTS = frozenset({"count", "since_last", "active_days", "busiest_day", "unanswered", "days_to_answer"})
_OWN = {"lead_age_days": "Time since the lead came", "any": "All activity", "responsiveness": "Answers to contacts"}


def source_labels(model: LeadModel, sources: tuple[str, ...]) -> list[str]:
    """A label for each column, event type or rule.

    Parameters
    ----------
    sources : as contributions are merged under them.
    """
    infos: dict[str, FeatureInfo] = {}
    for info in model.catalogue.values():
        infos.setdefault(info.source, info)
    return [_capital(_label(model, source, infos.get(source))) for source in sources]


def _label(model: LeadModel, source: str, info: FeatureInfo | None) -> str:
    if source in _OWN:
        return _OWN[source]
    if source.startswith("rule:"):
        return f"Rule “{column_words(source.removeprefix('rule:'))}”"
    said = model.facts.words.get(source)
    if info is not None and info.shape in _OF_EVENTS:
        return said or event_words(source)
    if info is not None and info.shape == "days_since":
        return f"time since {info.words[:1].lower()}{info.words[1:]}"
    return said or (event_words(source) if source in model.facts.spec.event_types else column_words(source))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
