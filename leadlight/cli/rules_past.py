"""The past that rules are judged by: the project's tables, read, and what its rulebook gave each ripe snapshot."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadlight.cli.output import note
from leadlight.cli.train import given_time_us, training_request

if TYPE_CHECKING:
    from features.crm import Crm
    from leadlight.project import Project
    from models.rules import RuleBook
    from training.judging import Judged
    from training.lead_shares import LeadShare, Ratio
    from training.request import TrainingRequest
    from training.rule_history import RuleHistory


@dataclass(frozen=True)
class Past:
    """The tables up to a time, what a training of them is asked for, and the rules on their ripe snapshots."""

    crm: "Crm"
    request: "TrainingRequest"
    history: "RuleHistory"


def past_of(project: "Project", *, until: str | None) -> Past:
    """Read the tables as a training does; nothing is written.

    Raises
    ------
    BadDocument : a gate of the rulebook shuts out half of the leads that were won.
    """
    from training.greedy_gates import GreedyGate
    from training.rule_history import rule_history

    rulebook = project.rulebook()
    until_us = None if until is None else given_time_us(project, until)
    crm = project.look(until_us=until_us)
    request = training_request(project, crm, until=until, seed=0)
    try:
        history = rule_history(crm, request, rulebook)
    except GreedyGate as error:
        raise project.in_rules(error.found) from error
    return Past(crm, request, history)


def judged_by_champion(project: "Project", past: Past) -> "tuple[Judged, bool] | None":
    """What the champion's recipe says of later snapshots than it is fitted on; None where there is none that learned.

    The rows are those of the history.
    """
    from models.bundle import BrokenBundle
    from training.rules_and_model import judge_model

    try:
        model = project.workspace.load_champion()
    except BrokenBundle as error:
        note(f"no model is asked: {error}")
        return None
    found = judge_model(model, past.crm, past.request, past.history.rulebook)
    if found is None:
        note(f"no model is asked: the champion ({model.facts.source}) learned nothing, or too few leads are decided")
    return found


def odds_words(rulebook: "RuleBook") -> str:
    """What points mean."""
    return f"0 points are {rulebook.odds.base:.0%}, each {rulebook.odds.double_every:g} points double the odds"


def share_words(share: "LeadShare") -> str:
    """A share with its interval.

    >>> from training.lead_shares import LeadShare
    >>> share_words(LeadShare(50, 0.3, 0.21, 0.41))
    '30% (21-41%)'
    """
    if share.share is None or share.low is None or share.high is None:
        return ""
    return f"{share.share:.0%} ({100 * share.low:.0f}-{share.high:.0%})"


def ratio_words(ratio: "Ratio") -> str:
    """A ratio with its interval.

    >>> from training.lead_shares import Ratio
    >>> ratio_words(Ratio(2.0, 1.5, None))
    '2.0 (1.5 or more)'
    """
    if ratio.value is None:
        return ""
    high = " or more" if ratio.high is None else f"-{ratio.high:.1f}"
    return f"{ratio.value:.1f} ({ratio.low or 0.0:.1f}{high})"
