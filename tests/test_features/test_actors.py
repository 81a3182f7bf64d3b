"""Who did what: as the row says, else as the project says of the type, else as usual."""

from dataclasses import replace

import numpy as np
import pytest

from features.actors import REP_TYPES, made_by_rep, parse_actor
from features.names import normal_name
from features.parsing import BadCell
from features.tables import EventArrays, no_events

TYPES = ("Email Sent", "call_by_rep", "meeting", "visit")
EVENTS = EventArrays(np.zeros(4, dtype=np.int64), np.arange(4), np.arange(4), None, TYPES)


def test_usual_types_tell_who_made_them_however_they_are_written() -> None:
    assert made_by_rep(EVENTS, {}).tolist() == [True, True, False, False]


def test_what_the_project_says_of_a_type_goes_before_what_is_usual() -> None:
    assert made_by_rep(EVENTS, {"meeting": "rep", "Email Sent": "lead"}).tolist() == [False, True, True, False]


def test_what_a_row_says_goes_first() -> None:
    events = replace(EVENTS, actor=np.array([0, -1, -1, 1], dtype=np.int8))

    assert made_by_rep(events, {"meeting": "rep"}).tolist() == [False, True, True, True]


def test_a_log_without_events_has_no_actors() -> None:
    assert made_by_rep(no_events(), {}).tolist() == []


@pytest.mark.parametrize(("cell", "code"), [("lead", 0), (" Rep ", 1), ("", -1), ("n/a", -1)])
def test_an_actor_is_the_lead_a_rep_or_nobody(cell: str, code: int) -> None:
    assert parse_actor(cell) == code


def test_another_actor_is_a_bad_cell() -> None:
    with pytest.raises(BadCell, match="`lead`, `rep` or `machine`"):
        parse_actor("robot")


def test_the_usual_types_are_found_by_their_own_names() -> None:
    assert all(normal_name(name) == name for name in REP_TYPES)
