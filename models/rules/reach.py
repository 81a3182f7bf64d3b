"""Thresholds that no lead can reach: more points than the rules and their caps give."""

import math
from collections.abc import Iterator

from features.yaml_problems import Loc
from models.rules.ledger import GROUPS, Group
from models.rules.rule import Rule
from models.rules.schema import RuleBook


def out_of_reach(rulebook: RuleBook) -> tuple[tuple[Loc, str], ...]:
    """Where a level or stage begins at more points than there can be: its place, and what was found and expected.

    A stage that something other than points can lead to may be meant to lie beyond them, and is left alone.
    """
    return tuple(_found(rulebook))


def _found(rulebook: RuleBook) -> Iterator[tuple[Loc, str]]:
    most = {group: _most_of_group(rulebook, group) for group in GROUPS}
    for group in GROUPS:
        for position, cut in enumerate(getattr(rulebook.levels, group)):
            if cut > most[group]:
                level = ("medium", "high")[position]
                yield ("levels", group), f"{_words(f'{group} is {level}', cut, most[group])} or raise caps.{group}"
    total = rulebook.caps.total
    of_all = min(sum(most.values()), math.inf if total is None else total)
    for stage in ("mql", "sql"):
        of_stage = getattr(rulebook.stages, stage)
        if of_stage.points is not None and of_stage.points > of_all and not of_stage.conditions:
            yield ("stages", stage, "points"), f"{_words(stage, of_stage.points, of_all)} or raise the caps"


def _words(what: str, cut: float, most: float) -> str:
    return (
        f"found that {what} begins at {cut:g} points, expected at most the {most:g} that the rules can give; lower it,"
    )


def _most_of_group(rulebook: RuleBook, group: Group) -> float:
    cap = getattr(rulebook.caps, group)
    most = sum(_most(rule) for rule in rulebook.rules if rule.group == group)
    return min(most, math.inf if cap is None else cap)


def _most(rule: Rule) -> float:
    """The most points that a rule can give; no bound where it gives them for every event.

    >>> _most(Rule.model_validate({"id": "a", "when": {"event": "call"}, "points": 3, "group": "fit", "cap": 9}))
    9.0
    """
    if rule.points <= 0:
        return 0.0
    is_once = rule.measure is None or rule.times == "once"
    return min(rule.points if is_once else math.inf, math.inf if rule.cap is None else rule.cap)
