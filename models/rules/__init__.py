"""A company's rulebook of points: read and checked, scored into a ledger, and turned into tiers, stages and gates."""

from models.rules.gates import Gate, Gated
from models.rules.ledger import LedgerLine, RuleLedger
from models.rules.loading import load_rulebook, load_starter, starter_text
from models.rules.matching import UnmatchedRule, unmatched_rules
from models.rules.points import score_rules
from models.rules.purchase import STEPS
from models.rules.qualification import Qualification, facts_of, gates_at, qualify
from models.rules.rule import Rule
from models.rules.schema import RuleBook
from models.rules.stages import STAGES
from models.rules.tiers import LEVELS, TIERS

__all__ = [
    "LEVELS",
    "STAGES",
    "STEPS",
    "TIERS",
    "Gate",
    "Gated",
    "LedgerLine",
    "Qualification",
    "Rule",
    "RuleBook",
    "RuleLedger",
    "UnmatchedRule",
    "facts_of",
    "gates_at",
    "load_rulebook",
    "load_starter",
    "qualify",
    "score_rules",
    "starter_text",
    "unmatched_rules",
]
