"""Events that are the outcome's own mark, and events by which reps follow what they already know."""

from collections.abc import Container

import numpy as np

from features.actors import made_by_rep
from features.crm import Crm
from features.spec import FeatureSpec
from features.tables import MICROSECONDS_PER_SECOND, NEVER_US
from training.leaks.columns import JudgedBlocks
from training.leaks.finding import Leak

#: Events of many types are told together under this name.
EVENTS = "events"
_MIN_EVENTS = 20
#: A type of which so many stand at the second of the close is a record of it.
_AT_CLOSE = 0.5
_NEAR_US = MICROSECONDS_PER_SECOND
_SHOWN = 8
#: From here on a type made by reps tells a lot, and so much more than the best of the leads' own.
_REP_AUC, _REP_AHEAD = 0.7, 0.05
#: The measure of a type by which types are compared.
_MEASURE = "decayed_14d"


def outcome_events(crm: Crm, accepted: Container[str]) -> list[Leak]:
    """Types that are stamped at the second of the outcome, in one finding; but those that the project accepted."""
    marks = {name: share for name, share in _shares_at_close(crm).items() if name not in accepted}
    if not marks:
        return []
    names = ", ".join(list(marks)[:_SHOWN]) + (f" and {len(marks) - _SHOWN} more" if len(marks) > _SHOWN else "")
    advice = (
        f"{names}: stamped at the second of the close, so they record the outcome. No open lead has them as long as "
        "the outcomes are as fresh as the log; leave them out of the export if they are not"
    )
    column = EVENTS if len(marks) > 1 else names
    return [Leak(column, "event_at_outcome", min(marks.values()), "warn", advice)]


def _shares_at_close(crm: Crm) -> dict[str, float]:
    """The share of each type's events of closed leads that stands at the second of the close, where it is high."""
    if crm.events is None:
        return {}
    events = crm.events.of_people()
    closed_us = crm.outcomes.closed_us[events.lead]
    is_known = closed_us != NEVER_US
    is_near = is_known & (np.abs(np.where(is_known, closed_us, 0) - events.at_us) <= _NEAR_US)
    n = np.bincount(events.type_code[is_known], minlength=len(events.types))
    share = np.bincount(events.type_code[is_near], minlength=len(events.types)) / np.maximum(n, 1)
    marks = [code for code in np.argsort(-share, kind="stable") if n[code] >= _MIN_EVENTS and share[code] >= _AT_CLOSE]
    return {events.types[code]: float(share[code]) for code in marks}


def rep_made(crm: Crm, spec: FeatureSpec, blocks: JudgedBlocks) -> list[Leak]:
    """Types made by reps that tell more than anything a lead does: reps work the leads they believe in."""
    if crm.events is None:
        return []
    events = crm.events.of_people()
    n = np.maximum(np.bincount(events.type_code, minlength=len(events.types)), 1)
    by_rep = np.bincount(events.type_code[made_by_rep(events, crm.actors)], minlength=len(n)) / n > 0.5
    is_of_rep = dict(zip(events.types, by_rep.tolist(), strict=True))
    aucs = {name: blocks.auc_of_number(f"{name}.{_MEASURE}") for name in spec.event_types}
    of_leads = max((auc for name, auc in aucs.items() if not is_of_rep[name]), default=0.5)
    return [
        Leak(
            name,
            "rep_made",
            auc,
            "warn",
            f"made by reps, it ranks later leads with an AUC of {auc:.2f}, the best of the leads' own events with "
            f"{of_leads:.2f}: reps may do it since they know the outcome; ask when it happens",
        )
        for name, auc in aucs.items()
        if is_of_rep[name] and auc >= max(_REP_AUC, of_leads + _REP_AHEAD)
    ]
