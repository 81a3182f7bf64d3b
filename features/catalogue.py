"""What each feature is called, where it comes from, and the words a sales rep reads for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from features.build import DAYS_SINCE, LEAD_AGE_DAYS, feature_names
from features.derived import COMPLETENESS, Derived
from features.names import normal_name
from features.phrases import AMOUNTS, OPT_OUTS, PHRASES
from features.responsiveness import DAYS_TO_ANSWER, UNANSWERED
from features.rhythm import BUSIEST_DAY, RHYTHM
from features.spec import FeatureSpec

Family = Literal["fit", "engagement", "timing"]
FAMILIES: tuple[Family, ...] = ("fit", "engagement", "timing")
Shape = Literal[
    "count",
    "since_last",
    "age",
    "number",
    "flag",
    "level",
    "days_since",
    "active_days",
    "busiest_day",
    "unanswered",
    "days_to_answer",
    "phrase",
    "amount",
    "share",
]
#: Family, unit and shape of what is computed of the order and spread of events.
_TIMELINE: Mapping[str, tuple[Family, str, Shape]] = {
    **{name: ("engagement", "days", "active_days") for name in RHYTHM},
    BUSIEST_DAY: ("engagement", "times", "busiest_day"),
    UNANSWERED: ("engagement", "contacts", "unanswered"),
    DAYS_TO_ANSWER: ("timing", "days", "days_to_answer"),
}

#: Past-tense phrases for the usual event types, by normalised name; a project's own words go first.
EVENT_WORDS: Mapping[str, str] = {
    "any": "was active",
    "call": "talked on the phone",
    "call_by_rep": "was called by a rep",
    "chat": "chatted on the site",
    "contact_form": "filled in the contact form",
    "content_download": "downloaded content",
    "demo_request": "asked for a demo",
    "download": "downloaded content",
    "email_bounce": "had an email bounce",
    "email_bounced": "had an email bounce",
    "email_click": "clicked a link in an email",
    "email_clicked": "clicked a link in an email",
    "email_open": "opened an email",
    "email_opened": "opened an email",
    "email_reply": "replied to an email",
    "email_sent": "was sent an email",
    "form_submission": "filled in a form",
    "form_submit": "filled in a form",
    "meeting": "met with a rep",
    "meeting_booked": "booked a meeting",
    "other": "did something else",
    "page_view": "visited the website",
    "pricing_view": "viewed the pricing page",
    "quote_request": "asked for a quote",
    "reply": "replied to an email",
    "responsiveness": "answered a contact",
    "trial_started": "started a trial",
    "unsubscribe": "unsubscribed from emails",
    "webinar_attended": "attended a webinar",
    "webinar_registered": "registered for a webinar",
}


@dataclass(frozen=True)
class FeatureInfo:
    """One feature as people see it.

    Attributes
    ----------
    name : the column of the matrix.
    source : the column or event type it comes from; features of one source share a reason.
    family : fit (who they are), engagement (what they did), timing (when).
    unit : of the value.
    shape : which kind of sentence words it.
    words : noun phrase of a column, past-tense verb phrase of an event type.
    phrases : of the shapes `phrase`, `amount` and `share`: what is said of each value, see `features.phrases`.
    """

    name: str
    source: str
    family: Family
    unit: str
    shape: Shape
    words: str
    phrases: Mapping[str, str] = field(default_factory=dict)


def column_words(column: str) -> str:
    """A column's name as words.

    >>> column_words("total_visits"), column_words("TotalVisits")
    ('Total visits', 'Total visits')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column).replace("_", " ").replace(".", " ")
    words = [word if word.isupper() else word.lower() for word in spaced.split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def event_words(event_type: str) -> str:
    """The usual words of an event type, else its name in quotes.

    >>> event_words("Email Opened"), event_words("W_Nabellen")
    ('opened an email', 'had “W_Nabellen” recorded')
    """
    return EVENT_WORDS.get(normal_name(event_type)) or f"had “{event_type}” recorded"


def build_catalogue(spec: FeatureSpec, words: Mapping[str, str]) -> Mapping[str, FeatureInfo]:
    """The info of every feature of a spec, numeric ones first, then categories.

    Parameters
    ----------
    words : what the project calls its columns and event types.
    """
    infos = [_info(name, spec, words) for name in feature_names(spec)]
    infos += [
        FeatureInfo(name, name, "fit", "", "level", words.get(name) or column_words(name)) for name in spec.categories
    ]
    infos += [_derived_info(derived, words) for derived in spec.derived if not derived.is_number]
    return {info.name: info for info in infos}


def _derived_info(derived: Derived, words: Mapping[str, str]) -> FeatureInfo:
    """Of several columns the first is the source; the completeness of all fields is its own."""
    source = derived.name if derived.measure == COMPLETENESS else derived.columns[0]
    said = words.get(source) or column_words(source)
    if derived.measure in AMOUNTS:
        unit, phrases = AMOUNTS[derived.measure]
        return FeatureInfo(derived.name, source, "fit", unit, "share" if unit == "share" else "amount", said, phrases)
    if derived.measure in PHRASES:
        return FeatureInfo(derived.name, source, "fit", "", "phrase", said, PHRASES[derived.measure])
    return FeatureInfo(derived.name, source, "fit", "", "level", "region" if derived.measure == "region" else said)


def _info(name: str, spec: FeatureSpec, words: Mapping[str, str]) -> FeatureInfo:
    derived = next((one for one in spec.derived_numbers if one.name == name), None)
    if derived is not None:
        return _derived_info(derived, words)
    if name in spec.numbers:
        phrases = OPT_OUTS.get(normal_name(name)) if spec.kinds.get(name) == "flag" and name not in words else None
        if phrases is not None:
            return FeatureInfo(name, name, "fit", "", "phrase", column_words(name), phrases)
        shape: Shape = "flag" if spec.kinds.get(name) == "flag" else "number"
        return FeatureInfo(name, name, "fit", "", shape, words.get(name) or column_words(name))
    if name == LEAD_AGE_DAYS:
        return FeatureInfo(name, LEAD_AGE_DAYS, "timing", "days", "age", "came")
    if name.startswith(DAYS_SINCE):
        column = name.removeprefix(DAYS_SINCE)
        return FeatureInfo(name, column, "timing", "days", "days_since", words.get(column) or column_words(column))
    group, measure = name.rsplit(".", 1)
    said = words.get(group) or event_words(group)
    if name in _TIMELINE:
        return FeatureInfo(name, group, *_TIMELINE[name], said)
    if measure == "days_since_last":
        return FeatureInfo(name, group, "timing", "days", "since_last", said)
    return FeatureInfo(name, group, "engagement", "times", "count", said)
