"""What a feature is called in a figure: its words and what is measured, without a value."""

from features.catalogue import FeatureInfo
from features.responsiveness import DAYS_TO_ANSWER

#: How an event type is measured, by the end of the feature's name.
_MEASURES = {
    "count": "how often in all",
    "days_since_last": "days since last",
    "active_days": "on how many days",
}


def feature_words(info: FeatureInfo) -> str:
    """The feature as people would call it.

    >>> feature_words(FeatureInfo("pricing.count_7d", "pricing", "engagement", "times", "count", "saw the prices"))
    'Saw the prices: how often in 7 days'
    """
    words = info.words[:1].upper() + info.words[1:]
    if words.endswith("” recorded"):  # of an event type that nobody gave words
        words = words.removeprefix("Had ").removesuffix(" recorded")
    if info.shape == "age":
        return "Days since the lead came"
    if info.shape == "days_since":
        return f"{words}: days since then"
    if info.shape == "unanswered":
        return "Contacts left unanswered"
    if info.name == DAYS_TO_ANSWER:
        return "Days to answer a contact"
    if info.shape in ("count", "since_last", "active_days", "busiest_day"):
        return f"{words}: {_measured(info.name.rsplit('.', 1)[1])}"
    return words if info.name == info.source or ":" not in info.name else _derived(info.name, words)


def _measured(measure: str) -> str:
    name, _, window = measure.rpartition("_")
    days = window.removesuffix("d")
    if measure in _MEASURES or not days.isdigit():
        return _MEASURES.get(measure, measure)
    if name == "decayed":
        return "how often lately"
    said = {"count": "how often", "active_days": "on how many days"}
    return f"{said.get(name, 'most on one day')} in {days} {'day' if days == '1' else 'days'}"


def _derived(name: str, words: str) -> str:
    """A feature derived from a column, like ``seniority:job_title``."""
    measure = name.split(":", 1)[0].replace("_", " ").removeprefix("is ")
    return words if words.lower() == measure else f"{words}: {measure}"
