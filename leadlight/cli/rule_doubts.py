"""What of a rulebook may be used and is hardly meant: words that no cell has, thresholds that nobody can reach."""

from typing import TYPE_CHECKING

from leadlight.cli.output import say

if TYPE_CHECKING:
    from features.crm import Crm
    from leadlight.project import Project


def rule_doubts(project: "Project", crm: "Crm") -> list[str]:
    """Each with its line and a cure; none of the shipped starter, which is made for all."""
    from features.sources import Problem
    from models.rules.reach import out_of_reach
    from models.rules.unseen import unseen_values

    if project.file.rules is None:
        return []
    rulebook = project.rulebook()
    cure = "correct it, or leave it if it may still come"
    said = [
        Problem(each.place, f"{each.what} {each.rule_id}: {each.why}; {cure}")
        for each in unseen_values(rulebook, crm.leads, crm.events, crm.kinds)
    ]
    said += [Problem(place, why) for place, why in out_of_reach(rulebook)]
    return list(project.in_rules(said).problems) if said else []


def print_doubts(doubts: list[str]) -> None:
    """The lines for people; nothing where there are none."""
    if doubts:
        say(f"{len(doubts)} {'things' if len(doubts) > 1 else 'thing'} in the rulebook that may not be meant:")
        for line in doubts:
            say(f"  {line}")
