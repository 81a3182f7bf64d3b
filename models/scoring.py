"""`score_leads`: the one way from tables to a score, for batch, API and pages alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.build import FeatureMatrix, build_features
from features.catalogue import Family
from features.machine_clicks import count_machine_events
from features.snapshots import Snapshots
from features.tables import BoolArray, Column, EventArrays, FloatArray, IntArray, LeadArrays, NumberColumn, no_events
from models.boosting import tree_contributions, tree_margin
from models.explanation import Contributions, Part, Parts, check_sum
from models.lead_model import LeadModel
from models.log_odds import probability_of
from models.rules import LedgerLine, Qualification, RuleLedger, facts_of, qualify, score_rules
from models.rules.conditions import ANY_EVENT, EventCondition, Leaf, leaves_of
from models.rules.event_signs import types_of
from models.sentences import CellValue, cell_values, known
from models.wording import SUMMARY_REASONS, Reasons, Wording, summaries

DEFAULT_REASONS = 5
#: The names of so many ledgers are remembered.
_MAX_KNOWN = 64


@dataclass(frozen=True)
class Scores:
    """n scored snapshots, explained.

    Attributes
    ----------
    lead_ids, as_of_us : which lead, and when (a row's rank in a flat table).
    probability_low, probability_high : the 90% interval of what came of leads judged alike; NaN without deals.
    machine_events : how many events of the lead count for nothing, since a machine made them.
    matrix, ledger, qualification : what the score was made of.
    contributions : in log-odds, adding up to `log_odds`.
    reasons, summaries : in words, one per row.
    """

    lead_ids: tuple[str, ...]
    as_of_us: IntArray
    probability: FloatArray
    probability_low: FloatArray
    probability_high: FloatArray
    percentile: FloatArray
    dormant: BoolArray
    machine_events: IntArray
    matrix: FeatureMatrix
    ledger: RuleLedger
    qualification: Qualification
    contributions: Contributions
    reasons: Reasons
    summaries: tuple[str, ...]

    @property
    def log_odds(self) -> FloatArray:
        return self.contributions.log_odds

    def __len__(self) -> int:
        return len(self.lead_ids)

    def hottest(self, limit: int) -> list[int]:
        """The rows with the highest log-odds, best first, ties in the order of the table.

        Who is disqualified is not hot, however likely: such rows come after all others.
        """
        order = np.lexsort((-self.log_odds, self.qualification.gated.is_disqualified))
        return [int(row) for row in order[:limit]]

    def cell(self, name: str, row: int) -> CellValue:
        """The value of a feature or ledger line in a row, as people mean it."""
        value: CellValue = cell_values(_cells(self.matrix, self.ledger, name, np.array([row])))[0]
        return value


def score_leads(
    model: LeadModel,
    leads: LeadArrays,
    events: EventArrays | None,
    snapshots: Snapshots,
    *,
    n_reasons: int = DEFAULT_REASONS,
    of_rows: int | None = None,
) -> Scores:
    """Score and explain snapshots.

    Parameters
    ----------
    leads, events : tables; only what was known before each snapshot's `as_of` is used.
    snapshots : n snapshots of these leads.
    n_reasons : how many reasons for and against at most.
    of_rows : of how many snapshots these are a part, which chooses how they are explained; n if None.

    Raises
    ------
    BrokenSum : contributions that do not add up to the log-odds.
    """
    matrix = build_features(leads, events, snapshots, model.facts.spec)
    log, actors = events or no_events(), model.facts.spec.actors
    facts = facts_of(model.rulebook, leads, log, snapshots, actors=actors)
    ledger = score_rules(model.rulebook, leads, log, snapshots, actors=actors, facts=facts)
    contributions = explain_rows(model, matrix, ledger, of_rows=of_rows)
    wording = Wording(model.catalogue, contributions, lambda name, rows: _cells(matrix, ledger, name, rows))
    reasons = wording.reasons(n_reasons)
    told = reasons if n_reasons >= SUMMARY_REASONS else wording.reasons(SUMMARY_REASONS)
    probability = probability_of(contributions.log_odds)
    usual = model.facts.trained_on.base_rate
    low, high = model.bounds(contributions.log_odds)
    return Scores(
        lead_ids=tuple(leads.ids[i] for i in snapshots.lead),
        as_of_us=snapshots.as_of_us,
        probability=probability,
        probability_low=low,
        probability_high=high,
        percentile=model.percentile(contributions.log_odds),
        dormant=_dormant(model, leads, snapshots),
        machine_events=count_machine_events(events or no_events(), snapshots),
        matrix=matrix,
        ledger=ledger,
        qualification=qualify(model.rulebook, ledger, leads, log, snapshots, probability=probability, facts=facts),
        contributions=contributions,
        reasons=reasons,
        summaries=tuple(summaries(probability, usual=usual, horizon_days=model.horizon_days, reasons=told)),
    )


def explain_rows(
    model: LeadModel, matrix: FeatureMatrix, ledger: RuleLedger, *, of_rows: int | None = None
) -> Contributions:
    """The exact contributions of rule points and features to each row's log-odds.

    Parameters
    ----------
    of_rows : of how many rows these are a part; see `tree_contributions`.
    """
    prior, calibrator = model.facts.prior, model.facts.calibrator
    by_rule = ledger.values * prior.per_point
    of_logistic, values = _learned_inputs(model, matrix)
    expected, by_feature = 0.0, np.zeros((len(matrix), 0))
    if _has_features(model):
        by_feature = np.zeros((len(matrix), len(model.feature_parts)))
    if model.facts.logistic is not None and of_logistic is not None:
        expected += model.facts.logistic.intercept
        by_feature = by_feature + of_logistic
    if model.booster is not None and values is not None:
        of_trees, by_tree = tree_contributions(model.booster, values, of_rows=of_rows)
        expected, by_feature = expected + of_trees, by_feature + by_tree
    base = calibrator.intercept + calibrator.slope * (prior.intercept + expected)
    values_of_parts = calibrator.slope * np.concatenate([by_rule, by_feature], axis=1)
    log_odds = calibrator.log_odds(_margin(model, ledger, of_logistic, values))
    return check_sum(Contributions(_parts(model, ledger.lines), values_of_parts, float(base), log_odds))


def row_log_odds(model: LeadModel, matrix: FeatureMatrix, ledger: RuleLedger) -> FloatArray:
    """The log-odds of each row alone, without what they are the sum of."""
    return model.facts.calibrator.log_odds(_margin(model, ledger, *_learned_inputs(model, matrix)))


def _learned_inputs(model: LeadModel, matrix: FeatureMatrix) -> tuple[FloatArray | None, FloatArray | None]:
    """What logistic regression makes of each column, and the columns as trees see them; None where there is no such."""
    logistic = model.facts.logistic
    of_logistic = None if logistic is None else logistic.contributions(matrix)
    return of_logistic, None if model.booster is None else model.facts.encoder.encode(matrix)


def _margin(
    model: LeadModel, ledger: RuleLedger, of_logistic: FloatArray | None, values: FloatArray | None
) -> FloatArray:
    """Rules, logistic regression and trees together."""
    margin = model.facts.prior.margin(ledger.points)
    if model.facts.logistic is not None and of_logistic is not None:
        margin = margin + model.facts.logistic.margin_of(of_logistic)
    if model.booster is not None and values is not None:
        margin = margin + tree_margin(model.booster, values)
    return margin


def _has_features(model: LeadModel) -> bool:
    """Whether anything but rules speaks."""
    return model.facts.logistic is not None or model.booster is not None


def _parts(model: LeadModel, lines: tuple[LedgerLine, ...]) -> Parts:
    known = model.parts_so_far
    if lines not in known:
        if len(known) >= _MAX_KNOWN:
            known.clear()
        of_rules = (_rule_part(model, line, lines) for line in lines)
        known[lines] = Parts((*of_rules, *(model.feature_parts if _has_features(model) else ())))
    return known[lines]


def _rule_part(model: LeadModel, line: LedgerLine, lines: Sequence[LedgerLine]) -> Part:
    """A ledger line under the column or event type that it is about, the same for every table scored."""
    name = f"rule:{line.name}"
    family: Family = "engagement" if line.group == "total" else line.group
    if line.rule_id is None:
        capped = [i for i, other in enumerate(lines) if other.rule_id and line.group in (other.group, "total")]
        return Part(name, name, family, tuple(capped))
    rule = next(rule for rule in model.rulebook.rules if rule.id == line.rule_id)
    names = [source for leaf in leaves_of(rule.when) for source in _sources(model, leaf, line)]
    return Part(name, names[0] if names else name, family)


def _sources(model: LeadModel, leaf: Leaf, line: LedgerLine) -> tuple[str, ...]:
    """What a condition is about, among the columns and event types of the training."""
    spec = model.facts.spec
    if not isinstance(leaf, EventCondition):
        return tuple(source for source in line.source if source in spec.kinds)
    # any event is about none in particular
    return () if ANY_EVENT in leaf.event else types_of(leaf, spec.event_types)


def _cells(matrix: FeatureMatrix, ledger: RuleLedger, name: str, rows: IntArray) -> Column:
    """The cells of a feature or ledger line in some rows, as people mean them."""
    if name in matrix.categories:
        return matrix.categories[name].take(rows)
    if name.startswith("rule:"):
        line = [entry.name for entry in ledger.lines].index(name.removeprefix("rule:"))
        return NumberColumn(ledger.values[rows, line])
    return NumberColumn(known(matrix.values[rows, matrix.position[name]], name))


def _dormant(model: LeadModel, leads: LeadArrays, snapshots: Snapshots) -> BoolArray:
    oldest = model.facts.trained_on.oldest_age_us
    if oldest is None or leads.created_us is None:
        return np.zeros(len(snapshots), dtype=np.bool_)
    return np.asarray(snapshots.as_of_us - leads.created_us[snapshots.lead] > oldest)
