"""What a salesperson wants to know of a lead (BANT, STRATEGY, or a list of one's own): yes, no or unknown.

Unknown is not no. A lead that is interested while an element is missing is a *suspect*: worth one more question.
"""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

from features.tables import BoolArray
from features.yaml_problems import ProblemsAt
from models.rules.conditions import Condition
from models.rules.facts import Facts
from models.rules.scalars import Id, Line, Name, Section, Value

#: What the codes of an element stand for.
ANSWERS = ("unknown", "no", "yes")
UNKNOWN, NO, YES = range(3)
#: So few snapshots are worded sooner than their distinct answers are found.
_FEW = 8
Conditions = Annotated[
    tuple[Condition, ...], BeforeValidator(lambda value: [value] if isinstance(value, dict) else value)
]


class Question(Section):
    """What to ask, the field that the answer fills, and the answers that may come."""

    ask: Line
    field: Name
    answers: Annotated[tuple[Value, ...], Field(min_length=2, max_length=12)]


class Element(Section):
    """One thing to know; any of the conditions of a list is enough.

    What speaks for no is stronger than what speaks for yes, and what was said than what is inferred.
    """

    id: Id
    yes: Conditions = ()
    no: Conditions = ()
    inferred: Conditions = ()
    question: Question | None = None

    @model_validator(mode="after")
    def _can_be_known(self) -> Self:
        if not (self.yes or self.no or self.inferred):
            raise ValueError("found no evidence, expected conditions under yes, no or inferred; add one")
        return self

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (*self.no, *self.yes, *self.inferred)


class Elements(Section):
    """The elements, and from which level of engagement on a lead is interested."""

    elements: tuple[Element, ...] = ()
    interested_from: Literal["low", "medium", "high"] = "medium"

    @model_validator(mode="after")
    def _ids_are_distinct(self) -> Self:
        ids = [element.id for element in self.elements]
        found = [
            (("elements", i, "id"), f"found the id {name!r} again, expected it once; rename one")
            for i, name in enumerate(ids)
            if name in ids[:i]
        ]
        if found:
            raise ProblemsAt(found)
        return self


@dataclass(frozen=True)
class Known:
    """What is known of n snapshots: int8 positions in ANSWERS, of shape (n, k elements)."""

    elements: tuple[Element, ...]
    answer: NDArray[np.int8]

    def lacking(self, rows: BoolArray) -> list[str | None]:
        """Of these snapshots what is not yes, in words; None for the others, and where nothing is missing."""
        if not self.elements:
            return [None] * len(self.answer)
        kinds, kind = self.answer, np.arange(len(self.answer))
        if len(kinds) > _FEW:
            kinds, kind = np.unique(self.answer, axis=0, return_inverse=True)
        words = np.array([*(self._words(codes) for codes in kinds.tolist()), None], dtype=object)
        # the last one is for those that nobody asks about
        return list(words[np.where(rows, kind.reshape(-1), len(kinds))])

    def _words(self, codes: list[int]) -> str | None:
        ids = (element.id for element in self.elements)
        lacking = [f"{name} {ANSWERS[code]}" for name, code in zip(ids, codes, strict=True) if code != YES]
        return "; ".join(lacking) or None


def ask_elements(elements: tuple[Element, ...], facts: Facts) -> Known:
    """Yes, no or unknown for every element of every snapshot."""
    answer = np.zeros((facts.n_rows, len(elements)), dtype=np.int8)
    for i, element in enumerate(elements):
        for code, conditions in ((YES, element.inferred), (YES, element.yes), (NO, element.no)):
            for condition in conditions:
                answer[facts.holds(condition), i] = code
    return Known(elements, answer)
