"""Gates: who is no lead at all (competitors, students, own staff, ...) or must get no mail, why, and since when."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from features.tables import BoolArray, FloatArray
from models.rules.conditions import Condition
from models.rules.facts import Facts
from models.rules.scalars import Day, Id, Line, Section


class Gate(Section):
    """Who is kept out, of what, and why.

    `scope: all` makes a lead no lead: it is never hot, never SQL, and nothing is learned from it while the gate held.
    `scope: mail` says that it must get no mail, and no more than that. `review` is the day to look at the gate again.
    """

    id: Id
    when: Condition
    scope: Literal["all", "mail"] = "all"
    reason: Line
    review: Day | None = None

    @property
    def words(self) -> str:
        return f"{self.id}: {self.reason}"


@dataclass(frozen=True)
class Gated:
    """Which gates hold for n snapshots, k gates.

    Attributes
    ----------
    gates : in the order of the rulebook.
    held : bool (n, k), at `as_of`.
    since_us : float64 (n, k), when the event came that closed the gate; NaN where it rests on what is known of the
        lead, whose time nobody wrote down.
    """

    gates: tuple[Gate, ...]
    held: BoolArray
    since_us: FloatArray

    @property
    def is_disqualified(self) -> BoolArray:
        """Whether a gate of scope `all` holds, n bool."""
        return np.asarray(self.held[:, self._of("all")].any(axis=1))

    def words(self, scope: Literal["all", "mail"]) -> list[str | None]:
        """The id and reason of the first gate of this scope that holds, for each snapshot; else None."""
        gates = self._of(scope)
        held = self.held[:, gates]
        names = np.array([*(self.gates[i].words for i in gates), None], dtype=object)
        first = np.where(held.any(axis=1), held.argmax(axis=1), len(gates)) if gates else np.zeros(len(held), np.int64)
        return list(names[first])

    def _of(self, scope: str) -> list[int]:
        return [i for i, gate in enumerate(self.gates) if gate.scope == scope]


def close_gates(gates: tuple[Gate, ...], facts: Facts) -> Gated:
    """Which gates hold at each snapshot: a gate counts from when it held, and later events close none."""
    n = facts.n_rows
    held = np.zeros((n, len(gates)), dtype=np.bool_)
    since = np.full((n, len(gates)), np.nan)
    for i, gate in enumerate(gates):
        held[:, i] = facts.holds(gate.when)
        if held[:, i].any():
            since[:, i] = np.where(held[:, i], facts.since_us(gate.when), np.nan)
    return Gated(gates, held, since)
