"""`score_leads`: the one way from tables to a score, for batch, API and pages alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.build import FeatureMatrix, build_features
from features.catalogue import FeatureInfo
from features.names import named
from features.snapshots import Snapshots
from features.tables import BoolArray, Column, EventArrays, FloatArray, IntArray, LeadArrays, NumberColumn, no_events
from models.boosting import tree_contributions, tree_margin
from models.explanation import Contributions, Part, check_sum
from models.lead_model import LeadModel
from models.log_odds import probability_of
from models.rules import LedgerLine, Qualification, RuleLedger, qualify, score_rules
from models.rules.conditions import EventCondition
from models.sentences import CellValue, cell_values, known
from models.wording import SUMMARY_REASONS, Reasons, Wording, summaries

DEFAULT_REASONS = 5


@dataclass(frozen=True)
class Scores:
    """n scored snapshots, explained.

    Attributes
    ----------
    lead_ids, as_of_us : which lead, and when (a row's rank in a flat table).
    probability_low, probability_high : the 90% interval of what came of leads judged alike; NaN without deals.
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
        """The rows with the highest log-odds, best first, ties in the order of the table."""
        return [int(row) for row in np.argsort(-self.log_odds, kind="stable")[:limit]]

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
    ledger = score_rules(model.rulebook, leads, events or no_events(), snapshots)
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
        matrix=matrix,
        ledger=ledger,
        qualification=qualify(model.rulebook, ledger, events or no_events(), snapshots),
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
    rule_parts = tuple(_rule_part(model, line, ledger.lines) for line in ledger.lines)
    by_rule = ledger.values * prior.per_point
    margin = prior.margin(ledger.points)
    expected, by_feature = 0.0, np.zeros((len(matrix), 0))
    feature_parts: tuple[Part, ...] = ()
    if model.facts.logistic is not None or model.booster is not None:
        feature_parts = tuple(_part(info) for info in model.catalogue.values())
        by_feature = np.zeros((len(matrix), len(feature_parts)))
    if model.facts.logistic is not None:
        margin = margin + model.facts.logistic.margin(matrix)
        expected += model.facts.logistic.intercept
        by_feature = by_feature + model.facts.logistic.contributions(matrix)
    if model.booster is not None:
        values = model.facts.encoder.encode(matrix)
        margin = margin + tree_margin(model.booster, values)
        of_trees, by_tree = tree_contributions(model.booster, values, of_rows=of_rows)
        expected, by_feature = expected + of_trees, by_feature + by_tree
    base = calibrator.intercept + calibrator.slope * (prior.intercept + expected)
    values_of_parts = calibrator.slope * np.concatenate([by_rule, by_feature], axis=1)
    return check_sum(
        Contributions((*rule_parts, *feature_parts), values_of_parts, float(base), calibrator.log_odds(margin))
    )


def _part(info: FeatureInfo) -> Part:
    return Part(info.name, info.source, info.family)


def _rule_part(model: LeadModel, line: LedgerLine, lines: Sequence[LedgerLine]) -> Part:
    """A ledger line under the column or event type that it is about, the same for every table scored."""
    name = f"rule:{line.name}"
    if line.rule_id is None:
        capped = [i for i, other in enumerate(lines) if other.rule_id and line.group in (other.group, "total")]
        return Part(name, name, "engagement" if line.group == "total" else line.group, tuple(capped))
    rule = next(rule for rule in model.rulebook.rules if rule.id == line.rule_id)
    names = line.source
    if isinstance(rule.when, EventCondition):
        names = named(rule.when.event, model.facts.spec.event_types)
    return Part(name, names[0] if names else name, rule.group)


def _cells(matrix: FeatureMatrix, ledger: RuleLedger, name: str, rows: IntArray) -> Column:
    """The cells of a feature or ledger line in some rows, as people mean them."""
    if name in matrix.categories:
        return matrix.categories[name].take(rows)
    if name.startswith("rule:"):
        line = [entry.name for entry in ledger.lines].index(name.removeprefix("rule:"))
        return NumberColumn(ledger.values[rows, line])
    return NumberColumn(known(matrix.values[rows, matrix.names.index(name)], name))


def _dormant(model: LeadModel, leads: LeadArrays, snapshots: Snapshots) -> BoolArray:
    oldest = model.facts.trained_on.oldest_age_us
    if oldest is None or leads.created_us is None:
        return np.zeros(len(snapshots), dtype=np.bool_)
    return np.asarray(snapshots.as_of_us - leads.created_us[snapshots.lead] > oldest)
