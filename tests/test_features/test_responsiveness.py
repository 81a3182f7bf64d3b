"""How soon a lead answers, and what is unanswered. R and L: a rep's and the lead's event, so many days ago."""

import numpy as np
import pytest

from features.behaviour import NEVER_DAYS
from features.responsiveness import RESPONSIVENESS, responsiveness
from features.timeline import Timeline

DAY = 86_400


def timeline_of(*leads: str) -> Timeline:
    """One timeline from texts like ``"R10 L8.5"``, oldest event first."""
    events = [(row, text[0] == "R", float(text[1:])) for row, said in enumerate(leads) for text in said.split()]
    return Timeline(
        np.array([row for row, _, _ in events], dtype=np.int64),
        np.array([round(days * DAY) for _, _, days in events], dtype=np.int64),
        np.array([by_rep for _, by_rep, _ in events], dtype=np.bool_),
        n_rows=len(leads),
    )


@pytest.mark.parametrize(
    ("said", "unanswered", "days"),
    [
        ("", 0, NEVER_DAYS),
        ("L3 L1", 0, NEVER_DAYS),
        ("R3 R1", 2, NEVER_DAYS),
        ("L5 R3 R1", 2, NEVER_DAYS),
        ("R10 L8", 0, 2.0),
        ("R10 L8 L1", 0, 2.0),
        ("R10 R9 L8", 0, 1.0),
        ("R10 L8 R5 L4.5 R1", 1, 1.25),
        ("R1 L1", 0, 0.0),
    ],
    ids=[
        "nothing",
        "never contacted",
        "never answered",
        "what came before is no answer",
        "one answer",
        "only the first event after a contact answers it",
        "an answer counts from the latest contact",
        "the mean of two answers, and one contact open",
        "at once",
    ],
)
def test_answers_and_what_waits_for_one(said: str, unanswered: int, days: float) -> None:
    values = responsiveness(timeline_of(said))

    assert dict(zip(RESPONSIVENESS, values[0].tolist(), strict=True)) == {
        "responsiveness.unanswered": unanswered,
        "responsiveness.days_to_answer": days,
    }


def test_nobody_answers_for_another_lead() -> None:
    leads = ("R3", "L2", "R5 L4", "", "L3 R2", "L1")

    together = responsiveness(timeline_of(*leads))

    assert np.array_equal(together, np.concatenate([responsiveness(timeline_of(lead)) for lead in leads]))
