"""The rulebook in the report: rule by rule, and where it and the model part."""

from training.lead_shares import LeadShare, Ratio
from training.report.rulebook import rule_table, rules_said
from training.rules_and_model import Disagreement
from training.rules_report import Flag, RulesReport, RuleWorth

LIFT = Ratio(2.0, 1.5, 2.5)


def rule(name: str, n_hit: int, *, n_missed: int = 100, flags: tuple[Flag, ...] = ()) -> RuleWorth:
    hit, missed = LeadShare(n_hit, 0.4, 0.3, 0.5), LeadShare(n_missed, 0.2, 0.1, 0.3)
    return RuleWorth(name, "fit", 10.0, None, hit, missed, LIFT, flags, (), ())


def report_of(*rules: RuleWorth, parted: Disagreement | None = None) -> RulesReport:
    return RulesReport("1", 100, LeadShare(100, 0.3, 0.2, 0.4), rules, (), None, parted)


def test_rules_of_most_leads_stand_first_and_those_of_few_are_not_told() -> None:
    table = rule_table(report_of(rule("small", 20), rule("large", 50), rule("rare", 9), rule("all", 90, n_missed=9)))

    assert table is not None
    assert [row[0] for row in table.rows] == ["large", "small"]
    assert table.rows[0] == ("large", "+10", "50", "40%", "20%", "2.00 (1.50 to 2.50)", "")


def test_without_a_rule_of_enough_leads_there_is_no_table() -> None:
    assert rule_table(report_of(rule("rare", 3))) is None


def test_rules_that_hit_nobody_are_counted() -> None:
    assert rules_said(report_of(rule("a", 0, flags=("dead",)), rule("b", 50))) == (
        "1 of 2 rules hit none of the leads that were learned from.",
    )


def test_it_is_told_who_was_right() -> None:
    shares = LeadShare(50, 0.5, 0.4, 0.6), LeadShare(40, 0.1, 0.05, 0.2), LeadShare(30, 0.4, 0.3, 0.5), LeadShare(9)
    parted = Disagreement(20.0, True, *shares, Ratio(4.0, 2.0, 8.0), True)

    (said,) = rules_said(report_of(rule("a", 50), parted=parted))

    assert "of 30 leads that only the model called good, 40% were won, of 40 that only the rules did, 10%" in said
    assert said.endswith("the model was right.")
