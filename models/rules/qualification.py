"""What the rulebook makes of a lead: levels, tier, stage, gates, what is known of it, and how near it is to buying."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from features.actors import Actor
from features.snapshots import Snapshots
from features.tables import EventArrays, FloatArray, LeadArrays
from models.rules.elements import Known, ask_elements
from models.rules.event_signs import EventReader
from models.rules.facts import Facts, look_up
from models.rules.gates import Gated, close_gates
from models.rules.ledger import RuleLedger
from models.rules.purchase import place_on
from models.rules.schema import RuleBook
from models.rules.stages import STAGES, stage_of
from models.rules.tiers import LEVELS, TIERS, CodeArray, level_of


@dataclass(frozen=True)
class Qualification:
    """Exactly one level of each kind, tier, stage and step for every snapshot.

    Attributes
    ----------
    fit_level, engagement_level : n int8 positions in LEVELS.
    tier : n int8 positions in TIERS; a disqualified lead is cold or warm, never hot.
    stage : n int8 positions in STAGES; a disqualified lead is never sql.
    step : n int8 positions in STEPS of the purchase timeline.
    gated : which gates hold.
    known : what is known of the elements of qualification.
    disqualified, no_mail : n, the gate that holds and its reason; None where none does.
    suspect : n, what is missing of a lead that is interested; None where nothing is.
    """

    fit_level: CodeArray
    engagement_level: CodeArray
    tier: CodeArray
    stage: CodeArray
    step: CodeArray
    gated: Gated
    known: Known
    disqualified: tuple[str | None, ...]
    no_mail: tuple[str | None, ...]
    suspect: tuple[str | None, ...]


def qualify(
    rulebook: RuleBook,
    ledger: RuleLedger,
    leads: LeadArrays,
    events: EventArrays,
    snapshots: Snapshots,
    *,
    probability: FloatArray | None = None,
    actors: Mapping[str, Actor] = MappingProxyType({}),
    facts: Facts | None = None,
) -> Qualification:
    """Levels, tier, stage, gates and elements of every snapshot, from what was known before its `as_of`.

    Parameters
    ----------
    ledger : of the same rulebook and snapshots.
    probability : needed where a stage begins at a probability.
    facts : of the same tables, where they were looked up already: `facts_of`.

    Raises
    ------
    ValueError : a stage begins at a probability and none is given.

    >>> from features.tables import TextColumn, no_events
    >>> from models.rules.ledger import LedgerLine
    >>> from models.rules.loading import load_starter
    >>> ledger = RuleLedger((LedgerLine("size", "size", "fit", ("size",)),), np.array([[100.0], [0.0]]))
    >>> leads = LeadArrays(("a", "b"), None, TextColumn.of([None, None]), {})
    >>> both = Snapshots(np.array([0, 1]), np.array([0, 1]))
    >>> verdict = qualify(load_starter(), ledger, leads, no_events(), both)
    >>> [LEVELS[code] for code in verdict.fit_level], [STAGES[code] for code in verdict.stage]
    (['high', 'low'], ['sql', 'lead'])
    """
    if facts is None:
        facts = look_up(rulebook.asked_beside_rules, leads, events, snapshots, EventReader(actors, rulebook.zone))
    fit = level_of(ledger.group_points("fit"), rulebook.levels.fit)
    engagement = level_of(ledger.group_points("engagement"), rulebook.levels.engagement)
    gated = close_gates(rulebook.gates, facts)
    known = ask_elements(rulebook.qualification.elements, facts)
    out = gated.is_disqualified
    is_interested = engagement >= LEVELS.index(rulebook.qualification.interested_from)
    tier = rulebook.tiers.codes[fit, engagement]
    stage = stage_of(rulebook.stages, ledger.points, probability, facts)
    return Qualification(
        fit_level=fit,
        engagement_level=engagement,
        tier=np.where(out, np.minimum(tier, TIERS.index("warm")), tier).astype(np.int8),
        stage=np.where(out, np.minimum(stage, STAGES.index("mql")), stage).astype(np.int8),
        step=place_on(rulebook.timeline, facts),
        gated=gated,
        known=known,
        disqualified=tuple(gated.words("all")),
        no_mail=tuple(gated.words("mail")),
        suspect=tuple(known.lacking(is_interested & ~out)),
    )


def facts_of(
    rulebook: RuleBook,
    leads: LeadArrays,
    events: EventArrays,
    snapshots: Snapshots,
    *,
    actors: Mapping[str, Actor] = MappingProxyType({}),
) -> Facts:
    """What a rulebook needs to know for `score_rules` and `qualify` together, in one pass over the log."""
    return look_up(rulebook.asked_in_all, leads, events, snapshots, EventReader(actors, rulebook.zone))


def gates_at(
    rulebook: RuleBook,
    leads: LeadArrays,
    events: EventArrays,
    snapshots: Snapshots,
    *,
    actors: Mapping[str, Actor] = MappingProxyType({}),
) -> Gated:
    """Which gates held at each snapshot's own `as_of`."""
    reader = EventReader(actors, rulebook.zone)
    facts = look_up(rulebook.asked_by_gates, leads, events, snapshots, reader)
    return close_gates(rulebook.gates, facts)
