"""Two rulebooks on the same past: who would have stood elsewhere, what became of them, and how good the cuts are."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from features.crm import Crm
from features.labels import LabelledSnapshots
from features.tables import BoolArray, FloatArray, no_events
from models.log_odds import row_losses
from models.prior import prior_of_rulebook
from models.rules import STAGES, TIERS, Qualification, RuleBook, qualify, score_rules
from training.evaluation import area_under_curve
from training.lead_shares import LeadShare, lead_share

What = Literal["tier", "stage"]


@dataclass(frozen=True)
class Move:
    """Snapshots that one rulebook puts here and the other there; `won` is the share of their leads that were won."""

    what: What
    old: str
    new: str
    won: LeadShare


@dataclass(frozen=True)
class Cut:
    """How good it is to call a lead MQL (or more), or SQL.

    Attributes
    ----------
    precision : the share won of the leads so called.
    recall : the share so called of the leads that were won.
    """

    stage: str
    precision: LeadShare
    recall: LeadShare


@dataclass(frozen=True)
class Standing:
    """One rulebook on the past.

    Attributes
    ----------
    auc : how well its points rank the snapshots; NaN where all ended alike.
    log_loss : of what its own odds promise, in nats.
    cuts : to MQL and to SQL.
    """

    version: str
    auc: float
    log_loss: float
    cuts: tuple[Cut, ...]


@dataclass(frozen=True)
class MovedLead:
    """A lead that would have stood elsewhere, at the newest of its snapshots where it does."""

    lead_id: str
    as_of_us: int
    tier: tuple[str, str]
    stage: tuple[str, str]
    won: bool


@dataclass(frozen=True)
class RulesBacktest:
    """Two rulebooks on n ripe snapshots.

    Attributes
    ----------
    n_leads : of the snapshots.
    moves : where tier or stage differ, most leads first.
    moved : each lead that moves, once, the newest first.
    """

    n_snapshots: int
    n_leads: int
    old: Standing
    new: Standing
    moves: tuple[Move, ...]
    moved: tuple[MovedLead, ...]


def needs_probability(rulebook: RuleBook) -> bool:
    """Whether a stage begins at a probability, which only a model has."""
    return any(cut.probability is not None for cut in (rulebook.stages.mql, rulebook.stages.sql))


def backtest_rules(
    crm: Crm, past: LabelledSnapshots, old: RuleBook, new: RuleBook, *, probability: FloatArray | None = None
) -> RulesBacktest:
    """Score the same snapshots by two rulebooks; gates count as each rulebook has them.

    Parameters
    ----------
    past : n ripe snapshots.
    probability : n, of a model that was not fitted on them; the same for both. Needed where a stage begins at one.

    Raises
    ------
    ValueError : a stage begins at a probability and none is given.
    """
    before, after = (_verdict(crm, past, book, probability) for book in (old, new))
    return RulesBacktest(
        n_snapshots=len(past.won),
        n_leads=len(np.unique(past.snapshots.lead)),
        old=_standing(before, past, old),
        new=_standing(after, past, new),
        moves=_moves(before, after, past),
        moved=_moved(before, after, past, crm.leads.ids),
    )


@dataclass(frozen=True)
class _Verdict:
    points: FloatArray
    qualification: Qualification


def _verdict(crm: Crm, past: LabelledSnapshots, rulebook: RuleBook, probability: FloatArray | None) -> _Verdict:
    log, actors = crm.events or no_events(), crm.actors
    ledger = score_rules(rulebook, crm.leads, log, past.snapshots, actors=actors)
    stands = qualify(rulebook, ledger, crm.leads, log, past.snapshots, probability=probability, actors=actors)
    return _Verdict(ledger.points, stands)


def _standing(verdict: _Verdict, past: LabelledSnapshots, rulebook: RuleBook) -> Standing:
    promised = prior_of_rulebook(rulebook.odds.base, rulebook.odds.double_every).margin(verdict.points)
    loss = float(row_losses(promised, past.won).mean()) if len(past.won) else float("nan")
    cuts = tuple(_cut(name, verdict, past) for name in ("mql", "sql"))
    return Standing(rulebook.version, area_under_curve(verdict.points, past.won), loss, cuts)


def _cut(stage: Literal["mql", "sql"], verdict: _Verdict, past: LabelledSnapshots) -> Cut:
    called = verdict.qualification.stage >= STAGES.index(stage)
    lead = past.snapshots.lead
    return Cut(stage, lead_share(past.won, called, lead), lead_share(called, past.won, lead))


def _moves(before: _Verdict, after: _Verdict, past: LabelledSnapshots) -> tuple[Move, ...]:
    found = []
    whats: tuple[tuple[What, tuple[str, ...]], ...] = (("tier", TIERS), ("stage", STAGES))
    for what, names in whats:
        old, new = (getattr(verdict.qualification, what) for verdict in (before, after))
        for a, b in {(int(a), int(b)) for a, b in zip(old, new, strict=True) if a != b}:
            won = lead_share(past.won, (old == a) & (new == b), past.snapshots.lead)
            found.append(Move(what, names[a], names[b], won))
    return tuple(sorted(found, key=lambda move: (move.what, -move.won.n_leads, move.old, move.new)))


def _moved(before: _Verdict, after: _Verdict, past: LabelledSnapshots, ids: tuple[str, ...]) -> tuple[MovedLead, ...]:
    old, new = before.qualification, after.qualification
    differs: BoolArray = (old.tier != new.tier) | (old.stage != new.stage)
    rows = np.flatnonzero(differs)
    lead, at = past.snapshots.lead[rows], past.snapshots.as_of_us[rows]
    newest_of = {int(lead[i]): int(rows[i]) for i in np.argsort(at, kind="stable")}
    newest = sorted(newest_of.values(), key=lambda row: (-int(past.snapshots.as_of_us[row]), row))
    return tuple(
        MovedLead(
            lead_id=ids[past.snapshots.lead[row]],
            as_of_us=int(past.snapshots.as_of_us[row]),
            tier=(TIERS[old.tier[row]], TIERS[new.tier[row]]),
            stage=(STAGES[old.stage[row]], STAGES[new.stage[row]]),
            won=bool(past.won[row]),
        )
        for row in newest
    )
