"""A finding of the leak audit, and the error that stops a training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["stop", "warn"]
Rule = Literal[
    "name",
    "alone",
    "ablation",
    "fill_by_outcome",
    "filled_when_closed",
    "filled_after_outcome",
    "filled_later",
    "open_leads_differ",
    "near_unique",
    "event_at_outcome",
    "rep_made",
]


@dataclass(frozen=True)
class Leak:
    """What may carry the outcome.

    Attributes
    ----------
    column : the column of the leads, or the event type; ``events`` where it is about several types.
    rule : which rule found it.
    value : the number that speaks against it; the advice says of what. 1.0 for a name.
    verdict : stop ends a training until the column is ignored or accepted; warn is to be looked at.
    advice : what was found and what to do, a sentence or two.
    """

    column: str
    rule: Rule
    value: float
    verdict: Verdict
    advice: str


@dataclass(frozen=True)
class LeakSettings:
    """What the project says of leaks.

    Attributes
    ----------
    accepted : columns and event types that are no leak, each with how the project knows.
    known_from_signup : columns of which the project says that; when they are filled in is settled by it.
    """

    accepted: Mapping[str, str] = field(default_factory=dict)
    known_from_signup: frozenset[str] = frozenset()


class LeaksFound(ValueError):
    """Certain leaks that nobody ignored or accepted; `leaks` has every finding."""

    def __init__(self, leaks: Sequence[Leak]) -> None:
        self.leaks = tuple(leaks)
        stops = [leak for leak in leaks if leak.verdict == "stop"]
        lines = [f"{leak.column}: {leak.advice}" for leak in stops]
        cure = (
            "set each to `ignore` under leads.columns in leadlight.yaml; if you know that one was filled in before the "
            'outcome, write `not_a_leak: "how you know"` beside it'
        )
        n = len({leak.column for leak in stops})
        found = f"Found {n} column{'s' * (n > 1)} that {'carry' if n > 1 else 'carries'} the outcome"
        super().__init__("\n".join([f"{found}; {cure}:", *lines]))


def of_concern(leaks: Sequence[Leak], accepted: Mapping[str, str]) -> tuple[Leak, ...]:
    """The findings that nobody accepted, those that stop first."""
    kept = [leak for leak in leaks if leak.column not in accepted]
    return tuple(sorted(kept, key=lambda leak: leak.verdict != "stop"))
