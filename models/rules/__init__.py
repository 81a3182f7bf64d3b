"""A company's rulebook of points: read and checked, scored into a ledger, and turned into tiers and stages."""

from models.rules.facts import UnmatchedRule, unmatched_rules
from models.rules.loading import load_rulebook, load_starter, starter_text
from models.rules.points import LedgerLine, RuleLedger, score_rules
from models.rules.schema import Rule, RuleBook
from models.rules.tiers import LEVELS, STAGES, TIERS, Qualification, qualify

__all__ = [
    "LEVELS",
    "STAGES",
    "TIERS",
    "LedgerLine",
    "Qualification",
    "Rule",
    "RuleBook",
    "RuleLedger",
    "UnmatchedRule",
    "load_rulebook",
    "load_starter",
    "qualify",
    "score_rules",
    "starter_text",
    "unmatched_rules",
]
