"""Gates that can not be meant: they shut out half of the leads that were won, or more."""

import numpy as np

from features.sources import Problem
from features.tables import BoolArray, IntArray
from models.rules import Gated

#: Fewer won leads prove nothing.
MIN_WON_LEADS = 4
_GREEDY_SHARE = 0.5


class GreedyGate(ValueError):
    """A gate would shut out at least half of the leads that were won; `found` says where in the rulebook it stands."""

    def __init__(self, found: list[Problem]) -> None:
        super().__init__("\n".join(problem.message for problem in found))
        self.found = found


def refuse_greedy_gates(gated: Gated, lead: IntArray, won: BoolArray) -> None:
    """Nothing, if every gate lets most won leads through.

    Parameters
    ----------
    gated : of n snapshots.
    lead : the lead of each won snapshot.
    won : n bool.

    Raises
    ------
    GreedyGate : of the won leads a gate of scope `all` held for half or more while they were open.
    """
    n_won = len(np.unique(lead))
    problems = []
    for position, gate in enumerate(gated.gates):
        n_caught = len(np.unique(lead[gated.held[won, position]]))
        if gate.scope == "all" and n_won >= MIN_WON_LEADS and n_caught >= _GREEDY_SHARE * n_won:
            what = (
                f"found that the gate {gate.id!r} shuts out {n_caught} of the {n_won} leads that were won, "
                "expected fewer than half; narrow its condition, or make it a rule with negative points"
            )
            problems.append(Problem(("gates", position), what))
    if problems:
        raise GreedyGate(problems)
