"""The rulebook rule by rule: whom it hit, what came of them, and where model and rules part."""

from training.figures.axes import percent
from training.groups import FEWEST_LEADS
from training.lead_shares import LeadShare, Ratio
from training.report.section import Table
from training.rules_report import RulesReport, RuleWorth

#: The rules of most leads; `leadlight rules report` tells of all.
_MOST_RULES = 20


def rule_table(report: RulesReport) -> Table | None:
    """The rules that hit enough leads, those of most leads first; None where there is none."""
    told = [rule for rule in report.rules if min(rule.hit.n_leads, rule.missed.n_leads) >= FEWEST_LEADS]
    told.sort(key=lambda rule: (-rule.hit.n_leads, rule.id))
    if not told:
        return None
    headers = ("rule", "points", "leads with it", "won of them", "won of the others", "times (90%)", "hits the same as")
    rows = tuple(_row(rule) for rule in told[:_MOST_RULES])
    return Table("Rule by rule, each lead counted once", headers, rows, is_wide=True)


def _row(rule: RuleWorth) -> tuple[str, ...]:
    hit, missed = _share(rule.hit), _share(rule.missed)
    return (
        rule.id,
        f"{rule.given:+g}",
        f"{rule.hit.n_leads:,}",
        hit,
        missed,
        _ratio(rule.lift),
        ", ".join(rule.hits_with),
    )


def _share(share: LeadShare) -> str:
    return "" if share.share is None else percent(share.share)


def _ratio(ratio: Ratio) -> str:
    if ratio.value is None or ratio.low is None:
        return ""
    high = "more" if ratio.high is None else f"{ratio.high:.2f}"
    return f"{ratio.value:.2f} ({ratio.low:.2f} to {high})"


def rules_said(report: RulesReport) -> tuple[str, ...]:
    """How many rules hit nobody, and who is right where model and rules part."""
    n_dead = sum("dead" in rule.flags for rule in report.rules)
    said = [f"{n_dead} of {len(report.rules)} rules hit none of the leads that were learned from."] if n_dead else []
    parted = report.disagreement
    if parted is not None and parted.rules_only.n_leads and parted.model_only.n_leads:
        model, rules = parted.model_only, parted.rules_only
        said.append(
            f"Where they part: of {model.n_leads:,} leads that only the model called good, {_share(model)} were won, "
            f"of {rules.n_leads:,} that only the rules did, {_share(rules)}; {parted.verdict}."
        )
    return tuple(said)
